//! How much a finding weighs for whoever wrote the policy.

use std::fmt;

use crate::finding::{self, FindingRule, Severity};

/// The weight of a finding under a policy. The order is that of concern: `Off < Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported at all.
    Off,
    /// Worth knowing.
    Info,
    /// Deserves a decision by somebody.
    Warning,
    /// Must not be imported like this.
    Error,
}

impl Level {
    /// Every level at which a finding is reported, the weightiest first.
    pub const REPORTED: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// The lower-case word used in policies and in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Off, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|level| level.as_str() == word)
    }
}

impl Level {
    /// The level of a rule that the policy doesn't set. Keys in clear are an error: an audit has to stop them.
    pub fn default_of(rule: &FindingRule) -> Self {
        if rule == &finding::SECRETS_IN_CLEAR {
            Self::Error
        } else {
            rule.severity.into()
        }
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
