//! The levels of a policy.

use std::fmt;

use crate::finding::{self, FindingRule, Severity};

/// The level of a finding under a policy: `Off < Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Needs a decision.
    Warning,
    /// Must not be imported.
    Error,
}

impl Level {
    #[doc(hidden)]
    /// The levels at which a finding is reported, the highest first.
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

    #[doc(hidden)]
    /// Parses the word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Off, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|level| level.as_str() == word)
    }
}

impl Level {
    #[doc(hidden)]
    /// The level of a rule without a setting. Keys in clear are an error, because an audit must stop them.
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
