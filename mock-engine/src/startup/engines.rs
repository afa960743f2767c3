//! The engines of one process.
//!
//! Invariant: all engines run or none does.

use super::config::{Config, Tls};
use super::{MockEngine, RunningEngine, StartError};
use crate::server::tls::TlsIdentity;

/// Running engines.
#[derive(Debug)]
pub(super) struct Engines {
    engines: Vec<RunningEngine>,
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
            let engine = builder.start().await?;
            tracing::info!(engine = %engine.name(), url = %engine.url(), addresses = ?engine.addresses(), "accepts requests");
            engines.push(engine);
        }
        Ok(Self { engines })
    }

    /// One line per engine with its URL, after its name if there are several. Scripts wait for these lines.
    pub(super) fn announcement(&self) -> String {
        let several = self.engines.len() > 1;
        let line = |engine: &RunningEngine| {
            if several {
                format!("{} {}\n", engine.name(), engine.url())
            } else {
                format!("{}\n", engine.url())
            }
        };
        self.engines.iter().map(line).collect()
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
