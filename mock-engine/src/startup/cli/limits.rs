//! The options for what peers may ask of the server.

use std::time::Duration;

use clap::Args;

use crate::http::limits::Limits;
use crate::startup::config::{ConfigError, parse_duration};

/// Limits for peers.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits for peers")]
pub(super) struct LimitArgs {
    /// Connections at once; a newcomer beyond them gets the place of the one that has been idle longest
    #[arg(long, value_name = "NUMBER", default_value_t = 4096, value_parser = connections)]
    max_connections: usize,
    /// How long a TLS handshake may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    handshake_timeout: Duration,
    /// How long a connection may wait before its first request and between two
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    idle_timeout: Duration,
    /// How long a request head may take from its first byte on
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    head_timeout: Duration,
    /// Longest pause within a body or an answer; beyond it, they must make 1 KiB per second on average
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    transfer_timeout: Duration,
    /// How long requests under way may take when the server is told to stop
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse_duration)]
    drain_timeout: Duration,
    /// Largest request head in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1024..=262_144))]
    max_head: u32,
    /// Largest request body in bytes, for documents and files; other bodies have lower limits
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    max_body: u64,
    /// Bytes of request bodies in memory at once, for each engine; what exceeds it is refused with 503
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 30)]
    max_bodies: u64,
}

fn connections(text: &str) -> Result<usize, ConfigError> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| ConfigError::Value {
        value: text.to_owned(),
        expected: "a number of connections (1 or more)",
    })
}

/// No limit is zero: nothing would ever be in time.
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
            connections: args.max_connections,
            handshake: args.handshake_timeout,
            idle: args.idle_timeout,
            head: args.head_timeout,
            transfer: args.transfer_timeout,
            head_bytes: args.max_head as usize,
            body_bytes: args.max_body,
            bodies_bytes: args.max_bodies,
            drain: args.drain_timeout,
        }
    }
}
