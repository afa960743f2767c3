//! Lists the rules that need a policy setting or a baseline.

use crate::finding::{self, FindingRule};

/// The condition under which a rule can find something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A member of the policy, such as `allow.hosts`.
    Policy(&'static str),
    /// A baseline document.
    Baseline,
}

/// Returns the condition of a rule.
pub fn needs(rule: &FindingRule) -> Needs {
    let members: &[(&FindingRule, &'static str)] = &[
        (&finding::DOCUMENT_TOO_OLD, "allow.max-age"),
        (&finding::HOST_NOT_ALLOWED, "allow.hosts"),
        (&finding::KEY_NOT_TRUSTED, "allow.keys"),
        (&finding::TYPE_DENIED, "types.deny"),
        (&finding::TYPE_MISSING, "types.require"),
        (&finding::IGNORE_UNUSED, "ignore"),
        (&finding::IGNORE_EXPIRED, "ignore.until"),
    ];
    let baseline = [
        &finding::ALGORITHM_CHANGED,
        &finding::BASELINE_NOT_COMPARABLE,
        &finding::CONTENT_WITHOUT_REVISION,
        &finding::REWRITTEN_BY_ENGINE,
    ];
    if let Some((_, member)) = members.iter().find(|(known, _)| *known == rule) {
        Needs::Policy(member)
    } else if baseline.contains(&rule) {
        Needs::Baseline
    } else {
        Needs::Nothing
    }
}

/// Writes a phrase; nothing for [`Needs::Nothing`].
impl std::fmt::Display for Needs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Policy(member) => write!(f, "needs {member} in the policy"),
            Self::Baseline => f.write_str("needs a baseline"),
        }
    }
}
