//! Runs an audit: collects the findings of the report and of the audit's own rules, then applies the policy's levels
//! and ignores.

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

/// The number of findings listed per rule. It is far more than people read, because an ignore for an object needs the
/// finding about that object.
pub const LISTED: u64 = 10_000;

/// The longest name shown. Every finding about the object repeats its name.
const NAME_BYTES: usize = 1024;

/// What a document is audited against.
#[derive(Debug, Clone, Copy)]
pub struct AuditOptions<'a> {
    /// The levels and ignores.
    pub policy: &'a Policy,
    /// The current time, for ages and for ignores that expire.
    pub now: Timestamp,
    /// An earlier document, to find changes since then.
    pub baseline: Option<&'a Side<'a>>,
}

/// Audits a document while it is read. Returns the report and the text around the blob, to show places in it. Memory
/// grows as with [`Examiner`]. Trusted keys belong in the policy, not in `reading`.
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

/// Audits a document in memory, and compares it with the baseline if there is one.
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

/// Audits a report. `changes` are the findings of the comparison with the baseline.
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
        // Unlisted findings are counted for the whole document, not per object.
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

/// Findings about the policy itself, after all its documents were audited: expired ignores, and unused ones. `used`
/// has the positions of the used ignores, from [`Suppressed::ignores`]; `None` if a document was unreadable, so that
/// unused ignores are unknown. Places are byte offsets in the policy's text.
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

/// Whether the report shows the document's objects.
fn objects_seen(report: &DocumentReport) -> bool {
    match report.encryption {
        // Records may be encrypted even if the header doesn't announce it.
        Encryption::Clear => !report
            .findings
            .iter()
            .any(|f| f.rule == &finding::ENCRYPTION_UNKNOWN),
        Encryption::Passphrase { opened, .. } => opened,
        Encryption::Unknown => false,
    }
}

/// Names the object with this key.
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
