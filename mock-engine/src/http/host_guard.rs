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
pub struct HostGuard {
    names: Vec<String>,
    certificate: Option<CertificateDer<'static>>,
}

/// What is wrong with a request's `Host` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// Not one header.
    NotOne,
    /// A header that is no host.
    Unreadable,
    /// A host that isn't this server.
    Unknown(String),
}

impl HostGuard {
    /// Lets in these names, and those of the certificate.
    pub fn new(
        names: impl IntoIterator<Item = String>,
        certificate: Option<CertificateDer<'static>>,
    ) -> Self {
        Self {
            names: names.into_iter().map(|name| plain(&name)).collect(),
            certificate,
        }
    }

    /// Checks that a request has one valid `Host` header and, if `known` is set, that it names this server.
    pub fn check_host<B>(&self, request: &http::Request<B>, known: bool) -> Result<(), HostError> {
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
    pub fn check_origin(request: &Request) -> Result<(), &'static str> {
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
