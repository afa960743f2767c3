//! `exportdoc plan`: what importing a document would do to an engine, before it is done.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use exportdoc::internal::import_plan::{
    EngineVersion, GivenEnvironment, ImportDocument, ImportOptions, ImportPlan, Presence, Verdict,
    import_plan,
};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict as SignatureVerdict};
use exportdoc::internal::reuse;
use exportdoc::internal::target_state::{NamedEnvironment, StateError, TargetState, TargetStateBuilder};

use crate::cli::args::passphrase;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch::Unreadable;
use crate::cli::io::input::{Input, parse_size};
use crate::cli::io::stdout;
use crate::cli::io::walking::all_below;
use crate::render::json::plan as plan_json;
use crate::render::markdown::plan as plan_markdown;
use crate::render::text::plan as plan_text;

/// Say what importing an export document would do to an engine, object by object, and whether it would succeed
#[derive(Debug, clap::Args)]
#[command(after_help = "\
STATE is what is known of the engine that the document is to be imported into: its export documents, saved answers of \
GET /syncable-objects (all pages, in one file or several), a mock-engine's state dump, or a directory of these. Saved \
answers of GET /environments, /database-connectors and the like tell what is called how and lives where. What STATE can't \
tell is unknown, with what would tell it; nothing is guessed.

What becomes of an object:
  create       the target has none
  unchanged    the target has the same saved state
  extend       the target has the same saved state without what an engine's upgrade added; that is added
  overwrite    the target has another state, which is replaced
  conflict     the target has another state, and nothing may be overwritten: the import fails
  key-conflict the target has another global key, and nothing may be overwritten: the import fails
  resolved     what the reference stands for is there; in-document: is in the document
  missing      what the reference stands for isn't there: the import fails
  blocked      a rule forbids it: the import fails
  derived      a bundle, which follows from its members
  unknown      STATE can't tell

Exit codes: 0 would succeed, 1 would fail or does what --deny names, 2 usage or unreadable, 3 unknown, 5 a limit.

Examples:
  exportdoc plan job.json --target production.json --environment 3
  exportdoc plan job.json --target saved-answers/ --environment Patients --force-overwrite
  curl … /masking/api/syncable-objects?page_size=100000 | exportdoc plan global.json --target -
  exportdoc plan global.json --target state.json --force-overwrite --deny irreversible
  exportdoc plan --format markdown job.json --target state.json --environment 1 | gh pr comment --body-file -")]
pub(crate) struct Args {
    /// The document to import; '-' is standard input
    #[arg(value_name = "DOC")]
    document: PathBuf,
    /// What is known of the engine to import into; '-' is standard input (repeatable)
    #[arg(long, value_name = "STATE", required = true)]
    target: Vec<PathBuf>,
    /// The environment to import into, by id or name
    #[arg(long, value_name = "NAME|ID", allow_negative_numbers = true)]
    environment: Option<String>,
    /// The environment that sources of on-the-fly jobs go to, by id or name
    #[arg(long, value_name = "NAME|ID", allow_negative_numbers = true)]
    source_environment: Option<String>,
    /// Plan an import that overwrites; how it ends is said for both
    #[arg(long)]
    force_overwrite: bool,
    /// The version of the engine to import into, such as 6.0.1.0: which types it takes, and whether it checks names
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    target_version: Option<EngineVersion>,
    /// Refuse every name that breaks the rules of 6.0, those that an engine's factory brings or the target has included
    #[arg(long)]
    strict_names: bool,
    /// Answer 1 when the import would do this
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    deny: Vec<Denial>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Open encrypted documents with the passphrase in the first line of this file (repeatable: each is tried)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Vec<PathBuf>,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = parse_size)]
    max_size: u64,
}

/// What `--deny` forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Denial {
    /// Something on the target is overwritten
    Overwrite,
    /// Something can't be undone: the global key or an algorithm is replaced
    Irreversible,
}

/// Environments that a message about an unknown name lists.
const NAMES: usize = 20;

/// Output formats of `plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON value
    Json,
    /// A comment for a pull request
    Markdown,
}

/// An environment that an option asks for.
pub(crate) enum AskedEnvironment {
    /// One with an id, whether or not the target is known to have it.
    Known(NamedEnvironment),
    /// A name that leads to none.
    Named {
        name: String,
        /// [`GivenEnvironment::NoneOfThatName`] or [`GivenEnvironment::Unclear`].
        given: GivenEnvironment,
    },
}

/// A plan and what it was made of.
pub(crate) struct Planned {
    /// The path as given.
    pub(crate) document: String,
    /// What should be known about the document.
    pub(crate) doubts: Vec<String>,
    pub(crate) target: TargetState,
    pub(crate) environment: Option<AskedEnvironment>,
    pub(crate) source_environment: Option<AskedEnvironment>,
    /// Whether the plan with force is the one asked for.
    pub(crate) force: bool,
    pub(crate) without_force: ImportPlan,
    pub(crate) with_force: ImportPlan,
    /// What was denied and would happen, with the number of objects.
    pub(crate) denied: Vec<(Denial, usize)>,
    /// What was denied and may happen.
    pub(crate) perhaps_denied: Vec<(Denial, usize)>,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        if self
            .target_version
            .is_some_and(|version| version < EngineVersion::ALL_OR_NOTHING)
        {
            return Err(CliError::usage(
                "before 5.3.0.0 engines imported object by object",
                "plans are for engines that import all of a document or nothing",
            ));
        }
        let inputs = self.inputs()?;
        let passphrases = self.passphrases()?;
        let (document, mut doubts) = self.read(&Input::at(&self.document), &passphrases)?;
        let target = self.target(&inputs, &passphrases)?;
        let find = |given: &String| AskedEnvironment::find(&target, given);
        let environment = self.environment.as_ref().map(find);
        let source_environment = self.source_environment.as_ref().map(find);
        let asked = [&environment, &source_environment];
        doubts.extend(
            asked
                .into_iter()
                .flatten()
                .filter_map(|asked| asked.doubt(&target)),
        );
        let options = ImportOptions {
            force_overwrite: false,
            environment: AskedEnvironment::given(environment.as_ref()),
            source_environment: AskedEnvironment::given(source_environment.as_ref()),
            max_format: target.max_format(),
            names: target
                .version()
                .unwrap_or(EngineVersion::CHECKS_NAMES)
                .name_check(self.strict_names),
            strict_references: false,
        };
        let forced = ImportOptions {
            force_overwrite: true,
            ..options
        };
        let mut planned = Planned {
            document: self.document.to_string_lossy().into_owned(),
            doubts,
            without_force: import_plan(&document, &target, &options),
            with_force: import_plan(&document, &target, &forced),
            target,
            environment,
            source_environment,
            force: self.force_overwrite,
            denied: Vec::new(),
            perhaps_denied: Vec::new(),
        };
        planned.deny(&self.deny);
        let mut out = stdout::open();
        match self.format {
            Format::Text => plan_text::print(&mut out, &planned)?,
            Format::Json => plan_json::print(&mut out, &planned)?,
            Format::Markdown => plan_markdown::print(&mut out, &planned)?,
        }
        out.flush()?;
        Ok(planned.exit())
    }

    /// What tells of the target, directories expanded.
    fn inputs(&self) -> Result<Vec<Input>, CliError> {
        let mut inputs = Vec::new();
        for path in &self.target {
            match path.is_dir() {
                true => inputs.extend(all_below(path)?),
                false => inputs.push(Input::at(path)),
            }
        }
        let stdin = inputs.iter().filter(|input| **input == Input::Stdin).count();
        if stdin + usize::from(Input::at(&self.document) == Input::Stdin) > 1 {
            return Err(CliError::usage("standard input is named twice", "give '-' once"));
        }
        Ok(inputs)
    }

    fn passphrases(&self) -> Result<Vec<Passphrase>, CliError> {
        self.passphrase_file
            .iter()
            .map(|file| passphrase::from_file(file))
            .collect()
    }

    /// The document with what is doubtful about it.
    fn read(
        &self,
        input: &Input,
        passphrases: &[Passphrase],
    ) -> Result<(ImportDocument, Vec<String>), CliError> {
        let label = input.label();
        let unreadable = |error: Unreadable| CliError::unreadable(&label, &error);
        let bytes = input
            .read(self.max_size)
            .map_err(|error| unreadable(error.into()))?;
        let options = ExamineOptions {
            passphrases: passphrases.to_vec(),
            ..ExamineOptions::default()
        };
        let (report, objects) = Examiner::new(&options)
            .keep_contents()
            .read_bytes(&bytes)
            .map_err(|error| unreadable(error.into()))?
            .into_objects();
        CliError::if_more_follows(&label, &report)?;
        reuse::readable(&report).map_err(|error| CliError::Refused {
            message: format!("{label}: {error}"),
            help: Some(error.help().to_owned()),
            exit: if report.hit_limit() {
                Exit::Denied
            } else {
                Exit::Usage
            },
        })?;
        let doubts = match report.signature.verdict {
            SignatureVerdict::Undetermined => vec![
                "no known rule verifies the document's signature; the plan takes it for good, as the engine that made it \
                 would"
                    .to_owned(),
            ],
            SignatureVerdict::Valid | SignatureVerdict::Invalid => Vec::new(),
        };
        Ok((ImportDocument::new(&report, objects), doubts))
    }

    fn target(&self, inputs: &[Input], passphrases: &[Passphrase]) -> Result<TargetState, CliError> {
        let mut builder = TargetStateBuilder::new().with_version(self.target_version);
        for input in inputs {
            let label = input.label();
            let bytes = input
                .read(self.max_size)
                .map_err(|error| CliError::unreadable(&label, &error.into()))?;
            builder
                .add(&label, &bytes, passphrases)
                .map_err(|error| unusable(&label, &error))?;
        }
        builder.finish().map_err(|error| unusable("", &error))
    }
}

fn unusable(label: &str, error: &StateError) -> CliError {
    CliError::Refused {
        message: match error {
            // It names both files itself.
            StateError::Contradiction { .. } => error.to_string(),
            _ => format!("{label}: {error}"),
        },
        help: Some(error.help()),
        exit: if error.is_limit() {
            Exit::Denied
        } else {
            Exit::Usage
        },
    }
}

fn parse_version(text: &str) -> Result<EngineVersion, String> {
    text.parse()
        .map_err(|error: exportdoc::internal::import_plan::VersionError| error.to_string())
}

impl AskedEnvironment {
    /// Of an option: an id when it is a number, else a name.
    fn find(target: &TargetState, given: &str) -> Self {
        let id = match given.parse() {
            Ok(id) => id,
            Err(_) => match target.environment_named(given) {
                Presence::Present(id) => id,
                Presence::Absent => return Self::named(given, GivenEnvironment::NoneOfThatName),
                Presence::Unknown { .. } => return Self::named(given, GivenEnvironment::Unclear),
            },
        };
        let known = target.environments().find(|known| known.id == id);
        Self::Known(known.unwrap_or(NamedEnvironment {
            id,
            name: None,
            purpose: None,
        }))
    }

    fn named(name: &str, given: GivenEnvironment) -> Self {
        let name = name.to_owned();
        Self::Named { name, given }
    }

    /// What to say of a name that was mistyped.
    fn doubt(&self, target: &TargetState) -> Option<String> {
        match self {
            Self::Named {
                name,
                given: GivenEnvironment::NoneOfThatName,
            } => {
                let names = target.environments().filter_map(|known| known.name);
                let some: Vec<String> = names.take(NAMES).collect();
                let some = some.join(", ");
                Some(format!(
                    "the target has no environment called {name}; it has {some}"
                ))
            }
            _ => None,
        }
    }

    fn given(asked: Option<&Self>) -> GivenEnvironment {
        match asked {
            None => GivenEnvironment::None,
            Some(Self::Known(environment)) => GivenEnvironment::Id(environment.id),
            Some(Self::Named { given, .. }) => *given,
        }
    }
}

impl Planned {
    /// The plan that was asked for.
    pub(crate) fn plan(&self) -> &ImportPlan {
        match self.force {
            true => &self.with_force,
            false => &self.without_force,
        }
    }

    /// Sees what of the denied would or may happen.
    fn deny(&mut self, denials: &[Denial]) {
        for what in [Denial::Overwrite, Denial::Irreversible] {
            if !denials.contains(&what) {
                continue;
            }
            let (mut certain, mut possible) = (0, 0);
            for step in &self.plan().steps {
                let concerned = what == Denial::Overwrite || step.irreversible.is_some();
                match step.action.overwrites() {
                    None if concerned => possible += 1,
                    Some(true) if concerned => certain += 1,
                    // A key that is made replaces the one that no engine shows.
                    Some(false) if what == Denial::Irreversible && step.irreversible.is_some() => {
                        certain += 1;
                    }
                    _ => {}
                }
            }
            if certain > 0 {
                self.denied.push((what, certain));
            }
            if possible > 0 {
                self.perhaps_denied.push((what, possible));
            }
        }
    }

    /// The exit code.
    fn exit(&self) -> Exit {
        match &self.plan().verdict {
            Verdict::WouldFail { .. } | Verdict::Refused(_) => Exit::Bad,
            _ if !self.denied.is_empty() => Exit::Bad,
            Verdict::Unknown { .. } => Exit::Undetermined,
            Verdict::WouldSucceed if !self.perhaps_denied.is_empty() => Exit::Undetermined,
            Verdict::WouldSucceed => Exit::Good,
        }
    }
}
