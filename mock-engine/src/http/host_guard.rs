//! Keeps web pages from driving a local mock.
//!
//! Invariant: a call without a password names this server in `Host`. A page can point its own name at this machine
//! (DNS rebinding), but the browser still sends that name. Addresses cannot be rebound, so every address is allowed.
//! Admin calls from pages of another origin are refused.

use std::net::IpAddr;

use axum::extract::Request;
use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Version};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;

/// The longest DNS name.
const LONGEST_NAME: usize = 253;

/// The address of a connection's client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The names of this server.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostGuard {
    names: Vec<String>,
    certificate: Option<CertificateDer<'static>>,
}

/// What is wrong with a request's `Host` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostError {
    NotOne,
    Unreadable,
    Unknown(String),
}

impl HostGuard {
    pub(crate) fn new(
        names: impl IntoIterator<Item = String>,
        certificate: Option<CertificateDer<'static>>,
    ) -> Self {
        Self {
            names: names.into_iter().map(|name| plain(&name)).collect(),
            certificate,
        }
    }

    /// Checks that a request has one valid `Host` header and, if `known` is set, that it names this server.
    pub(crate) fn check_host<B>(&self, request: &http::Request<B>, known: bool) -> Result<(), HostError> {
        let mut hosts = request.headers().get_all(HOST).iter();
        let (host, second) = (hosts.next(), hosts.next());
        let Some(host) = host.filter(|_| second.is_none()) else {
            // HTTP/1.0 had no such header. Browsers always send it.
            return if host.is_none() && request.version() < Version::HTTP_11 {
                Ok(())
            } else {
                Err(HostError::NotOne)
            };
        };
        let host = host.to_str().ok().and_then(authority);
        let host = host.filter(|host| host.host().len() <= LONGEST_NAME);
        let host = host.ok_or(HostError::Unreadable)?;
        if known && !self.knows(host.host()) {
            return Err(HostError::Unknown(host.host().to_owned()));
        }
        Ok(())
    }

    /// Refuses requests from web pages of another origin; the error says what gave the page away.
    pub(crate) fn check_origin(request: &Request) -> Result<(), &'static str> {
        let headers = request.headers();
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
            Some(origin) if header(headers, HOST).and_then(authority) == Some(origin.clone()) => Ok(()),
            _ => Err("it comes from a web page of another origin"),
        }
    }

    fn knows(&self, host: &str) -> bool {
        let name = plain(host);
        // Browsers resolve names below `localhost` to this machine.
        name.parse::<IpAddr>().is_ok()
            || name == "localhost"
            || name.ends_with(".localhost")
            || self.names.contains(&name)
            || self
                .certificate
                .as_ref()
                .is_some_and(|certificate| is_for(certificate, &name))
    }
}

/// Whether a certificate is valid for a name; wildcards count.
fn is_for(certificate: &CertificateDer<'_>, name: &str) -> bool {
    let (certificate, name) = (
        ParsedCertificate::try_from(certificate),
        ServerName::try_from(name),
    );
    certificate
        .is_ok_and(|certificate| name.is_ok_and(|name| verify_server_name(&certificate, &name).is_ok()))
}

/// A name in lower case, without brackets and the final dot.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn authority(text: &str) -> Option<Authority> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
