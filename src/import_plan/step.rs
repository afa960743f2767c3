//! What an import does with one object.

use super::inventory::{Purpose, TargetObject};
use super::names::NameFault;
use crate::object::{Named, ObjectKey};

/// One object of the document in import order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Position among the document's objects.
    pub index: usize,
    /// Type number and identifier in the document.
    pub key: ObjectKey,
    /// The type's name.
    pub type_name: String,
    /// The name people know the object by, where it has one.
    pub name: Option<String>,
    /// The environment it goes into, for objects that live in one.
    pub environment: Option<i64>,
    /// What happens to it.
    pub action: Action,
    /// What can't be undone about that, be it certain or possible.
    pub irreversible: Option<Irreversible>,
}

/// What happens to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The target has none; it is made.
    Create,
    /// The target has the same saved state; nothing is written.
    Unchanged {
        /// What is there.
        existing: TargetObject,
    },
    /// The target has the same saved state without what an engine's upgrade added under it; that is added.
    Extend {
        /// What is there.
        existing: TargetObject,
    },
    /// The target has another state of it, which is replaced; the id stays.
    Overwrite {
        /// What is there.
        existing: TargetObject,
    },
    /// The target has another state of it, and nothing may be overwritten. Of references only when they must match.
    Conflict {
        /// What is there.
        existing: TargetObject,
    },
    /// The target has another global key, and nothing may be overwritten.
    KeyConflict {
        /// What is there; an engine always has one, shown or not.
        existing: Option<TargetObject>,
    },
    /// What the reference stands for is on the target.
    ReferenceResolved {
        /// What is there.
        existing: TargetObject,
        /// Whether it is in another saved state than the reference says, where that can be told.
        stale: Option<bool>,
    },
    /// What the reference stands for is brought by the same document.
    ReferenceInDocument {
        /// Its position among the document's objects.
        index: usize,
    },
    /// What the reference stands for is nowhere.
    MissingReference,
    /// A rule forbids it.
    BlockedByRule(Rule),
    /// Nothing of its own to write: it follows from its members.
    Derived,
    /// What happens can't be told.
    Unknown {
        /// What would be needed to tell, as a noun phrase.
        needs: String,
        /// Whether one of the possibilities is failure.
        may_fail: bool,
        /// Whether one of the possibilities is that something on the target is overwritten.
        may_overwrite: bool,
    },
}

/// The rules that can forbid the import of one object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// Its name isn't one that engines take.
    #[error("name {0}")]
    Name(NameFault),
    /// Another type of algorithm has the name.
    #[error("name is taken by an object of type {0}")]
    NameTaken(String),
    /// The engine doesn't take the type.
    #[error("objects of this type can't be imported here")]
    UnsupportedType,
    /// A job of this kind doesn't belong into an environment of that purpose.
    #[error("jobs of this type don't run in environments made to {}", purpose_word(*.0))]
    Purpose(Purpose),
    /// It lives in an environment, and the request names none.
    #[error("belongs into an environment, and none is given")]
    EnvironmentNotGiven,
    /// It lives in an environment, and the target doesn't have the one that the request names.
    #[error("belongs into an environment that isn't there")]
    EnvironmentNotFound,
    /// It has neither a name nor a revision to be known by.
    #[error("has neither a name nor a revision to be known by")]
    NoIdentity,
    /// Its key stands in the document before.
    #[error("is in the document twice")]
    DuplicateObject,
    /// Its name stands in the document before.
    #[error("has the same name as another object of the document")]
    DuplicateName,
    /// It depends on something that isn't in the document.
    #[error("depends on {0}, which is not in the document")]
    MissingMember(Named),
    /// It depends on itself by way of others.
    #[error("depends on itself")]
    Cycle,
}

fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Mask => "mask",
        Purpose::Tokenize => "tokenize",
    }
}

/// What no later import brings back.
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
    /// The word used in JSON.
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
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GlobalKey => "global-key",
            Self::Algorithm => "algorithm",
        }
    }
}

impl Action {
    /// The word used in every output format.
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

    /// Whether something on the target is overwritten; none where that can't be told.
    pub fn overwrites(&self) -> Option<bool> {
        match self {
            Self::Overwrite { .. } => Some(true),
            Self::Unknown {
                may_overwrite: true, ..
            } => None,
            _ => Some(false),
        }
    }

    /// The status with which this ends the import: 404 for what is missing, 409 for everything else.
    pub fn failure_status(&self) -> Option<u16> {
        match self {
            Self::MissingReference => Some(404),
            Self::Conflict { .. } | Self::KeyConflict { .. } | Self::BlockedByRule(_) => Some(409),
            _ => None,
        }
    }

    /// What the target already has of the object.
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

    /// Whether something is written to the target.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Create | Self::Extend { .. } | Self::Overwrite { .. })
    }
}

impl Step {
    /// Why this ends the import, as a lower-case fragment of this project's wording. May quote the document.
    pub fn failure_message(&self) -> Option<String> {
        let what = format!("{} {}", self.type_name, self.label());
        match &self.action {
            Action::MissingReference => {
                Some(format!("{what} refers to an object that is not on this engine"))
            }
            Action::Conflict { .. } => Some(format!(
                "{what} is here in another state; force_overwrite is false"
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
