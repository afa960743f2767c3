//! Steps that change what later calls meet: faults, sessions, snapshots and the clock.
//!
//! What has to hold after them: a session never changes another one; a restored snapshot is the state that was taken;
//! faults that were shown can be set again; only a fault makes the mock answer with a 5xx.

use bytes::Bytes;
use serde_json::{Value, json};

use super::calls::Call;
use super::{ENDPOINTS, Session};

/// The port's engine and two sessions, by names that the fuzzer doesn't make up.
const SESSIONS: [&str; 3] = ["", "session-of-the-target", "another-session"];
const SNAPSHOT: &str = "/__admin/snapshots/taken-by-the-target";

fn act(number: u8) -> Value {
    let acts = [
        json!({ "answer": { "status": 503, "errorMessage": "busy" } }),
        json!({ "answer": { "status": 500, "json": [1] }, "processed": true }),
        json!({ "connection": "close", "processed": true }),
        json!({ "connection": "shortBody" }),
        json!({ "connection": "badChunk" }),
        json!({ "expireToken": true }),
        json!({ "restart": true }),
        json!({ "edit": { "type": "DOMAIN", "name": "*" } }),
        json!({ "loseDownload": true }),
        json!({ "export": "badSignature" }),
        json!({ "export": "swappedKey" }),
        json!({ "export": "flippedByte" }),
        json!({ "export": "truncatedBlob" }),
        json!({ "export": "staleRevision" }),
        json!({ "export": "missingDependency" }),
        json!({ "import": { "failAt": 1 } }),
        json!({ "import": { "failAt": 2, "message": "on purpose" } }),
        json!({ "task": { "fails": "on purpose" } }),
        json!({ "page": "stale" }),
        json!({ "page": "duplicated" }),
        json!({ "page": "wrongTotal" }),
    ];
    acts[usize::from(number) % acts.len()].clone()
}

fn change_of_the_clock(number: u8) -> Value {
    let changes = [
        json!({ "advance": "10m" }),
        json!({ "advance": "400000h" }),
        json!({ "set": "2018-06-15T20:36:35Z" }),
        json!({ "set": "1970-01-01T00:00:00Z" }),
        json!({ "set": "9999-12-31T23:59:59Z" }),
        json!({ "freeze": true }),
    ];
    changes[usize::from(number) % changes.len()].clone()
}

impl Session {
    /// Makes a step; what the call says decides about its details.
    pub(super) async fn step(&mut self, kind: u8, call: &Call) {
        match kind % 5 {
            0 => self.add_faults(kind, call).await,
            1 => {
                let number = usize::from(call.endpoint) % SESSIONS.len();
                self.enter(SESSIONS[number]).await;
            }
            2 => {
                let (status, _) = self.send("POST", SNAPSHOT, "", Bytes::new()).await;
                assert_eq!(status, 200);
                let state = self.state().await;
                self.taken.insert(self.within, state);
            }
            3 => self.restore().await,
            _ => {
                let change = change_of_the_clock(call.endpoint);
                let (status, _) = self
                    .send("PUT", "/__admin/clock", "", change.to_string().into())
                    .await;
                assert!(status < 500, "{change}");
                self.log_in().await;
            }
        }
    }

    async fn add_faults(&mut self, kind: u8, call: &Call) {
        let (method, path) = &ENDPOINTS[usize::from(call.endpoint) % ENDPOINTS.len()];
        let path: Vec<&str> = path
            .split('/')
            .map(|part| if part.starts_with('{') { "*" } else { part })
            .collect();
        let one = json!({ "match": { "method": method, "path": path.join("/") }, "act": act(call.endpoint) });
        let any = json!({ "after": kind % 3, "times": 2, "act": act(call.without_token ^ call.endpoint) });
        let by_chance = json!({ "probability": 0.5, "inOrder": [act(kind), act(call.endpoint)] });
        let list = [json!([one, any]), json!([any]), json!([one, by_chance])];
        let body = json!({ "faults": list[usize::from(kind / 5) % list.len()] });
        let (status, answer) = self
            .send("PUT", "/__admin/faults", "", body.to_string().into())
            .await;
        assert_eq!(status, 200, "{body}: {}", String::from_utf8_lossy(&answer));
        self.faulty = true;
    }

    /// Goes on in another session.
    async fn enter(&mut self, session: &'static str) {
        // Steps that fail may have changed the state, too.
        let state = self.state().await;
        self.seen.insert(self.within, state);
        self.within = session;
        // A token of another session would lead there.
        self.token = "none".to_owned();
        self.faulty = true;
        self.log_in().await;
    }

    async fn restore(&mut self) {
        let path = format!("{SNAPSHOT}/restore");
        let (status, _) = self.send("POST", &path, "", Bytes::new()).await;
        match status {
            200 => {
                let state = self.state().await;
                if let Some(taken) = self.taken.get(self.within) {
                    assert!(state == taken, "a restored snapshot is the state that was taken");
                }
            }
            status => {
                assert_eq!(status, 404);
                let taken = self.taken.remove(self.within);
                assert!(taken.is_none(), "the snapshot is lost");
            }
        }
    }

    pub(super) async fn state(&self) -> Bytes {
        let (status, state) = self
            .send("GET", "/__admin/state?secrets=true", "", Bytes::new())
            .await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&state));
        state
    }

    /// Forgets the sessions, which a call may have ended.
    pub(super) async fn leave_sessions(&mut self) {
        self.within = "";
        self.token = "none".to_owned();
        self.seen.retain(|session, _| session.is_empty());
        self.taken.retain(|session, _| session.is_empty());
        self.log_in().await;
    }

    /// Other sessions are as they were when they were left.
    pub(super) async fn others_are_unchanged(&mut self) {
        let here = self.within;
        let token = std::mem::replace(&mut self.token, "none".to_owned());
        for session in SESSIONS.into_iter().filter(|session| *session != here) {
            if let Some(left) = self.seen.get(session).cloned() {
                self.within = session;
                assert!(self.state().await == left, "{here:?} changes {session:?}");
            }
        }
        self.within = here;
        self.token = token;
    }

    /// How often faults fired.
    pub(super) async fn fired(&self) -> u64 {
        if !self.faulty {
            return 0;
        }
        let shown = self.json("/__admin/faults").await;
        let counters = shown["counters"].as_array().into_iter().flatten();
        counters.filter_map(|counter| counter["fired"].as_u64()).sum()
    }

    /// Takes the faults away; `set_again` brings them back.
    pub(super) async fn suspend(&self) -> Bytes {
        if !self.faulty {
            return Bytes::new();
        }
        let (_, shown) = self.send("GET", "/__admin/faults", "", Bytes::new()).await;
        self.send("DELETE", "/__admin/faults", "", Bytes::new()).await;
        shown
    }

    pub(super) async fn set_again(&self, faults: Bytes) {
        if !faults.is_empty() {
            let (status, _) = self.send("PUT", "/__admin/faults", "", faults).await;
            assert_eq!(status, 200, "faults that were shown can be set again");
        }
    }

    /// Logs in anew, without faults.
    pub(super) async fn log_in(&mut self) {
        let faults = self.suspend().await;
        let login = Bytes::from_static(br#"{"username":"u","password":"p"}"#);
        let (_, answer) = self.send("POST", "/masking/api/login", "", login).await;
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        answer["Authorization"]
            .as_str()
            .expect("a token")
            .clone_into(&mut self.token);
        self.set_again(faults).await;
    }
}
