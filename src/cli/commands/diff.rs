//! `exportdoc diff`: shows what differs between two documents.

use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use exportdoc::internal::diff::{
    DiffLimits, DiffOptions, DocumentDiff, IgnoreRule, MatchBy, ObstacleKind, diff,
};
use exportdoc::internal::escape;
use exportdoc::internal::extract::{ExtractError, find};
use exportdoc::internal::object::{ObjectKey, type_by_name, type_help};
use exportdoc::internal::passphrase::Passphrase;

use crate::cli::args::format::{Format, one_of};
use crate::cli::args::max_size::MaxSize;
use crate::cli::args::passphrase::PassphraseArgs;
use crate::cli::args::picture::{self, PictureArgs};
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::input::{Input, stdin_once};
use crate::cli::io::source::Source;
use crate::cli::io::stdout;
use crate::outcome::comparison::{Compared, ComparedSide};
use crate::outcome::picture::of_comparison;
use crate::render::words::diff::{self as words, View};
use crate::render::{html, json, markdown, text};

/// Show what differs between two export documents: objects, their changed fields, and why
#[derive(Debug, clap::Args)]
#[command(mut_arg("passphrase_file", |arg| arg.help(
    "Open encrypted documents with the passphrase in the first line of this file; if given twice, the first is for OLD \
     and the second for NEW"
)))]
#[command(after_help = exit::help("diff", "\
The status of an object:
  changed                   new revision, different content
  re-saved                  new revision, same content
  dependency-changed        unchanged itself, but something it depends on changed
  content-without-revision  different content under the same revision, which no engine writes
  rewritten-by-engine       additions under the same revision, as an engine upgrade writes them
  added, removed            only one document has it
Not compared: values that engines write anew in every export (a lookup's date, the order of a set),
host, date, key and signature.", "\
Examples:
  exportdoc diff before.json after.json
  exportdoc diff --by-name test-engine.json production.json
  exportdoc diff --ignore email --only MASKING_JOB before.json after.json
  exportdoc diff --format html before.json after.json > changes.html
  exportdoc diff --format svg before.json after.json > changes.svg
  exportdoc diff --format markdown before.json after.json | gh pr comment --body-file -"))]
pub(crate) struct Args {
    /// The old document; '-' is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new document; '-' is standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Match objects by type and name instead of identifier, because engines number objects independently
    #[arg(long)]
    by_name: bool,
    /// How to print it
    #[arg(long, default_value = "text", value_parser = one_of([
        Format::Text, Format::Json, Format::Markdown, Format::Html, Format::Svg, Format::Dot, Format::Mermaid
    ]))]
    format: Format,
    /// Print one line per object with the number of changed fields
    #[arg(long, conflicts_with_all = ["format", "name_only"])]
    stat: bool,
    /// Print only TYPE:ID of the objects that differ
    #[arg(long, conflicts_with = "format")]
    name_only: bool,
    /// Ignore changes of this field and its parts, as FIELD, LIST.FIELD, '#NUMBER' or TYPE:FIELD; 'revision' stands for
    /// saves without a change (repeatable)
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    /// Compare only objects of this type (repeatable)
    #[arg(long, value_name = "TYPE")]
    only: Vec<String>,
    /// Print keys, lookup rows and segment mappings that changed
    #[arg(long)]
    show_secrets: bool,
    /// Also list values that engines write anew in every export
    #[arg(long)]
    show_volatile: bool,
    /// List all differences around the objects, including dates and keys, not only host, verdict and encryption
    #[arg(long)]
    envelope: bool,
    /// Compare the files byte by byte, too
    #[arg(long)]
    strict_bytes: bool,
    /// Treat an empty file as a missing document, like /dev/null: git passes one for a file that was added or removed
    #[arg(long)]
    empty_as_none: bool,
    #[command(flatten)]
    picture: PictureArgs,
    #[command(flatten)]
    passphrases: PassphraseArgs,
    #[command(flatten)]
    max_size: MaxSize<1>,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        self.picture.check(self.format)?;
        let options = self.options()?;
        let [old_passphrase, new_passphrase] = self.passphrases()?;
        stdin_once([&self.old, &self.new])?;
        // One thread more starts sooner than a pool.
        let (old, new) = thread::scope(|scope| {
            let old = scope.spawn(|| self.load(&self.old, old_passphrase));
            let new = self.load(&self.new, new_passphrase);
            (old.join().unwrap_or_else(|panic| resume_unwind(panic)), new)
        });
        let (old, new) = (old?, new?);
        check_types(&self.only, &old, &new)?;
        let diff = diff(&old.side(), &new.side(), &options);
        let side = |source: Source| ComparedSide {
            path: source.label,
            report: source.report,
        };
        let compared = Compared {
            diff,
            old: side(old),
            new: side(new),
        };
        self.print(&compared)?;
        Ok(exit_of(&compared.diff))
    }

    fn load(&self, path: &Path, passphrase: Option<Passphrase>) -> Result<Source, CliError> {
        let input = Input::at(path);
        let label = input.label();
        let is_empty = || std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0);
        if input.is_null() || (self.empty_as_none && is_empty()) {
            return Ok(Source::nothing(label));
        }
        let passphrases = || Ok(passphrase.into_iter().collect());
        let source = Source::load(&input, label, self.max_size.bytes(), passphrases)?;
        CliError::if_more_follows(&source.label, &source.report)?;
        Ok(source)
    }

    fn options(&self) -> Result<DiffOptions, CliError> {
        let rule = |text: &String| {
            IgnoreRule::parse(text).map_err(|error| {
                user_error(format!("--ignore {text}: {error}")).hinted(
                    "use the names of fields in the output of 'exportdoc diff' and 'exportdoc textconv'",
                )
            })
        };
        let match_by = if self.by_name {
            MatchBy::Name
        } else {
            MatchBy::Identifier
        };
        Ok(DiffOptions::default()
            .match_by(match_by)
            .ignore(self.ignore.iter().map(rule).collect::<Result<_, _>>()?)
            .only_types(self.only.clone())
            .strict_bytes(self.strict_bytes)
            .limits(DiffLimits {
                show_secrets: self.show_secrets,
                ..DiffLimits::default()
            }))
    }

    fn passphrases(&self) -> Result<[Option<Passphrase>; 2], CliError> {
        match self.passphrases.read()?.as_slice() {
            [] => Ok([None, None]),
            [both] => Ok([Some(both.clone()), Some(both.clone())]),
            [old, new] => Ok([Some(old.clone()), Some(new.clone())]),
            _ => Err(user_error("--passphrase-file is given more than twice")
                .hinted("give one for both documents, or one for each")),
        }
    }

    /// The object in the middle of a picture, looked for in the new document first.
    fn focus(&self, compared: &Compared) -> Result<Option<ObjectKey>, CliError> {
        let Some(wanted) = &self.picture.object else {
            return Ok(None);
        };
        let found = match find(&compared.new.report, wanted) {
            Err(ExtractError::NotFound(_)) => find(&compared.old.report, wanted),
            found => found,
        };
        Ok(Some(
            found.map_err(|error| CliError::from(error).exiting(Exit::Usage))?,
        ))
    }

    fn print(&self, compared: &Compared) -> Result<(), CliError> {
        let mut out = stdout::open();
        if self.name_only {
            text::diff::print_names(&mut out, compared)?;
            // Best effort; the exit code tells, too.
            for obstacle in &compared.diff.obstacles {
                let _ = writeln!(anstream::stderr(), "incomplete: {}", words::obstacle(obstacle));
            }
            for line in compared.diff.bytes.iter().flat_map(words::bytes) {
                let _ = writeln!(anstream::stderr(), "bytes: {}", escape::terminal(&line));
            }
        } else if self.stat {
            text::diff::print_stat(&mut out, compared)?;
        } else {
            let view = View {
                volatile: self.show_volatile,
                envelope: self.envelope,
            };
            match self.format {
                Format::Json => json::diff::print(&mut out, compared)?,
                format if picture::draws(format) => {
                    let focus = self.focus(compared)?;
                    let drawn = of_comparison(compared, focus.as_ref(), self.picture.part());
                    picture::print(&mut out, format, &drawn)?;
                }
                Format::Html => {
                    let drawn = of_comparison(compared, None, self.picture.part());
                    html::diff::print(&mut out, compared, &drawn, view)?;
                }
                Format::Markdown => {
                    let drawn = of_comparison(compared, None, self.picture.part());
                    markdown::diff::print(&mut out, compared, &drawn, view)?;
                }
                _ => text::diff::print(&mut out, compared, view)?,
            }
        }
        out.flush()?;
        Ok(())
    }
}

/// Refuses types that neither document has and no engine knows: they are typing errors.
fn check_types(only: &[String], old: &Source, new: &Source) -> Result<(), CliError> {
    let is_there = |name: &str| {
        let mut objects = old.report.objects.iter().chain(&new.report.objects);
        objects.any(|object| object.type_name == name)
    };
    let mut strange = only
        .iter()
        .filter(|name| type_by_name(name).is_none() && !is_there(name));
    match strange.next() {
        Some(name) => Err(user_error(format!("--only {name}: no such object type")).hinted(type_help(name))),
        None => Ok(()),
    }
}

fn exit_of(diff: &DocumentDiff) -> Exit {
    let mut kinds = diff.obstacles.iter().map(|obstacle| obstacle.kind);
    if kinds.any(|kind| kind == ObstacleKind::Limit) {
        Exit::Limit
    } else if !diff.obstacles.is_empty() {
        Exit::Usage
    } else if diff.is_same() {
        Exit::Good
    } else {
        Exit::Bad
    }
}
