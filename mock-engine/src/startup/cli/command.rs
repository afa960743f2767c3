//! The subcommands. Without one, the program starts engines.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use clap_complete::Shell;

use super::pages;
use crate::engine::{Content, Profile};
use crate::http::faults;
use crate::startup::health::{self, HealthArgs};
use crate::startup::profiles;
use crate::startup::recordings::{self, CheckArgs, RecordArgs, ReplayArgs};
use crate::startup::verify::{self, VerifyArgs};

/// What to do instead of starting engines.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists the ready-made sets of faults, or prints the definition of one
    Faults {
        /// The set, such as flaky-network
        name: Option<String>,
    },
    /// Shows how engines of different versions differ, or all about one profile
    Profiles {
        /// The profile: 5.3, 6.0, 6.0.15 or 2025
        profile: Option<Profile>,
    },
    /// Writes an example of a seed file, with a comment on every member
    Init {
        /// The file; it must not exist. Default: standard output
        file: Option<PathBuf>,
    },
    Record(RecordArgs),
    Replay(ReplayArgs),
    Check(CheckArgs),
    Verify(VerifyArgs),
    Healthcheck(HealthArgs),
    /// Prints a completion script for a shell
    #[command(
        after_help = "Examples:\n  mock-engine completions bash > /etc/bash_completion.d/mock-engine\n  mock-engine completions zsh > ~/.zfunc/_mock-engine"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Prints a manual page in troff
    #[command(
        after_help = "Examples:\n  mock-engine man | man -l -\n  mock-engine man record > mock-engine-record.1"
    )]
    Man {
        /// The subcommand whose page to print; without it, the program's own
        subcommand: Option<String>,
    },
}

/// Writes a file that doesn't exist yet.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

impl Command {
    /// The exit code if [`Self::run`] fails.
    pub(crate) fn failure(&self) -> ExitCode {
        match self {
            Self::Check(_) | Self::Verify(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// Runs a subcommand that prints something and ends.
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
        let mut code = ExitCode::SUCCESS;
        let text = match self {
            Self::Faults { name: None } => faults::SETS
                .iter()
                .map(|(name, meaning, _)| format!("{name:15} {meaning}\n"))
                .collect(),
            Self::Faults { name: Some(name) } => match faults::definition(&name) {
                Some(definition) => definition.to_owned(),
                None => {
                    return Err(format!(
                        "no set of faults is named '{name}'; `mock-engine faults` lists them"
                    )
                    .into());
                }
            },
            Self::Profiles { profile: None } => profiles::table(),
            Self::Profiles {
                profile: Some(profile),
            } => profiles::one(profile),
            Self::Init { file: None } => Content::example(),
            Self::Init { file: Some(file) } => {
                write_new(&file, &Content::example())
                    .map_err(|error| format!("{}: {error}", file.display()))?;
                String::new()
            }
            Self::Check(args) => {
                let (report, verdict) = recordings::check(args)?;
                code = verdict;
                report
            }
            Self::Verify(args) => {
                let (report, verdict) = verify::verify(args)?;
                code = verdict;
                report
            }
            Self::Healthcheck(args) => {
                health::check(args)?;
                String::new()
            }
            Self::Completions { shell } => pages::completions(shell)?,
            Self::Man { subcommand } => pages::manual(subcommand.as_deref())?,
            Self::Record(_) | Self::Replay(_) => return Err("the command runs until a signal".into()),
        };
        match io::stdout().write_all(text.as_bytes()) {
            // A reader such as `head` has enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(code),
            done => Ok(done.map(|()| code)?),
        }
    }
}
