//! `mock-engine healthcheck`: asks running engines whether they are up.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, StatusCode, Uri};
use http_body_util::Empty;

use super::config::parse_duration;
use super::ready::Ready;
use crate::recording::{Trust, Upstream, UpstreamError};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Ask running engines whether they are up: exit code 0 if all are, else 1
#[derive(Debug, Args)]
pub(in crate::startup) struct HealthArgs {
    /// URL of the engine
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Ask all engines that this file lists, which the option of the same name wrote
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    ready_file: Option<PathBuf>,
    /// Accept only certificates of the authorities in this file (PEM); without it, every certificate
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// How long an answer may take
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "2s")]
    timeout: Duration,
}

/// An engine that isn't up.
#[derive(Debug, thiserror::Error)]
enum HealthError {
    #[error(transparent)]
    Unreachable(#[from] UpstreamError),
    #[error("no answer within {0:?}")]
    TooSlow(Duration),
    #[error("it answers {0}")]
    Status(StatusCode),
}

/// Checks the engines; an error names the first that isn't up.
pub(super) fn check(args: HealthArgs) -> Result<(), Failure> {
    let (urls, named) = match &args.ready_file {
        None => (vec![args.url], None),
        Some(path) => {
            let Ready { engines, ca_file, .. } = Ready::read(path)?;
            (engines.into_iter().map(|engine| engine.url).collect(), ca_file)
        }
    };
    // The request has nothing to protect, and a container's check seldom has the authority.
    let trust = match args.ca.or(named) {
        Some(path) => Trust::Authorities(path),
        None => Trust::Everything,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        for url in urls {
            let engine = Upstream::new(url.trim_end_matches('/'), &trust)?;
            let up = tokio::time::timeout(args.timeout, ask(&engine)).await;
            up.unwrap_or(Err(HealthError::TooSlow(args.timeout)))
                .map_err(|error| format!("{}: {error}", engine.url()))?;
        }
        Ok(())
    })
}

async fn ask(engine: &Upstream) -> Result<(), HealthError> {
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = Uri::from_static("/__admin/health");
    match engine.send(request).await?.status() {
        StatusCode::OK => Ok(()),
        status => Err(HealthError::Status(status)),
    }
}
