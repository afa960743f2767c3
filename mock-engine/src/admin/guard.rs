//! Keeps web pages from driving a local mock.
//!
//! Invariant: a call is let in only under a name that this server is known by (so a foreign name that resolves here,
//! as in DNS rebinding, is not), and only if no web page of another origin sent it.

use std::net::IpAddr;

use axum::extract::Request;
use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName};

/// The address of the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The names that this server is known by.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostGuard {
    names: Vec<String>,
    bound: Option<IpAddr>,
}

impl HostGuard {
    pub(crate) fn new(names: impl IntoIterator<Item = String>, bound: IpAddr) -> Self {
        Self {
            names: names.into_iter().map(|name| name.to_ascii_lowercase()).collect(),
            bound: Some(bound),
        }
    }

    /// Whether a request may come in; if not, why.
    pub(crate) fn check(&self, request: &Request) -> Result<(), &'static str> {
        let headers = request.headers();
        let host = header(headers, HOST)
            .and_then(authority)
            .ok_or("the Host header is missing")?;
        if !self.knows(host.host()) {
            return Err("the Host header names another server");
        }
        if header(headers, HeaderName::from_static("sec-fetch-site")) == Some("cross-site") {
            return Err("it comes from a web page of another site");
        }
        let Some(origin) = headers.get(ORIGIN) else {
            return Ok(());
        };
        let origin = origin
            .to_str()
            .ok()
            .and_then(|text| text.split_once("://"))
            .and_then(|(_, at)| authority(at));
        match origin {
            Some(origin) if origin == host => Ok(()),
            _ => Err("it comes from a web page of another origin"),
        }
    }

    fn knows(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            // An address can't be rebound to another one. On a wildcard address any may be meant.
            Ok(ip) => {
                ip.is_loopback()
                    || self
                        .bound
                        .is_some_and(|bound| bound == ip || bound.is_unspecified())
            }
            Err(_) => {
                let name = bare.trim_end_matches('.').to_ascii_lowercase();
                name == "localhost" || self.names.contains(&name)
            }
        }
    }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn authority(text: &str) -> Option<Authority> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn check(headers: &[(&str, &str)]) -> Result<(), &'static str> {
        let guard = HostGuard::new(["A.example.com".to_owned()], IpAddr::from([127, 0, 0, 1]));
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.check(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn own_names_are_let_in() {
        for host in [
            "127.0.0.1:8080",
            "[::1]:8080",
            "localhost",
            "a.example.com:443",
            "LOCALHOST.:1",
        ] {
            assert_eq!(check(&[("host", host)]), Ok(()), "{host}");
        }
        assert_eq!(
            check(&[("host", "localhost:8080"), ("origin", "http://localhost:8080")]),
            Ok(())
        );
    }

    #[test]
    fn strangers_are_not() {
        for headers in [
            &[][..],
            &[("host", "evil.example")],
            &[("host", "192.168.0.7:8080")],
            &[("host", "localhost:8080"), ("origin", "http://evil.example")],
            &[("host", "localhost:8080"), ("origin", "http://localhost:9999")],
            &[("host", "localhost:8080"), ("origin", "null")],
            &[("host", "localhost:8080"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(check(headers).is_err(), "{headers:?}");
        }
    }
}
