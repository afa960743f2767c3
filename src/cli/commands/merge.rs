//! `exportdoc merge`: one document of several, or of the changes of two to a common base.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use exportdoc::internal::diff::MatchBy;
use exportdoc::internal::merge::{MergeOptions, Prefer, Renumber, Resolutions};

use crate::cli::args::passphrase;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::editor;
use crate::cli::io::input::{Input, parse_size};
use crate::cli::io::merging::{Collected, Part, derived_save, has_namesakes, is_empty};
use crate::cli::io::output::{Output, OutputArgs};
use crate::cli::io::sealing::{KeyArgs, say, say_made, say_what_engines_do, say_written};
use crate::cli::io::shell;
use crate::cli::io::source::Reading;
use crate::cli::io::stdout;
use crate::render::json::merge as merge_json;
use crate::render::text::merge as merge_text;

/// A list of resolutions is far smaller.
const RESOLUTIONS_BYTES: u64 = 16 * 1024 * 1024;

/// Merge export documents: all that any of them has, or with --base what two of them changed
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Objects are matched by type and identifier; a number that means two objects in two documents is given anew to the \
second, and references follow. What no rule decides is a conflict: then nothing is written, and the conflicts are \
listed. Settle them with --prefer, or one by one: --edit shows the list in an editor, to put \"ours\", \"theirs\", \
\"remove\" or the number of a document behind \"take\". Or print the list with --format json and give it back with \
--resolve. Two global keys are settled in no other way.

What was decided is printed on standard output, or on standard error when that is where the document goes. The document \
is sealed with --key, or with a key made for it, or with --unsigned not at all, so that 'exportdoc seal' can do it \
where the key is; it is encrypted when one of the inputs was.

Exit codes: 0 written, 1 conflicts, or documents that can't go together, 2 usage, unreadable, or no place to \
write to, 70 the disk is full or fails.

Examples:
  exportdoc merge jobs.json more-jobs.json -o all.json
  exportdoc merge --by-name test-engine.json production.json -o both.json
  exportdoc merge --base before.json ours.json theirs.json -o merged.json
  exportdoc merge a.json b.json -o c.json --format json > conflicts.json
  exportdoc merge a.json b.json -o c.json --resolve conflicts.json")]
pub(crate) struct Args {
    /// The documents to merge; '-' is standard input
    #[arg(value_name = "DOC", required = true, num_args = 2..)]
    documents: Vec<PathBuf>,
    /// The document that the two others were changed from; an empty file when there is none
    #[arg(long, value_name = "DOC")]
    base: Option<PathBuf>,
    /// Match objects by type and name instead of identifier: numbers are only labels across engines
    #[arg(long)]
    by_name: bool,
    /// When objects of one type and number are two objects, of which the later gets a new number
    #[arg(long, value_enum, value_name = "WHEN", default_value = "names-differ", num_args = 0..=1,
        require_equals = true, default_missing_value = "always")]
    renumber: RenumberWhen,
    /// Settle conflicts by taking the state of the first document, of the last, or the one saved last
    #[arg(long, value_enum, value_name = "WHICH")]
    prefer: Option<PreferWhich>,
    /// Settle conflicts as this list says
    #[arg(long, value_name = "FILE")]
    resolve: Option<PathBuf>,
    /// Settle conflicts in an editor, the one that git uses: it shows the list, and what is saved is the answer
    #[arg(long)]
    edit: bool,
    /// Take documents whose signature is invalid or that have findings which are errors, and leave gaps and circles
    #[arg(long)]
    allow_invalid: bool,
    /// Open encrypted documents with the passphrase in the first line of this file (repeatable: each is tried); asked for
    /// on the terminal without
    #[arg(long, value_name = "FILE")]
    passphrase_file: Vec<PathBuf>,
    /// Encrypt the result with the passphrase in the first line of this file, instead of that of the first encrypted
    /// input
    #[arg(long, value_name = "FILE", conflicts_with = "in_clear")]
    encrypt_with: Option<PathBuf>,
    /// Leave the result in clear although an input is encrypted
    #[arg(long)]
    in_clear: bool,
    /// How to print what was decided
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = parse_size)]
    max_size: u64,
    #[command(flatten)]
    key: KeyArgs,
    /// Don't seal the result: 'exportdoc seal' takes it later, and until then nothing counts as its signature
    #[arg(long, conflicts_with_all = ["key", "new_key", "dsa_bits"])]
    unsigned: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// When a number is given anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RenumberWhen {
    /// Neither their names nor their UUIDs agree
    NamesDiffer,
    /// Their UUIDs differ, whatever their names
    Always,
    /// Never: one number is one object
    Never,
}

/// What settles conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PreferWhich {
    /// The state of the first document that has the object
    Ours,
    /// The state of the last
    Theirs,
    /// The state that was saved last
    Newest,
}

/// Output formats of `merge`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON value, which --resolve reads back
    Json,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let inputs: Vec<&Path> = self
            .documents
            .iter()
            .chain(&self.base)
            .map(PathBuf::as_path)
            .collect();
        if inputs.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(CliError::usage("standard input is named twice", "give '-' once"));
        }
        let can_be_read_again = !inputs.contains(&Path::new("-"));
        if self.edit && !can_be_read_again {
            let help = "give a file, or print the list with --format json and give it back with --resolve";
            return Err(CliError::usage(
                "--edit reads the documents twice, and standard input can't be",
                help,
            ));
        }
        let output = self.output.check(&inputs)?;
        let others = self
            .passphrase_file
            .iter()
            .chain(&self.resolve)
            .chain(&self.encrypt_with);
        output.spares(others.map(PathBuf::as_path))?;
        let sealer = match self.unsigned {
            true => None,
            false => Some(self.key.load(&[&output])?),
        };
        let mut options = self.options()?;
        let encrypt_with = self
            .encrypt_with
            .as_deref()
            .map(passphrase::from_file)
            .transpose()?;
        let collected = self.collect()?;
        let passphrase = match self.in_clear {
            true => None,
            false => encrypt_with.or_else(|| collected.passphrase.clone()),
        };
        let mut merged = collected.merge(&options)?;
        if self.edit && !merged.outcome.conflicts.is_empty() {
            options.resolutions.extend(editor::settle(&merged.outcome)?);
            merged = self.collect()?.merge(&options)?;
        }
        let outcome = &merged.outcome;
        match (&output, self.format) {
            (Output::Stdout, Format::Text) => merge_text::print(&mut anstream::stderr(), outcome)?,
            (Output::Stdout, Format::Json) => merge_json::print(&mut anstream::stderr(), outcome)?,
            (Output::File { .. }, format) => {
                let mut out = stdout::open();
                match format {
                    Format::Text => merge_text::print(&mut out, outcome)?,
                    Format::Json => merge_json::print(&mut out, outcome)?,
                }
                out.flush()?;
            }
        }
        let Some(document) = &outcome.document else {
            if can_be_read_again && self.format == Format::Text {
                let option = match has_namesakes(outcome) {
                    true => "--by-name",
                    false => "--edit",
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
        // Standard error has the decisions as JSON, and no other text may follow.
        if output == Output::Stdout && self.format == Format::Json {
            return Ok(Exit::Good);
        }
        match &sealer {
            Some(sealer) => say_written(&output, document.objects.len(), sealer),
            None => say_made(
                &output,
                document.objects.len(),
                "unsigned: 'exportdoc seal' seals it",
            ),
        }
        say_what_engines_do();
        Ok(Exit::Good)
    }

    fn options(&self) -> Result<MergeOptions, CliError> {
        Ok(MergeOptions {
            match_by: match self.by_name {
                true => MatchBy::Name,
                false => MatchBy::Identifier,
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
                .map(resolutions)
                .transpose()?
                .unwrap_or_default(),
            allow_invalid: self.allow_invalid,
            derived: derived_save()?,
        })
    }

    fn collect(&self) -> Result<Collected, CliError> {
        let reading = Reading {
            allow_invalid: self.allow_invalid,
            max_size: self.max_size,
            passphrase_files: &self.passphrase_file,
        };
        let mut collected = Collected::new();
        for path in &self.documents {
            collected.add(&reading, path, &path.to_string_lossy(), Part::Side)?;
        }
        if let Some(base) = &self.base {
            if self.documents.len() != 2 {
                let help = "give two documents, or merge without --base";
                return Err(CliError::usage("a merge with --base has two sides", help));
            }
            // Both sides added the file: git gives an empty one.
            if !is_empty(base) {
                collected.add(&reading, base, &base.to_string_lossy(), Part::Base)?;
            }
        }
        Ok(collected)
    }
}

fn resolutions(path: &Path) -> Result<Resolutions, CliError> {
    let help = "'exportdoc merge --format json' prints such a list";
    let fail = |error: &dyn std::fmt::Display| CliError::usage(format!("{}: {error}", path.display()), help);
    let bytes = Input::File(path.to_owned())
        .read(RESOLUTIONS_BYTES)
        .map_err(|error| fail(&error))?;
    Resolutions::parse(&bytes).map_err(|error| fail(&error))
}
