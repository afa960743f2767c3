//! The engine behind a recorder or a check: one connection per request.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long a connection, with its handshake, may take.
const CONNECT: Duration = Duration::from_secs(20);

/// Whose certificates an HTTPS engine may have.
#[derive(Debug, Clone)]
pub(crate) enum Trust {
    /// No option, which is enough for plain HTTP.
    Unsaid,
    /// Authorities in a PEM file.
    Authorities(PathBuf),
    /// Every certificate.
    Everything,
}

/// Why an engine can't be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error(
        "'{0}' is not the URL of an engine (https://engine.example.com or http://127.0.0.1:8080, without a path)"
    )]
    Url(String),
    #[error("an https engine needs --ca FILE with its authority, or --insecure")]
    NoTrust,
    #[error("{}: {reason}", path.display())]
    Authorities { path: PathBuf, reason: String },
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    #[error("no connection to {engine}: {reason}")]
    Connect { engine: String, reason: String },
    #[error("no answer from {engine}: {source}")]
    Answer { engine: String, source: hyper::Error },
}

/// An engine elsewhere.
#[derive(Clone)]
pub(crate) struct Upstream {
    authority: Authority,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upstream").field(&self.url()).finish()
    }
}

impl Upstream {
    /// The engine at a URL.
    pub(crate) fn new(url: &str, trust: &Trust) -> Result<Self, UpstreamError> {
        // A refused URL may have a password.
        let shown = url.rsplit_once('@').map_or(url, |(_, host)| host);
        let bad = || UpstreamError::Url(shown.to_owned());
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let authority = uri.authority().cloned().ok_or_else(bad)?;
        let plain_path = uri.path_and_query().map_or("/", PathAndQuery::as_str) == "/";
        if !plain_path || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(bad());
        }
        let (tls, usual) = match uri.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => {
                let host = authority.host().trim_start_matches('[').trim_end_matches(']');
                let name = ServerName::try_from(host.to_owned()).map_err(|_| bad())?;
                (Some((TlsConnector::from(config(trust)?), name)), 443)
            }
            _ => return Err(bad()),
        };
        Ok(Self {
            port: authority.port_u16().unwrap_or(usual),
            authority,
            tls,
        })
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// Sends a request, whose URI is a path, and gives the answer while its body still comes.
    pub(crate) async fn send<B>(&self, mut request: Request<B>) -> Result<Response<Incoming>, UpstreamError>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let no_connection = |reason: String| UpstreamError::Connect {
            engine: self.url(),
            reason,
        };
        let host = HeaderValue::from_str(self.authority.as_str());
        let host = host.map_err(|error| no_connection(error.to_string()))?;
        request.headers_mut().insert(HOST, host);
        let connected = timeout(CONNECT, async {
            let host = self
                .authority
                .host()
                .trim_start_matches('[')
                .trim_end_matches(']');
            let stream = TcpStream::connect((host, self.port)).await?;
            stream.set_nodelay(true)?;
            match &self.tls {
                None => Ok::<_, std::io::Error>(Box::new(stream) as Box<dyn Stream>),
                Some((tls, name)) => Ok(Box::new(tls.connect(name.clone(), stream).await?) as _),
            }
        });
        let stream = match connected.await {
            Err(_) => return Err(no_connection("it takes too long".to_owned())),
            Ok(Err(error)) => return Err(no_connection(error.to_string())),
            Ok(Ok(stream)) => stream,
        };
        let no_answer = |source| UpstreamError::Answer {
            engine: self.url(),
            source,
        };
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(no_answer)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the engine ended");
            }
        });
        sender.send_request(request).await.map_err(no_answer)
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

fn config(trust: &Trust) -> Result<Arc<ClientConfig>, UpstreamError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match trust {
        Trust::Unsaid => return Err(UpstreamError::NoTrust),
        Trust::Authorities(path) => builder.with_root_certificates(authorities(path)?),
        Trust::Everything => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone(provider))),
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

fn authorities(path: &Path) -> Result<RootCertStore, UpstreamError> {
    let bad = |reason: String| UpstreamError::Authorities {
        path: path.to_owned(),
        reason,
    };
    let mut store = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| bad(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| bad(error.to_string()))?;
        store.add(certificate).map_err(|error| bad(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(bad("it has no certificate in PEM".to_owned()));
    }
    Ok(store)
}

/// Accepts every certificate, as `--insecure` says. The handshake must still be signed by its key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
