//! The engines of one process.
//!
//! Invariant: all engines run or none does.

use std::path::PathBuf;

use super::config::{Config, Tls};
use super::ready::{Listening, Ready};
use super::{MockEngine, RunningEngine, StartError};
use crate::server::tls::TlsIdentity;

/// Running engines.
#[derive(Debug)]
pub(super) struct Engines {
    engines: Vec<RunningEngine>,
    /// The file with the self-signed authority.
    ca_file: Option<PathBuf>,
}

impl Engines {
    /// Starts all engines of a configuration.
    pub(super) async fn start(config: Config) -> Result<Self, StartError> {
        let names = || config.engines.iter().map(|engine| engine.settings.name.clone());
        let hosts: Vec<String> = config.hosts.iter().cloned().chain(names()).collect();
        let identity = match &config.tls {
            Tls::Off => None,
            Tls::Files { cert, key } => Some(TlsIdentity::from_files(cert, key)?),
            Tls::SelfSigned { ca_out } => {
                let identity = TlsIdentity::self_signed(&hosts)?;
                if let Some(path) = ca_out {
                    identity.write_ca(path)?;
                }
                Some(identity)
            }
        };
        let mut engines = Vec::new();
        for engine in config.engines {
            let mut builder = MockEngine::builder()
                .settings(engine.settings)
                .bind(config.bind.iter().copied())
                .port(engine.port)
                .faults(engine.faults)
                .hosts(hosts.clone())
                .limits(config.limits.clone());
            if let Some(status) = engine.created_status {
                builder = builder.created_status(status);
            }
            if let Some(identity) = &identity {
                builder = if config.plain_too {
                    builder.tls_and_plain(identity.clone())
                } else {
                    builder.tls(identity.clone())
                };
            }
            if let Some(first) = engines.first() {
                builder = builder.beside(first);
            }
            let engine = builder.start().await?;
            tracing::info!(engine = %engine.name(), url = %engine.url(), addresses = ?engine.addresses(), "accepts requests");
            engines.push(engine);
        }
        let ca_file = match config.tls {
            Tls::SelfSigned { ca_out } => ca_out,
            _ => None,
        };
        Ok(Self { engines, ca_file })
    }

    /// Where they listen.
    pub(super) fn ready(&self) -> Ready {
        let engines = self.engines.iter().map(|engine| Listening {
            name: engine.name().to_owned(),
            url: engine.url(),
            port: engine.address().port(),
        });
        Ready::new(engines.collect(), self.ca_file.clone())
    }

    /// Their names and URLs.
    pub(super) fn listening(&self) -> impl Iterator<Item = (String, String)> {
        let each = self.engines.iter();
        each.map(|engine| (engine.name().to_owned(), engine.url()))
    }

    /// Stops all engines at once and waits for their running requests.
    pub(super) async fn shutdown(self) {
        let mut stopping = tokio::task::JoinSet::new();
        for engine in self.engines {
            stopping.spawn(engine.shutdown());
        }
        while stopping.join_next().await.is_some() {}
    }
}
