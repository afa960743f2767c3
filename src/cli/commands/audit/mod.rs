//! `exportdoc audit`: judges by rules and a policy whether documents should be imported.

pub(crate) mod policies;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::ArgPredicate;
use exportdoc::Fingerprint;
use exportdoc::internal::audit::{
    AuditOptions, AuditReport, DEFAULT_POLICY, LISTED, Level, Summary, audit_bytes, audit_source,
};
use exportdoc::internal::envelope::EnvelopeText;
use exportdoc::internal::escape;
use exportdoc::internal::finding::Finding;
use exportdoc::internal::report::ExamineOptions;

use crate::cli::args::format::{Format, one_of};
use crate::cli::args::input::InputArgs;
use crate::cli::args::passphrase::PassphraseArgs;
use crate::cli::args::trusted_key::TrustedKeys;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::input::{Input, stdin_once};
use crate::cli::io::output::Output;
use crate::cli::io::reading::ReadError;
use crate::cli::io::source::Source;
use crate::cli::io::{batch, clock, stdout};
use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::{Ended, Unreadable};
use crate::outcome::lines::Lines;
use crate::render::{Printer, github, html, json, junit, markdown, sarif, text};
use policies::{FILE_NAME, Policies, Usage};

/// Judge by rules and a policy whether export documents should be imported
#[derive(Debug, clap::Args)]
#[command(mut_arg("files", |arg| arg.required(false).required_unless_present_any(["init", "list_rules"])))]
#[command(mut_arg("max_size", |arg| arg
    .default_value_if("baseline", ArgPredicate::IsPresent, "1G")
    .help("Refuse inputs larger than this many bytes, such as 512, 64K, 20M or 2G; with --baseline, which holds the \
           documents in memory, the default is 1G")))]
#[command(after_help = exit::help("audit", "\
Every rule is a finding with a level: 'exportdoc audit --list-rules' lists them, 'exportdoc explain RULE' explains one. A \
policy, exportdoc-policy.toml in the directory of the document or above it, sets levels, lists the allowed hosts, keys, \
types and ages, and says what to ignore and why. A policy next to the documents may come from the same source as they do: \
a gate names its own with --policy.", "\
Examples:
  exportdoc audit export.json
  exportdoc audit --policy policies/production.toml --fail-on warning export.json
  exportdoc audit --baseline last-week.json export.json
  exportdoc audit -r --format json exports/ | jq '.summary'
  exportdoc audit -r --format ndjson exports/ > archive.ndjson
  exportdoc audit --format sarif export.json > audit.sarif
  exportdoc audit --format markdown export.json | gh pr comment --body-file -
  curl … /masking/api/export | exportdoc audit -
  exportdoc audit --init"))]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Audit all documents by this policy instead of those next to them
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// An earlier document: report algorithms that changed since, and changes without a save
    #[arg(long, value_name = "DOC")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    passphrases: PassphraseArgs,
    #[command(flatten)]
    trusted: TrustedKeys,
    /// Exit with 1 if a finding has this level or a higher one
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// How to print it
    #[arg(long, default_value = "text", value_parser = one_of([
        Format::Text, Format::Json, Format::Ndjson, Format::Sarif, Format::Junit, Format::Github, Format::Markdown,
        Format::Html
    ]))]
    format: Format,
    /// The path that stands for standard input in the output [default: -; in SARIF, stdin.json]
    #[arg(long, value_name = "NAME")]
    stdin_name: Option<String>,
    /// Write a first policy to exportdoc-policy.toml, or to the file that --policy names; nothing is overwritten
    #[arg(long, conflicts_with_all = ["files", "list_rules"])]
    init: bool,
    /// List every rule with its level under the policy
    #[arg(long, conflicts_with = "files")]
    list_rules: bool,
}

/// Levels that a run can fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any finding
    Info,
    /// Warnings and errors
    Warning,
    /// Errors only
    Error,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            Self::Info => Level::Info,
            Self::Warning => Level::Warning,
            Self::Error => Level::Error,
        }
    }
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        if self.init {
            return self.write_policy();
        }
        let keys = self.trusted.fingerprints()?;
        if self.list_rules {
            return self.print_rules(&keys);
        }
        stdin_once(self.input.files.iter().chain(&self.baseline))?;
        let inputs = self.input.find()?;
        let policies = Policies::find(&inputs, self.policy.as_deref(), &keys)?;
        self.audit(&inputs, &policies)
    }

    fn print_rules(&self, keys: &[Fingerprint]) -> Result<Exit, CliError> {
        let policies = Policies::find(&[Input::Stdin], self.policy.as_deref(), keys)?;
        let policy = policies.of(&Input::Stdin);
        let mut out = stdout::open();
        match self.format {
            Format::Text => text::rules::print(&mut out, policy, stdout::width())?,
            Format::Json => json::rules::print(&mut out, policy)?,
            _ => {
                return Err(user_error("--list-rules doesn't support this format")
                    .hinted("give --format text or --format json"));
            }
        }
        out.flush()?;
        Ok(Exit::Good)
    }

    fn audit(&self, inputs: &[Input], policies: &Policies) -> Result<Exit, CliError> {
        let reading = ExamineOptions {
            passphrases: self.passphrases.read()?,
            listed_findings: LISTED,
            ..ExamineOptions::default()
        };
        let now = clock::now();
        let baseline = self
            .baseline
            .as_deref()
            .map(|path| self.load_baseline(path, &reading))
            .transpose()?;
        let side = baseline.as_ref().map(Source::side);

        let mut printer = self.printer(inputs.len() > 1);
        let needs_lines = printer.needs_lines();
        let work = |input: &Input, document: &mut dyn Read, notes: &[Finding]| {
            let policy = policies.of(input);
            let reading = ExamineOptions {
                notes: notes.to_vec(),
                ..reading.clone()
            };
            let (report, around) = if side.is_some() {
                let mut bytes = Vec::new();
                document.read_to_end(&mut bytes).map_err(ReadError::from)?;
                let options = AuditOptions {
                    policy,
                    now,
                    baseline: side.as_ref(),
                };
                audit_bytes(&bytes, &reading, &options)?
            } else {
                audit_source(document, &reading, policy, now)?
            };
            Ok(Audited {
                policy: policies.path_of(input),
                lines: if needs_lines {
                    lines(&around, &report)
                } else {
                    Lines::default()
                },
                report,
            })
        };
        let fail_on = self.fail_on.level();
        let mut run = AuditRun {
            summary: Summary::default(),
            failing: 0,
            unreadable: 0,
            inputs: inputs.len() as u64,
            ended: Ended::Whole,
            policies: Vec::new(),
            fail_on,
        };
        let mut out = stdout::open();
        let mut trouble = Exit::Good;
        let mut done = 0;
        let mut usage = Usage::default();
        run.ended = batch::judge_with(
            inputs,
            self.input.max_size.bytes(),
            work,
            |position, mut audited| {
                if let (Some(name), Input::Stdin) = (&self.stdin_name, &inputs[position]) {
                    // The label may be `-[3]`.
                    audited.path = audited.path.replacen('-', name, 1);
                }
                if let (Some(_), Ok(audited)) = (audited.number, &mut audited.outcome) {
                    // These lines count from the document's begin, not from the file's.
                    audited.lines = Lines::default();
                }
                // A file may hold several documents.
                run.inputs += u64::from(position < done);
                done = position + 1;
                let report = audited.outcome.as_ref().ok().map(|audited| &audited.report);
                usage.note(policies.index(&inputs[position]), report);
                match &audited.outcome {
                    Ok(Audited { report, .. }) => {
                        run.summary.add(report);
                        run.failing += u64::from(report.reaches(fail_on));
                    }
                    Err(unreadable) => {
                        run.unreadable += 1;
                        trouble = trouble.and(exit_of(unreadable));
                    }
                }
                printer.document(&mut out, &audited)?;
                out.flush()
            },
        )?;
        for left in &inputs[done..] {
            usage.note(policies.index(left), None);
        }
        run.policies = policies.audited(&usage, now);
        printer.end(&mut out, &run)?;
        out.flush()?;
        if self.format == Format::Ndjson {
            // Best effort.
            let _ = text::audit::summary(&mut anstream::stderr().lock(), &run);
        }
        // An incomplete run must not look like a complete one: 130, 70 and 2 win over 1.
        Ok(match trouble.and(Exit::from(run.ended)) {
            Exit::Good if run.fails() => Exit::Bad,
            exit => exit,
        })
    }

    fn printer(&self, many: bool) -> Box<dyn Printer> {
        let fail_on = self.fail_on.level();
        match self.format {
            Format::Json => Box::new(json::audit::Json::default()),
            Format::Ndjson => Box::new(json::audit::Ndjson),
            Format::Sarif => Box::new(sarif::Sarif::default()),
            Format::Junit => Box::new(junit::Junit::new(fail_on)),
            Format::Github => Box::new(github::Github),
            Format::Html => Box::new(html::audit::Html::new(fail_on)),
            Format::Markdown => Box::new(markdown::audit::Markdown::new(fail_on)),
            // The parser accepts no others.
            _ => Box::new(text::audit::Text::new(many, fail_on, stdout::width())),
        }
    }

    fn load_baseline(&self, path: &Path, options: &ExamineOptions) -> Result<Source, CliError> {
        let input = Input::at(path);
        let passphrases = || Ok(options.passphrases.clone());
        Source::load(&input, input.label(), self.input.max_size.bytes(), passphrases)
            .map_err(|error| error.exiting(Exit::Usage))
    }

    fn write_policy(&self) -> Result<Exit, CliError> {
        let path = self.policy.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
        if std::fs::symlink_metadata(&path).is_ok() {
            return Err(user_error(format!("{} exists", path.display())).hinted(
                "policies are never overwritten: name another file with --policy, or move this one away",
            ));
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                user_error(error)
                    .about(parent.display())
                    .hinted("name a file in a directory that you may write to with --policy")
            })?;
        }
        Output::check(&path, false, &[])?.write(DEFAULT_POLICY.as_bytes())?;
        let name = path.to_string_lossy();
        // Best effort.
        let _ = writeln!(anstream::stderr(), "wrote {}", escape::terminal(&name));
        Ok(Exit::Good)
    }
}

/// The lines of the findings.
fn lines(around: &EnvelopeText, report: &AuditReport) -> Lines {
    let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
    let places = report.findings.iter().chain(suppressed);
    around
        .lines(places.filter_map(|finding| finding.at.as_ref()?.file_offset))
        .into_iter()
        .collect()
}

/// The exit code for an unreadable document; one that is too large counts as unreadable here.
fn exit_of(unreadable: &Unreadable) -> Exit {
    match unreadable.into() {
        Exit::Limit => Exit::Usage,
        exit => exit,
    }
}
