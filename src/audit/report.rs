//! What an audit reports: findings as the policy weighs them, those it ignores, and how many there are of each.
//!
//! Invariant: nothing that was found gets lost but what the policy turns off. A finding is either among
//! [`AuditReport::findings`] or, with the reason why it doesn't count, among [`AuditReport::suppressed`].

use std::collections::BTreeMap;

use crate::diff::ObjectRef;
use crate::finding::{Finding, FindingRule, Place};
use crate::report::Verdict;

use super::Level;

/// What one document shows under one policy.
#[derive(Debug, Clone)]
pub struct AuditReport {
    /// What counts: the weightiest first, otherwise in the order of the document.
    pub findings: Vec<AuditFinding>,
    /// What an ignore of the policy covers, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// The judgement on the signature.
    pub verdict: Verdict,
    /// Whether the blob could be read to its end.
    pub complete: bool,
    /// Whether the objects could be looked at: they stand in clear, or a passphrase opened them.
    pub objects_seen: bool,
    /// Whether a limit kept part of the document from being read.
    pub hit_limit: bool,
}

/// One thing found, as the policy weighs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFinding {
    /// Its entry in the registry: [`FindingRule::meaning`] is the reason, [`FindingRule::action`] the remedy.
    pub rule: &'static FindingRule,
    /// How much it weighs under the policy; never [`Level::Off`].
    pub level: Level,
    /// What was found here, as a lower-case fragment. May quote the document: renderers escape it.
    pub message: String,
    /// Where. [`Place::file_offset`] is filled in wherever the place can be told in the file.
    pub at: Option<Place>,
    /// The object concerned, when it is one.
    pub object: Option<ObjectRef>,
    /// How many such findings this stands for: 1, or the surplus of a rule that a document breaks without end.
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

/// A finding that the policy says not to count, for a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding, at the level it would have.
    pub finding: AuditFinding,
    /// The reason that the policy gives.
    pub reason: String,
    /// Positions in [`super::Policy::ignores`], at least one: that of the ignore whose reason this is, then those of what
    /// it needs beside, see [`super::Policy::ignored_by`].
    pub ignores: Vec<usize>,
}

impl AuditReport {
    /// The weightiest level that counts; [`Level::Off`] when nothing does.
    pub fn worst(&self) -> Level {
        self.findings
            .iter()
            .map(|finding| finding.level)
            .max()
            .unwrap_or(Level::Off)
    }

    /// Whether something that counts weighs at least this much.
    pub fn reaches(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.level >= level)
    }

    /// The document's score: how many findings weigh at least this much, suppressed ones included. Ignores are
    /// somebody's decision about a document, not a property of it.
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

/// How often a rule was broken at one level: documents may have policies of their own.
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

/// How often each rule was broken, over any number of documents.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Documents audited.
    pub documents: u64,
    rules: BTreeMap<(&'static str, Level), RuleCount>,
}

impl Summary {
    /// Of one document.
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

    /// Adds what another summary counted.
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

    /// Every rule that was broken, once for each level: the weightiest first, then the most frequent, then by id.
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
