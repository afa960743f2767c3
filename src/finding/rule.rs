//! The columns of the registry.

use std::fmt;

use super::Severity;

/// An entry of the registry.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindingRule {
    /// Stable kebab-case id.
    pub id: &'static str,
    /// The default severity.
    pub severity: Severity,
    /// The topic, which groups the rules.
    pub topic: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What to do about it, in a sentence or two.
    pub action: &'static str,
    /// Whether objects may be unreadable, so that no new document may be made of this one.
    #[doc(hidden)]
    pub hides_objects: bool,
    /// The condition under which the rule can find something.
    #[doc(hidden)]
    pub needs: Needs,
    /// The trace of editing that it shows; `hand-edited` lists them.
    #[doc(hidden)]
    pub trace: Option<EditTrace>,
}

impl FindingRule {
    pub(super) const fn hides_objects(mut self) -> Self {
        self.hides_objects = true;
        self
    }

    pub(super) const fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    pub(super) const fn trace(mut self, trace: EditTrace) -> Self {
        self.trace = Some(trace);
        self
    }
}

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

/// Writes a phrase; nothing for [`Needs::Nothing`].
impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Policy(member) => write!(f, "needs {member} in the policy"),
            Self::Baseline => f.write_str("needs a baseline"),
        }
    }
}

/// A trace that editors and clients leave, but engines don't; in the order in which a finding lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words say it")]
pub enum EditTrace {
    Metadata,
    Weekday,
    DateForm,
    FarDates,
    SnakeCase,
    LeftOut,
    Members,
    Base64,
    AroundJson,
}

impl EditTrace {
    /// The words of the finding.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "metadata that disagrees with the blob",
            Self::Weekday => "a date with another's weekday",
            Self::DateForm => "a date of another form",
            Self::FarDates => "dates far apart",
            Self::SnakeCase => "names in snake case",
            Self::LeftOut => "lists or members left out",
            Self::Members => "members twice, or of another type",
            Self::Base64 => "base64 as other programs write it",
            Self::AroundJson => "a byte order mark, or bytes behind the end",
        }
    }
}
