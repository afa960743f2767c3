//! `exportdoc diff`: what differs between two documents.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use exportdoc::internal::diff::{
    DiffLimits, DiffOptions, DocumentDiff, IgnoreRule, MatchBy, ObstacleKind, diff,
};
use exportdoc::internal::escape;
use exportdoc::internal::object::{type_by_name, type_help};
use exportdoc::internal::passphrase::Passphrase;

use crate::cli::args::passphrase;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::comparing::{ComparedSide, DiffInput, read_both};
use crate::cli::io::input::{Input, parse_size};
use crate::cli::io::stdout;
use crate::render::json::diff as diff_json;
use crate::render::markdown::diff as diff_markdown;
use crate::render::text::diff as diff_text;
use crate::render::text::diff::View;
use crate::render::words::diff as diff_words;

/// Show what differs between two export documents: objects, the fields that changed in them, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every object listed says why:
  changed                   new revision, other content
  re-saved                  new revision, same content
  dependency-changed        nothing of its own: something it depends on moved
  content-without-revision  other content under the same revision, which no engine writes
  rewritten-by-engine       more under the same revision, as an upgrade of the engine writes it
  added, removed            only one document has it
What engines write anew in every export (a lookup's date, the order of a set) doesn't count, nor
do host, date, key and signature.

Exit codes: 0 the same content, 1 different, 2 trouble (unreadable, encrypted, damaged), 5 a limit.

Examples:
  exportdoc diff before.json after.json
  exportdoc diff --by-name test-engine.json production.json
  exportdoc diff --ignore email --only MASKING_JOB before.json after.json
  exportdoc diff --format markdown before.json after.json | gh pr comment --body-file -")]
pub(crate) struct Args {
    /// The document before; `-` is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The document after; `-` is standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Match objects by type and name instead of identifier: numbers are only labels across engines
    #[arg(long)]
    by_name: bool,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Print one line per object with the number of changed fields
    #[arg(long, conflicts_with_all = ["format", "name_only"])]
    stat: bool,
    /// Print only TYPE:ID of the objects that differ
    #[arg(long, conflicts_with = "format")]
    name_only: bool,
    /// Don't count changes of this field and what is in it, as FIELD, LIST.FIELD, '#NUMBER' or TYPE:FIELD; 'revision'
    /// stands for saves without change (repeatable)
    #[arg(long, value_name = "FIELD")]
    ignore: Vec<String>,
    /// Compare only objects of this type (repeatable)
    #[arg(long, value_name = "TYPE")]
    only: Vec<String>,
    /// Print keys, lookup rows and segment mappings that changed
    #[arg(long)]
    show_secrets: bool,
    /// List what engines write anew in every export, which doesn't count
    #[arg(long)]
    show_volatile: bool,
    /// List all that differs around the objects, dates and keys too, not only host, verdict and encryption
    #[arg(long)]
    envelope: bool,
    /// Count every byte of the files, and say what differs in them
    #[arg(long)]
    strict_bytes: bool,
    /// Take an empty file for no document, as /dev/null always is: git gives one for a file that was added or removed
    #[arg(long)]
    empty_as_none: bool,
    /// Open encrypted documents with the passphrase in the first line of this file; given twice, the first is for OLD
    /// and the second for NEW
    #[arg(long, value_name = "FILE")]
    passphrase_file: Vec<PathBuf>,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = parse_size)]
    max_size: u64,
}

/// Output formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON value
    Json,
    /// A comment for a pull request
    Markdown,
}

/// A comparison and what it compared.
pub(crate) struct Compared {
    pub(crate) old: ComparedSide,
    pub(crate) new: ComparedSide,
    pub(crate) diff: DocumentDiff,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let options = self.options()?;
        let [old_passphrase, new_passphrase] = self.passphrases()?;
        let (old, new) = (Input::at(&self.old), Input::at(&self.new));
        if old == Input::Stdin && new == Input::Stdin {
            return Err(CliError::usage("standard input is named twice", "give '-' once"));
        }
        let inputs = [self.side(old, old_passphrase), self.side(new, new_passphrase)];
        let [old, new] = read_both(&inputs)?;
        check_types(&self.only, &old, &new)?;
        let compared = Compared {
            diff: diff(&old.side(), &new.side(), &options),
            old,
            new,
        };
        self.print(&compared)?;
        Ok(exit(&compared.diff))
    }

    fn side(&self, input: Input, passphrase: Option<Passphrase>) -> DiffInput {
        DiffInput {
            input,
            max_size: self.max_size,
            passphrase,
            empty_as_none: self.empty_as_none,
        }
    }

    fn options(&self) -> Result<DiffOptions, CliError> {
        let rule = |text: &String| {
            IgnoreRule::parse(text).map_err(|error| {
                let help =
                    "fields are called as the output of 'exportdoc diff' and 'exportdoc textconv' calls them";
                CliError::usage(format!("--ignore {text}: {error}"), help)
            })
        };
        Ok(DiffOptions {
            match_by: if self.by_name {
                MatchBy::Name
            } else {
                MatchBy::Identifier
            },
            ignore: self.ignore.iter().map(rule).collect::<Result<_, _>>()?,
            only_types: self.only.clone(),
            strict_bytes: self.strict_bytes,
            limits: DiffLimits {
                show_secrets: self.show_secrets,
                ..DiffLimits::default()
            },
        })
    }

    fn passphrases(&self) -> Result<[Option<Passphrase>; 2], CliError> {
        let from = |path: &PathBuf| passphrase::from_file(path).map(Some);
        match self.passphrase_file.as_slice() {
            [] => Ok([None, None]),
            [both] => Ok([from(both)?, from(both)?]),
            [old, new] => Ok([from(old)?, from(new)?]),
            _ => Err(CliError::usage(
                "--passphrase-file is given more than twice",
                "give one for both documents, or one for each",
            )),
        }
    }

    fn print(&self, compared: &Compared) -> Result<(), CliError> {
        let mut out = stdout::open();
        if self.name_only {
            diff_text::print_names(&mut out, compared)?;
            for obstacle in &compared.diff.obstacles {
                // Nobody is left to tell when this fails; the exit code tells it too.
                let _ = writeln!(
                    anstream::stderr(),
                    "incomplete: {}",
                    diff_words::obstacle(obstacle)
                );
            }
            for line in compared.diff.bytes.iter().flat_map(diff_words::bytes) {
                let _ = writeln!(anstream::stderr(), "bytes: {}", escape::terminal(&line));
            }
        } else if self.stat {
            diff_text::print_stat(&mut out, compared)?;
        } else {
            let view = View {
                volatile: self.show_volatile,
                envelope: self.envelope,
            };
            match self.format {
                Format::Text => diff_text::print(&mut out, compared, view)?,
                Format::Json => diff_json::print(&mut out, compared)?,
                Format::Markdown => diff_markdown::print(&mut out, compared, view)?,
            }
        }
        out.flush()?;
        Ok(())
    }
}

/// A type that neither document has and no engine knows is a slip of the pen.
fn check_types(only: &[String], old: &ComparedSide, new: &ComparedSide) -> Result<(), CliError> {
    let is_there = |name: &str| {
        let mut objects = old.report.objects.iter().chain(&new.report.objects);
        objects.any(|object| object.type_name == name)
    };
    match only
        .iter()
        .find(|name| type_by_name(name).is_none() && !is_there(name))
    {
        Some(name) => Err(CliError::usage(
            format!("--only {name}: no object type is called that"),
            type_help(name),
        )),
        None => Ok(()),
    }
}

fn exit(diff: &DocumentDiff) -> Exit {
    if diff
        .obstacles
        .iter()
        .any(|obstacle| obstacle.kind == ObstacleKind::Limit)
    {
        Exit::Denied
    } else if !diff.obstacles.is_empty() {
        Exit::Usage
    } else if diff.is_same() {
        Exit::Good
    } else {
        Exit::Bad
    }
}
