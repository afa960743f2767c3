//! The words for an audit.

use exportdoc::internal::audit::{AuditFinding, Level};
use exportdoc::internal::finding::FindingRule;

use crate::outcome::audit::AuditRun;
use crate::render::words::{Tone, counted};

/// The outcome in plain words.
pub(crate) fn headline(run: &AuditRun) -> (Tone, String) {
    if run.fails() {
        let subject = match (run.failing, run.inputs) {
            (0, _) => "The policy has".to_owned(),
            (_, 1) => "The document has".to_owned(),
            (1, inputs) => format!("1 of {inputs} documents has"),
            (failing, inputs) => format!("{failing} of {inputs} documents have"),
        };
        (Tone::Bad, format!("{subject} {}", reaching(run.fail_on)))
    } else if run.unreadable > 0 || run.is_interrupted() {
        (Tone::Unsure, "Not all documents could be audited".to_owned())
    } else {
        (Tone::Good, format!("No {}", reaching(run.fail_on)))
    }
}

/// Findings of a level and of those above it.
fn reaching(level: Level) -> &'static str {
    match level {
        Level::Error => "errors",
        Level::Warning => "warnings or errors",
        Level::Info | Level::Off => "findings",
    }
}

/// `1 error, 2 warnings, 3 infos, 1 ignored`.
pub(crate) fn tally(findings: &[AuditFinding], suppressed: u64) -> String {
    let at = |level| {
        let at = findings.iter().filter(|finding| finding.level == level);
        at.map(|finding| finding.count).sum()
    };
    tally_of(at, suppressed)
}

fn tally_of(at: impl Fn(Level) -> u64, suppressed: u64) -> String {
    let mut parts: Vec<String> = Level::REPORTED
        .into_iter()
        .map(|level| (level, at(level)))
        .filter(|(_, count)| *count > 0)
        .map(|(level, count)| counted(count, level.as_str()))
        .collect();
    if parts.is_empty() {
        parts.push("nothing found".to_owned());
    }
    if suppressed > 0 {
        parts.push(format!("{suppressed} ignored"));
    }
    parts.join(", ")
}

/// `12 documents audited, 1 more unreadable; interrupted before 3 more`.
pub(crate) fn documents(run: &AuditRun) -> String {
    let mut text = format!("{} audited", counted(run.summary.documents, "document"));
    if run.unreadable > 0 {
        text.push_str(&format!(", {} more unreadable", run.unreadable));
    }
    if run.is_interrupted() {
        text.push_str(&format!("; interrupted before {} more", run.left()));
    }
    text
}

/// The findings of the whole run, as in [`tally`].
pub(crate) fn run_tally(run: &AuditRun) -> String {
    let of_policies: Vec<AuditFinding> = run
        .policies
        .iter()
        .flat_map(|policy| policy.findings.iter().cloned())
        .collect();
    let own = |level| {
        of_policies
            .iter()
            .filter(|finding| finding.level == level)
            .count() as u64
    };
    tally_of(
        |level| run.summary.findings(level) + own(level),
        run.summary.suppressed(),
    )
}

/// The findings by rule, in the order of each rule's first finding.
pub(crate) fn by_rule(findings: &[AuditFinding]) -> Vec<(&'static FindingRule, Vec<&AuditFinding>)> {
    let mut rules: Vec<(&'static FindingRule, Vec<&AuditFinding>)> = Vec::new();
    for finding in findings {
        match rules.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, own)) => own.push(finding),
            None => rules.push((finding.rule, vec![finding])),
        }
    }
    rules
}

/// `message [place]`.
pub(crate) fn with_place(finding: &AuditFinding) -> String {
    match &finding.at {
        Some(place) => format!("{} [{place}]", finding.message),
        None => finding.message.clone(),
    }
}
