//! `exportdoc merge-driver`: merges two versions of a document for git.
//!
//! Invariant: the current version is replaced by a whole document or left unchanged. It needs no backup, because git keeps
//! all three versions.

use std::io::Write;
use std::path::{Path, PathBuf};

use exportdoc::internal::diff::MatchBy;
use exportdoc::internal::merge::{MergeOptions, Renumber, Resolutions};

use crate::cli::args::key::KeyArgs;
use crate::cli::args::max_size::MaxSize;
use crate::cli::args::passphrase::PassphraseArgs;
use crate::cli::args::source::load;
use crate::cli::error::CliError;
use crate::cli::exit::{self, Exit};
use crate::cli::io::merging::{Collected, Part, derived_save, has_namesakes, is_empty};
use crate::cli::io::notes::{say, say_what_engines_do};
use crate::cli::io::output::Output;
use crate::cli::io::shell::{program, quoted};
use crate::render::text;

/// Merge two versions of a document for git, in place of the current one; 'exportdoc git-setup' configures git to use it
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("merge-driver", "", "\
In .git/config:
  [merge \"exportdoc\"]
      driver = exportdoc merge-driver -- %O %A %B %P"))]
pub(crate) struct Args {
    /// The common ancestor; an empty file if there is none
    base: PathBuf,
    /// The current version, which is replaced
    ours: PathBuf,
    /// The other version
    theirs: PathBuf,
    /// The document's path in the repository
    path: Option<String>,
    #[command(flatten)]
    max_size: MaxSize<1>,
    #[command(flatten)]
    passphrases: PassphraseArgs,
    #[command(flatten)]
    key: KeyArgs,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let output = Output::replacing(&self.ours)?;
        let sealer = self.key.load(&[&output])?;
        let mut collected = Collected::new();
        let path = self.path.as_deref().unwrap_or("the document");
        let mut add = |version: &Path, name: &str, part| {
            let name = Some(format!("{path} ({name})"));
            let source = load(version, name, self.max_size, &self.passphrases.passphrase_file)?;
            collected.add(source.usable(false)?, part)
        };
        add(&self.ours, "ours", Part::Side)?;
        add(&self.theirs, "theirs", Part::Side)?;
        if !is_empty(&self.base) {
            add(&self.base, "base", Part::Base)?;
        }
        let options = MergeOptions {
            match_by: MatchBy::Identifier,
            renumber: Renumber::default(),
            prefer: None,
            resolutions: Resolutions::default(),
            allow_invalid: false,
            derived: derived_save()?,
        };
        let passphrase = collected.passphrase.clone();
        let merged = collected.merge(&options)?;
        let outcome = &merged.outcome;
        let mut err = anstream::stderr().lock();
        let Some(document) = &outcome.document else {
            text::merge::print(&mut err, outcome)?;
            err.flush()?;
            if let Some(path) = &self.path {
                say(&format!("next: {}", next(path, has_namesakes(outcome))));
            }
            return Ok(Exit::Bad);
        };
        text::merge::print_notes(&mut err, outcome)?;
        err.flush()?;
        let made = output.stage(|writer| merged.write(writer, document, passphrase, Some(&sealer.key)))?;
        sealer.keep()?;
        made.put()?;
        say_what_engines_do();
        Ok(Exit::Good)
    }
}

/// The command that settles the conflicts after git has stopped.
fn next(path: &str, namesakes: bool) -> String {
    // Git's merge tool refuses names that begin like an option or that git quotes.
    let odd = path.starts_with('-') || path.contains(|c: char| c.is_control() || "\"\\".contains(c));
    if !namesakes && !odd {
        return format!("git mergetool -t exportdoc -- {}", quoted(path));
    }
    let [base, ours, theirs] = [1, 2, 3].map(|stage| quoted(&format!(":{stage}:{path}")));
    let how = if namesakes {
        "--by-name"
    } else {
        "--edit --base base.json"
    };
    format!(
        "git show {base} > base.json; git show {ours} > ours.json; git show {theirs} > theirs.json; \
         {} merge {how} --force {} ours.json theirs.json",
        program(),
        quoted(&format!("--output={path}"))
    )
}
