//! `exportdoc explain`: the meaning of a finding.

use std::io::Write;

use exportdoc::internal::audit::Level;
use exportdoc::internal::finding::{self, FindingRule, REGISTRY};

use crate::cli::error::{CliError, user_error};
use crate::cli::exit::Exit;
use crate::cli::io::stdout;

/// Explain what a finding means and what to do about it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  exportdoc explain secrets-in-clear\n  exportdoc explain --list")]
pub(crate) struct Args {
    /// Ids of findings, as reports show them
    #[arg(value_name = "ID", required_unless_present = "list")]
    ids: Vec<String>,
    /// List every finding with its severity
    #[arg(long)]
    list: bool,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let mut out = stdout::open();
        if self.list {
            for rule in REGISTRY {
                writeln!(out, "{:<8} {:<26} {}", rule.severity, rule.id, rule.meaning)?;
            }
        }
        for id in &self.ids {
            let rule = finding::by_id(id)
                .ok_or_else(|| user_error(format!("no finding has the id '{id}'")).hinted(similar(id)))?;
            writeln!(
                out,
                "{} ({}{})\n  {}\n  What to do: {}",
                rule.id,
                rule.severity,
                in_audit(rule),
                rule.meaning,
                rule.action
            )?;
        }
        Ok(Exit::Good)
    }
}

/// The rule's level in an audit, if it differs from its severity.
fn in_audit(rule: &FindingRule) -> String {
    match Level::default_of(rule) {
        level if level == rule.severity.into() => String::new(),
        level => format!("; {level} in an audit"),
    }
}

fn similar(id: &str) -> String {
    let similar = finding::similar_ids(id);
    if similar.is_empty() {
        "'exportdoc explain --list' lists all ids".to_owned()
    } else {
        format!("similar: {}", similar.join(", "))
    }
}
