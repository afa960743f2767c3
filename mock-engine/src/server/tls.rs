//! Certificates: a self-signed authority made at the start, or files.
//!
//! Invariant: the private key of a self-signed authority never leaves the process and is forgotten once it has signed.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use tokio_rustls::TlsAcceptor;

/// What a port proves its name with.
#[derive(Clone)]
pub struct TlsIdentity {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    ca_pem: Option<String>,
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsIdentity")
            .field("ca_pem", &self.ca_pem)
            .finish_non_exhaustive()
    }
}

/// No identity could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read as PEM.
    #[error("{path}: {source}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key don't fit, or one of them can't be used.
    #[error("certificate and key: {0}")]
    Unusable(#[from] rustls::Error),
    /// A name is not one that a certificate can carry.
    #[error("self-signed certificate: {0}")]
    SelfSigned(#[from] rcgen::Error),
    /// The authority's certificate can't be written.
    #[error("{path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl TlsIdentity {
    /// A certificate for the given names, `localhost` and the loopback addresses, under an authority of its own.
    pub fn self_signed(names: &[String]) -> Result<Self, TlsError> {
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        ca.distinguished_name
            .push(DnType::CommonName, "mock-engine test authority");
        set_validity(&mut ca);
        let ca_key = KeyPair::generate()?;
        let ca_certificate = ca.self_signed(&ca_key)?;

        let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut all: Vec<String> = Vec::new();
        for name in names.iter().chain(&local) {
            // Anything else than a name or an address, such as an engine name with a blank, has no place in there.
            if (is_dns_name(name) || name.parse::<IpAddr>().is_ok()) && !all.contains(name) {
                all.push(name.clone());
            }
        }
        let mut leaf = CertificateParams::new(all)?;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        leaf.distinguished_name.push(DnType::CommonName, "mock-engine");
        set_validity(&mut leaf);
        let leaf_key = KeyPair::generate()?;
        let certificate = leaf.signed_by(&leaf_key, &Issuer::from_params(&ca, &ca_key))?;

        let key = PrivateKeyDer::Pkcs8(leaf_key.serialize_der().into());
        let certificate = certificate.der().clone();
        let config = config(vec![certificate.clone()], key)?;
        Ok(Self {
            config,
            certificate,
            ca_pem: Some(ca_certificate.pem()),
        })
    }

    /// Certificate chain and key from PEM files.
    pub fn from_files(certificates: &Path, key: &Path) -> Result<Self, TlsError> {
        let bad = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::Pem { path, source }
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect);
        let chain = chain.map_err(bad(certificates))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(bad(key))?;
        let certificate = chain
            .first()
            .cloned()
            .ok_or(rustls::Error::NoCertificatesPresented)?;
        Ok(Self {
            config: config(chain, key)?,
            certificate,
            ca_pem: None,
        })
    }

    /// The self-signed authority's certificate, for clients to trust.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Writes [`TlsIdentity::ca_pem`] to a file.
    pub fn write_ca(&self, path: &Path) -> Result<(), TlsError> {
        let write = |source| TlsError::Write {
            path: path.to_owned(),
            source,
        };
        std::fs::write(path, self.ca_pem.as_deref().unwrap_or_default()).map_err(write)
    }

    /// Whether the certificate carries a name, be it by a wildcard.
    pub(crate) fn is_for(&self, name: &str) -> bool {
        let (certificate, name) = (
            ParsedCertificate::try_from(&self.certificate),
            ServerName::try_from(name),
        );
        certificate
            .is_ok_and(|certificate| name.is_ok_and(|name| verify_server_name(&certificate, &name).is_ok()))
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Wide, so that tests with a shifted system clock work, and within what strict clients accept of a private authority.
fn set_validity(params: &mut CertificateParams) {
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
}

fn is_dns_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'*')
    };
    name.len() <= 253 && name.split('.').all(label)
}
