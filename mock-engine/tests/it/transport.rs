//! Bodies, connections, and the end.

use std::time::Duration;

use mock_engine::MockEngine;
use mock_engine::limits::Limits;
use mock_engine::model::{JobOutput, Operation, Pace};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, form, read_reply};

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
async fn a_body_that_is_not_asked_for_may_come_after_its_head() {
    let client = Client::of(MockEngine::builder()).await;
    let authorization = format!("Host: localhost\r\nAuthorization: {}\r\n", client.token);
    for (request, status) in [
        ("POST /masking/api/database-connectors/1/test", "200"),
        ("POST /masking/api/database-connectors/99/test", "404"),
        ("PUT /masking/api/nothing", "404"),
        ("PUT /masking/api/logout", "204"),
        ("POST /masking/api/applications", "401"),
    ] {
        let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
        let head = format!("{request} HTTP/1.1\r\n{authorization}Content-Length: 2\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.write_all(b"{}").await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(std::str::from_utf8(&first[9..]).unwrap(), status, "{request}");
        // The connection takes another request.
        let next = "GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(next.as_bytes()).await.unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert!(rest.contains("HTTP/1.1 200 OK"), "{request}: {rest}");
    }
}

#[tokio::test]
async fn chunked_bodies_are_read() {
    let client = Client::new().await;
    let mut stream = TcpStream::connect(client.engine.address()).await.unwrap();
    let request = "POST /masking/api/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\n\r\n10\r\n{\"username\":\"u\",\r\nf\r\n\"password\":\"p\"}\r\n0\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(read_reply(&mut stream).await.status, 200);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_however_it_comes() {
    let client = Client::of(MockEngine::builder().limits(Limits {
        body_bytes: 1000,
        ..Limits::default()
    }))
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
    // Chunked, so that nothing announces the size.
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
async fn a_body_that_breaks_off_harms_nobody() {
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
async fn files_of_several_megabytes_are_counted() {
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
async fn forms_without_the_part_or_the_boundary_are_refused() {
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
async fn shutting_down_lets_a_request_finish_and_waits_for_no_idle_connection() {
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
async fn beyond_loopback_users_are_required() {
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
async fn a_burst_of_connections_fits_in_before_the_first_is_accepted() {
    let engine = MockEngine::builder().start().await.unwrap();
    let most: usize = std::fs::read_to_string("/proc/sys/net/core/somaxconn")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(128);
    // On this runtime nobody accepts before this test waits.
    let burst: Vec<_> = (0..most.min(800))
        .map(|_| std::net::TcpStream::connect_timeout(&engine.address(), Duration::from_millis(900)).unwrap())
        .collect();
    drop(burst);
}
