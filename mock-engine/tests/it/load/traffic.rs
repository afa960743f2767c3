//! Concurrent clients, each in its own environment, that remember the calls that the engine accepted.
//!
//! Calls in different environments do not affect each other, and each shared name goes to one client for good. So the
//! accepted calls, sent to another engine one after the other, must lead to the same state.
//!
//! Clients cut some calls off. A call that was sent in part must have no effect. A call that was sent completely may have an
//! effect: the client polls until it sees the effect or [`LATEST_EFFECT`] has passed.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::ops::Add;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use exportdoc::internal::object::data::ObjectData;
use exportdoc::internal::report::{ExamineOptions, Examiner};
use serde_json::{Value, json};

use crate::support::blocking::User;

/// The time after which a call has no effect any more.
const LATEST_EFFECT: Duration = Duration::from_secs(5);
/// The number of connector names of a client.
const NAMES: u64 = 4;
/// The number of domains that all clients try to create.
const DOMAINS: u64 = 200;

/// The hosts of an environment's connectors, by name.
type Hosts = BTreeMap<String, String>;

/// A call that changes the engine.
#[derive(Debug, Clone)]
enum Call {
    Create { name: String, host: String },
    Change { name: String, host: String },
    Delete { name: String },
    Import { document: Arc<Exported>, force: bool },
    Domain { name: String },
}

/// An export of one connector.
struct Exported {
    name: String,
    host: String,
    bytes: Vec<u8>,
}

impl fmt::Debug for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {}, {} bytes", self.name, self.host, self.bytes.len())
    }
}

/// The number of calls by result.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) exported: u64,
    /// Cut off before the end of the request.
    pub(crate) half_sent: u64,
    /// Cut off before the answer, with an effect.
    pub(crate) unanswered: u64,
    /// Cut off before the answer, without an effect.
    pub(crate) ignored: u64,
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            exported: self.exported + other.exported,
            half_sent: self.half_sent + other.half_sent,
            unanswered: self.unanswered + other.unanswered,
            ignored: self.ignored + other.ignored,
        }
    }
}

/// One client.
pub(crate) struct Client {
    user: User,
    number: usize,
    environment: i64,
    /// The expected connectors of its environment.
    hosts: Hosts,
    ids: BTreeMap<String, i64>,
    exported: Vec<Arc<Exported>>,
    accepted: Vec<(Instant, Call)>,
    pub(crate) tally: Tally,
    random: u64,
    calls: u64,
    /// Whether faults of the network are on, so that it sends calls again.
    pub(crate) on_flaky_network: bool,
}

impl Client {
    /// Logs in and creates its environment. Clients are created one after the other, so that their ids are reproducible.
    pub(crate) fn new(address: SocketAddr, number: usize) -> Self {
        let user = User::login(address);
        if number == 0 {
            let application = json!({ "applicationName": "load" });
            assert_eq!(user.call("POST", "applications", &application).0, 200);
        }
        let environment = json!({ "environmentName": format!("client {number}"), "applicationId": 1 });
        let (status, environment) = user.call("POST", "environments", &environment);
        assert_eq!(status, 200, "{environment}");
        Self {
            user,
            number,
            environment: environment["environmentId"].as_i64().unwrap(),
            hosts: Hosts::new(),
            ids: BTreeMap::new(),
            exported: Vec::new(),
            accepted: Vec::new(),
            tally: Tally::default(),
            random: number as u64 + 1,
            calls: 0,
            on_flaky_network: false,
        }
    }

    /// Sends a call until an answer gets through, which it does at once without faults.
    fn insist(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        loop {
            if let Some(answer) = self.answer_of(method, path, body) {
                return answer;
            }
        }
    }

    /// Sends a call. Nothing if a fault of the network hides the answer.
    fn answer_of(&self, method: &str, path: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        match self.user.send_when_free(method, path, body) {
            Ok((502, _)) | Err(_) if self.on_flaky_network => None,
            answer => Some(answer.unwrap()),
        }
    }

    /// A pseudo-random number below a bound (xorshift).
    fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % bound
    }

    /// Makes one call.
    pub(crate) fn act(&mut self) {
        self.calls += 1;
        let name = format!("connector {}", self.below(NAMES));
        let host = format!("host{}x{}.example.com", self.number, self.calls);
        let here = self.hosts.contains_key(&name);
        match self.below(8) {
            0 if here => self.try_out(Call::Delete { name }),
            1..=3 if here => self.try_out(Call::Change { name, host }),
            4 | 5 if here => self.export(name),
            0..=3 => self.try_out(Call::Create { name, host }),
            4..=6 => {
                let at = self.below(self.exported.len().max(1) as u64) as usize;
                if let Some(document) = self.exported.get(at).cloned() {
                    let force = self.below(4) > 0;
                    self.try_out(Call::Import { document, force });
                }
            }
            _ => {
                let number = self.below(DOMAINS);
                // A client that doesn't see the answer couldn't tell its domain from another client's.
                let owner = if self.on_flaky_network {
                    format!("{}_", self.number)
                } else {
                    String::new()
                };
                self.domain(format!("DOMAIN_{owner}{number}"));
            }
        }
    }

    /// Makes a call, perhaps cut off, and remembers whether the engine accepted it.
    fn try_out(&mut self, call: Call) {
        let (method, path, body) = self.request(&call);
        match self.below(12) {
            0 => {
                let share = self.below(1000) as f64 / 1000.0;
                self.user.cut_off(method, &path, &body, share);
                self.tally.half_sent += 1;
                self.look();
            }
            // Faults of the network have the same effect.
            1 if self.would_show(&call) && !self.on_flaky_network => {
                self.user.cut_off(method, &path, &body, 1.0);
                match self.had_effect(&call) {
                    true => {
                        self.tally.unanswered += 1;
                        self.accept(call);
                    }
                    false => self.tally.ignored += 1,
                }
            }
            _ => {
                let answer = loop {
                    let answer = self.answer_of(method, &path, &body);
                    let shows = || self.would_show(&call) && self.read().0 == after(&self.hosts, &call);
                    if answer.is_some() || shows() {
                        break answer;
                    }
                };
                let Some((status, answer)) = answer else {
                    self.tally.unanswered += 1;
                    return self.accept(call);
                };
                let text = String::from_utf8_lossy(&answer);
                match (status, &call) {
                    // It differs from the object here, and may not overwrite it.
                    (409, Call::Import { force: false, .. }) => self.tally.refused += 1,
                    // The same revision, so the import changes nothing. The replay cannot repeat it with other UUIDs.
                    (
                        200,
                        Call::Import {
                            document,
                            force: false,
                        },
                    ) if self.hosts.contains_key(&document.name) => {
                        assert_eq!(self.hosts[&document.name], document.host);
                        self.look();
                    }
                    (200, _) => self.accept(call),
                    _ => panic!("client {}: {call:?}: {status} {text}", self.number),
                }
            }
        }
    }

    fn request(&self, call: &Call) -> (&'static str, String, Vec<u8>) {
        let json = |value: Value| value.to_string().into_bytes();
        match call {
            Call::Create { name, host } => {
                let connector = json!({
                    "connectorName": name, "databaseType": "POSTGRES", "environmentId": self.environment,
                    "host": host, "port": 5432, "databaseName": "d", "schemaName": "s", "username": "u",
                    "password": "p",
                });
                ("POST", "database-connectors".to_owned(), json(connector))
            }
            Call::Change { name, host } => {
                let path = format!("database-connectors/{}", self.ids[name]);
                ("PUT", path, json(json!({ "host": host })))
            }
            Call::Delete { name } => {
                let path = format!("database-connectors/{}", self.ids[name]);
                ("DELETE", path, Vec::new())
            }
            Call::Import { document, force } => {
                let path = format!(
                    "import?force_overwrite={force}&environment_id={}",
                    self.environment
                );
                ("POST", path, document.bytes.clone())
            }
            Call::Domain { name } => {
                let domain = json!({ "domainName": name, "defaultAlgorithmCode": "FirstNameLookup" });
                ("POST", "domains".to_owned(), json(domain))
            }
        }
    }

    fn accept(&mut self, call: Call) {
        self.tally.accepted += 1;
        self.hosts = after(&self.hosts, &call);
        self.accepted.push((Instant::now(), call));
        self.look();
    }

    /// Checks its environment and remembers the ids.
    pub(crate) fn look(&mut self) {
        let (hosts, ids) = self.read();
        assert_eq!(
            hosts,
            self.hosts,
            "client {}: {:?}",
            self.number,
            self.accepted.last()
        );
        self.ids = ids;
    }

    fn read(&self) -> (Hosts, BTreeMap<String, i64>) {
        let path = format!("database-connectors?environment_id={}", self.environment);
        let (status, page) = self.insist("GET", &path, b"");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&page));
        let page: Value = serde_json::from_slice(&page).unwrap();
        let rows = page["responseList"].as_array().unwrap();
        let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
        let hosts: Hosts = rows
            .iter()
            .map(|row| (text(row, "connectorName"), text(row, "host")))
            .collect();
        assert_eq!(hosts.len(), rows.len(), "doubled: {page}");
        let id = |row: &Value| row["databaseConnectorId"].as_i64().unwrap();
        let ids = rows.iter().map(|row| (text(row, "connectorName"), id(row)));
        (hosts, ids.collect())
    }

    /// Whether an accepted call changes something. Imports of an equal object, or of one that they may not overwrite, do not.
    fn would_show(&self, call: &Call) -> bool {
        let may = match call {
            Call::Import { document, force } => *force || !self.hosts.contains_key(&document.name),
            _ => true,
        };
        may && after(&self.hosts, call) != self.hosts
    }

    /// Whether the engine accepted a call whose answer was cut off.
    fn had_effect(&self, call: &Call) -> bool {
        let after = after(&self.hosts, call);
        let sent = Instant::now();
        while sent.elapsed() < LATEST_EFFECT {
            let (now, _) = self.read();
            if now == after {
                return true;
            }
            assert_eq!(now, self.hosts, "neither before nor after {call:?}");
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Exports a connector with an async task and checks the document.
    fn export(&mut self, name: String) {
        let entry =
            json!([{ "objectIdentifier": { "id": self.ids[&name] }, "objectType": "DATABASE_CONNECTOR" }]);
        let entry = entry.to_string().into_bytes();
        if self.below(12) == 0 {
            let share = self.below(1001) as f64 / 1000.0;
            self.user.cut_off("POST", "export-async", &entry, share);
            self.tally.half_sent += 1;
            return;
        }
        let (status, task) = self.insist("POST", "export-async", &entry);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&task));
        let task: Value = serde_json::from_slice(&task).unwrap();
        let path = format!("file-downloads/{}", task["reference"].as_str().unwrap());
        let (status, bytes) = self.insist("GET", &path, b"");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        let (_, objects) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(&bytes)
            .unwrap()
            .into_objects();
        let [object] = objects.as_slice() else {
            panic!("{} objects", objects.len())
        };
        let ObjectData::DatabaseConnector(data) = object.data() else {
            panic!("{}", object.data_type())
        };
        let host = self.hosts[&name].clone();
        assert_eq!(data.connector_name().as_deref(), Some(name.as_str()));
        assert_eq!(data.host().as_deref(), Some(host.as_str()));
        self.tally.exported += 1;
        let exported = Arc::new(Exported { name, host, bytes });
        match self.exported.len() {
            0..8 => self.exported.push(exported),
            full => {
                let at = self.below(full as u64) as usize;
                self.exported[at] = exported;
            }
        }
    }

    /// Creates a domain that other clients try to create, too. The first one succeeds.
    fn domain(&mut self, name: String) {
        let call = Call::Domain { name };
        let (method, path, body) = self.request(&call);
        let is_known = self.accepted.iter().any(|(_, known)| match (known, &call) {
            (Call::Domain { name: known }, Call::Domain { name }) => known == name,
            _ => false,
        });
        let (status, answer) = self.insist(method, &path, &body);
        match status {
            // Refused the second time, after the first answer was lost.
            409 if self.on_flaky_network && !is_known => {
                self.tally.unanswered += 1;
                self.accepted.push((Instant::now(), call));
            }
            200 => {
                self.tally.accepted += 1;
                self.accepted.push((Instant::now(), call));
            }
            409 => self.tally.refused += 1,
            _ => panic!("{status} {}", String::from_utf8_lossy(&answer)),
        }
    }
}

fn after(hosts: &Hosts, call: &Call) -> Hosts {
    let mut hosts = hosts.clone();
    match call {
        Call::Create { name, host } | Call::Change { name, host } => {
            hosts.insert(name.clone(), host.clone());
        }
        Call::Delete { name } => {
            hosts.remove(name);
        }
        Call::Import { document, .. } => {
            hosts.insert(document.name.clone(), document.host.clone());
        }
        Call::Domain { .. } => {}
    }
    hosts
}

/// Sends all accepted calls to a new engine, one after the other. It must accept all of them.
pub(crate) fn replay_all(address: SocketAddr, clients: Vec<Client>) {
    let mut again: Vec<Client> = (0..clients.len()).map(|n| Client::new(address, n)).collect();
    let calls = clients.into_iter().flat_map(|client| {
        let number = client.number;
        client
            .accepted
            .into_iter()
            .map(move |(at, call)| (at, number, call))
    });
    let mut calls: Vec<_> = calls.collect();
    calls.sort_by_key(|(at, number, _)| (*at, *number));
    for (_, number, call) in calls {
        let client = &mut again[number];
        let (method, path, body) = client.request(&call);
        let (status, answer) = client.user.send(method, &path, &body).unwrap();
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(status, 200, "client {number}: {call:?}: {text}");
        client.hosts = after(&client.hosts, &call);
        client.ids = client.read().1;
    }
}
