//! Any sequence of requests to the mock, and what has to hold after each.
//!
//! Shared by `fuzz_targets/http.rs` and by `mock-engine/tests/it/fuzz_corpus.rs`, which replays the corpus as an ordinary
//! test. Panics where a promise is broken:
//!
//! - no answer is a 5xx, apart from the one endpoint that says it isn't there yet;
//! - the state, dumped and loaded, is the same state;
//! - every reference of a row leads to an existing row;
//! - every object that is listed as syncable can be exported with the listed hash; the document is sound and its hashes
//!   are right.
//!
//! `http_surface.rs` has what has to hold for faults, sessions, snapshots and the clock.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use arbitrary::Unstructured;
use bytes::Bytes;
use exportdoc::internal::finding::Severity;
use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict};
use http::Request;
use mock_engine::Clock;
use mock_engine::internal::catalogue;
use mock_engine::internal::{TaskFilter, TaskStatus};
use mock_engine::{LocalEngine, MockEngine};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

#[path = "http_calls.rs"]
mod calls;
#[path = "http_surface.rs"]
mod surface;
use calls::{Atom, Call, Field, Payload, WORDS, encoded, member, parameter};

/// Longest sequence: what goes wrong goes wrong early, and each step is looked at closely.
const CALLS: usize = 12;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(1)
        .enable_time()
        .build()
        .expect("a runtime")
});

/// The demo inventory as a dump.
static DEMO: LazyLock<Vec<u8>> = LazyLock::new(|| {
    RUNTIME.block_on(async {
        let session = Session::new(true).await;
        session
            .send("GET", "/__admin/state?secrets=true", "", Bytes::new())
            .await
            .1
            .to_vec()
    })
});

/// Methods and paths of the API, in order.
static ENDPOINTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let document = RUNTIME.block_on(async {
        let session = Session::new(false).await;
        session
            .send("GET", "/__admin/openapi.json", "", Bytes::new())
            .await
            .1
    });
    let document: Value = serde_json::from_slice(&document).expect("the document is JSON");
    let mut endpoints = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in item.as_object().into_iter().flat_map(Map::keys) {
            endpoints.push((method.to_uppercase(), path.clone()));
        }
    }
    endpoints
});

/// An engine, and what earlier answers left to go on with.
struct Session {
    engine: LocalEngine,
    token: String,
    document: Vec<u8>,
    reference: String,
    /// The session that calls are in; empty for the port's engine.
    within: &'static str,
    /// States that were looked at, by session.
    seen: BTreeMap<&'static str, Bytes>,
    /// States of which there is a snapshot, by session.
    taken: BTreeMap<&'static str, Bytes>,
    /// Whether there may be faults.
    faulty: bool,
}

impl Session {
    async fn new(demo: bool) -> Self {
        let builder = MockEngine::builder().seed(1).clock(Clock::frozen(0));
        let builder = if demo { builder } else { builder.empty() };
        let engine = builder.without_port().expect("an engine in memory");
        let mut session = Self {
            engine,
            token: String::new(),
            document: Vec::new(),
            reference: "x".to_owned(),
            within: "",
            seen: BTreeMap::new(),
            taken: BTreeMap::new(),
            faulty: false,
        };
        session.log_in().await;
        session
    }

    async fn send(&self, method: &str, target: &str, content_type: &str, body: Bytes) -> (u16, Bytes) {
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", "localhost")
            .header("authorization", &self.token)
            .header("content-type", content_type);
        let request = match self.within {
            "" => request,
            session => request.header("x-mock-session", session),
        };
        let request = request.body(body);
        // Not every text is a target.
        let Ok(request) = request else {
            return (400, Bytes::new());
        };
        let answer = self.engine.answer(request).await;
        self.settle().await;
        (answer.status().as_u16(), answer.into_body())
    }

    /// Waits for the tasks that the call began: the clock stands still, but they take no time on it.
    async fn settle(&self) {
        let ends = |status| matches!(status, TaskStatus::Succeeded | TaskStatus::Failed);
        while !self
            .engine
            .engine()
            .tasks
            .list(&TaskFilter::default())
            .iter()
            .all(|task| ends(task.status))
        {
            tokio::task::yield_now().await;
        }
    }

    async fn json(&self, target: &str) -> Value {
        let (status, answer) = self.send("GET", target, "", Bytes::new()).await;
        assert_eq!(status, 200, "{target}");
        serde_json::from_slice(&answer).expect("JSON")
    }

    fn text(&self, atom: &Atom) -> String {
        match self.value(atom) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    fn value(&self, atom: &Atom) -> Value {
        match atom {
            Atom::Small(number) => (number % 10).into(),
            Atom::Word(number) => WORDS[usize::from(*number) % WORDS.len()].into(),
            Atom::Reference => self.reference.clone().into(),
            Atom::Number(number) => (*number).into(),
            Atom::Text(text) => text.clone().into(),
            Atom::True => true.into(),
            Atom::Null => Value::Null,
            Atom::Fraction(number) => (f64::from(*number) / 4.0).into(),
        }
    }

    fn object(&self, fields: &[(u8, Atom)]) -> Value {
        fields
            .iter()
            .map(|(name, value)| (member(*name).to_owned(), self.value(value)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn body(&self, payload: &Payload) -> (&'static str, Vec<u8>) {
        let json = "application/json";
        match payload {
            Payload::Nothing => (json, Vec::new()),
            Payload::Fields(fields) => {
                let value = |field: &Field| match field {
                    Field::Atom(atom) => self.value(atom),
                    Field::List(atoms) => atoms.iter().map(|atom| self.value(atom)).collect(),
                    Field::Object(fields) => self.object(fields),
                };
                let fields = fields
                    .iter()
                    .map(|(name, field)| (member(*name).to_owned(), value(field)));
                (
                    json,
                    Value::from(fields.collect::<Map<_, _>>()).to_string().into(),
                )
            }
            Payload::Objects(objects) => {
                let types = exportdoc::internal::object::OBJECT_TYPES;
                let entry = |(number, identifier): &(u8, Atom)| {
                    let name = types[usize::from(*number) % types.len()].name;
                    json!({ "objectType": name, "objectIdentifier": { "id": self.value(identifier) } })
                };
                (
                    json,
                    objects.iter().map(entry).collect::<Value>().to_string().into(),
                )
            }
            Payload::LastDocument => (json, self.document.clone()),
            Payload::DamagedDocument { at, byte } => {
                let mut document = self.document.clone();
                if !document.is_empty() {
                    let at = usize::from(*at) % document.len();
                    document[at] = *byte;
                }
                (json, document)
            }
            Payload::Form { last_document, other } => {
                let file = if *last_document { &self.document } else { other };
                let head = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n";
                let body = [head.as_slice(), file, b"\r\n--x--\r\n"].concat();
                ("multipart/form-data; boundary=x", body)
            }
            Payload::Raw(bytes) => (json, bytes.clone()),
        }
    }

    async fn call(&mut self, call: &Call) {
        let (method, template) = &ENDPOINTS[usize::from(call.endpoint) % ENDPOINTS.len()];
        if let Some(kind @ 0..=50) = call.without_token.checked_sub(200) {
            self.step(kind, call).await;
        }
        // A loaded state is not checked. What a session does in the background has no end that can be seen here.
        let in_background = ["-async", "/executions", "/cancel"];
        let in_background = in_background.iter().any(|part| template.contains(part));
        if (method == "PUT" && template == "/__admin/state") || (in_background && !self.within.is_empty()) {
            return;
        }
        let key = encoded(&self.text(&call.key));
        let path: Vec<&str> = template
            .split('/')
            .map(|part| if part.starts_with('{') { key.as_str() } else { part })
            .collect();
        let mut target = path.join("/");
        for (number, (name, value)) in call.query.iter().enumerate() {
            target.push(if number == 0 { '?' } else { '&' });
            target.push_str(&format!("{}={}", parameter(*name), encoded(&self.text(value))));
        }
        let (content_type, body) = self.body(&call.body);
        let token = self.token.clone();
        if call.without_token > 250 {
            self.token = "none".to_owned();
        }
        let fired = self.fired().await;
        let (status, answer) = self.send(method, &target, content_type, body.into()).await;
        // A reset starts the counters again.
        let met = self.fired().await > fired;
        self.token = token;
        let expected = met || status < 500 || (status == 501 && template.ends_with("/copy"));
        assert!(
            expected,
            "{method} {target}: {status} {}",
            String::from_utf8_lossy(&answer)
        );
        if status < 300 {
            self.remember(template, &answer);
        }
        if met || template == "/masking/api/logout" || template == "/__admin/reset" {
            self.log_in().await;
        }
        if method == "DELETE" && template.starts_with("/__admin/sessions") {
            self.leave_sessions().await;
        }
        if met || (method != "GET" && status < 300) {
            let faults = self.suspend().await;
            self.holds().await;
            self.set_again(faults).await;
        }
    }

    fn remember(&mut self, template: &str, answer: &Bytes) {
        let json = serde_json::from_slice::<Value>(answer).unwrap_or_default();
        if json.get("blob").is_some() {
            self.document = answer.to_vec();
        }
        for member in ["reference", "fileUuid"] {
            if let Some(reference) = json[member].as_str() {
                reference.clone_into(&mut self.reference);
            }
        }
        if template.starts_with("/masking/api/algorithms") && json["algorithmName"].is_string() {
            self.reference = json["algorithmName"].as_str().unwrap_or_default().to_owned();
        }
    }

    /// What holds at any time. A state that was looked at already is not looked at again.
    async fn holds(&mut self) {
        let state = "/__admin/state?secrets=true";
        let dump = self.state().await;
        self.others_are_unchanged().await;
        if self.seen.get(self.within) == Some(&dump) {
            return;
        }
        self.seen.insert(self.within, dump.clone());
        let (status, answer) = self.send("PUT", state, "", dump.clone()).await;
        assert_eq!(status, 200, "a dump loads: {}", String::from_utf8_lossy(&answer));
        let (_, again) = self.send("GET", state, "", Bytes::new()).await;
        assert!(dump == again, "a dump that was loaded is the same state");
        self.references_resolve().await;
        self.everything_exports().await;
    }

    async fn references_resolve(&self) {
        for collection in catalogue::ALL {
            let spec = collection.spec();
            let page = self
                .json(&format!("/masking/api/{}?page_size=100000", spec.path))
                .await;
            for row in page["responseList"].as_array().into_iter().flatten() {
                for parent in spec.parents {
                    let keys = match &row[parent.field] {
                        Value::Null => continue,
                        Value::Array(many) => many.clone(),
                        one => vec![one.clone()],
                    };
                    for target in parent.targets(row) {
                        for key in &keys {
                            let text = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                            let target = format!("/masking/api/{target}/{}", encoded(&text));
                            let (status, _) = self.send("GET", &target, "", Bytes::new()).await;
                            assert_eq!(status, 200, "{target}, the {} of {row}", parent.field);
                        }
                    }
                }
            }
        }
    }

    async fn everything_exports(&self) {
        let page = self.json("/masking/api/syncable-objects?page_size=100000").await;
        let objects: Vec<&Value> = page["responseList"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|object| {
                !object["revisionHash"]
                    .as_str()
                    .unwrap_or_default()
                    .starts_with("Not Syncable")
            })
            .collect();
        if objects.is_empty() {
            return;
        }
        let wanted = Value::from_iter(objects.iter().map(|object| (*object).clone())).to_string();
        let (status, document) = self.send("POST", "/masking/api/export", "", wanted.into()).await;
        if status == 409 && self.running() {
            return;
        }
        assert_eq!(
            status,
            200,
            "an export of all: {}",
            String::from_utf8_lossy(&document)
        );
        let report = Examiner::new(&ExamineOptions::default())
            .read_bytes(&document)
            .expect("a document")
            .report;
        assert_eq!(report.signature.verdict, Verdict::Valid);
        let read: Value = serde_json::from_slice(&document).expect("JSON");
        let exported = read["exportResponseMetadata"]["exportedObjectList"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for object in objects {
            assert!(
                exported.contains(object),
                "{object} is listed otherwise than exported"
            );
        }
        // A wrong hash is such a finding, and so is anything else that an engine's own document must not have.
        let wrong = report
            .findings
            .iter()
            .find(|finding| finding.severity >= Severity::Error);
        assert!(wrong.is_none(), "{wrong:?}");
    }

    fn running(&self) -> bool {
        self.engine.engine().job_running()
    }
}

/// A sequence of calls to an engine with the demo inventory, or to an empty one.
pub fn http(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(demo) = input.arbitrary::<bool>() else {
        return;
    };
    // They use the runtime themselves.
    LazyLock::force(&ENDPOINTS);
    LazyLock::force(&DEMO);
    RUNTIME.block_on(async {
        let mut session = Session::new(false).await;
        if demo {
            let state = Bytes::from_static(DEMO.as_slice());
            let (status, _) = session.send("PUT", "/__admin/state", "", state).await;
            assert_eq!(status, 200);
        }
        for _ in 0..CALLS {
            match input.arbitrary::<Call>() {
                Ok(call) if !input.is_empty() => session.call(&call).await,
                _ => break,
            }
        }
    });
}
