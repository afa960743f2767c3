//! Broken connections, byte for byte, and faults of time.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_engine::{MockEngine, RunningEngine, TlsIdentity};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::set;
use crate::support::client::Client;

/// Sends a request for the list of environments; returns what came and how the connection ended.
async fn raw(client: &Client) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let request = format!(
        "GET /masking/api/environments HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {}\r\n\r\n",
        client.token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut seen)).await;
    (seen, end.unwrap().err().map(|error| error.kind()))
}

async fn broken(client: &Client, how: &str) -> (String, Option<ErrorKind>) {
    set(client, json!([{ "act": { "connection": how } }])).await;
    let (bytes, end) = raw(client).await;
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

#[tokio::test]
async fn broken_connection_has_exactly_these_bytes() {
    let client = Client::new().await;
    assert_eq!(broken(&client, "close").await, (String::new(), None));
    assert_eq!(
        broken(&client, "reset").await,
        (String::new(), Some(ErrorKind::ConnectionReset))
    );
    let (garbage, end) = broken(&client, "garbage").await;
    assert!(
        garbage.contains("this is not HTTP") && !garbage.contains("HTTP/1.1"),
        "{garbage}"
    );
    assert_eq!(end, None);
    // The true body, to compare the halves with.
    set(&client, json!([])).await;
    let body = client.get("environments").await.body;
    let body = String::from_utf8(body).unwrap();
    let half = &body[..body.len() / 2];
    let (short, end) = broken(&client, "shortBody").await;
    let (head, rest) = short.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"),
        "{head}"
    );
    assert!(
        head.ends_with(&format!("\r\ncontent-length: {}", body.len())),
        "{head}"
    );
    assert_eq!((rest, end), (half, None));
    let (chunked, end) = broken(&client, "badChunk").await;
    let (head, rest) = chunked.split_once("\r\n\r\n").unwrap();
    assert!(head.ends_with("\r\ntransfer-encoding: chunked"), "{head}");
    assert_eq!(
        (rest, end),
        (format!("{:x}\r\n{half}\r\nxyz\r\n", half.len()).as_str(), None)
    );
}

#[tokio::test]
async fn broken_connection_may_hide_a_change() {
    let client = Client::new().await;
    let create = json!({ "applicationName": "a" }).to_string();
    for (processed, count) in [(false, 0), (true, 1)] {
        let act = json!({ "connection": "close", "processed": processed });
        set(&client, json!([{ "match": { "method": "POST" }, "act": act }])).await;
        let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
        let request = format!(
            "POST /masking/api/applications HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n{create}",
            client.token,
            create.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut seen = Vec::new();
        stream.read_to_end(&mut seen).await.unwrap();
        assert_eq!(seen, b"");
        assert_eq!(client.rows("applications").await.len(), count);
    }
}

#[tokio::test]
async fn silent_connection_ends_when_the_faults_change() {
    let client = Client::new().await;
    set(&client, json!([{ "act": { "connection": "silent" } }])).await;
    let waiting = raw(&client);
    let change = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        client.engine.faults().clear();
    };
    let began = Instant::now();
    let ((bytes, _), ()) = tokio::join!(
        async {
            tokio::time::timeout(Duration::from_secs(1), waiting)
                .await
                .unwrap_or_default()
        },
        change
    );
    assert!(began.elapsed() >= Duration::from_millis(30));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.is_empty() || text.starts_with("HTTP/1.1 503"), "{text}");
}

#[tokio::test]
async fn refused_handshake_gets_an_alert() {
    let identity = TlsIdentity::self_signed(&["localhost".to_owned()]).unwrap();
    let engine = MockEngine::builder().empty().tls(identity).start().await.unwrap();
    let fault = serde_json::from_value(json!({ "times": 1, "act": { "connection": "refuseTls" } })).unwrap();
    engine.faults().set(vec![fault]).unwrap();
    let mut stream = TcpStream::connect(engine.address()).await.unwrap();
    stream.write_all(&[0x16, 3, 1, 0, 0]).await.unwrap();
    let mut seen = Vec::new();
    stream.read_to_end(&mut seen).await.unwrap();
    assert_eq!(seen, [0x15, 3, 1, 0, 2, 2, 0x28]);
    // The next one is served.
    let mut url = engine.url();
    url.push_str("/__admin/health");
    let curl = tokio::process::Command::new("curl")
        .args(["-sSfk", &url])
        .output()
        .await
        .unwrap();
    assert!(curl.status.success(), "{curl:?}");
}

#[tokio::test]
async fn delay_and_dribble_take_their_time() {
    let client = Client::new().await;
    let timed = async |act: Value| {
        set(
            &client,
            json!([{ "match": { "path": "/environments" }, "act": act }]),
        )
        .await;
        let began = Instant::now();
        let reply = client.get("environments").await;
        assert_eq!(reply.status, 200);
        began.elapsed()
    };
    let part = Duration::from_millis(40);
    assert!(timed(json!({ "delay": "40ms" })).await >= part);
    assert!(timed(json!({ "delay": { "uniform": ["40ms", "50ms"] } })).await >= part);
    let lognormal = json!({ "lognormal": { "median": "40ms", "sigma": 0 } });
    assert!(timed(json!({ "delay": lognormal })).await >= part);
    assert!(timed(json!({ "dribble": { "pieces": 4, "over": "40ms" } })).await >= part);
    let login = json!({ "match": { "path": "/login" }, "act": { "uploadBytesPerSecond": 1000 } });
    set(&client, json!([login])).await;
    let began = Instant::now();
    // The body has 40 bytes.
    let body = json!({ "username": "user123", "password": "p" });
    assert_eq!(client.call("POST", "login", &body).await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(35));
}

#[tokio::test]
async fn page_of_a_list_is_stale_duplicated_or_counts_wrong() {
    let client = Client::new().await;
    for name in ["a", "b", "c"] {
        let body = json!({ "applicationName": name });
        client.call("POST", "applications", &body).await;
    }
    let page = async |fault: &str, number: u32| {
        set(&client, json!([{ "act": { "page": fault } }])).await;
        let path = format!("applications?page_number={number}&page_size=2");
        let page = client.get(&path).await.json();
        let rows = page["responseList"].as_array().unwrap().iter();
        let names: Vec<String> = rows
            .map(|row| row["applicationName"].as_str().unwrap().to_owned())
            .collect();
        let info = &page["_pageInfo"];
        (
            names.concat(),
            info["numberOnPage"].clone(),
            info["total"].clone(),
        )
    };
    assert_eq!(page("stale", 1).await, ("a".to_owned(), json!(1), json!(2)));
    assert_eq!(page("duplicated", 1).await, ("ab".to_owned(), json!(2), json!(3)));
    assert_eq!(page("duplicated", 2).await, ("ab".to_owned(), json!(2), json!(3)));
    assert_eq!(page("wrongTotal", 2).await, ("c".to_owned(), json!(1), json!(4)));
    // What is no page stays.
    assert_eq!(client.get("system-information").await.status, 200);
}

/// The client's side of TLS, and the TCP connection below it.
async fn over_tls(engine: &RunningEngine) -> TlsStream<TcpStream> {
    let authority = CertificateDer::from_pem_slice(engine.ca_pem().unwrap().as_bytes()).unwrap();
    let mut trusted = RootCertStore::empty();
    trusted.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config.with_root_certificates(trusted).with_no_client_auth();
    let stream = TcpStream::connect(engine.address()).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector
        .connect("localhost".try_into().unwrap(), stream)
        .await
        .unwrap()
}

#[tokio::test]
async fn broken_connection_over_tls_ends_as_without() {
    let identity = TlsIdentity::self_signed(&["localhost".to_owned()]).unwrap();
    let engine = MockEngine::builder().empty().tls(identity).start().await.unwrap();
    let broken = async |how: &str| {
        let act = json!({ "answer": { "text": "0123456789" }, "connection": how });
        let fault = serde_json::from_value(json!({ "act": act })).unwrap();
        engine.faults().set(vec![fault]).unwrap();
        let mut stream = over_tls(&engine).await;
        let request = "GET /masking/api/environments HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut seen = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut seen)).await;
        let end = end.unwrap().err().map(|error| error.kind());
        (String::from_utf8(seen).unwrap(), end)
    };
    // TLS says goodbye before the connection closes; otherwise reading ends with `UnexpectedEof`.
    assert_eq!(broken("close").await, (String::new(), None));
    assert_eq!(
        broken("reset").await,
        (String::new(), Some(ErrorKind::ConnectionReset))
    );
    let (short, end) = broken("shortBody").await;
    let (head, half) = short.split_once("\r\n\r\n").unwrap();
    assert!(head.ends_with("\r\ncontent-length: 10"), "{head}");
    assert_eq!((half, end), ("01234", None));
}

#[tokio::test]
async fn close_ends_an_upload_that_is_not_read() {
    let client = Client::new().await;
    set(&client, json!([{ "times": 1, "act": { "connection": "close" } }])).await;
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let length = 64 << 20;
    let head = format!(
        "POST /masking/api/import HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Length: {length}\r\n\r\n",
        client.token
    );
    let upload = async {
        stream.write_all(head.as_bytes()).await?;
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..64 {
            stream.write_all(&piece).await?;
        }
        Ok::<_, std::io::Error>(())
    };
    let sent = tokio::time::timeout(Duration::from_secs(10), upload)
        .await
        .unwrap();
    let error = sent.unwrap_err();
    let broken = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    assert!(broken.contains(&error.kind()), "{error}");
    let mut seen = Vec::new();
    // Either end will do: the reset may have been reported already.
    let _ = stream.read_to_end(&mut seen).await;
    assert_eq!(String::from_utf8_lossy(&seen), "");
    // The next one is served.
    assert_eq!(client.get("environments").await.status, 200);
}
