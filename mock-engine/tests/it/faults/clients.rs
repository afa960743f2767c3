//! What HTTP clients say to broken connections. The table "What your client sees" in `docs/mock-api.md` is compared with
//! what they print.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use mock_engine::{Fault, MockEngine, RunningEngine, TlsIdentity};
use serde_json::{Value, json};

use crate::client_scripts::python;
use crate::support::client::exchange;
use crate::support::program::script;

const FAULTS: [&str; 6] = ["close", "reset", "silent", "shortBody", "badChunk", "garbage"];

/// The cells of a client in the table, by fault.
fn table(client: &str) -> BTreeMap<String, String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/mock-api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("### What your client sees\n").unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let mut rows = section.lines().filter(|line| line.starts_with("| ")).map(|line| {
        let cells = line.trim_matches('|').split('|');
        cells.map(str::trim).collect::<Vec<&str>>()
    });
    let head = rows.next().unwrap();
    let column = head.iter().position(|cell| *cell == client).unwrap();
    let cell = |row: Vec<&str>| (row[0].trim_matches('`').to_owned(), row[column].to_owned());
    rows.map(cell).collect()
}

async fn engines() -> (RunningEngine, RunningEngine) {
    let fault = |name: &str| -> Fault {
        let matching = json!({ "query": { "fault": name } });
        let act = json!({ "answer": { "text": "0123456789" }, "connection": name });
        serde_json::from_value(json!({ "match": matching, "act": act })).unwrap()
    };
    let plain = MockEngine::builder().empty().faults(FAULTS.map(fault).into());
    let identity = TlsIdentity::self_signed(&["localhost".to_owned()]).unwrap();
    let refusing = serde_json::from_value(json!({ "act": { "connection": "refuseTls" } })).unwrap();
    let secure = MockEngine::builder().empty().tls(identity).faults(vec![refusing]);
    (plain.start().await.unwrap(), secure.start().await.unwrap())
}

/// Runs a client and compares its lines with its column. Returns how many requests met each fault.
async fn compare(client: &str, interpreter: impl AsRef<OsStr>, file: &str) -> Vec<Value> {
    let (plain, secure) = engines().await;
    let path = format!("faults/clients/{file}");
    let urls = [plain.url(), secure.url()];
    let printed = script(interpreter, &path, &[&urls[0], &urls[1]], String::new).await;
    let mut expected = table(client);
    for line in printed.lines() {
        let mut parts = line.splitn(3, '\t');
        let mut next = || parts.next().unwrap_or_default();
        let (fault, class, message) = (next(), next(), next());
        let cell = expected.remove(fault).unwrap_or_default();
        let (wanted, fragment) = cell.split_once("` ").unwrap_or((cell.trim_end_matches('`'), ""));
        assert_eq!(wanted.trim_start_matches('`'), class, "{fault}: {message}");
        assert!(
            message.contains(fragment),
            "{fault}: {message:?} without {fragment:?}"
        );
    }
    assert!(expected.is_empty(), "{client} says nothing to {expected:?}");
    let request = "GET /__admin/faults HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let counters = exchange(plain.address(), request.as_bytes()).await.json()["counters"].clone();
    let counters = counters.as_array().unwrap().iter();
    counters.map(|counter| counter["fired"].clone()).collect()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn curl_sees_what_the_table_says() {
    assert_eq!(compare("curl", "bash", "curl.sh").await, [1; 6]);
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn python_requests_sees_what_the_table_says() {
    let client = "Python requests";
    assert_eq!(compare(client, python(), "requests_client.py").await, [1; 6]);
}

/// Only in the nightly run, since Java and Node take seconds to start.
#[tokio::test]
async fn java_and_node_see_what_the_table_says() {
    if !testkit::exhaustive() {
        return;
    }
    assert_eq!(compare("Node fetch", "node", "fetch.mjs").await, [1; 6]);
    // It repeats a GET once if the connection ends without an answer.
    let java = compare("Java HttpClient", "java", "HttpClientCalls.java").await;
    assert_eq!(java, [2, 2, 1, 1, 1, 1]);
}
