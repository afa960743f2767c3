//! The command line.
//!
//! The options; [`super::config`] gives them their meaning.

mod command;
mod limits;
mod pages;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use http::StatusCode;

pub(super) use self::command::Command;
use self::limits::LimitArgs;
use super::log::LogFormat;
use super::ready::ReadyArgs;
use crate::engine::{Credential, Pace, Profile, Settings};
use crate::server::Bind;
use crate::startup::config::{
    self, Config, ConfigError, EngineEntry, Tls, parse_created_status, parse_duration, parse_pace,
    parse_user, parse_version,
};

const EXAMPLES: &str = "\
Examples:
  mock-engine
      one engine with the demo inventory, on port 8080 of both loopback addresses
  mock-engine --engine a.example.com:8443 --engine b.example.com:8444 --tls self-signed
      two named engines over HTTPS
  mock-engine --load exports/ --state-dir state/
      an engine with the objects of your exports, which keeps changes across restarts
  mock-engine --port 0 --log-file mock.log
      on a free port, printed on standard output; the log goes to a file
  mock-engine --bind 0.0.0.0 --user-file users.txt --host masking-a
      in a container: reachable from other machines as masking-a, for the users in the file
";

/// A mock of a data-masking engine for everything a sync pipeline does.
///
/// Prints one line per engine once it accepts requests: its URL, after its name if there are several.
#[derive(Debug, Parser)]
#[command(name = "mock-engine", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; localhost means 127.0.0.1 and ::1. Repeatable; other than loopback needs --user
    #[arg(long, value_name = "ADDRESS", default_value = "localhost")]
    bind: Vec<Bind>,
    /// Name of the engine, the exportHost of its documents
    #[arg(long, default_value = "mock-engine")]
    name: String,
    /// An engine with its own name and port; repeat for several in one process
    #[arg(long, value_name = "NAME:PORT", conflicts_with_all = ["port", "name", "config"])]
    engine: Vec<EngineEntry>,
    /// TOML file with an [[engine]] table per engine
    #[arg(long, value_name = "FILE", conflicts_with_all = ["port", "name"])]
    config: Option<PathBuf>,

    /// Speak HTTPS with a certificate made at the start
    #[arg(long, value_enum, value_name = "HOW", conflicts_with = "tls_cert")]
    tls: Option<TlsArg>,
    /// Write the self-signed authority's certificate here, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_ca_out: Option<PathBuf>,
    /// Speak HTTPS with this certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of --tls-cert (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// With HTTPS, also speak plain HTTP on the same ports
    #[arg(long)]
    also_http: bool,
    /// A name of this server, for the certificate and the check of Host; engines' names are valid anyway
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,

    /// A user who may log in; without one, every user may (never quoted in logs)
    // Not parsed by clap, which quotes what it refuses.
    #[arg(long, value_name = "NAME:PASSWORD")]
    user: Vec<String>,
    /// File of users who may log in, one NAME:PASSWORD per line; unlike options, it is not in process lists
    #[arg(long, value_name = "FILE")]
    user_file: Vec<PathBuf>,
    /// Lifetime of tokens
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "1h")]
    token_ttl: Duration,
    /// Status of successful POSTs: 200 as live engines answer, 201 as their OpenAPI says [default: that of the profile, or
    /// 200]
    #[arg(long, value_name = "STATUS", value_parser = parse_created_status)]
    created_status: Option<StatusCode>,
    /// Time that an async task stays in each state, or per-poll
    #[arg(long, value_name = "TIME", value_parser = parse_pace, default_value = "0")]
    task_delay: Pace,
    /// Time that a download waits for an unfinished task
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "30s")]
    download_wait: Duration,
    /// Run time of a started job
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "2s")]
    execution_time: Duration,
    /// Allow concurrent sync operations, as newer engines do [default: that of the profile, or false]
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    concurrent_sync: Option<bool>,
    /// Refuse imports whose signature can't be checked, in addition to invalid ones
    #[arg(long)]
    require_valid_signature: bool,
    /// Refuse bodies with bytes after the JSON value, which live engines ignore
    #[arg(long)]
    strict_json: bool,
    /// Key length of the signatures of exports
    #[arg(long, value_name = "BITS", default_value_t = 512)]
    dsa_bits: u32,
    /// Behave as engines of a version: 5.3, 6.0, 6.0.15 or 2025; `mock-engine profiles` shows how they differ
    #[arg(long, value_name = "NAME")]
    profile: Option<Profile>,
    /// Version that the engine reports [default: that of the profile, or 6.0.8.0]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    engine_version: Option<String>,
    /// Refuse every name that breaks the rules of 6.0, even those of the stock or already on the engine
    #[arg(long)]
    strict_names: bool,

    /// Start like a fresh installation: with the stock objects, without the demo inventory
    #[arg(long, conflicts_with = "empty")]
    fresh: bool,

    /// Start without the stock objects and the demo inventory
    #[arg(long)]
    empty: bool,
    /// Export document, or directory of them, whose objects replace the demo inventory; NAME=FILE for one of several
    /// engines
    #[arg(long, value_name = "FILE")]
    load: Vec<PathBuf>,
    /// TOML, JSON or YAML file that declares applications, environments, rulesets, jobs and so on, which replace the demo
    /// inventory; repeatable. `mock-engine init` writes an example
    #[arg(long, value_name = "FILE")]
    seed_file: Vec<PathBuf>,
    /// TOML or JSON file that declares whole databases behind connectors, with their tables, columns and files. A seed file
    /// declares those of its rulesets itself
    #[arg(long, value_name = "FILE")]
    schema: Vec<PathBuf>,
    /// Export objects byte for byte, without the fields that live engines rewrite in every export
    #[arg(long)]
    faithful: bool,
    /// Keep the state in this directory across restarts; default: in memory only
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Make ids and tokens reproducible; anyone who knows the number can guess them. Content comes from --seed-file
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Start with a ready-made set of faults (see `mock-engine faults`), or with those of a JSON file; repeatable
    #[arg(long, value_name = "NAME|FILE")]
    faults: Vec<String>,

    #[command(flatten)]
    pub ready: ReadyArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Append the log to this file instead of standard error
    #[arg(long, value_name = "FILE", help_heading = "Log", global = true)]
    pub log_file: Option<PathBuf>,
    /// Format of the log
    #[arg(long, value_enum, default_value_t = LogFormat::Text, help_heading = "Log", global = true)]
    pub log_format: LogFormat,
    /// Least level in the log: off, error, warn, info, debug or trace
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "info",
        help_heading = "Log",
        global = true
    )]
    pub log_level: tracing::level_filters::LevelFilter,
}

/// The source of the certificate.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum TlsArg {
    /// An authority made at the start
    SelfSigned,
}

impl Cli {
    /// The configuration that the options describe.
    pub(super) fn into_config(self) -> Result<Config, ConfigError> {
        let tls = match (self.tls, self.tls_cert, self.tls_key) {
            (Some(TlsArg::SelfSigned), ..) => Tls::SelfSigned {
                ca_out: self.tls_ca_out,
            },
            (None, Some(cert), Some(key)) => Tls::Files { cert, key },
            _ => Tls::Off,
        };
        if self.also_http && tls == Tls::Off {
            return Err(ConfigError::Conflict("--also-http needs --tls or --tls-cert"));
        }
        let mut users: Vec<Credential> = self
            .user
            .iter()
            .map(|user| parse_user(user))
            .collect::<Result<_, _>>()?;
        for path in &self.user_file {
            users.extend(config::read_users(path)?);
        }
        let base = match self.profile {
            Some(profile) => Settings::default().profiled(profile),
            None => Settings::default(),
        };
        let settings = Settings {
            name: self.name.clone(),
            version: self.engine_version.unwrap_or(base.version),
            strict_names: self.strict_names,
            users,
            token_ttl: self.token_ttl,
            task_pace: self.task_delay,
            download_wait: self.download_wait,
            execution_time: self.execution_time,
            concurrent_sync: self.concurrent_sync.unwrap_or(base.concurrent_sync),
            require_valid_signature: self.require_valid_signature,
            strict_json: self.strict_json,
            dsa_bits: self.dsa_bits,
            faithful: self.faithful,
            seed: self.seed,
            empty: self.empty,
            fresh: self.fresh,
            load: self.load,
            seed_files: self.seed_file,
            content: Vec::new(),
            schema: config::read_schemas(&self.schema)?,
            state_dir: self.state_dir,
            profile: base.profile,
            page_size: base.page_size,
            recorded: None,
        };
        let entries = match self.config {
            Some(path) => config::read_file(path)?,
            None if self.engine.is_empty() => {
                vec![EngineEntry {
                    name: self.name,
                    port: self.port,
                    ..EngineEntry::default()
                }]
            }
            None => self.engine,
        };
        if entries.is_empty() {
            return Err(ConfigError::Conflict("the configuration has no [[engine]]"));
        }
        Ok(Config {
            bind: self.bind,
            engines: config::engines(
                entries,
                &settings,
                self.created_status,
                &config::read_faults(&self.faults)?,
            )?,
            tls,
            plain_too: self.also_http,
            hosts: self.host,
            limits: self.limits.into(),
        })
    }
}

/// Returns the configuration that options describe.
pub fn configuration(options: &[&str]) -> Result<Config, ConfigError> {
    Cli::parse_from([&["mock-engine"], options].concat()).into_config()
}
