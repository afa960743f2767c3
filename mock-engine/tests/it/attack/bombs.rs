//! Bodies that are large, endless, deeply nested or compressed.

use std::io::Write;

use super::{Server, answers_to, rest, statuses};

fn request(server: &Server, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = server.head("POST", path)
        + headers
        + &format!("Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// So many zero bytes, compressed with deflate: one literal and its repetitions.
fn deflated_zeros(length: usize) -> Vec<u8> {
    // A fixed-Huffman block: the literal 0, then matches of length 258 at distance 1. A match is code 285 (eight bits
    // 11000101) and distance code 0 (five bits 00000).
    let mut bits = vec![
        true, true, false, false, false, true, true, false, false, false, false,
    ];
    for _ in 0..length / 258 {
        bits.extend([true, true, false, false, false, true, false, true]);
        bits.extend([false; 5]);
    }
    bits.extend([false; 7]);
    bits.chunks(8)
        .map(|byte| {
            byte.iter()
                .enumerate()
                .fold(0, |all, (n, bit)| all | (u8::from(*bit) << n))
        })
        .collect()
}

#[test]
#[ignore = "ci/long runs it"]
fn compressed_body_is_not_unpacked() {
    let server = Server::start(&[]);
    let deflated = deflated_zeros(80_000_000);
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..], &deflated].concat();
    let zip = [
        b"PK\x03\x04\x14\0\0\0\x08\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b\0\0\0export.json".as_slice(),
        &deflated,
    ]
    .concat();
    let form = |file: &[u8]| {
        let start =
            b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"e.zip\"\r\n\r\n".as_slice();
        [start, file, b"\r\n--x--\r\n"].concat()
    };
    let multipart = "Content-Type: multipart/form-data; boundary=x\r\n";
    for (path, headers, body, status) in [
        (
            "import?force_overwrite=true",
            "Content-Encoding: gzip\r\n",
            gzip.clone(),
            400,
        ),
        (
            "import?force_overwrite=true",
            "Content-Type: application/zip\r\n",
            zip.clone(),
            400,
        ),
        ("import-async?force_overwrite=true", multipart, form(&zip), 400),
        ("import-async?force_overwrite=true", multipart, form(&gzip), 400),
        ("file-uploads", multipart, form(&zip), 200),
    ] {
        let bytes = request(&server, path, headers, &body);
        assert_eq!(answers_to(server.address(), &bytes), [status], "{path} {headers}");
        server.assert_serves_others();
    }
    server.assert_growth_below(64 * 1024);
}

#[test]
#[ignore = "ci/long runs it"]
fn memory_of_a_large_document_is_bounded_and_reused() {
    let server = Server::start(&[]);
    let blob = "A".repeat(4 << 20);
    let number = "A".repeat(1 << 18);
    let document = format!(r#"{{"blob":"{blob}","signature":"{number}","publicKey":"{number}"}}"#);
    // More documents than the bound on growth holds.
    for _ in 0..6 {
        let bytes = request(&server, "import?force_overwrite=true", "", document.as_bytes());
        assert_eq!(answers_to(server.address(), &bytes), [400]);
        server.assert_serves_others();
    }
    // The document, its decoded blob, and what the allocator keeps.
    server.assert_growth_below(4 * 4608);
}

#[test]
#[ignore = "ci/long runs it"]
fn deeply_nested_json_is_refused() {
    let server = Server::start(&[]);
    let depth = 100_000;
    let nested = |open: &str, close: &str| open.repeat(depth) + &close.repeat(depth);
    for json in [
        nested("[", "]"),
        nested("{\"a\":", "}"),
        "[".repeat(depth),
        nested("[{\"a\":", "}]"),
    ] {
        let body = json.as_bytes();
        let in_export = format!(
            r#"[{{"objectIdentifier":{{"id":{}}},"objectType":"X"}}]"#,
            nested("[", "]")
        );
        let blob = format!(r#"{{"exportResponseMetadata":{json},"blob":"","signature":"","publicKey":""}}"#);
        for bytes in [
            request(&server, "login", "", &body[..body.len().min(60_000)]),
            request(&server, "applications", "", &body[..body.len().min(1_000_000)]),
            request(&server, "export", "", body),
            request(&server, "export", "", in_export.as_bytes()),
            request(&server, "import?force_overwrite=true", "", body),
            request(&server, "import?force_overwrite=true", "", blob.as_bytes()),
        ] {
            assert_eq!(answers_to(server.address(), &bytes), [400]);
        }
        server.assert_serves_others();
    }
    server.assert_growth_below(64 * 1024);
}

#[test]
#[ignore = "ci/long runs it"]
fn body_beyond_the_limit_of_its_endpoint_is_refused() {
    let server = Server::start(&["--max-body", "17000000"]);
    for (path, largest) in [
        ("login", 64 * 1024),
        ("applications", 1 << 20),
        ("export", 16 << 20),
        ("import?force_overwrite=true", 17_000_000),
    ] {
        // No JSON, so that the parser stops at the first byte.
        let body = vec![b'x'; largest + 1];
        let bytes = request(&server, path, "", &body[..largest]);
        assert_eq!(answers_to(server.address(), &bytes), [400], "{path}");
        let mut stream = server.connect();
        let announced = format!("Content-Length: {}\r\n\r\n", largest + 1);
        stream
            .write_all((server.head("POST", path) + &announced).as_bytes())
            .unwrap();
        assert_eq!(statuses(&rest(&mut stream)), [413], "{path}, announced");
        let mut stream = server.connect();
        let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", largest + 1);
        stream
            .write_all((server.head("POST", path) + &chunked).as_bytes())
            .unwrap();
        let _ = stream.write_all(&body);
        assert!(
            matches!(statuses(&rest(&mut stream)).as_slice(), [] | [413]),
            "{path}, in chunks"
        );
    }
    server.assert_serves_others();
}

#[test]
#[ignore = "ci/long runs it"]
fn endless_form_is_cut_off() {
    let server = Server::start(&[]);
    let multipart = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000000\r\n\r\n";
    let part = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
    let endless: [(&str, String, String); 5] = [
        ("a preamble", String::new(), "preamble ".repeat(1000)),
        (
            "a part's head",
            "--x\r\nX-Endless: ".to_owned(),
            "head".repeat(1000),
        ),
        ("many small parts", String::new(), part("a").repeat(50)),
        ("a text", part("text"), "text ".repeat(1000)),
        ("many headers", "--x\r\n".to_owned(), "X: 1\r\n".repeat(1000)),
    ];
    for (what, start, more) in endless {
        for path in ["file-uploads", "import-async?force_overwrite=true"] {
            let mut stream = server.connect();
            let head = server.head("POST", path) + multipart + &start;
            stream.write_all(head.as_bytes()).unwrap();
            let mut sent = 0;
            while sent < 100_000_000 && stream.write_all(more.as_bytes()).is_ok() {
                sent += more.len();
            }
            assert!(sent < 20_000_000, "{what}: {sent} bytes were taken");
            let answers = statuses(&rest(&mut stream));
            assert!(
                matches!(answers.as_slice(), [] | [400 | 413]),
                "{what}: {answers:?}"
            );
        }
        server.assert_serves_others();
    }
    server.assert_growth_below(32 * 1024);
}

#[test]
#[ignore = "ci/long runs it"]
fn all_bodies_share_one_limit_on_memory() {
    let server = Server::start(&["--max-bodies", "30000000"]);
    let start = server.head("POST", "import?force_overwrite=true") + "Content-Length: 100000000\r\n\r\n";
    let piece = vec![b' '; 5_000_000];
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = server.connect();
        stream.write_all(start.as_bytes()).unwrap();
        let _ = stream.write_all(&piece);
        streams.push(stream);
    }
    // Small requests do not count.
    server.assert_serves_others();
    server.assert_growth_below(64 * 1024);
    let refused = |stream: &std::net::TcpStream| {
        stream.set_nonblocking(true).unwrap();
        let heard = stream.peek(&mut [0]);
        stream.set_nonblocking(false).unwrap();
        heard.is_ok()
    };
    assert!(streams.iter().filter(|stream| refused(stream)).count() >= 14);
    drop(streams);
    server.assert_serves_others();
}
