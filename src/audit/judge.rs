//! Puts an audit together: what the report found and what the audit's own rules find, weighed and, where the policy says
//! so, ignored.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::Read;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::diff::{ObjectRef, Side};
use crate::envelope::{EnvelopeError, EnvelopeText};
use crate::finding::{self, Finding, FindingRule, Place};
use crate::identifier::Identifier;
use crate::object::ObjectKey;
use crate::report::{DocumentReport, Encryption, ExamineOptions, Examined, Examiner, Findings, SourceError};

use super::places::Places;
use super::{AuditFinding, AuditReport, Level, Policy, Suppressed};
use super::{baseline, content, demands};

/// How many findings of one rule are listed. An ignore for an object has to see the object's finding, so this is far
/// more than people read.
pub const LISTED: u64 = 10_000;

/// A name longer than this is left out: it would be told again with every finding about its object.
const NAME_BYTES: usize = 1024;

/// What a document is held against.
#[derive(Debug, Clone, Copy)]
pub struct AuditOptions<'a> {
    /// What counts, and how much.
    pub policy: &'a Policy,
    /// The present, for ages and for ignores that expire.
    pub now: Timestamp,
    /// An earlier document, for what changed since.
    pub baseline: Option<&'a Side<'a>>,
}

/// Audits a document that is read from a source and never held, and gives its text around the blob, for places in it.
/// Memory grows as with [`Examiner`]. Trusted keys belong into the policy, not into the options for
/// reading.
///
/// # Errors
/// A source that fails, and input that isn't the JSON of an export document.
pub fn audit_source(
    source: impl Read,
    reading: &ExamineOptions,
    policy: &Policy,
    now: Timestamp,
) -> Result<(AuditReport, EnvelopeText), SourceError> {
    let Examined { report, around, .. } = Examiner::new(&for_audits(reading)).keep_text().read(source)?;
    let audit = judge(&report, &around, policy, now, None);
    Ok((audit, around))
}

/// As [`audit_source`], of a document in memory, and against a baseline if there is one: what changed since shows in the
/// objects, so those are held.
///
/// # Errors
/// Input that isn't the JSON of an export document.
pub fn audit_bytes(
    input: &[u8],
    reading: &ExamineOptions,
    options: &AuditOptions<'_>,
) -> Result<(AuditReport, EnvelopeText), EnvelopeError> {
    let reading = for_audits(reading);
    let Some(baseline) = options.baseline else {
        let Examined { report, around, .. } = Examiner::new(&reading).keep_text().read_bytes(input)?;
        let audit = judge(&report, &around, options.policy, options.now, None);
        return Ok((audit, around));
    };
    let Examined {
        report,
        contents,
        around,
        ..
    } = Examiner::new(&reading).keep_contents().read_bytes(input)?;
    let document = Side {
        bytes: Some(input),
        report: &report,
        objects: &contents.objects,
    };
    let mut changes = Findings::new(LISTED);
    baseline::judge(baseline, &document, &mut changes);
    let audit = judge(&report, &around, options.policy, options.now, Some(changes));
    Ok((audit, around))
}

fn for_audits(reading: &ExamineOptions) -> ExamineOptions {
    ExamineOptions {
        listed_findings: LISTED,
        texts: Some(content::tells),
        ..reading.clone()
    }
}

/// Audits a document that was read, with what was found to have changed.
fn judge(
    report: &DocumentReport,
    around: &EnvelopeText,
    policy: &Policy,
    now: Timestamp,
    changes: Option<Findings>,
) -> AuditReport {
    let today = Offset::UTC.to_datetime(now).date();
    let mut audit = AuditReport {
        findings: Vec::new(),
        suppressed: Vec::new(),
        verdict: report.signature.verdict,
        complete: report.blob.complete,
        objects_seen: objects_seen(report),
        hit_limit: report.hit_limit(),
    };
    let mut own = Findings::new(LISTED);
    content::judge(report, &mut own);
    demands::judge(report, policy, now, audit.objects_seen, &mut own);
    if let Some(changes) = changes {
        own.merge(changes);
    }
    let mut places = Places::new(report, around);
    for mut finding in report.findings.iter().cloned().chain(own.finish()) {
        let level = policy.level_of(&finding);
        if level == Level::Off {
            continue;
        }
        // What a report counts instead of listing it is said of the whole document.
        let place = finding.at.unwrap_or_else(|| Place::json(finding::ROOT));
        finding.at = Some(places.complete(place));
        let object = finding
            .object
            .as_ref()
            .map(|(number, id)| name(report, *number, id));
        let finding = AuditFinding::new(finding, level, object);
        match policy.ignored_by(finding.rule, finding.object.as_ref(), today) {
            Some(ignores) => audit.suppressed.push(Suppressed {
                reason: policy.ignores[ignores[0]].reason.clone(),
                ignores,
                finding,
            }),
            None => audit.findings.push(finding),
        }
    }
    audit.findings.sort_by_key(|finding| Reverse(finding.level));
    audit
        .suppressed
        .sort_by_key(|suppressed| Reverse(suppressed.finding.level));
    audit
}

/// What is to be said of the policy itself, once every document it is for was audited: ignores that have expired, and
/// those that covered nothing. `used` has the position of every ignore that did, from [`Suppressed::ignores`]; `None` when
/// not every document could be looked into, so that nobody can tell. Places are byte offsets in the policy's text.
pub fn policy_findings(policy: &Policy, used: Option<&BTreeSet<usize>>, now: Timestamp) -> Vec<AuditFinding> {
    let today = Offset::UTC.to_datetime(now).date();
    let mut findings = Vec::new();
    let mut add = |rule: &'static FindingRule, position: usize, message: String| {
        let level = policy.level(rule);
        if level > Level::Off {
            let place = Place::json(format!("ignore[{position}]"));
            let offset = policy.ignores[position].at.offset as u64;
            let finding = Finding::at(rule, place.at_file_offset(offset), message);
            findings.push(AuditFinding::new(finding, level, None));
        }
    };
    for (position, ignore) in policy.ignores.iter().enumerate() {
        let what = match &ignore.object_text {
            Some(object) => format!("{} of {object}", ignore.rule_text),
            None => ignore.rule_text.clone(),
        };
        let line = ignore.at.line;
        match (ignore.until.filter(|_| ignore.is_expired(today)), used) {
            (Some(until), _) => add(&finding::IGNORE_EXPIRED, position, {
                format!("line {line}: {what}, until {until}")
            }),
            (None, Some(used)) if !used.contains(&position) => {
                let seal = ignore.covers(&finding::SEALED_BY_TOOLKIT, None);
                let why = match seal
                    && policy
                        .ignored_by(&finding::SEALED_BY_TOOLKIT, None, today)
                        .is_none()
                {
                    true => ", which counts unless signature-undetermined and key-weak are ignored too",
                    false => "",
                };
                add(
                    &finding::IGNORE_UNUSED,
                    position,
                    format!("line {line}: {what}{why}"),
                );
            }
            _ => {}
        }
    }
    findings.sort_by_key(|finding| Reverse(finding.level));
    findings
}

/// Whether a report's objects are those of the document.
fn objects_seen(report: &DocumentReport) -> bool {
    match report.encryption {
        // Records that are encrypted though the header announces nothing of it.
        Encryption::Clear => !report
            .findings
            .iter()
            .any(|f| f.rule == &finding::ENCRYPTION_UNKNOWN),
        Encryption::Passphrase { opened, .. } => opened,
        Encryption::Unknown => false,
    }
}

/// How a report calls the object of a key.
fn name(report: &DocumentReport, type_number: u64, identifier: &Identifier) -> ObjectRef {
    let key = ObjectKey::new(type_number, identifier.clone());
    match report.graph.find(&key) {
        Some(id) => {
            let object = &report.objects[id];
            let name = object.name.as_ref().filter(|name| name.len() <= NAME_BYTES);
            ObjectRef {
                type_name: object.type_name.clone(),
                type_number,
                identifier: key.identifier,
                name: name.cloned(),
            }
        }
        None => ObjectRef {
            type_name: type_number.to_string(),
            type_number,
            identifier: key.identifier,
            name: None,
        },
    }
}
