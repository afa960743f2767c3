//! `exportdoc inspect`: shows what a document holds, without importing it.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use exportdoc::internal::object::{type_by_name, type_help};
use exportdoc::internal::report::ExamineOptions;
use exportdoc::internal::reuse;

use crate::cli::args::passphrase;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch;
use crate::cli::io::batch::Judged;
use crate::cli::io::batch::Unreadable;
use crate::cli::io::input::{Input, InputArgs};
use crate::cli::io::stdout;
use crate::render::json;
use crate::render::text::algorithms;
use crate::render::text::inspect as text;
use crate::render::text::raw;

/// Secret values are cut here, so that a lookup of megabytes doesn't flood a terminal by accident.
const SECRET_BYTES: usize = 64 * 1024;

/// To dump a record, its document is held; so no larger one is read.
const RAW_BYTES: u64 = 1 << 30;

/// Show what export documents hold: objects, dependencies, key, signature, secrets, findings
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 readable and no finding is an error, 1 a finding is an error, 2 unreadable, 5 a limit was hit.

Examples:
  exportdoc inspect export.json
  exportdoc inspect --tree export.json
  exportdoc inspect --format json export.json | jq '.documents[0].objects[].name'
  exportdoc inspect --raw MASKING_JOB:4 export.json
  exportdoc inspect --against global.json job.json
  curl … /masking/api/export | exportdoc inspect -")]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Show the objects as a tree of dependencies instead of a table
    #[arg(long)]
    tree: bool,
    /// Show only objects of this type, with --tree the trees below them (repeatable)
    #[arg(long, value_name = "TYPE")]
    objects: Vec<String>,
    /// Dump one record without a schema: '#NUMBER', 'TYPE:ID', an identifier or a name
    #[arg(long, value_name = "ID", conflicts_with_all = ["format", "tree", "objects"])]
    raw: Option<String>,
    /// Open encrypted documents with the passphrase in the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Say which references resolve in this document, such as the GLOBAL_OBJECT of the engine to import into
    #[arg(long, value_name = "DOC", conflicts_with = "raw")]
    against: Option<PathBuf>,
    /// Print keys, lookup rows and segment mappings that stand in clear
    #[arg(long)]
    show_secrets: bool,
}

/// Output formats of `inspect` and `verify-signature`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON value over all documents
    Json,
    /// One JSON line per document
    Ndjson,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        if let Some(wanted) = &self.raw {
            return self.run_raw(wanted);
        }
        let options = ExamineOptions {
            secret_bytes: self.show_secrets.then_some(SECRET_BYTES),
            texts: Some(algorithms::describes),
            passphrases: self
                .passphrase_file
                .iter()
                .map(|file| passphrase::from_file(file))
                .collect::<Result<_, _>>()?,
            ..ExamineOptions::default()
        };
        let against = self.against(&options)?;
        let view = text::View {
            tree: self.tree,
            types: &self.objects,
            against: against.as_ref(),
            now: batch::now(),
        };
        let mut out = stdout::open();
        let mut exit = Exit::Good;
        // A type outside the tables has the name that some document gives it. Any other name is a typing error.
        let mut strange: Vec<&String> = self
            .objects
            .iter()
            .filter(|name| type_by_name(name).is_none())
            .collect();
        let mut list = json::DocumentList::new(self.format == Format::Ndjson);
        let ended = batch::judge(&self.input, &options, |judged| {
            exit = exit.and(exit_of(&judged));
            if let Ok(report) = &judged.outcome {
                strange.retain(|name| report.objects.iter().all(|object| object.type_name != **name));
            }
            match self.format {
                Format::Text => text::inspect(&mut out, &judged, &view),
                Format::Json | Format::Ndjson => list.push(
                    &mut out,
                    &json::document(&judged, Some(&self.objects), against.as_ref()),
                ),
            }
        })?;
        if self.format == Format::Json {
            list.end(&mut out)?;
        }
        out.flush()?;
        match strange.first() {
            Some(name) if ended.exit() == Exit::Good => Err(CliError::usage(
                format!("--objects {name}: no object type is called that"),
                type_help(name),
            )),
            _ => Ok(exit.and(ended.exit())),
        }
    }

    /// The document that references are looked up in.
    fn against(&self, options: &ExamineOptions) -> Result<Option<Judged>, CliError> {
        let Some(path) = &self.against else {
            return Ok(None);
        };
        let input = Input::at(path);
        if input == Input::Stdin && self.input.files.contains(path) {
            return Err(CliError::usage("standard input is named twice", "give '-' once"));
        }
        let judged = batch::judge_one(&input, |input| {
            batch::examine(input, self.input.max_size, options)
        });
        let label = input.label();
        let report = judged
            .outcome
            .as_ref()
            .map_err(|error| CliError::unreadable(&label, error))?;
        reuse::readable(report).map_err(|error| CliError::Refused {
            message: format!("{label}: {error}"),
            help: Some(error.help().to_owned()),
            exit: Exit::Usage,
        })?;
        Ok(Some(judged))
    }

    fn run_raw(&self, wanted: &str) -> Result<Exit, CliError> {
        let mut out = stdout::open();
        for input in self.input.find()? {
            let label = input.label();
            let fail = |message: String, help, exit| CliError::Refused {
                message: format!("{label}: {message}"),
                help,
                exit,
            };
            let bytes = input
                .read(self.input.max_size.min(RAW_BYTES))
                .map_err(Unreadable::from)
                .map_err(|e| fail(e.to_string(), e.help(), e.exit()))?;
            let record = raw::find(&bytes, wanted).map_err(|e| fail(e.to_string(), e.help(), Exit::Usage))?;
            raw::print(&mut out, &record)?;
        }
        out.flush()?;
        Ok(Exit::Good)
    }
}

fn exit_of(judged: &Judged) -> Exit {
    match &judged.outcome {
        Err(unreadable) => unreadable.exit(),
        Ok(report) if report.hit_limit() => Exit::Denied,
        Ok(report) if report.is_clean() => Exit::Good,
        Ok(_) => Exit::Bad,
    }
}
