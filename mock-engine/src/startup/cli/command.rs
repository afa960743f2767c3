//! The subcommands. Without one, the program starts engines.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;

use crate::engine::Profile;
use crate::http::faults;
use crate::startup::profiles;

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
}

impl Command {
    /// Runs the subcommand.
    pub(crate) fn run(self) -> Result<(), Box<dyn Error>> {
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
        };
        match io::stdout().write_all(text.as_bytes()) {
            // A reader such as `head` has enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done?),
        }
    }
}
