//! Findings about export documents, under stable ids.
//! Invariant: a published id keeps its meaning, because scripts match on it.

mod registry;
mod rule;

use std::fmt;

use crate::identifier::Identifier;

pub use registry::*;
pub use rule::{EditTrace, FindingRule, Needs};

/// The severity of a finding: `Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; true of many good documents.
    Info,
    /// Needs a decision.
    Warning,
    /// The document is damaged, contradicts itself, was changed after it was signed, or breaks a policy.
    Error,
}

impl Severity {
    /// The lower-case word used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a trusted key with composite parameters is not accepted.
pub(crate) const COMPOSITE_KEY: &str = "p or q isn't a prime, so others than the owner may be able to sign";

/// The JSON path of the whole document.
pub const ROOT: &str = "$";

/// A place in a document. Offsets count bytes from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// JSON path of the member concerned, such as `$.exportResponseMetadata.exportDate`.
    pub path: Option<String>,
    /// Byte offset in the file.
    pub file_offset: Option<u64>,
    /// Byte offset in the decoded blob (or, for `$.signature` and `$.publicKey`, in that decoded member).
    pub decoded_offset: Option<u64>,
}

impl Place {
    #[doc(hidden)]
    /// The document as a whole.
    pub fn whole_file() -> Self {
        Self::json(ROOT).at_file_offset(0)
    }

    #[doc(hidden)]
    /// A member of the JSON envelope.
    pub fn json(path: impl Into<String>) -> Self {
        Self {
            path: Some(path.into()),
            ..Self::default()
        }
    }

    #[doc(hidden)]
    /// A byte of the decoded blob.
    pub fn blob(offset: u64) -> Self {
        Self {
            path: Some("$.blob".to_owned()),
            decoded_offset: Some(offset),
            ..Self::default()
        }
    }

    #[doc(hidden)]
    /// The same place with a byte offset in the file.
    #[must_use]
    pub(crate) fn at_file_offset(mut self, offset: u64) -> Self {
        self.file_offset = Some(offset);
        self
    }

    #[doc(hidden)]
    /// The same place with a byte offset in the decoded member.
    #[must_use]
    pub(crate) fn at_decoded_offset(mut self, offset: u64) -> Self {
        self.decoded_offset = Some(offset);
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sep = "";
        if let Some(path) = &self.path {
            write!(f, "{path}")?;
            sep = " ";
        }
        if let Some(offset) = self.decoded_offset {
            write!(f, "{sep}decoded byte {offset}")?;
            sep = ", ";
        }
        if let Some(offset) = self.file_offset {
            write!(f, "{sep}file byte {offset}")?;
        }
        Ok(())
    }
}

/// A finding about one document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule in the registry.
    pub rule: &'static FindingRule,
    /// The severity: the rule's, unless this case is less or more severe.
    pub severity: Severity,
    /// What was found here, as a lower-case fragment. May quote the document: renderers escape it.
    pub message: String,
    /// Where, if it has one place.
    pub at: Option<Place>,
    /// The object concerned, by type number and identifier, if there is exactly one.
    pub object: Option<(u64, Identifier)>,
    /// The number of findings: 1, or the number that a report does not list.
    pub count: u64,
}

impl Finding {
    #[doc(hidden)]
    /// A finding without a place of its own.
    pub fn new(rule: &'static FindingRule, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            at: None,
            object: None,
            count: 1,
        }
    }

    #[doc(hidden)]
    /// A finding at a place.
    pub fn at(rule: &'static FindingRule, place: Place, message: impl Into<String>) -> Self {
        Self {
            at: Some(place),
            ..Self::new(rule, message)
        }
    }

    #[doc(hidden)]
    /// The same finding about an object.
    #[must_use]
    pub fn about(mut self, type_number: u64, identifier: &Identifier) -> Self {
        self.object = Some((type_number, identifier.clone()));
        self
    }

    /// The same finding with another severity than the registered one.
    #[must_use]
    pub(crate) fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The stable id.
    pub fn id(&self) -> &'static str {
        self.rule.id
    }
}
