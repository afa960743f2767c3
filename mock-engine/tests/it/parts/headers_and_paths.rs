//! Hosts, origins, paths, addresses, and the patterns, distances and escapes of their texts.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::{Request, Uri};
use mock_engine::internal::http::{
    Escaped, HostError, HostGuard, addresses, canonical, distance, normalise, path_fits,
};
use mock_engine::{Bind, ValuePattern};

fn check(hosts: &[&str]) -> Result<(), HostError> {
    let guard = HostGuard::new(["A.example.com".to_owned()], None);
    let mut request = Request::builder().uri("/");
    for host in hosts {
        request = request.header("host", *host);
    }
    guard.check_host(&request.body(()).unwrap(), true)
}

#[test]
fn own_names_and_addresses_are_let_in() {
    for host in [
        "127.0.0.1:8080",
        "[::1]:8080",
        "192.168.0.7:8080",
        "localhost",
        "a.localhost:1",
        "a.example.com:443",
        "LOCALHOST.:1",
    ] {
        assert_eq!(check(&[host]), Ok(()), "{host}");
    }
}

#[test]
fn foreign_names_are_refused() {
    for host in [
        "evil.example",
        "localhost.evil.example",
        "b.a.example.com",
        "127.0.0.1.evil.example",
    ] {
        assert_eq!(check(&[host]), Err(HostError::Unknown(host.to_owned())));
    }
    let longest = "x".repeat(254);
    for host in ["", "a b", "[::1", "\u{e4}", &longest] {
        assert_eq!(check(&[host]), Err(HostError::Unreadable), "{host}");
    }
    assert_eq!(check(&[]), Err(HostError::NotOne));
    assert_eq!(check(&["localhost", "localhost"]), Err(HostError::NotOne));
}

#[test]
fn pages_of_another_origin_are_refused() {
    let check = |headers: &[(&str, &str)]| {
        let mut request = Request::builder().header("host", "localhost:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        HostGuard::check_origin(&request.body(axum::body::Body::empty()).unwrap())
    };
    assert_eq!(check(&[]), Ok(()));
    assert_eq!(check(&[("origin", "http://localhost:8080")]), Ok(()));
    for stranger in [
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:9999"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        assert!(check(&[stranger]).is_err(), "{stranger:?}");
    }
}

#[test]
fn every_spelling_gives_the_same_path() {
    for path in [
        "/masking/api/login",
        "/masking/api/login/",
        "/masking/api/v5.1.27/login",
        "/masking/api/v5.2.0/login/",
        "//masking/api//login",
    ] {
        assert_eq!(canonical(path), "/masking/api/login", "{path}");
    }
    assert_eq!(canonical("/masking/api/v5.1/login"), "/masking/api/v5.1/login");
    assert_eq!(
        canonical("/masking/api/v5.1.x/login"),
        "/masking/api/v5.1.x/login"
    );
    assert_eq!(
        canonical("/masking/api/v5.1.1.1/login"),
        "/masking/api/v5.1.1.1/login"
    );
    assert_eq!(canonical("/"), "/");
}

#[test]
fn path_rewrite_keeps_the_query() {
    let uri: Uri = "/masking/api/v5.1.8/environments/?a=1&&b".parse().unwrap();
    assert_eq!(
        normalise(&uri).unwrap().to_string(),
        "/masking/api/environments?a=1&&b"
    );
}

#[test]
fn distance_counts_edits() {
    for (one, other, edits) in [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("export", "exprot", 2),
        ("kitten", "sitting", 3),
        ("abc", "abc", 0),
    ] {
        assert_eq!(distance(one, other), edits, "{one} {other}");
    }
}

#[test]
fn control_characters_are_escaped() {
    let text = "a\r\nINFO forged \u{1b}[31m \u{202e}ä";
    assert_eq!(
        Escaped(text).to_string(),
        r"a\u{d}\u{a}INFO forged \u{1b}[31m \u{202e}ä"
    );
}

#[test]
fn path_pattern_counts_from_the_api() {
    let fits = |pattern: &str, path: &str| path_fits(pattern, path);
    assert!(fits("/export", "/masking/api/export"));
    assert!(fits("/masking/api/v5.1.8/export/", "/masking/api/export"));
    assert!(fits("/async-tasks/*", "/masking/api/async-tasks/7"));
    assert!(!fits("/async-tasks/*", "/masking/api/async-tasks"));
    assert!(!fits("/async-tasks/*", "/masking/api/async-tasks/7/x"));
    assert!(fits("/export*", "/masking/api/export-async"));
    assert!(fits("/**", "/masking/api"));
    assert!(fits("/**", "/masking/api/a/b"));
    assert!(!fits("/**", "/"));
}

#[test]
fn value_pattern_is_read_back_as_it_was_written() {
    for text in [
        r#""a*""#,
        "7",
        "true",
        "null",
        r#"{"equals":"a*"}"#,
        r#"{"equals":[1]}"#,
        r#"{"present":false}"#,
        r#"{"not":{"present":true}}"#,
    ] {
        let pattern: ValuePattern = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&pattern).unwrap(), text);
    }
    for bad in ["[1]", r#"{"present":1}"#, r#"{"equals":1,"not":1}"#, "{}"] {
        let error = serde_json::from_str::<ValuePattern>(bad).unwrap_err().to_string();
        assert!(error.contains("wildcards"), "{error}");
    }
}

#[test]
fn repeated_address_is_opened_once_and_required_if_named() {
    let v4 = Bind::Address(Ipv4Addr::LOCALHOST.into());
    let v6 = Bind::Address(Ipv6Addr::LOCALHOST.into());
    let both = |optional| {
        vec![
            (Ipv4Addr::LOCALHOST.into(), false),
            (Ipv6Addr::LOCALHOST.into(), optional),
        ]
    };
    assert_eq!(addresses(&[Bind::Localhost, v4]), both(true));
    assert_eq!(addresses(&[Bind::Localhost, v6]), both(false));
}
