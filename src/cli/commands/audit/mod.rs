//! `exportdoc audit`: whether documents should be imported, by rules and a policy.

pub(crate) mod policies;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use exportdoc::internal::audit::{
    AuditOptions, AuditReport, DEFAULT_POLICY, LISTED, Level, Summary, audit_bytes, audit_source,
};
use exportdoc::internal::diff::Side;
use exportdoc::internal::envelope::EnvelopeText;
use exportdoc::internal::finding::Finding;
use exportdoc::internal::report::{ExamineOptions, Examined, Examiner};

use crate::cli::args::passphrase;
use crate::cli::args::trusted_key;
use crate::cli::commands::audit::policies::{AuditedPolicy, FILE_NAME, Policies, Usage};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch::Unreadable;
use crate::cli::io::batch::{self, Ended, Judged};
use crate::cli::io::input::{Input, InputArgs, ReadError, parse_size};
use crate::cli::io::output::Output;
use crate::cli::io::stdout;
use crate::cli::io::walking::Walk;
use crate::outcome::lines::Lines;
use crate::render::github as audit_github;
use crate::render::json::audit as audit_json;
use crate::render::junit as audit_junit;
use crate::render::markdown::audit as audit_markdown;
use crate::render::sarif as audit_sarif;
use crate::render::text::audit as audit_text;
use crate::render::text::rules as audit_rules;

/// Judge by rules and a policy whether export documents should be imported
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every rule is a finding with a level: 'exportdoc audit --list-rules' shows them, 'exportdoc explain RULE' says what one \
means. A policy, exportdoc-policy.toml in the directory of the document or above it, sets levels, says which hosts, keys, \
types and ages are allowed, and what to ignore for which reason. What stands next to the documents may have come with \
them: a gate names its own with --policy.

Exit codes: 0 nothing weighs as much as --fail-on, 1 something does, 2 usage, or a document that can't be read or is too \
large (after the rest was done, whatever was found in it), 130 interrupted.

Examples:
  exportdoc audit export.json
  exportdoc audit --policy policies/production.toml --fail-on warning export.json
  exportdoc audit --baseline last-week.json export.json
  exportdoc audit -r --format json exports/ | jq '.summary'
  exportdoc audit -r --format ndjson exports/ > archive.ndjson
  exportdoc audit --format sarif export.json > audit.sarif
  exportdoc audit --format markdown export.json | gh pr comment --body-file -
  curl … /masking/api/export | exportdoc audit -
  exportdoc audit --init")]
pub(crate) struct Args {
    /// Export documents; '-' is standard input, directories need --recursive
    #[arg(value_name = "DOC", required_unless_present_any = ["init", "list_rules"])]
    files: Vec<PathBuf>,
    #[command(flatten)]
    walk: Walk,
    /// Hold the documents against this policy, whatever stands next to them
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// An earlier document: say which algorithms changed since, and what changed without being saved
    #[arg(long, value_name = "DOC")]
    baseline: Option<PathBuf>,
    /// Open encrypted documents with the passphrase in the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// A key to trust beside those in the policy: a file (PEM, DER or base64) or 'sha256:' and its fingerprint
    /// (repeatable)
    #[arg(long, value_name = "FILE|sha256:HEX")]
    trusted_key: Vec<String>,
    /// The lightest level that makes the command answer 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Refuse inputs larger than this many bytes (K, M and G are understood) [default: 16G; 1G with --baseline, which
    /// holds the documents in memory]
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    max_size: Option<u64>,
    /// What standard input is called in the output, as a path relative to the current directory [default: -, and stdin.json
    /// in SARIF, which knows files only]
    #[arg(long, value_name = "NAME")]
    stdin_name: Option<String>,
    /// Write a policy to begin with to exportdoc-policy.toml, or to the file that --policy names; nothing is overwritten
    #[arg(long, conflicts_with_all = ["files", "list_rules"])]
    init: bool,
    /// List every rule with its level under the policy
    #[arg(long, conflicts_with = "files")]
    list_rules: bool,
}

/// Levels that a run can fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Anything that is found
    Info,
    /// Warnings and errors
    Warning,
    /// Errors alone
    Error,
}

/// Output formats of `audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON value over all documents
    Json,
    /// One JSON line per document; what the run came to on standard error
    Ndjson,
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// JUnit XML, for CI servers
    Junit,
    /// GitHub workflow commands, which annotate files
    Github,
    /// A comment for a pull request
    Markdown,
}

/// One document's audit.
pub(crate) struct Audited {
    /// The file of the policy that it was held against; `None` for the default.
    pub(crate) policy: Option<String>,
    /// The outcome.
    pub(crate) report: AuditReport,
    /// Where in lines its findings are, for the formats that say so.
    pub(crate) lines: Lines,
}

/// What a run came to.
pub(crate) struct AuditRun {
    /// How often each rule was broken.
    pub(crate) summary: Summary,
    /// Documents in which something weighs as much as the run fails on.
    pub(crate) failing: u64,
    /// Documents that couldn't be read.
    pub(crate) unreadable: u64,
    /// Documents that were to be audited.
    pub(crate) inputs: u64,
    /// How it ended.
    pub(crate) ended: Ended,
    /// The policy files, and what is to be said of them.
    pub(crate) policies: Vec<AuditedPolicy>,
    /// The level that the run fails on.
    pub(crate) fail_on: Level,
}

impl AuditRun {
    /// Whether something weighs as much as it fails on.
    pub(crate) fn fails(&self) -> bool {
        self.failing > 0 || self.policies_fail()
    }

    fn policies_fail(&self) -> bool {
        let mut of_policies = self.policies.iter().flat_map(|policy| &policy.findings);
        of_policies.any(|finding| finding.level >= self.fail_on)
    }

    /// Whether documents are left that nobody looked at.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.ended == Ended::Interrupted
    }

    /// Documents that nobody looked at.
    pub(crate) fn left(&self) -> u64 {
        self.inputs - self.summary.documents - self.unreadable
    }
}

/// Prints a run: every document as soon as it was audited, then what the run came to.
pub(crate) trait Printer {
    /// The next document, in the order given.
    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> std::io::Result<()>;
    /// No document follows.
    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> std::io::Result<()>;
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        if self.init {
            return self.write_policy();
        }
        let keys = trusted_key::fingerprints(&self.trusted_key)?;
        if self.list_rules {
            let here = [Input::Stdin];
            let policies = Policies::find(&here, self.policy.as_deref(), &keys)?;
            let mut out = stdout::open();
            match self.format {
                Format::Text => audit_rules::text(&mut out, policies.of(&here[0]))?,
                Format::Json => audit_rules::json(&mut out, policies.of(&here[0]))?,
                _ => {
                    let help = "give --format text or --format json";
                    return Err(CliError::usage("rules aren't listed in this format", help));
                }
            }
            out.flush()?;
            return Ok(Exit::Good);
        }
        self.audit(&keys)
    }

    fn audit(&self, keys: &[[u8; 32]]) -> Result<Exit, CliError> {
        let inputs = self.input_args().find()?;
        let policies = Policies::find(&inputs, self.policy.as_deref(), keys)?;
        let reading = ExamineOptions {
            passphrases: self
                .passphrase_file
                .iter()
                .map(|file| passphrase::from_file(file))
                .collect::<Result<_, _>>()?,
            listed_findings: LISTED,
            ..ExamineOptions::default()
        };
        let now = batch::now();
        let bytes = self
            .baseline
            .as_deref()
            .map(|path| self.read_baseline(path))
            .transpose()?;
        let baseline = match (&self.baseline, &bytes) {
            (Some(path), Some(bytes)) => Some(
                Examiner::new(&reading)
                    .keep_contents()
                    .read_bytes(bytes)
                    .map(Examined::into_objects)
                    .map_err(|error| no_baseline(&path.to_string_lossy(), &error.into()))?,
            ),
            _ => None,
        };
        let side = baseline
            .as_ref()
            .zip(bytes.as_ref())
            .map(|((report, objects), bytes)| Side {
                bytes: Some(bytes),
                report,
                objects,
            });

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
        let mut printer = self.printer(inputs.len() > 1);
        let mut trouble = Exit::Good;
        let mut done = 0;
        let work = |input: &Input, document: &mut dyn Read, notes: &[Finding]| {
            let policy = policies.of(input);
            let reading = ExamineOptions {
                notes: notes.to_vec(),
                ..reading.clone()
            };
            let (report, around) = match &side {
                Some(_) => {
                    let mut bytes = Vec::new();
                    document.read_to_end(&mut bytes).map_err(ReadError::from)?;
                    let options = AuditOptions {
                        policy,
                        now,
                        baseline: side.as_ref(),
                    };
                    audit_bytes(&bytes, &reading, &options)?
                }
                None => audit_source(document, &reading, policy, now)?,
            };
            Ok(Audited {
                policy: policies.path_of(input),
                lines: self.lines(&around, &report),
                report,
            })
        };
        let mut usage = Usage::default();
        run.ended = batch::judge_with(&inputs, self.max_size(), work, |position, mut audited| {
            if let (Some(name), Input::Stdin) = (&self.stdin_name, &inputs[position]) {
                // A number may follow.
                audited.path = audited.path.replacen('-', name, 1);
            }
            if let (Some(_), Ok(audited)) = (audited.number, &mut audited.outcome) {
                // Its lines are counted in the document, not in the file.
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
            printer.document(&mut out, &audited)
        })?;
        for left in &inputs[done..] {
            usage.note(policies.index(left), None);
        }
        run.policies = policies.audited(&usage, now);
        printer.end(&mut out, &run)?;
        out.flush()?;
        if self.format == Format::Ndjson {
            // Nobody is left to tell when this fails; every document was told of.
            let _ = audit_text::summary(&mut anstream::stderr().lock(), &run);
        }
        // Whoever reads only the code must not take a run that didn't see everything for one that did.
        Ok(match trouble.and(run.ended.exit()) {
            Exit::Good if run.fails() => Exit::Bad,
            answer => answer,
        })
    }

    fn max_size(&self) -> u64 {
        let default = if self.baseline.is_some() {
            1 << 30
        } else {
            16 << 30
        };
        self.max_size.unwrap_or(default)
    }

    fn input_args(&self) -> InputArgs {
        InputArgs {
            files: self.files.clone(),
            walk: self.walk.clone(),
            max_size: self.max_size(),
        }
    }

    fn printer(&self, many: bool) -> Box<dyn Printer> {
        match self.format {
            Format::Text => Box::new(audit_text::Text::new(many, self.fail_on.level())),
            Format::Json => Box::new(audit_json::Json::default()),
            Format::Ndjson => Box::new(audit_json::Ndjson),
            Format::Sarif => Box::new(audit_sarif::Sarif::default()),
            Format::Junit => Box::new(audit_junit::Junit::new(self.fail_on.level())),
            Format::Github => Box::new(audit_github::Github),
            Format::Markdown => Box::new(audit_markdown::Markdown::new(self.fail_on.level())),
        }
    }

    /// The lines of what was found, for the formats that say them.
    fn lines(&self, around: &EnvelopeText, report: &AuditReport) -> Lines {
        if !matches!(self.format, Format::Sarif | Format::Github) {
            return Lines::default();
        }
        let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
        let places = report.findings.iter().chain(suppressed);
        around
            .lines(places.filter_map(|finding| finding.at.as_ref()?.file_offset))
            .into_iter()
            .collect()
    }

    fn read_baseline(&self, path: &Path) -> Result<Vec<u8>, CliError> {
        let input = Input::at(path);
        if input == Input::Stdin && self.files.iter().any(|file| file.as_os_str() == "-") {
            return Err(CliError::usage("standard input is named twice", "give '-' once"));
        }
        input
            .read(self.max_size())
            .map_err(|error| no_baseline(&input.label(), &error.into()))
    }

    fn write_policy(&self) -> Result<Exit, CliError> {
        let path = self.policy.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
        if std::fs::symlink_metadata(&path).is_ok() {
            let help =
                "a policy is never overwritten: name another file with --policy, or move this one away";
            return Err(CliError::usage(format!("{} exists", path.display()), help));
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                let help = "name a file in a directory that you may write to with --policy";
                CliError::usage(format!("{}: {error}", parent.display()), help)
            })?;
        }
        Output::check(&path, false, &[])?.write(DEFAULT_POLICY.as_bytes())?;
        // Nobody is left to tell when this fails.
        let _ = writeln!(
            anstream::stderr(),
            "wrote {}",
            exportdoc::internal::escape::terminal(&path.to_string_lossy())
        );
        Ok(Exit::Good)
    }
}

fn no_baseline(label: &str, error: &Unreadable) -> CliError {
    CliError::Refused {
        message: format!("{label}: {error}"),
        help: error.help(),
        exit: exit_of(error),
    }
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

/// A document too large to be read is one that can't be read; a limit inside a document is a finding like any other.
fn exit_of(unreadable: &Unreadable) -> Exit {
    match unreadable.exit() {
        Exit::Denied => Exit::Usage,
        exit => exit,
    }
}
