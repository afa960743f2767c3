//! A client that sends exactly the bytes it is given.

use std::net::SocketAddr;
use std::time::Duration;

use mock_engine::{Builder, Clock, MockEngine, RunningEngine};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub(crate) fn error(&self) -> String {
        assert!(self.head.contains("application/json"), "{self:?}");
        self.json()["errorMessage"]
            .as_str()
            .unwrap_or_else(|| panic!("{self:?}"))
            .to_owned()
    }
}

/// For reports of failures.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = &self.body[..self.body.len().min(2000)];
        write!(f, "{} {}", self.head, String::from_utf8_lossy(body))
    }
}

/// Sends bytes and reads until the server closes.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    read_reply(&mut stream).await
}

pub(crate) async fn read_reply(stream: &mut TcpStream) -> Reply {
    let mut all = Vec::new();
    tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all))
        .await
        .unwrap()
        .unwrap();
    let split = all
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("{all:?}"));
    let head = String::from_utf8(all[..split].to_vec()).unwrap();
    let status = head[9..12].parse().unwrap();
    Reply {
        status,
        head,
        body: all[split + 4..].to_vec(),
    }
}

/// A logged-in client and its engine.
pub(crate) struct Client {
    pub(crate) engine: RunningEngine,
    pub(crate) token: String,
}

impl Client {
    /// A client of an empty engine.
    pub(crate) async fn new() -> Self {
        Self::of(MockEngine::builder().empty().seed(1)).await
    }

    /// A client of an engine with the demo inventory and a frozen clock.
    pub(crate) async fn demo() -> Self {
        let clock = Clock::frozen(1_529_094_995_483);
        Self::of(MockEngine::builder().seed(1).clock(clock)).await
    }

    pub(crate) async fn of(builder: Builder) -> Self {
        let mut client = Self {
            engine: builder.start().await.unwrap(),
            token: String::new(),
        };
        client.login().await;
        client
    }

    pub(crate) async fn login(&mut self) {
        let reply = self
            .call(
                "POST",
                "login",
                &json!({ "username": "user123", "password": "pw123" }),
            )
            .await;
        assert!(matches!(reply.status, 200 | 201), "{reply:?}");
        self.token = reply.json()["Authorization"].as_str().unwrap().to_owned();
    }

    /// Sends a request below the API's base.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.raw(method, &format!("/masking/api/{path}"), "", body.as_bytes())
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &Value::Null).await
    }

    /// All rows of a list, which must fit on one page.
    pub(crate) async fn rows(&self, path: &str) -> Vec<Value> {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        let page = reply.json();
        let rows = page["responseList"].as_array().unwrap();
        assert_eq!(page["_pageInfo"]["total"], rows.len(), "{path}");
        rows.clone()
    }

    /// Sends a request with further header lines.
    pub(crate) async fn raw(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Reply {
        let (token, length) = (&self.token, body.len());
        let mut bytes = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {token}\r\n\
             Content-Length: {length}\r\n{headers}\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        exchange(self.engine.address(), &bytes).await
    }

    /// Sends a request below `/__admin`.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.raw(method, &format!("/__admin/{path}"), "", body.as_bytes())
            .await
    }

    /// Polls a task to its end, as dxm-toolkit does: while it is RUNNING. It must never be WAITING.
    pub(crate) async fn ended(&self, started: &Value) -> Value {
        let id = &started["asyncTaskId"];
        loop {
            let task = self.get(&format!("async-tasks/{id}")).await.json();
            assert_ne!(task["status"], "WAITING", "{task}");
            if task["status"] != "RUNNING" {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Creates a resource and returns its id.
    pub(crate) async fn create(&self, path: &str, body: &Value, id: &str) -> i64 {
        let reply = self.call("POST", path, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()[id].as_i64().unwrap()
    }
}

/// A form with one file.
pub(crate) fn form(part: &str, filename: &str, content: &[u8]) -> (String, Vec<u8>) {
    let head = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{filename}\"\r\n\
         Content-Type: application/json\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--xyz--\r\n"].concat();
    (
        "Content-Type: multipart/form-data; boundary=xyz\r\n".to_owned(),
        body,
    )
}
