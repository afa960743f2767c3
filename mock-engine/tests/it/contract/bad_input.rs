//! Invalid input: no token, no JSON, no form, broken off, overflowing numbers. The answer is an error as JSON with a 4xx
//! status, and nothing changes.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::client::{Client, form, read_reply};
use crate::support::pair::{all_success, engine_a, engine_b, entry, export, find, state};

/// Collections that clients can change.
const WRITTEN: &[&str] = &[
    "applications",
    "environments",
    "database-connectors",
    "file-connectors",
    "mainframe-dataset-connectors",
    "database-rulesets",
    "file-rulesets",
    "masking-jobs",
    "profile-jobs",
    "tokenization-jobs",
    "reidentification-jobs",
    "profile-sets",
    "profile-expressions",
    "classifiers",
    "domains",
    "algorithms",
    "file-formats",
    "mount-filesystem",
    "jdbc-drivers",
    "users",
    "roles",
];

/// Further endpoints that need a token.
const CLOSED: &[(&str, &str)] = &[
    ("PUT", "logout"),
    ("GET", "syncable-objects"),
    ("GET", "syncable-objects/environments/1"),
    ("POST", "export"),
    ("POST", "v2/export"),
    ("POST", "import?force_overwrite=true"),
    ("POST", "export-async"),
    ("DELETE", "export-async"),
    ("POST", "import-async?force_overwrite=true"),
    ("DELETE", "import-async"),
    ("GET", "async-tasks"),
    ("GET", "async-tasks/1"),
    ("PUT", "async-tasks/1/cancel"),
    ("GET", "file-downloads/EXPORT-x"),
    ("POST", "file-uploads"),
    ("GET", "file-uploads"),
    ("DELETE", "file-uploads"),
    ("GET", "file-uploads/x"),
    ("DELETE", "file-uploads/x"),
    ("GET", "application-settings"),
    ("PUT", "application-settings/1"),
    ("GET", "executions"),
    ("POST", "executions"),
    ("POST", "executions/1/cancel"),
    ("GET", "execution-events"),
    ("GET", "execution-components"),
    ("GET", "monitor-task"),
    ("GET", "file-metadata"),
    ("GET", "algorithm/frameworks"),
    ("POST", "environments/1/copy"),
    ("POST", "database-connectors/1/test"),
    ("POST", "file-connectors/1/test"),
    ("PUT", "algorithms/FirstNameLookup/randomize-key"),
    ("PUT", "encryptionKey"),
];

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn every_other_endpoint_refuses_a_missing_token() {
    let mut a = engine_a().await;
    let before = state(&a).await;
    let token = std::mem::take(&mut a.token);
    let mut calls: Vec<(&str, String)> = CLOSED
        .iter()
        .map(|(method, path)| (*method, (*path).to_owned()))
        .collect();
    for path in WRITTEN {
        calls.extend([("GET", (*path).to_owned()), ("POST", (*path).to_owned())]);
        calls.extend(["GET", "PUT", "DELETE"].map(|method| (method, format!("{path}/1"))));
    }
    for token in ["", "00000000-0000-0000-0000-000000000000"] {
        token.clone_into(&mut a.token);
        for (method, path) in &calls {
            for base in ["/masking/api", "/masking/api/v5.1.47"] {
                let reply = a.raw(method, &format!("{base}/{path}"), "", b"").await;
                assert_eq!(reply.status, 401, "{method} {base}/{path} {reply:?}");
                assert!(!reply.error().is_empty());
            }
        }
    }
    a.token = String::new();
    for (method, path, status) in [
        ("GET", "/", 200),
        ("GET", "/masking/api/system-information", 200),
        ("POST", "/masking/api/login", 400),
    ] {
        assert_eq!(
            a.raw(method, path, "", b"").await.status,
            status,
            "{method} {path}"
        );
    }
    a.token = token;
    assert_eq!(state(&a).await, before);
}

#[tokio::test]
async fn body_that_is_not_json_is_refused() {
    let a = engine_a().await;
    let before = state(&a).await;
    let mut calls = vec![
        ("POST", "login".to_owned()),
        ("POST", "export".to_owned()),
        ("POST", "export-async".to_owned()),
        ("POST", "import?force_overwrite=true&environment_id=1".to_owned()),
        ("POST", "executions".to_owned()),
    ];
    calls.extend(WRITTEN.iter().map(|path| ("POST", (*path).to_owned())));
    calls.push(("PUT", "masking-jobs/4".to_owned()));
    // Deeper than the parser's limit, and smaller than the limit on a body.
    let deep = "[".repeat(50_000);
    let bodies: [&[u8]; 10] = [
        b"",
        b"{",
        b"nonsense",
        b"<xml/>",
        b"{\"objectType\": ",
        b"[{\"objectIdentifier\":{\"id\":4},\"objectType\":\"MASKING_JOB\"}",
        b"null",
        b"\"\xff\xfe\"",
        b"} {}",
        deep.as_bytes(),
    ];
    for (method, path) in &calls {
        for body in bodies {
            let json = "Content-Type: application/json\r\n";
            let reply = a.raw(method, &format!("/masking/api/{path}"), json, body).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]);
            assert_eq!(reply.status, 400, "{method} {path} {shown} {reply:?}");
            assert!(!reply.error().is_empty());
        }
    }
    assert_eq!(state(&a).await, before);
}

#[tokio::test]
async fn body_that_is_not_a_form_is_refused() {
    let a = engine_a().await;
    let document = br#"{"blob":"AAAA","signature":"AAAA","publicKey":"AAAA"}"#;
    let (headers, body) = form("file", "export.json", document);
    let unfinished = &body[..body.len() - 20];
    let (other, other_body) = form("other", "export.json", document);
    let wrong = "Content-Type: multipart/form-data; boundary=abc\r\n";
    let before = state(&a).await;
    for path in ["import-async?force_overwrite=true", "file-uploads"] {
        let cases: [(&str, &str, &[u8]); 8] = [
            ("JSON", "Content-Type: application/json\r\n", document),
            ("no content type", "", &body),
            ("no boundary", "Content-Type: multipart/form-data\r\n", &body),
            ("another boundary", wrong, &body),
            ("no end", &headers, unfinished),
            ("no such part", &other, &other_body),
            ("nothing", &headers, b""),
            ("only an end", &headers, b"--xyz--\r\n"),
        ];
        for (name, headers, body) in cases {
            let reply = a
                .raw("POST", &format!("/masking/api/{path}"), headers, body)
                .await;
            assert_eq!(reply.status, 400, "{path}, {name}: {reply:?}");
            assert!(!reply.error().is_empty());
        }
    }
    assert_eq!(state(&a).await, before);
    let tasks = a.get("async-tasks").await.json();
    assert_eq!(tasks["_pageInfo"]["total"], 0, "no task was started: {tasks}");
}

/// Sends the head of a request and a part of its body, and closes the sending side.
async fn cut_off(
    client: &Client,
    target: &str,
    headers: &str,
    length: usize,
    body: &[u8],
) -> crate::support::client::Reply {
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let head = format!(
        "POST /masking/api/{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {}\r\n\
         Content-Length: {length}\r\n{headers}\r\n",
        client.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    stream.shutdown().await.unwrap();
    read_reply(&mut stream).await
}

#[tokio::test]
async fn body_that_breaks_off_is_refused() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[find(&a, "LOOKUP", |_| true).await]).await;
    let before = state(&b).await;
    let reply = cut_off(
        &b,
        "import?force_overwrite=true",
        "",
        document.len(),
        &document[..document.len() / 2],
    )
    .await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(!reply.error().is_empty());
    let (headers, body) = form("file", "export.json", &document);
    let target = "import-async?force_overwrite=true";
    let reply = cut_off(&b, target, &headers, body.len(), &body[..body.len() / 2]).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(!reply.error().is_empty());
    // The client disappears within the head, the body and the form.
    for (head, body) in [
        ("POST /masking/api/imp", &b""[..]),
        ("", &document[..9]),
        (headers.as_str(), &body[..200]),
    ] {
        let mut stream = TcpStream::connect(b.engine.address()).await.unwrap();
        let start = if head.starts_with("POST") {
            head.to_owned()
        } else {
            format!(
                "POST /masking/api/{target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Length: 100000\r\n{head}\r\n",
                b.token
            )
        };
        stream.write_all(start.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(state(&b).await, before);
    all_success(&crate::support::pair::import(&b, "force_overwrite=true", &document).await);
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn chunked_upload_after_100_continue_is_read() {
    let (a, b) = (engine_a().await, engine_b().await);
    let document = export(&a, &[entry("GLOBAL_OBJECT", "global")]).await;
    let (headers, body) = form("file", "export.json", &document);
    for (target, headers, body) in [
        ("import", "Content-Type: application/json\r\n", &document),
        ("import-async", headers.as_str(), &body),
    ] {
        let mut stream = TcpStream::connect(b.engine.address()).await.unwrap();
        let head = format!(
            "POST /masking/api/{target}?force_overwrite=true HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: {}\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n{headers}\r\n",
            b.token
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut first = [0; 25];
        let read = tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first);
        tokio::time::timeout(Duration::from_secs(10), read)
            .await
            .expect("a 100 before the body")
            .unwrap();
        assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n", "{target}");
        for chunk in body.chunks(1000) {
            let piece = [
                format!("{:x};extension=1\r\n", chunk.len()).as_bytes(),
                chunk,
                b"\r\n",
            ]
            .concat();
            stream.write_all(&piece).await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let reply = read_reply(&mut stream).await;
        assert_eq!(reply.status, 200, "{target} {reply:?}");
        if target == "import-async" {
            let done = crate::support::pair::wait(&b, &reply.json()).await;
            assert_eq!(done["status"], "SUCCEEDED", "{done}");
        }
    }
}

#[tokio::test]
async fn number_that_overflows_is_refused() {
    let a = engine_a().await;
    let document = export(&a, &[entry("MASKING_JOB", 4)]).await;
    let before = state(&a).await;
    let refused = |what: String, reply: crate::support::client::Reply, allowed: &[u16]| {
        assert!(allowed.contains(&reply.status), "{what} {reply:?}");
        assert!(!reply.error().is_empty());
    };
    let nines = "9".repeat(400);
    for number in [
        "4294967296",
        "9223372036854775808",
        "18446744073709551616",
        "-1",
        "0",
        "1e3",
        "1.5",
        "0x1",
        "None",
        &nines,
    ] {
        for path in [
            "applications",
            "environments",
            "database-connectors",
            "masking-jobs",
            "profile-sets",
            "executions",
            "async-tasks",
            "syncable-objects/environments",
        ] {
            refused(
                format!("GET {path}/{number}"),
                a.get(&format!("{path}/{number}")).await,
                &[400, 404],
            );
        }
        for path in ["applications", "masking-jobs"] {
            let reply = a.call("DELETE", &format!("{path}/{number}"), &Value::Null).await;
            refused(format!("DELETE {path}/{number}"), reply, &[400, 404]);
            let reply = a
                .call("PUT", &format!("{path}/{number}"), &json!({ "email": "x" }))
                .await;
            refused(format!("PUT {path}/{number}"), reply, &[400, 404]);
        }
        let path = format!("/masking/api/import?force_overwrite=true&environment_id={number}");
        refused(path.clone(), a.raw("POST", &path, "", &document).await, &[400]);
        // The engine ignores a source environment that no object needs, so it refuses only text that is no number.
        if number.parse::<i64>().is_err() {
            let path = format!(
                "/masking/api/import?force_overwrite=true&environment_id=1&source_environment_id={number}"
            );
            refused(path.clone(), a.raw("POST", &path, "", &document).await, &[400]);
        }
        for query in ["page_number", "page_size"] {
            let path = format!("syncable-objects?{query}={number}");
            // The size of a page has no bound.
            if query == "page_size" && number.parse::<u64>().is_ok_and(|n| n > 0) {
                continue;
            }
            refused(path.clone(), a.get(&path).await, &[400]);
        }
        let reply = a
            .call(
                "POST",
                "environments",
                &json!({ "environmentName": "e", "applicationId": number }),
            )
            .await;
        refused(format!("applicationId {number}"), reply, &[400, 404]);
        let reply = a
            .call("POST", "export", &json!([entry("MASKING_JOB", number)]))
            .await;
        refused(format!("export of job {number}"), reply, &[400, 404]);
    }
    for number in ["4294967300", "9223372036854775808", "1e400", "1.5", "-4", "4e0"] {
        let body = format!(r#"[{{"objectIdentifier":{{"id":{number}}},"objectType":"MASKING_JOB"}}]"#);
        let reply = a.raw("POST", "/masking/api/export", "", body.as_bytes()).await;
        refused(body, reply, &[400, 404]);
    }
    let after = state(&a).await;
    assert_eq!(after["tables"], before["tables"]);
}
