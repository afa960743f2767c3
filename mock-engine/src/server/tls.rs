//! Certificates: from files, or signed by an authority that exists for one run.
//!
//! Invariant: the authority's private key never leaves the process and is dropped once it has signed.

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
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::http::faults::TLS_ALERT;

/// The first byte of a TLS handshake. No HTTP method begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

/// The certificate and the key of a port.
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

/// A failure to set up a certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("{path}: {source}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// The reader's error.
        source: rustls::pki_types::pem::Error,
    },
    /// The certificate or the key is unusable, or they do not match.
    #[error("certificate and key: {0}")]
    Unusable(#[from] rustls::Error),
    /// The authority or its certificate cannot be made.
    #[error("self-signed certificate: {0}")]
    SelfSigned(#[from] rcgen::Error),
    /// The authority's certificate cannot be written.
    #[error("{path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl TlsIdentity {
    /// A certificate for the names, `localhost` and the loopback addresses, signed by a new authority.
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
            // An engine's name may be no host name, for example if it has a blank.
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

    /// The certificate chain and the key in PEM files.
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

    /// The authority's certificate, for clients to trust. `None` for certificates from files.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Writes the authority's certificate to a file.
    pub fn write_ca(&self, path: &Path) -> Result<(), TlsError> {
        let write = |source| TlsError::Write {
            path: path.to_owned(),
            source,
        };
        std::fs::write(path, self.ca_pem.as_deref().unwrap_or_default()).map_err(write)
    }

    /// The server's own certificate.
    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// Whether the client begins with a TLS handshake. Leaves the byte in the stream.
pub(super) async fn begins_tls(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0] == TLS_HANDSHAKE),
    }
}

/// Answers a handshake with an alert.
pub(super) async fn refuse(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    // Closing with unread bytes would reset the connection before the peer reads the alert.
    let mut hello = vec![0; 16 << 10];
    let _ = stream.read(&mut hello).await?;
    stream.write_all(TLS_ALERT).await?;
    stream.shutdown().await
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

/// A long validity, for machines with a shifted clock. Strict clients accept it of a private authority.
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
