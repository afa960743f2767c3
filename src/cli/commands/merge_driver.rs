//! `exportdoc merge-driver`: what git calls to merge two versions of a document.
//!
//! Invariant: the current version is replaced by a whole document or left as it is; git keeps all three versions, so it
//! needs no backup.

use std::io::Write;
use std::path::{Path, PathBuf};

use exportdoc::internal::diff::MatchBy;
use exportdoc::internal::merge::{MergeOptions, Renumber, Resolutions};

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::input::parse_size;
use crate::cli::io::merging::{Collected, Part, derived_save, has_namesakes, is_empty};
use crate::cli::io::output::Output;
use crate::cli::io::sealing::{KeyArgs, say, say_what_engines_do};
use crate::cli::io::shell::{program, quoted};
use crate::cli::io::source::Reading;
use crate::render::text::merge as merge_text;

/// Merge two versions of a document for git, in place of the current one; 'exportdoc git-setup' has git call it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 merged, 1 conflicts (the current version stays), or documents that can't go together, 2 unreadable, \
or no place to write to, 70 the disk is full or fails.

In .git/config:
  [merge \"exportdoc\"]
      driver = exportdoc merge-driver -- %O %A %B %P")]
pub(crate) struct Args {
    /// The version that both sides come from; empty when there is none
    base: PathBuf,
    /// The current version, which is replaced
    ours: PathBuf,
    /// The other version
    theirs: PathBuf,
    /// What the document is called in the repository
    path: Option<String>,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = parse_size)]
    max_size: u64,
    /// Open encrypted versions with the passphrase in the first line of this file (repeatable: each is tried)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Vec<PathBuf>,
    #[command(flatten)]
    key: KeyArgs,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let output = Output::replacing(&self.ours)?;
        let sealer = self.key.load(&[&output])?;
        let reading = Reading {
            allow_invalid: false,
            max_size: self.max_size,
            passphrase_files: &self.passphrase_file,
        };
        let mut collected = Collected::new();
        let path = self.path.as_deref().unwrap_or("the document");
        let mut add = |version: &Path, name: &str, part| {
            collected.add(&reading, version, &format!("{path} ({name})"), part)
        };
        add(&self.ours, "ours", Part::Side)?;
        add(&self.theirs, "theirs", Part::Side)?;
        // Both sides added the file: git gives an empty one.
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
            merge_text::print(&mut err, outcome)?;
            err.flush()?;
            if let Some(path) = &self.path {
                say(&format!("next: {}", next(path, has_namesakes(outcome))));
            }
            return Ok(Exit::Bad);
        };
        merge_text::print_notes(&mut err, outcome)?;
        err.flush()?;
        let made = output.stage(|writer| merged.write(writer, document, passphrase, Some(&sealer.key)))?;
        sealer.keep()?;
        made.put()?;
        say_what_engines_do();
        Ok(Exit::Good)
    }
}

/// What settles the conflicts, once git has stopped.
fn next(path: &str, namesakes: bool) -> String {
    // Git's merge tool takes no name that begins like an option or that git writes in quotes.
    let odd = path.starts_with('-') || path.contains(|c: char| c.is_control() || "\"\\".contains(c));
    if !namesakes && !odd {
        return format!("git mergetool -t exportdoc -- {}", quoted(path));
    }
    let [base, ours, theirs] = [1, 2, 3].map(|stage| quoted(&format!(":{stage}:{path}")));
    let how = match namesakes {
        true => "--by-name",
        false => "--edit --base base.json",
    };
    format!(
        "git show {base} > base.json; git show {ours} > ours.json; git show {theirs} > theirs.json; \
         {} merge {how} --force {} ours.json theirs.json",
        program(),
        quoted(&format!("--output={path}"))
    )
}
