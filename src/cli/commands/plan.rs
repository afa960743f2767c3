//! `exportdoc plan`: predicts what importing a document would do to an engine.

use std::io::Write;
use std::path::PathBuf;

use exportdoc::internal::import_plan::{EngineVersion, ImportDocument, Verdict};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::reuse;
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};

use crate::cli::args::format::{Format, one_of};
use crate::cli::args::max_size::MaxSize;
use crate::cli::args::passphrase::PassphraseArgs;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::hints::of_target;
use crate::cli::io::input::{Input, stdin_once};
use crate::cli::io::source::Source;
use crate::cli::io::stdout;
use crate::cli::io::walking::{Listing, below};
use crate::outcome::plan::{Asked, Forbid, Planned};
use crate::render::{html, json, markdown, text};

/// Predict what importing an export document would do to an engine, object by object, and whether it would succeed
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("plan", "\
STATE describes the engine to import into: its export documents, saved answers of GET /syncable-objects (all pages, in one \
file or several), a mock-engine's state dump, or a directory of these. Saved answers of GET /environments, \
/database-connectors and other lists add names and environments. Anything that STATE doesn't show is unknown, and the plan \
says what is missing; it never guesses.

What happens to an object:
  create       the target has none
  unchanged    the target has the same saved state
  extend       the target lacks additions of an engine upgrade, which are added
  overwrite    the target has another state, which is replaced
  conflict     the target has another state, which must not be replaced: the import fails
  key-conflict the target has another global key, which must not be replaced: the import fails
  resolved     the target has the object that the reference stands for
  in-document  the document has the object that the reference stands for
  missing      the object that the reference stands for doesn't exist: the import fails
  blocked      a rule forbids it: the import fails
  derived      a bundle, which follows from its members
  unknown      STATE doesn't show it", "\
Examples:
  exportdoc plan job.json --target production.json --environment 3
  exportdoc plan job.json --target saved-answers/ --environment Patients --force-overwrite
  curl … /masking/api/syncable-objects?page_size=100000 | exportdoc plan global.json --target -
  exportdoc plan global.json --target state.json --force-overwrite --deny irreversible
  exportdoc plan --format markdown job.json --target state.json --environment 1 | gh pr comment --body-file -"))]
pub(crate) struct Args {
    /// The document to import; '-' is standard input
    #[arg(value_name = "DOC")]
    document: PathBuf,
    /// A file that describes the engine to import into; '-' is standard input (repeatable)
    #[arg(long, value_name = "STATE", required = true)]
    target: Vec<PathBuf>,
    /// The environment to import into, by id or name
    #[arg(long, value_name = "NAME|ID", allow_negative_numbers = true)]
    environment: Option<String>,
    /// The environment for the sources of on-the-fly jobs, by id or name
    #[arg(long, value_name = "NAME|ID", allow_negative_numbers = true)]
    source_environment: Option<String>,
    /// Plan an import that overwrites; the outcome is printed for both kinds of import
    #[arg(long)]
    force_overwrite: bool,
    /// The version of the engine to import into, such as 6.0.1.0: it decides which types are accepted and whether names
    /// are checked
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    target_version: Option<EngineVersion>,
    /// Refuse every name that breaks the rules of 6.0, even names that engines are delivered with or the target has
    #[arg(long)]
    strict_names: bool,
    /// Exit with 1 if the import would do this
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    deny: Vec<Forbid>,
    /// How to print it
    #[arg(long, default_value = "text", value_parser = one_of([Format::Text, Format::Json, Format::Markdown, Format::Html]))]
    format: Format,
    #[command(flatten)]
    passphrases: PassphraseArgs,
    #[command(flatten)]
    max_size: MaxSize<1>,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        if self
            .target_version
            .is_some_and(|version| version < EngineVersion::ALL_OR_NOTHING)
        {
            return Err(user_error("engines before 5.3.0.0 imported object by object")
                .hinted("plans are for engines that import a whole document or nothing"));
        }
        let inputs = self.inputs()?;
        let passphrases = self.passphrases.read()?;
        let source = self.read(&passphrases)?;
        let target = self.target(&inputs, &passphrases)?;
        let document = ImportDocument::new(&source.report, source.contents.objects);
        let label = self.document.to_string_lossy().into_owned();
        let asked = Asked {
            environment: self.environment,
            source_environment: self.source_environment,
            force_overwrite: self.force_overwrite,
            strict_names: self.strict_names,
        };
        let mut planned = Planned::new(label, &source.report, &document, target, asked);
        planned.forbid(&self.deny);
        let mut out = stdout::open();
        match self.format {
            Format::Json => json::plan::print(&mut out, &planned)?,
            Format::Html => html::plan::print(&mut out, &planned)?,
            Format::Markdown => markdown::plan::print(&mut out, &planned)?,
            _ => text::plan::print(&mut out, &planned, stdout::width())?,
        }
        out.flush()?;
        Ok(exit_of(&planned))
    }

    /// The target's files, directories expanded.
    fn inputs(&self) -> Result<Vec<Input>, CliError> {
        stdin_once(self.target.iter().chain([&self.document]))?;
        let mut inputs = Vec::new();
        for path in &self.target {
            if path.is_dir() {
                inputs.extend(below(path, false, Listing::Count)?);
            } else {
                inputs.push(Input::at(path));
            }
        }
        Ok(inputs)
    }

    /// Reads the document, which must be readable in full.
    fn read(&self, passphrases: &[Passphrase]) -> Result<Source, CliError> {
        let input = Input::at(&self.document);
        let given = || Ok(passphrases.to_vec());
        let source = Source::load(&input, input.label(), self.max_size.bytes(), given)?;
        let report = &source.report;
        CliError::if_more_follows(&source.label, report)?;
        reuse::readable(report).map_err(|error| {
            let exit = if report.hit_limit() {
                Exit::Limit
            } else {
                Exit::Usage
            };
            CliError::from(error).about(&source.label).exiting(exit)
        })?;
        Ok(source)
    }

    fn target(&self, inputs: &[Input], passphrases: &[Passphrase]) -> Result<TargetState, CliError> {
        let mut builder = TargetStateBuilder::new();
        for input in inputs {
            let label = input.label();
            let bytes = input
                .read(self.max_size.bytes())
                .map_err(|error| CliError::unreadable(&label, error.into()))?;
            builder
                .add(&label, &bytes, passphrases)
                .map_err(|error| of_target(&label, &error))?;
        }
        let mut target = builder.finish().map_err(|error| of_target("", &error))?;
        target.version = self.target_version.or(target.version);
        Ok(target)
    }
}

fn parse_version(text: &str) -> Result<EngineVersion, exportdoc::internal::import_plan::VersionError> {
    text.parse()
}

fn exit_of(planned: &Planned) -> Exit {
    match &planned.plan().verdict {
        Verdict::WouldFail { .. } | Verdict::Refused(_) => Exit::Bad,
        _ if !planned.forbidden.is_empty() => Exit::Bad,
        Verdict::Unknown { .. } => Exit::Undetermined,
        Verdict::WouldSucceed if !planned.perhaps_forbidden.is_empty() => Exit::Undetermined,
        Verdict::WouldSucceed => Exit::Good,
    }
}
