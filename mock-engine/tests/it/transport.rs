//! Bodies, connections and the stop of an engine.

use std::time::Duration;

use mock_engine::Limits;
use mock_engine::MockEngine;
use mock_engine::Pace;
use mock_engine::internal::{JobOutput, Operation};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::client::{Client, form, read_reply};

#[tokio::test]
async fn expect_100_continue_is_answered_before_the_body() {
    let client = Client::new().await;
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let body = br#"{"username":"u","password":"p"}"#;
    let head = format!(
        "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 25];
    tokio::time::timeout(Duration::from_secs(5), stream.read_exact(&mut first))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.status, 200);
}

#[tokio::test]
async fn chunked_body_is_read() {
    let client = Client::new().await;
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let request = "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\n\r\n10\r\n{\"username\":\"u\",\r\nf\r\n\"password\":\"p\"}\r\n0\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.status, 200);
}

#[tokio::test]
async fn body_over_the_limit_is_refused() {
    let client = Client::of(MockEngine::builder().limits(Limits::default().with(|limits| {
        limits.body_bytes = 1000;
    })))
    .await;
    let reply = client
        .raw(
            "POST",
            "/masking/api/import?force_overwrite=true",
            "",
            &[b' '; 1001],
        )
        .await;
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (413, "The request body is too large.")
    );
    let (headers, body) = form("file", "big", &[b'x'; 1001]);
    let reply = client
        .raw("POST", "/masking/api/file-uploads", &headers, &body)
        .await;
    assert_eq!(reply.status, 413);
    // A chunked body does not announce its size.
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let head = format!(
        "POST /masking/api/import?force_overwrite=true HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: {}\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n",
        client.token,
        "x".repeat(2000)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.status, 413);
}

#[tokio::test]
async fn body_that_breaks_off_does_not_affect_others() {
    let client = Client::new().await;
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    stream
        .write_all(b"POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    drop(stream);
    assert_eq!(client.get("applications").await.status, 200);
}

#[tokio::test]
async fn size_of_a_large_upload_is_reported() {
    let client = Client::new().await;
    let (headers, body) = form("file", "C:\\dir\\rules.csv", &vec![b'x'; 5_000_000]);
    let reply = client
        .raw(
            "POST",
            "/masking/api/file-uploads?permanent=false",
            &headers,
            &body,
        )
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let upload = reply.json();
    assert_eq!(upload["fileSize"], 5_000_000);
    assert_eq!(upload["persistenceType"], "OBJECT/TEMPORARY");
    let reference = upload["fileReferenceId"].as_str().unwrap();
    assert!(
        reference.starts_with("delphix-file://upload/f_") && reference.ends_with("/rules.csv"),
        "{reference}"
    );
    let uuid = upload["fileUuid"].as_str().unwrap();
    assert_eq!(client.get(&format!("file-uploads/{uuid}")).await.json(), upload);
    assert_eq!(
        client.call("DELETE", "file-uploads", &json!({})).await.status,
        200
    );
    assert_eq!(client.get(&format!("file-uploads/{uuid}")).await.status, 404);
}

#[tokio::test]
async fn form_without_the_part_or_the_boundary_is_refused() {
    let client = Client::new().await;
    let (headers, body) = form("other", "x", b"y");
    for headers in [headers.as_str(), "Content-Type: multipart/form-data\r\n", ""] {
        let reply = client
            .raw("POST", "/masking/api/file-uploads", headers, &body)
            .await;
        assert_eq!(reply.status, 400, "{headers}");
        assert!(!reply.error().is_empty());
    }
}

#[tokio::test]
async fn shutdown_finishes_requests_and_closes_idle_connections() {
    let client = Client::of(MockEngine::builder().task_pace(Pace::Delay(Duration::from_hours(1)))).await;
    let task = client
        .engine
        .engine()
        .start_task(Operation::Export, None, |_| JobOutput::default())
        .unwrap();
    let address = client.engine.address();
    let _idle = TcpStream::connect(address).await.unwrap();
    let mut waiting = TcpStream::connect(address).await.unwrap();
    let target = format!("/masking/api/file-downloads/{}", task.reference.unwrap());
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\n\r\n",
        client.token
    );
    waiting.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), client.engine.shutdown())
        .await
        .unwrap();
    assert!(stopped);
    assert_eq!(read_reply(&mut waiting).await.status, 503);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn listening_beyond_loopback_needs_users() {
    let anywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let error = MockEngine::builder().address(anywhere).start().await.unwrap_err();
    assert!(error.to_string().contains("--user"), "{error}");
    let engine = MockEngine::builder()
        .address(anywhere)
        .user("a", "b")
        .start()
        .await
        .unwrap();
    engine.shutdown().await;
}

#[tokio::test]
async fn burst_of_connections_fits_into_the_backlog() {
    let engine = MockEngine::builder().start().await.unwrap();
    let most: usize = std::fs::read_to_string("/proc/sys/net/core/somaxconn")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(128);
    // The engine accepts only while this test awaits, since they share a thread.
    let burst: Vec<_> = (0..most.min(800))
        .map(|_| std::net::TcpStream::connect_timeout(&engine.address(), Duration::from_millis(900)).unwrap())
        .collect();
    drop(burst);
}

/// Reads one answer by its `Content-Length`. The connection stays open.
async fn next_answer(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer);
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next());
        let length = length.map_or(0, |length| length.parse::<usize>().unwrap_or_default());
        if let Some(head) = text.find("\r\n\r\n")
            && answer.len() >= head + 4 + length
        {
            return Ok(text.into_owned());
        }
        let mut piece = [0; 4096];
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut piece)).await??;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&piece[..read]);
    }
}

/// Some clients send the body after the head, and bodies that the endpoint does not need.
#[tokio::test]
async fn unread_body_keeps_the_connection_open() {
    let client = Client::of(MockEngine::builder()).await;
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    for (method, path, token) in [
        ("POST", "/masking/api/database-connectors/1/test", true),
        ("PUT", "/masking/api/database-rulesets/2/refresh", true),
        ("PUT", "/masking/api/async-tasks/1/cancel", true),
        ("POST", "/masking/api/executions/1/cancel", true),
        ("PUT", "/masking/api/mount-filesystem/1/connect", true),
        ("DELETE", "/masking/api/export-async", true),
        ("DELETE", "/masking/api/applications/9999", true),
        ("GET", "/masking/api/applications", true),
        ("POST", "/masking/api/applications", false),
        ("POST", "/masking/api/no-such-thing", true),
        ("PATCH", "/masking/api/applications", true),
        ("POST", "/nowhere", true),
    ] {
        let token = if token { client.token.as_str() } else { "none" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Length: 2\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        stream.write_all(b"{}").await.unwrap();
        let answer = next_answer(&mut stream).await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        assert!(!answer.contains("connection: close"), "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn answer_before_a_large_body_announces_the_close() {
    let client = Client::new().await;
    for (length, expect) in [(1 << 20, ""), (2, "Expect: 100-continue\r\n")] {
        let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
        let head =
            format!("POST /nowhere HTTP/1.1\r\nHost: localhost\r\n{expect}Content-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = next_answer(&mut stream).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 404") && answer.contains("connection: close"),
            "{answer}"
        );
    }
}
