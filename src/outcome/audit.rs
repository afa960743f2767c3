//! What an audit came to.

use exportdoc::internal::audit::{AuditFinding, AuditReport, Level, Summary};

use crate::outcome::document::Ended;
use crate::outcome::lines::Lines;

/// One document's audit.
pub(crate) struct Audited {
    /// The policy file; `None` for the default policy.
    pub(crate) policy: Option<String>,
    pub(crate) report: AuditReport,
    /// Lines and columns of the findings, for the formats that print them.
    pub(crate) lines: Lines,
}

/// One policy file's audit.
pub(crate) struct AuditedPolicy {
    pub(crate) path: String,
    /// Ignores that have expired or cover nothing.
    pub(crate) findings: Vec<AuditFinding>,
    /// Lines and columns of the findings.
    pub(crate) lines: Lines,
}

/// The whole run.
pub(crate) struct AuditRun {
    /// How often each rule was broken.
    pub(crate) summary: Summary,
    /// The number of documents with a finding that reaches `fail_on`.
    pub(crate) failing: u64,
    /// The number of documents that couldn't be read.
    pub(crate) unreadable: u64,
    /// The number of documents to audit.
    pub(crate) inputs: u64,
    pub(crate) ended: Ended,
    pub(crate) policies: Vec<AuditedPolicy>,
    /// The level that the run fails on.
    pub(crate) fail_on: Level,
}

impl AuditRun {
    /// Whether a finding reaches the level that the run fails on.
    pub(crate) fn fails(&self) -> bool {
        let mut of_policies = self.policies.iter().flat_map(|policy| &policy.findings);
        self.failing > 0 || of_policies.any(|finding| finding.level >= self.fail_on)
    }

    /// Whether Ctrl-C ended the run.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.ended == Ended::Interrupted
    }

    /// The number of documents that weren't audited.
    pub(crate) fn left(&self) -> u64 {
        self.inputs - self.summary.documents - self.unreadable
    }
}
