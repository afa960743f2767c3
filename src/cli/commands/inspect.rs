//! `exportdoc inspect`: shows what a document holds, without importing it.

use std::io::Write;
use std::path::PathBuf;

use exportdoc::internal::extract::find;
use exportdoc::internal::object::{type_by_name, type_help};
use exportdoc::internal::report::{DocumentReport, ExamineOptions};
use exportdoc::internal::reuse;

use crate::cli::args::format::{Format, one_of};
use crate::cli::args::input::InputArgs;
use crate::cli::args::passphrase::PassphraseArgs;
use crate::cli::args::picture::{self, PictureArgs};
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::input::{Input, stdin_once};
use crate::cli::io::source::Source;
use crate::cli::io::{batch, clock, record, stdout};
use crate::outcome::document::{Ended, Judged};
use crate::outcome::picture::of_document;
use crate::render::words::algorithms::describes;
use crate::render::{html, json, text};

/// Secret values are cut here, so that a large lookup doesn't flood the terminal.
const SECRET_BYTES: usize = 64 * 1024;

/// The largest document that --raw reads, which is held in memory.
const RAW_BYTES: u64 = 1 << 30;

/// Show what export documents hold: objects, dependencies, key, signature, secrets, findings
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("inspect", "", "\
Examples:
  exportdoc inspect export.json
  exportdoc inspect --tree export.json
  exportdoc inspect --explain export.json
  exportdoc inspect --format json export.json | jq '.documents[0].objects[].name'
  exportdoc inspect --raw MASKING_JOB:4 export.json
  exportdoc inspect --against global.json job.json
  exportdoc inspect --format html job.json > job.html
  exportdoc inspect --format svg job.json > job.svg
  exportdoc inspect --format svg --object LOOKUP:AddrLookup --reverse global.json > needed-by.svg
  curl … /masking/api/export | exportdoc inspect -"))]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// How to print it
    #[arg(long, default_value = "text", value_parser = one_of([
        Format::Text, Format::Json, Format::Ndjson, Format::Html, Format::Svg, Format::Dot, Format::Mermaid
    ]))]
    format: Format,
    /// Show the objects as a tree of dependencies instead of a table
    #[arg(long)]
    tree: bool,
    /// Say below the objects what each of their types is for
    #[arg(long)]
    explain: bool,
    /// Show only objects of this type, with --tree the trees below them (repeatable)
    #[arg(long, value_name = "TYPE")]
    objects: Vec<String>,
    /// Dump one record without a schema: '#NUMBER', 'TYPE:ID', an identifier or a name
    #[arg(long, value_name = "ID", conflicts_with_all = ["format", "tree", "explain", "objects"])]
    raw: Option<String>,
    #[command(flatten)]
    picture: PictureArgs,
    #[command(flatten)]
    passphrases: PassphraseArgs,
    /// Show which references resolve in this document, such as the GLOBAL_OBJECT of the engine to import into
    #[arg(long, value_name = "DOC", conflicts_with = "raw")]
    against: Option<PathBuf>,
    /// Print keys, lookup rows and segment mappings that aren't encrypted
    #[arg(long)]
    show_secrets: bool,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let inputs = self.input.find()?;
        if let Some(wanted) = &self.raw {
            return self.dump(&inputs, wanted);
        }
        self.picture.check(self.format)?;
        if picture::draws(self.format) {
            return self.draw(&inputs);
        }
        if self.format == Format::Html {
            return self.page(&inputs);
        }
        let options = ExamineOptions {
            secret_bytes: self.show_secrets.then_some(SECRET_BYTES),
            texts: Some(describes),
            passphrases: self.passphrases.read()?,
            ..ExamineOptions::default()
        };
        let against = self.against(&options)?;
        let view = text::inspect::View {
            tree: self.tree,
            explain: self.explain,
            types: &self.objects,
            against: against.as_ref(),
            now: clock::now(),
            width: stdout::width(),
        };
        let mut out = stdout::open();
        let mut exit = Exit::Good;
        // A document may name types that the table doesn't know. Names that no document has are typing errors.
        let mut strange: Vec<&String> = self
            .objects
            .iter()
            .filter(|name| type_by_name(name).is_none())
            .collect();
        let mut list = json::DocumentList::new(self.format == Format::Ndjson);
        let ended = batch::judge(&inputs, self.input.max_size.bytes(), &options, |judged| {
            exit = exit.and(exit_of(&judged));
            if let Ok(report) = &judged.outcome {
                strange.retain(|name| report.objects.iter().all(|object| object.type_name != **name));
            }
            match self.format {
                Format::Json | Format::Ndjson => {
                    let document = json::inspect::document(&judged, Some(&self.objects), against.as_ref());
                    list.push(&mut out, &document)
                }
                _ => text::inspect::print(&mut out, &judged, &view),
            }?;
            out.flush()
        })?;
        if self.format == Format::Json {
            list.end(&mut out)?;
        }
        out.flush()?;
        match strange.first() {
            Some(name) if ended == Ended::Whole => {
                Err(user_error(format!("--objects {name}: no such object type")).hinted(type_help(name)))
            }
            _ => Ok(exit.and(Exit::from(ended))),
        }
    }

    /// The document in which references are resolved.
    fn against(&self, options: &ExamineOptions) -> Result<Option<Judged>, CliError> {
        let Some(path) = &self.against else {
            return Ok(None);
        };
        stdin_once(self.input.files.iter().chain([path]))?;
        let input = Input::at(path);
        let judged = batch::judge_one(&input, |input| {
            batch::examine(input, self.input.max_size.bytes(), options)
        });
        let report = match judged.outcome {
            Ok(report) => report,
            Err(error) => return Err(CliError::unreadable(&judged.path, error)),
        };
        reuse::readable(&report)
            .map_err(|error| CliError::from(error).about(&judged.path).exiting(Exit::Usage))?;
        Ok(Some(Judged {
            outcome: Ok(report),
            ..judged
        }))
    }

    /// Makes a page of one document, which is held in memory with its objects.
    fn page(&self, inputs: &[Input]) -> Result<Exit, CliError> {
        let input = single(inputs)?;
        let max_size = self.input.max_size.bytes().min(RAW_BYTES);
        let source = Source::load(input, input.label(), max_size, || self.passphrases.read())?;
        CliError::if_more_follows(&source.label, &source.report)?;
        let picture = of_document(&source.report, None, self.picture.part());
        let mut out = stdout::open();
        let (report, objects) = (&source.report, &source.contents.objects);
        html::inspect::print(&mut out, &source.label, report, objects, &picture, clock::now())?;
        out.flush()?;
        Ok(exit_of_report(report))
    }

    /// Draws the graph of one document.
    fn draw(&self, inputs: &[Input]) -> Result<Exit, CliError> {
        let input = single(inputs)?;
        let options = ExamineOptions {
            passphrases: self.passphrases.read()?,
            ..ExamineOptions::default()
        };
        let judged = batch::judge_one(input, |input| {
            batch::examine(input, self.input.max_size.bytes(), &options)
        });
        let exit = exit_of(&judged);
        let report = judged
            .outcome
            .map_err(|error| CliError::unreadable(&judged.path, error))?;
        CliError::if_more_follows(&judged.path, &report)?;
        let focus = match &self.picture.object {
            Some(wanted) => {
                let refused = |error| CliError::from(error).about(&judged.path).exiting(Exit::Usage);
                Some(find(&report, wanted).map_err(refused)?)
            }
            None => None,
        };
        let mut out = stdout::open();
        let drawn = of_document(&report, focus.as_ref(), self.picture.part());
        picture::print(&mut out, self.format, &drawn)?;
        out.flush()?;
        Ok(exit)
    }

    fn dump(&self, inputs: &[Input], wanted: &str) -> Result<Exit, CliError> {
        let mut out = stdout::open();
        for input in inputs {
            let label = input.label();
            let bytes = input
                .read(self.input.max_size.bytes().min(RAW_BYTES))
                .map_err(|error| CliError::unreadable(&label, error.into()))?;
            text::raw::print(&mut out, &record::find(&label, &bytes, wanted)?)?;
        }
        out.flush()?;
        Ok(Exit::Good)
    }
}

/// The one document that a page or a picture shows.
fn single(inputs: &[Input]) -> Result<&Input, CliError> {
    match inputs {
        [input] => Ok(input),
        _ => Err(user_error(format!(
            "this format shows one document, and {} are given",
            inputs.len()
        ))
        .hinted("run the command once for each document")),
    }
}

fn exit_of(judged: &Judged) -> Exit {
    judged.outcome.as_ref().map_or_else(Exit::from, exit_of_report)
}

fn exit_of_report(report: &DocumentReport) -> Exit {
    if report.hit_limit() {
        Exit::Limit
    } else if report.is_clean() {
        Exit::Good
    } else {
        Exit::Bad
    }
}
