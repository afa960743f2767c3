//! `exportdoc explain`: the meaning of a finding or of an object type.

use std::io::Write;

use exportdoc::internal::audit::Level;
use exportdoc::internal::finding::{self, FindingRule, REGISTRY};
use exportdoc::internal::object::{meaning_of, type_by_name, type_help};

use crate::cli::error::{CliError, user_error};
use crate::cli::exit::Exit;
use crate::cli::io::stdout;

/// Explain what a finding means and what to do about it, or what objects of a type are for
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  exportdoc explain secrets-in-clear\n  exportdoc explain DATABASE_RULESET\n  exportdoc explain --list"
)]
pub(crate) struct Args {
    /// Ids of findings or names of object types, as reports show them
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
            if let Some(known) = type_by_name(id) {
                let meaning = meaning_of(id).unwrap_or("Only the name of this type is known.");
                writeln!(out, "{} (object type)\n  {meaning}", known.name)?;
                continue;
            }
            let rule = finding::by_id(id).ok_or_else(|| unknown(id))?;
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
        out.flush()?;
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

fn unknown(id: &str) -> CliError {
    // Ids of findings have no capitals, names of types have nothing else.
    if id.contains(|char: char| char.is_ascii_uppercase()) {
        user_error(format!("no object type is called '{id}'")).hinted(type_help(id))
    } else {
        user_error(format!("no finding has the id '{id}'")).hinted(similar(id))
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
