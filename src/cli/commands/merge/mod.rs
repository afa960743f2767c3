//! `exportdoc merge`: makes one document of several, or of two changed copies of a base.

mod editor;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use exportdoc::internal::diff::MatchBy;
use exportdoc::internal::merge::{MergeOptions, Prefer, Renumber, Resolutions};

use crate::cli::args::format::{Format, one_of};
use crate::cli::args::key::KeyArgs;
use crate::cli::args::max_size::MaxSize;
use crate::cli::args::output::OutputArgs;
use crate::cli::args::passphrase::{PassphraseArgs, from_file};
use crate::cli::args::source::load;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::input::{Input, stdin_once};
use crate::cli::io::merging::{Collected, Part, derived_save, has_namesakes, is_empty};
use crate::cli::io::notes::{say, say_what_engines_do, say_written};
use crate::cli::io::output::Output;
use crate::cli::io::{shell, stdout};
use crate::render::{html, json, markdown, text};

/// Lists of resolutions are far smaller.
const RESOLUTIONS_BYTES: u64 = 16 * 1024 * 1024;

/// Merge export documents: all their objects, or with --base the changes of two of them
#[derive(Debug, clap::Args)]
#[command(mut_arg("passphrase_file", |arg| arg.help(
    "Open encrypted documents with the passphrase in the first line of this file (repeatable: each is tried); asked for \
     on the terminal without it"
)))]
#[command(after_help = exit::help("merge", "\
Objects are matched by type and identifier. If an identifier stands for different objects in two documents, the second \
object gets a new one, and references follow. Cases that no rule decides are conflicts: they are listed, and nothing is \
written. Settle them with --prefer, or one by one: --edit opens the list in an editor, where you write \"ours\", \
\"theirs\", \"remove\" or the number of a document after \"take\". Or print the list with --format json, edit it and \
pass it to --resolve. Conflicts of two global keys can be settled only one by one.

The decisions are printed on standard output, or on standard error if the document goes to standard output. The document \
is sealed with --key or with a new key; --unsigned leaves that to 'exportdoc seal' on the machine that has the key. It is \
encrypted if one of the inputs is.", "\
Examples:
  exportdoc merge jobs.json more-jobs.json -o all.json
  exportdoc merge --by-name test-engine.json production.json -o both.json
  exportdoc merge --base before.json ours.json theirs.json -o merged.json
  exportdoc merge a.json b.json -o c.json --format json > conflicts.json
  exportdoc merge a.json b.json -o c.json --resolve conflicts.json"))]
pub(crate) struct Args {
    /// The documents to merge; '-' is standard input
    #[arg(value_name = "DOC", required = true, num_args = 2..)]
    documents: Vec<PathBuf>,
    /// The common ancestor of the two documents; an empty file if there is none
    #[arg(long, value_name = "DOC")]
    base: Option<PathBuf>,
    /// Match objects by type and name instead of identifier, because engines number objects independently
    #[arg(long)]
    by_name: bool,
    /// When to treat objects of one type and identifier as different objects and give the second a new identifier
    #[arg(long, value_enum, value_name = "WHEN", default_value = "names-differ", num_args = 0..=1,
        require_equals = true, default_missing_value = "always")]
    renumber: RenumberWhen,
    /// Settle conflicts by taking the state of the first document, of the last one, or the newest
    #[arg(long, value_enum, value_name = "WHICH")]
    prefer: Option<PreferWhich>,
    /// Settle conflicts by this list
    #[arg(long, value_name = "FILE")]
    resolve: Option<PathBuf>,
    /// Settle conflicts in the editor that git uses: edit the list and save it
    #[arg(long)]
    edit: bool,
    /// Accept documents whose signature is invalid or that have findings which are errors, and results with missing or
    /// circular dependencies
    #[arg(long)]
    allow_invalid: bool,
    #[command(flatten)]
    passphrases: PassphraseArgs,
    /// Encrypt the result with the passphrase in the first line of this file instead of the first encrypted input's
    #[arg(long, value_name = "FILE", conflicts_with = "in_clear")]
    encrypt_with: Option<PathBuf>,
    /// Don't encrypt the result, even if an input is encrypted
    #[arg(long)]
    in_clear: bool,
    /// How to print the decisions; --resolve reads the JSON
    #[arg(long, default_value = "text", value_parser = one_of([
        Format::Text, Format::Json, Format::Markdown, Format::Html
    ]))]
    format: Format,
    #[command(flatten)]
    max_size: MaxSize<1>,
    #[command(flatten)]
    key: KeyArgs,
    /// Don't seal the result; 'exportdoc seal' can do it later
    #[arg(long, conflicts_with_all = ["key", "new_key", "dsa_bits"])]
    unsigned: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// When an object gets a new identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RenumberWhen {
    /// If both names and UUIDs differ
    NamesDiffer,
    /// If the UUIDs differ, even under the same name
    Always,
    /// Never
    Never,
}

/// Which state settles a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PreferWhich {
    /// The first document's that has the object
    Ours,
    /// The last document's
    Theirs,
    /// The one saved last
    Newest,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let inputs: Vec<&Path> = self
            .documents
            .iter()
            .chain(&self.base)
            .map(PathBuf::as_path)
            .collect();
        stdin_once(self.documents.iter().chain(&self.base))?;
        let can_be_read_again = !inputs.contains(&Path::new("-"));
        if self.edit && !can_be_read_again {
            return Err(
                user_error("--edit reads the documents twice, which standard input doesn't allow")
                    .hinted("give a file, or print the list with --format json and pass it to --resolve"),
            );
        }
        let output = self.output.check(&inputs)?;
        let passphrase_files = &self.passphrases.passphrase_file;
        let others = passphrase_files
            .iter()
            .chain(&self.resolve)
            .chain(&self.encrypt_with);
        output.spares(others.map(PathBuf::as_path))?;
        let sealer = if self.unsigned {
            None
        } else {
            Some(self.key.load(&[&output])?)
        };
        let mut options = self.options()?;
        let encrypt_with = self.encrypt_with.as_deref().map(from_file).transpose()?;
        let collected = self.collect()?;
        let passphrase = if self.in_clear {
            None
        } else {
            encrypt_with.or_else(|| collected.passphrase.clone())
        };
        let mut merged = collected.merge(&options)?;
        if self.edit && !merged.outcome.conflicts.is_empty() {
            options.resolutions.extend(editor::settle(&merged.outcome)?);
            merged = self.collect()?.merge(&options)?;
        }
        let outcome = &merged.outcome;
        let print = |out: &mut dyn Write| match self.format {
            Format::Json => json::merge::print(out, outcome),
            Format::Html => html::merge::print(out, outcome),
            Format::Markdown => markdown::merge::print(out, outcome),
            _ => text::merge::print(out, outcome),
        };
        if output == Output::Stdout {
            print(&mut anstream::stderr())?;
        } else {
            let mut out = stdout::open();
            print(&mut out)?;
            out.flush()?;
        }
        let Some(document) = &outcome.document else {
            if can_be_read_again && self.format == Format::Text {
                let option = if has_namesakes(outcome) {
                    "--by-name"
                } else {
                    "--edit"
                };
                say(&format!("next: {}", shell::this_command_with("merge", option)));
            }
            return Ok(Exit::Bad);
        };
        let key = sealer.as_ref().map(|sealer| &sealer.key);
        let made = output.stage(|writer| merged.write(writer, document, passphrase, key))?;
        if let Some(sealer) = &sealer {
            sealer.keep()?;
        }
        made.put()?;
        // The other formats on standard error must stay parseable.
        if output == Output::Stdout && self.format != Format::Text {
            return Ok(Exit::Good);
        }
        let how = match &sealer {
            Some(sealer) => sealer.describe(),
            None => "unsigned: 'exportdoc seal' seals it".to_owned(),
        };
        say_written(&output, document.objects.len(), &how);
        say_what_engines_do();
        Ok(Exit::Good)
    }

    fn options(&self) -> Result<MergeOptions, CliError> {
        Ok(MergeOptions {
            match_by: if self.by_name {
                MatchBy::Name
            } else {
                MatchBy::Identifier
            },
            renumber: match self.renumber {
                RenumberWhen::NamesDiffer => Renumber::NamesDiffer,
                RenumberWhen::Always => Renumber::Always,
                RenumberWhen::Never => Renumber::Never,
            },
            prefer: self.prefer.map(|which| match which {
                PreferWhich::Ours => Prefer::Ours,
                PreferWhich::Theirs => Prefer::Theirs,
                PreferWhich::Newest => Prefer::Newest,
            }),
            resolutions: self
                .resolve
                .as_deref()
                .map(read_resolutions)
                .transpose()?
                .unwrap_or_default(),
            allow_invalid: self.allow_invalid,
            derived: derived_save()?,
        })
    }

    fn collect(&self) -> Result<Collected, CliError> {
        let mut collected = Collected::new();
        let mut add = |path: &Path, part| {
            let source = load(path, None, self.max_size, &self.passphrases.passphrase_file)?;
            collected.add(source.usable(self.allow_invalid)?, part)
        };
        for path in &self.documents {
            add(path, Part::Side)?;
        }
        if let Some(base) = &self.base {
            if self.documents.len() != 2 {
                return Err(user_error("a merge with --base takes two documents")
                    .hinted("give two documents, or merge without --base"));
            }
            if !is_empty(base) {
                add(base, Part::Base)?;
            }
        }
        Ok(collected)
    }
}

fn read_resolutions(path: &Path) -> Result<Resolutions, CliError> {
    let fail = |error: &dyn std::fmt::Display| {
        user_error(error)
            .about(path.display())
            .hinted("'exportdoc merge --format json' prints such a list")
    };
    let bytes = Input::File(path.to_owned())
        .read(RESOLUTIONS_BYTES)
        .map_err(|error| fail(&error))?;
    Resolutions::parse(&bytes).map_err(|error| fail(&error))
}
