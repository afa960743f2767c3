//! The options for the limits on clients.

use std::time::Duration;

use clap::Args;

use crate::http::limits::Limits;
use crate::startup::config::{ConfigError, parse_duration};

/// Limits on clients.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits on clients")]
pub(super) struct LimitArgs {
    /// Connections at once; further clients wait until one ends
    #[arg(long, value_name = "NUMBER", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: u32,
    /// How long a TLS handshake may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    handshake_timeout: Duration,
    /// How long a connection may take to send the whole head of its next request
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    idle_timeout: Duration,
    /// How long a request body may take, and how long an answer waits for its reader
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    transfer_timeout: Duration,
    /// How long running requests may take when the server stops
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    drain_timeout: Duration,
    /// How long an isolated session stays without a request
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = time)]
    session_idle: Duration,
    /// Largest request head in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1024..=262_144))]
    max_head: u32,
    /// Largest request body in bytes, for documents and files; other bodies have lower limits
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    max_body: u64,
    /// Bytes of request bodies in memory at once, per engine; the server answers further ones with 503
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 30)]
    max_bodies: u64,
}

/// A duration other than zero, which would refuse every request.
fn time(text: &str) -> Result<Duration, ConfigError> {
    let time = parse_duration(text)?;
    if time.is_zero() {
        return Err(ConfigError::Value {
            value: text.to_owned(),
            expected: "a time limit (500ms, 30s, 5m or 2h)",
        });
    }
    Ok(time)
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Self {
        Self {
            connections: args.max_connections as usize,
            handshake: args.handshake_timeout,
            idle: args.idle_timeout,
            transfer: args.transfer_timeout,
            head_bytes: args.max_head as usize,
            body_bytes: args.max_body,
            bodies_bytes: args.max_bodies,
            drain: args.drain_timeout,
            session_idle: args.session_idle,
        }
    }
}
