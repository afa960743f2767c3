//! The options of `record`, `replay` and `check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::engine::Profile;
use crate::recording::Trust;
use crate::startup::ready::ReadyArgs;

/// Record what clients ask an engine, as a proxy in front of it, without secrets
///
/// Prints its URL once it accepts requests. Ends with Ctrl-C or SIGTERM.
#[derive(Debug, Args)]
pub(in crate::startup) struct RecordArgs {
    /// URL of the engine
    #[arg(long, value_name = "URL")]
    pub(super) to: String,
    /// New or empty directory for the recording
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Port to listen on, on loopback addresses only; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(super) port: u16,
    #[command(flatten)]
    pub(super) trust: TrustArgs,
    /// Keep export documents as they came, with their keys and rows; tokens and passwords are left out anyway
    #[arg(long)]
    pub(super) keep_secrets: bool,
    #[command(flatten)]
    pub(in crate::startup) ready: ReadyArgs,
}

/// Answer like the recorded engine: known requests word for word, others from the state that the recording shows
///
/// Prints its URL once it accepts requests. Ends with Ctrl-C or SIGTERM.
#[derive(Debug, Args)]
pub(in crate::startup) struct ReplayArgs {
    /// The recording
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// Port to listen on, on loopback addresses only; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub(super) port: u16,
    #[command(flatten)]
    pub(super) mock: MockArgs,
    #[command(flatten)]
    pub(in crate::startup) ready: ReadyArgs,
}

/// Say where the mock, or a running engine, answers a recording's requests differently
///
/// Compares statuses, members, types, values and the order of lists. Tokens, times, hashes and ids of tasks differ by
/// nature and don't count. Exit code 0: the same; 1: different; 2: no comparison.
#[derive(Debug, Args)]
pub(in crate::startup) struct CheckArgs {
    /// The recording
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// URL of an engine to ask instead of a fresh mock with the recording's state; the requests change it
    #[arg(long, value_name = "URL", conflicts_with_all = ["profile", "schema"])]
    pub(super) against: Option<String>,
    #[command(flatten)]
    pub(super) mock: MockArgs,
    #[command(flatten)]
    pub(super) trust: TrustArgs,
    /// File whose first line, NAME:PASSWORD, is the user for logins at --against
    #[arg(long, value_name = "FILE", requires = "against")]
    pub(super) user_file: Option<PathBuf>,
    /// Member whose value doesn't count; repeatable
    #[arg(long, value_name = "MEMBER")]
    pub(super) ignore: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// The output of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What a recording doesn't say about its engine.
#[derive(Debug, Args)]
pub(super) struct MockArgs {
    /// Profile of the mock: 5.3, 6.0, 6.0.15 or 2025
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Option<Profile>,
    /// TOML or JSON file that declares the tables, columns and files behind connectors; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) schema: Vec<PathBuf>,
}

/// Whose certificates an HTTPS engine may have.
#[derive(Debug, Args)]
pub(super) struct TrustArgs {
    /// PEM file with the authority of an https engine's certificate
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Accept every certificate
    #[arg(long)]
    insecure: bool,
}

impl From<TrustArgs> for Trust {
    fn from(args: TrustArgs) -> Self {
        match args.ca {
            Some(path) => Self::Authorities(path),
            None if args.insecure => Self::Everything,
            None => Self::Unsaid,
        }
    }
}
