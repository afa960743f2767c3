//! The steps of an import, one per object.

use super::inventory::{Purpose, TargetObject};
use super::names::NameFault;
use crate::object::{Named, ObjectKey};

/// One object of the document in import order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Index of the object in the document.
    pub index: usize,
    /// Type number and identifier in the document.
    pub key: ObjectKey,
    /// The type's name.
    pub type_name: String,
    /// The object's name, if it has one.
    pub name: Option<String>,
    /// The environment that the object goes into, if it lives in one.
    pub environment: Option<i64>,
    /// The action.
    pub action: Action,
    /// A certain or possible effect that can't be undone.
    pub irreversible: Option<Irreversible>,
}

/// The action for one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The target lacks the object; it is created.
    Create,
    /// The target has the same revision; nothing is written.
    Unchanged {
        /// The target's object.
        existing: TargetObject,
    },
    /// The target has the same revision without the additions of an engine's upgrade; these are added.
    Extend {
        /// The target's object.
        existing: TargetObject,
    },
    /// The target has another revision, which is overwritten; the identifier stays.
    Overwrite {
        /// The target's object.
        existing: TargetObject,
    },
    /// The target has another revision, and nothing may be overwritten. For references only if they must match.
    Conflict {
        /// The target's object.
        existing: TargetObject,
    },
    /// The target has another global key, and nothing may be overwritten.
    KeyConflict {
        /// The target's key, if known; every engine has one.
        existing: Option<TargetObject>,
    },
    /// The target has the original of the reference.
    ReferenceResolved {
        /// The target's object.
        existing: TargetObject,
        /// Whether the original has another revision than the reference, if known.
        stale: Option<bool>,
    },
    /// The document itself has the original of the reference.
    ReferenceInDocument {
        /// Index of the original in the document.
        index: usize,
    },
    /// The original of the reference is missing.
    MissingReference,
    /// A rule forbids the import.
    BlockedByRule(Rule),
    /// Nothing: the object consists of its members only.
    Derived,
    /// Unknown.
    Unknown {
        /// The missing information, as a noun phrase.
        needs: String,
        /// Whether the import may fail here.
        may_fail: bool,
        /// Whether an object of the target may be overwritten.
        may_overwrite: bool,
    },
}

/// The rules that can forbid the import of one object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Engines don't accept its name.
    #[error("name {0}")]
    Name(NameFault),
    /// Another type of algorithm has the name.
    #[error("name is taken by an object of type {0}")]
    NameTaken(String),
    /// The engine doesn't accept the type.
    #[error("objects of this type can't be imported here")]
    UnsupportedType,
    /// Jobs of this type don't run in environments of that purpose.
    #[error("jobs of this type don't run in environments for {}", purpose_word(*.0))]
    Purpose(Purpose),
    /// It lives in an environment, and none is given.
    #[error("lives in an environment, and none is given")]
    EnvironmentNotGiven,
    /// It lives in an environment, and the target lacks the given one.
    #[error("lives in an environment that the target lacks")]
    EnvironmentNotFound,
    /// It has neither a name nor a revision to identify it.
    #[error("has neither a name nor a revision to identify it")]
    NoIdentity,
    /// An earlier object of the document has its key.
    #[error("occurs in the document twice")]
    DuplicateObject,
    /// An earlier object of the document has its name.
    #[error("has the same name as another object of the document")]
    DuplicateName,
    /// A dependency isn't in the document.
    #[error("depends on {0}, which is not in the document")]
    MissingMember(Named),
    /// It depends on itself indirectly.
    #[error("depends on itself")]
    Cycle,
}

fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Mask => "masking",
        Purpose::Tokenize => "tokenizing",
    }
}

/// An effect that no later import can undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Irreversible {
    /// The global key is replaced.
    #[error("replaces the engine's global key: what was masked with it before will mask differently after")]
    GlobalKey,
    /// An algorithm is replaced with its key and values.
    #[error(
        "replaces the algorithm with its key and values: what it masked before will mask differently after"
    )]
    Algorithm,
}

impl Rule {
    /// The id used in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::NameTaken(_) => "name-taken",
            Self::UnsupportedType => "unsupported-type",
            Self::Purpose(_) => "purpose",
            Self::EnvironmentNotGiven => "environment-not-given",
            Self::EnvironmentNotFound => "environment-not-found",
            Self::NoIdentity => "no-identity",
            Self::DuplicateObject => "duplicate-object",
            Self::DuplicateName => "duplicate-name",
            Self::MissingMember(_) => "missing-member",
            Self::Cycle => "cycle",
        }
    }
}

impl Irreversible {
    /// The id used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GlobalKey => "global-key",
            Self::Algorithm => "algorithm",
        }
    }
}

impl Action {
    /// The id used in every output format.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Unchanged { .. } => "unchanged",
            Self::Extend { .. } => "extend",
            Self::Overwrite { .. } => "overwrite",
            Self::Conflict { .. } => "conflict",
            Self::KeyConflict { .. } => "key-conflict",
            Self::ReferenceResolved { .. } => "resolved",
            Self::ReferenceInDocument { .. } => "in-document",
            Self::MissingReference => "missing",
            Self::BlockedByRule(_) => "blocked",
            Self::Derived => "derived",
            Self::Unknown { .. } => "unknown",
        }
    }

    #[doc(hidden)]
    /// Whether an object of the target is overwritten; `None` if unknown.
    pub fn overwrites(&self) -> Option<bool> {
        match self {
            Self::Overwrite { .. } => Some(true),
            Self::Unknown {
                may_overwrite: true, ..
            } => None,
            _ => Some(false),
        }
    }

    #[doc(hidden)]
    /// The HTTP status if this ends the import: 404 for a missing original, else 409.
    pub fn failure_status(&self) -> Option<u16> {
        match self {
            Self::MissingReference => Some(404),
            Self::Conflict { .. } | Self::KeyConflict { .. } | Self::BlockedByRule(_) => Some(409),
            _ => None,
        }
    }

    #[doc(hidden)]
    /// The target's object, if it has one.
    pub fn existing(&self) -> Option<&TargetObject> {
        match self {
            Self::Unchanged { existing }
            | Self::Extend { existing }
            | Self::Overwrite { existing }
            | Self::Conflict { existing }
            | Self::ReferenceResolved { existing, .. } => Some(existing),
            Self::KeyConflict { existing } => existing.as_ref(),
            _ => None,
        }
    }

    #[doc(hidden)]
    /// Whether the step writes to the target.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Create | Self::Extend { .. } | Self::Overwrite { .. })
    }
}

impl Step {
    #[doc(hidden)]
    /// Why the step ends the import: a lower-case fragment in this project's wording. May quote the document.
    pub fn failure_message(&self) -> Option<String> {
        let what = format!("{} {}", self.type_name, self.label());
        match &self.action {
            Action::MissingReference => {
                Some(format!("{what} refers to an object that is not on this engine"))
            }
            Action::Conflict { .. } => Some(format!(
                "{what} has another revision here; force_overwrite is false"
            )),
            Action::KeyConflict { .. } => Some(format!(
                "{what} would replace this engine's key; force_overwrite is false"
            )),
            Action::BlockedByRule(rule) => Some(format!("{what}: {rule}")),
            _ => None,
        }
    }

    /// The name, else the identifier.
    pub fn label(&self) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| self.key.identifier.to_string())
    }
}
