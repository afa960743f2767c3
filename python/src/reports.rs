//! Reports, as `--format json` prints them.

use exportdoc::internal::audit::{AuditOptions, LISTED, Policy, audit_bytes, audit_source};
use exportdoc::internal::diff::{DiffLimits, DiffOptions, IgnoreRule, MatchBy, Side, diff as compare};
use exportdoc::internal::report::{Contents, DocumentReport, Encryption, ExamineOptions, Examiner};
use exportdoc::internal::signature::by_name;
use jiff::Timestamp;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::Value;

use crate::cli::commands::audit::policies::Policies;
use crate::cli::io::input::Input;
use crate::failure::Failure;
use crate::given::{Given, passphrases as read_passphrases, trusted};
use crate::outcome::audit::Audited;
use crate::outcome::comparison::{Compared, ComparedSide};
use crate::outcome::document::Judged;
use crate::outcome::lines::Lines;
use crate::render::json;
use crate::render::words::algorithms::describes;
use crate::value::to_python;

/// Secret values are cut here, as by the command.
const SECRET_BYTES: usize = 64 * 1024;
/// The most bytes of a policy.
const POLICY_BYTES: u64 = 1 << 20;

pub(crate) fn judged<T>(path: String, outcome: T) -> Judged<T> {
    Judged {
        path,
        number: None,
        outcome: Ok(outcome),
    }
}

pub(crate) fn time(nanoseconds: i128) -> Result<Timestamp, Failure> {
    Timestamp::from_nanosecond(nanoseconds).map_err(|error| Failure::usage(format!("now: {error}")))
}

/// A line of `exportdoc inspect --format ndjson`.
#[pyfunction]
pub(crate) fn inspect<'py>(
    document: &Bound<'py, PyAny>,
    name: Option<String>,
    max_size: Option<u64>,
    passphrases: Vec<String>,
    objects: Vec<String>,
    show_secrets: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, given) = (document.py(), Given::new(document, name, max_size)?);
    let value = py.detach(|| {
        let options = ExamineOptions {
            secret_bytes: show_secrets.then_some(SECRET_BYTES),
            texts: Some(describes),
            passphrases: read_passphrases(&passphrases)?,
            ..ExamineOptions::default()
        };
        let judged = examine(&given, options)?;
        Ok::<_, Failure>(versioned(json::inspect::document(&judged, Some(&objects), None)))
    })?;
    to_python(py, &value)
}

/// A line of `exportdoc verify-signature --format ndjson`.
#[pyfunction]
pub(crate) fn verify<'py>(
    document: &Bound<'py, PyAny>,
    name: Option<String>,
    max_size: Option<u64>,
    trusted_keys: Vec<String>,
    rule: Option<String>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, given) = (document.py(), Given::new(document, name, max_size)?);
    let value = py.detach(|| {
        if let Some(rule) = rule.as_deref()
            && by_name(rule).is_none()
        {
            return Err(Failure::usage(format!("no signing rule is called '{rule}'")));
        }
        let options = ExamineOptions {
            rule,
            trusted_keys: trusted(&trusted_keys)?,
            ..ExamineOptions::default()
        };
        let judged = examine(&given, options)?;
        Ok(versioned(json::inspect::document(&judged, None, None)))
    })?;
    to_python(py, &value)
}

fn examine(given: &Given, options: ExamineOptions) -> Result<Judged, Failure> {
    let (label, report) = given.judge(|source, notes| {
        let options = ExamineOptions {
            notes: notes.to_vec(),
            ..options
        };
        Ok(Examiner::new(&options).read(source)?.report)
    })?;
    Ok(judged(label, report))
}

fn versioned(mut value: Value) -> Value {
    value["schema_version"] = json::SCHEMA_VERSION.into();
    value
}

/// A line of `exportdoc audit --format ndjson`.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
pub(crate) fn audit<'py>(
    document: &Bound<'py, PyAny>,
    name: Option<String>,
    max_size: Option<u64>,
    passphrases: Vec<String>,
    trusted_keys: Vec<String>,
    policy: Option<&Bound<'py, PyAny>>,
    baseline: Option<&Bound<'py, PyAny>>,
    now: i128,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, given) = (document.py(), Given::new(document, name, max_size)?);
    let policy = policy.map(|policy| Given::new(policy, None, None)).transpose()?;
    let baseline = baseline
        .map(|document| Given::new(document, None, max_size))
        .transpose()?;
    let value = py.detach(|| {
        let (shown, policy) = read_policy(policy.as_ref(), &trusted_keys)?;
        let (passphrases, now) = (read_passphrases(&passphrases)?, time(now)?);
        let baseline = baseline
            .map(|given| Held::load(&given, passphrases.clone()))
            .transpose()?;
        let (label, report) = given.judge(|source, notes| {
            let reading = ExamineOptions {
                passphrases,
                listed_findings: LISTED,
                notes: notes.to_vec(),
                ..ExamineOptions::default()
            };
            let Some(baseline) = &baseline else {
                return Ok(audit_source(source, &reading, &policy, now)?.0);
            };
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes)?;
            let options = AuditOptions {
                policy: &policy,
                now,
                baseline: Some(&baseline.side()),
            };
            Ok(audit_bytes(&bytes, &reading, &options)?.0)
        })?;
        let audited = Audited {
            policy: shown,
            lines: Lines::default(),
            report,
        };
        Ok::<_, Failure>(json::audit::line(&judged(label, audited)))
    })?;
    to_python(py, &value)
}

/// The policy and its path in the report.
fn read_policy(given: Option<&Given>, trusted_keys: &[String]) -> Result<(Option<String>, Policy), Failure> {
    let keys = trusted(trusted_keys)?;
    let refused = |error| Failure::of_command("policy", &error);
    match given {
        Some(given) if given.path().is_none() => {
            let bytes = given.read_raw(POLICY_BYTES)?;
            let text = String::from_utf8(bytes).map_err(|_| Failure::new("policy", "not UTF-8 text"))?;
            let mut policy = Policy::parse(&text).map_err(|error| {
                let rules = "'exportdoc audit --list-rules' lists the rules";
                Failure::new("policy", &error).hinted(error.help.as_deref().unwrap_or(rules))
            })?;
            if !keys.is_empty() {
                policy.keys.get_or_insert_default().extend(keys);
            }
            Ok((None, policy))
        }
        Some(given) => {
            let path = given.path().map(AsRef::as_ref);
            let policies = Policies::find(&[Input::Stdin], path, &keys).map_err(refused)?;
            let policy = policies.of(&Input::Stdin).clone();
            Ok((policies.path_of(&Input::Stdin), policy))
        }
        None => {
            let mut policy = Policy::default();
            if !keys.is_empty() {
                policy.keys.get_or_insert_default().extend(keys);
            }
            Ok((None, policy))
        }
    }
}

/// The output of `exportdoc diff --format json`.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
pub(crate) fn diff<'py>(
    old: &Bound<'py, PyAny>,
    new: &Bound<'py, PyAny>,
    max_size: Option<u64>,
    passphrases: Vec<String>,
    by_name: bool,
    ignore: Vec<String>,
    only: Vec<String>,
    strict_bytes: bool,
    show_secrets: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = old.py();
    let (old, new) = (Given::new(old, None, max_size)?, Given::new(new, None, max_size)?);
    let value = py.detach(|| {
        let rule = |text: &String| {
            IgnoreRule::parse(text).map_err(|error| Failure::usage(format!("ignore: {text}: {error}")))
        };
        let options = DiffOptions::default()
            .match_by(match_by(by_name))
            .ignore(ignore.iter().map(rule).collect::<Result<_, _>>()?)
            .only_types(only)
            .strict_bytes(strict_bytes)
            .limits(DiffLimits {
                show_secrets,
                ..DiffLimits::default()
            });
        let passphrases = read_passphrases(&passphrases)?;
        let (old, new) = (
            Held::load(&old, passphrases.clone())?,
            Held::load(&new, passphrases)?,
        );
        let compared = Compared {
            diff: compare(&old.side(), &new.side(), &options),
            old: old.compared(),
            new: new.compared(),
        };
        Ok::<_, Failure>(json::diff::document(&compared))
    })?;
    to_python(py, &value)
}

pub(crate) fn match_by(by_name: bool) -> MatchBy {
    if by_name {
        MatchBy::Name
    } else {
        MatchBy::Identifier
    }
}

/// The bytes of every document in a container or a batch.
#[pyfunction]
pub(crate) fn documents<'py>(
    source: &Bound<'py, PyAny>,
    max_size: Option<u64>,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let (py, given) = (source.py(), Given::new(source, None, max_size)?);
    let found = py.detach(|| given.all())?;
    Ok(found.iter().map(|bytes| PyBytes::new(py, bytes)).collect())
}

/// A document in memory with its objects.
pub(crate) struct Held {
    label: String,
    bytes: Vec<u8>,
    pub(crate) report: DocumentReport,
    pub(crate) contents: Contents,
}

impl Held {
    /// Reads a document; if it is encrypted, again with the passphrases.
    pub(crate) fn load(given: &Given, passphrases: Vec<exportdoc::Passphrase>) -> Result<Self, Failure> {
        let bytes = given.read()?;
        let examine = |passphrases| {
            let options = ExamineOptions {
                passphrases,
                ..ExamineOptions::default()
            };
            let examined = Examiner::new(&options).keep_contents().read_bytes(&bytes);
            examined.map_err(|error| Failure::from(error).about(&given.label))
        };
        let mut examined = examine(Vec::new())?;
        if let Encryption::Passphrase { .. } = examined.report.encryption {
            examined = examine(passphrases)?;
        }
        Ok(Self {
            label: given.label.clone(),
            report: examined.report,
            contents: examined.contents,
            bytes,
        })
    }

    fn side(&self) -> Side<'_> {
        Side {
            bytes: Some(&self.bytes),
            report: &self.report,
            objects: &self.contents.objects,
        }
    }

    fn compared(self) -> ComparedSide {
        ComparedSide {
            path: self.label,
            report: self.report,
        }
    }
}
