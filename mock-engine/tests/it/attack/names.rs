//! Paths and names that try to escape: path traversal, header injection.

use serde_json::{Value, json};

use super::{Server, answers_to, connect, rest, statuses};
use crate::support::blocking::{Process, User};

#[test]
#[ignore = "ci/long runs it"]
fn download_serves_documents_only() {
    let server = Server::start(&["--seed", "1"]);
    let address = server.address();
    let entry = json!([{ "objectIdentifier": { "id": 1 }, "objectType": "DATABASE_CONNECTOR" }]);
    let (_, task) = server.user.call("POST", "export-async", &entry);
    let reference = task["reference"].as_str().unwrap();
    let get = |path: &str| {
        answers_to(
            address,
            (server.head("GET", path) + "Connection: close\r\n\r\n").as_bytes(),
        )
    };
    assert_eq!(get(&format!("file-downloads/{reference}")), [200]);
    for path in [
        "..",
        ".",
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "..%5c..%5cwindows%5cwin.ini",
        "..%c0%af..%c0%afetc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "%00",
        &format!("{reference}%00"),
        &format!("{reference}%00.json"),
        &format!("{reference}%20"),
        &format!("x/../{reference}"),
        &format!("x%2f..%2f{reference}"),
        &reference.to_lowercase(),
        &reference[..reference.len() - 1],
        "EXPORT-",
        "*",
        "file:%2f%2f%2fetc%2fpasswd",
        "",
    ] {
        let answers = get(&format!("file-downloads/{path}"));
        assert!(matches!(answers.as_slice(), [400 | 404]), "{path}: {answers:?}");
    }
    server.assert_serves_others();
}

#[test]
fn token_is_valid_on_its_engine_until_logout() {
    let (_server, addresses) = Process::start_several(&["--engine", "a:0", "--engine", "b:0"]);
    let (a, b) = (User::login(addresses[0]), User::login(addresses[1]));
    let entry = json!([{ "objectIdentifier": { "id": 1 }, "objectType": "DATABASE_CONNECTOR" }]);
    let (_, task) = a.call("POST", "export-async", &entry);
    let path = format!("file-downloads/{}", task["reference"].as_str().unwrap());
    let with = |token: &str| {
        let head = format!(
            "GET /masking/api/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {token}\r\n\r\n"
        );
        answers_to(addresses[0], head.as_bytes())
    };
    assert_eq!(with(a.token()), [200]);
    let almost = &a.token()[..a.token().len() - 1];
    for token in [
        b.token(),
        "",
        almost,
        &format!("{}x", a.token()),
        &a.token().to_uppercase(),
        &format!("Bearer {}", a.token()),
    ] {
        assert_eq!(with(token), [401], "{token}");
    }
    assert_eq!(b.call("GET", &path, &Value::Null).0, 404);
    assert_eq!(a.call("PUT", "logout", &Value::Null).0, 204);
    assert_eq!(with(a.token()), [401]);
}

#[test]
fn name_cannot_escape_from_the_json_that_contains_it() {
    let server = Server::start(&[]);
    let name = "x\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.0 200 forged\u{0}\u{1b}[31m";
    let (status, row) = server
        .user
        .call("POST", "applications", &json!({ "applicationName": name }));
    assert_eq!(status, 400, "{row}");
    // User names may contain any characters.
    let (status, row) = server.user.call("POST", "users", &json!({ "userName": name }));
    assert_eq!((status, row["userName"].as_str()), (200, Some(name)));
    let disposition = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%0d%0ab: c\\\"\r\n\r\n1\r\n--x--\r\n";
    let upload = server.head("POST", "file-uploads")
        + &format!(
            "Content-Type: multipart/form-data; boundary=x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{disposition}",
            disposition.len()
        );
    let requests = [
        server.head("GET", "users?page_size=1000") + "Connection: close\r\n\r\n",
        server.head("GET", "algorithms/x%0d%0aSet-Cookie:%20a=b") + "Connection: close\r\n\r\n",
        server.head("GET", "x%0d%0aSet-Cookie:%20a=b") + "Connection: close\r\n\r\n",
        server.head("GET", "file-downloads/x%0d%0aSet-Cookie:%20a=b") + "Connection: close\r\n\r\n",
        server.head("PATCH", "users") + "Connection: close\r\n\r\n",
        upload,
    ];
    for request in requests {
        let mut stream = connect(server.address());
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        let answer = rest(&mut stream);
        assert_eq!(statuses(&answer).len(), 1);
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for line in head.lines().skip(1) {
            let name = line.split(':').next().unwrap();
            assert!(
                ["allow", "connection", "content-length", "content-type", "date"].contains(&name),
                "{head}"
            );
        }
        assert!(!body.chars().any(char::is_control), "{body:?}");
    }
}
