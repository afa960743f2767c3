//! The result of an audit: findings with their levels, suppressed findings, and counts.
//! Invariant: unless the policy turns its rule off, a finding is either in [`AuditReport::findings`] or, with a
//! reason, in [`AuditReport::suppressed`].

use std::collections::BTreeMap;

use crate::diff::ObjectRef;
use crate::finding::{Finding, FindingRule, Place};
use crate::report::Verdict;

use super::Level;

/// The result of auditing one document under one policy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuditReport {
    /// The findings that count: the highest level first, then in document order.
    pub findings: Vec<AuditFinding>,
    /// The findings that the policy ignores, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// The verdict on the signature.
    pub verdict: Verdict,
    /// Whether the blob was read to its end.
    pub complete: bool,
    /// Whether the objects were readable: in clear, or decrypted.
    pub objects_seen: bool,
    /// Whether a limit prevented part of the document from being read.
    pub hit_limit: bool,
}

/// A finding with its level under the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditFinding {
    /// Its entry in the registry: [`FindingRule::meaning`] is the reason, [`FindingRule::action`] the remedy.
    pub rule: &'static FindingRule,
    /// The level under the policy; never [`Level::Off`].
    pub level: Level,
    /// The message, as a lower-case fragment. May quote the document: renderers escape it.
    pub message: String,
    /// The place. [`Place::file_offset`] is set if the offset in the file is known.
    pub at: Option<Place>,
    /// The object concerned, if there is exactly one.
    pub object: Option<ObjectRef>,
    /// The number of findings: 1, or the number that a report does not list.
    pub count: u64,
}

impl AuditFinding {
    /// The rule's stable id.
    pub fn id(&self) -> &'static str {
        self.rule.id
    }

    /// Why it matters, in one sentence.
    pub fn reason(&self) -> &'static str {
        self.rule.meaning
    }

    /// What to do about it, in one sentence.
    pub fn remedy(&self) -> &'static str {
        self.rule.action
    }

    pub(super) fn new(finding: Finding, level: Level, object: Option<ObjectRef>) -> Self {
        Self {
            rule: finding.rule,
            level,
            message: finding.message,
            at: finding.at,
            object,
            count: finding.count,
        }
    }
}

/// A finding that the policy ignores.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suppressed {
    /// The finding, at the level it would have.
    pub finding: AuditFinding,
    /// The reason that the policy gives.
    pub reason: String,
    /// Positions of the ignores in the policy, at least one: first the one with this reason, then those that it
    /// additionally needs.
    pub ignores: Vec<usize>,
}

impl AuditReport {
    /// The highest level that counts; [`Level::Off`] without findings.
    pub fn worst(&self) -> Level {
        self.findings
            .iter()
            .map(|finding| finding.level)
            .max()
            .unwrap_or(Level::Off)
    }

    /// Whether a finding has at least this level.
    pub fn reaches(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.level >= level)
    }

    /// The document's score: how many findings have at least this level. Suppressed findings count, because an ignore
    /// does not change the document.
    pub fn score(&self, level: Level) -> u64 {
        let suppressed = self.suppressed.iter().map(|suppressed| &suppressed.finding);
        self.findings
            .iter()
            .chain(suppressed)
            .filter(|finding| finding.level >= level)
            .map(|finding| finding.count)
            .sum()
    }
}

/// The number of violations of one rule at one level. Documents may have different policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule.
    pub rule: &'static FindingRule,
    /// The level at which it was reported.
    pub level: Level,
    /// Findings that count.
    pub findings: u64,
    /// Findings that an ignore covers.
    pub suppressed: u64,
    /// Documents with at least one finding that counts.
    pub documents: u64,
}

/// The number of violations of each rule, in all documents.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Documents audited.
    pub documents: u64,
    rules: BTreeMap<(&'static str, Level), RuleCount>,
}

impl Summary {
    /// The summary of one document.
    pub fn of(report: &AuditReport) -> Self {
        let mut summary = Self::default();
        summary.add(report);
        summary
    }

    /// Counts one more document.
    pub fn add(&mut self, report: &AuditReport) {
        let mut here = BTreeMap::new();
        let suppressed = report.suppressed.iter().map(|s| (&s.finding, true));
        let findings = report.findings.iter().map(|finding| (finding, false));
        for (finding, suppressed) in findings.chain(suppressed) {
            let count = here.entry((finding.id(), finding.level)).or_insert(RuleCount {
                rule: finding.rule,
                level: finding.level,
                findings: 0,
                suppressed: 0,
                documents: 0,
            });
            if suppressed {
                count.suppressed += finding.count;
            } else {
                count.findings += finding.count;
                count.documents = 1;
            }
        }
        self.documents += 1;
        self.take(here);
    }

    /// Adds another summary.
    pub fn merge(&mut self, other: Self) {
        self.documents += other.documents;
        self.take(other.rules);
    }

    fn take(&mut self, rules: BTreeMap<(&'static str, Level), RuleCount>) {
        for (key, count) in rules {
            self.rules
                .entry(key)
                .and_modify(|sum| {
                    sum.findings += count.findings;
                    sum.suppressed += count.suppressed;
                    sum.documents += count.documents;
                })
                .or_insert(count);
        }
    }

    /// The broken rules, once per level: the highest level first, then the most frequent, then by id.
    pub fn rules(&self) -> Vec<RuleCount> {
        let mut rules: Vec<RuleCount> = self.rules.values().copied().collect();
        rules.sort_by_key(|count| std::cmp::Reverse((count.level, count.findings)));
        rules
    }

    /// Findings that count at exactly this level.
    pub fn findings(&self, level: Level) -> u64 {
        let at = self.rules.values().filter(|count| count.level == level);
        at.map(|count| count.findings).sum()
    }

    /// Findings that an ignore covers.
    pub fn suppressed(&self) -> u64 {
        self.rules.values().map(|count| count.suppressed).sum()
    }
}
