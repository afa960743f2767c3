//! What a plan asks the target engine, and the answers it can get.
//!
//! Invariant: an answer is never guessed. An inventory that can't tell says what it would need; one that sees the whole
//! engine never has to.

use std::collections::BTreeSet;

use crate::identifier::Identifier;
pub use crate::object::Purpose;
use crate::object::{ObjectKey, ObjectType, RevisionPair, type_by_name};

/// Whether the target has something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence<T> {
    /// It does.
    Present(T),
    /// It does not.
    Absent,
    /// That can't be told.
    Unknown {
        /// What would be needed to tell, as a noun phrase.
        needs: String,
    },
}

impl<T> Presence<T> {
    /// Converts what is present.
    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Presence<U> {
        match self {
            Self::Present(value) => Presence::Present(convert(value)),
            Self::Absent => Presence::Absent,
            Self::Unknown { needs } => Presence::Unknown { needs },
        }
    }
}

/// An object on the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetObject {
    /// Its type there.
    pub type_name: String,
    /// Its identifier there: the `importedObjectIdentifier` of an import that meets it.
    pub id: Identifier,
    /// The name people know it by, where known.
    pub name: Option<String>,
    /// Its saved state.
    pub revision: TargetRevision,
    /// What it depends on directly, under the keys that it has there, where that is known.
    pub dependencies: Option<BTreeSet<ObjectKey>>,
}

/// How much is known of a target object's saved state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetRevision {
    /// The two UUIDs: all there is to know.
    Pair(RevisionPair),
    /// Only the hash over it and its dependencies, as engines list it.
    Hash(String),
    /// Nothing.
    Unknown,
}

/// An environment on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetEnvironment {
    /// What it is for, where known.
    pub purpose: Option<Purpose>,
}

/// Among which types to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeSelector<'a> {
    /// One type.
    Type(&'a str),
    /// All algorithm types: they share one name space.
    AnyAlgorithm,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// Engine-wide.
    Global,
    /// In the environment with this id.
    Environment(i64),
}

/// By what to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity<'a> {
    /// By name: what identifies an object across engines.
    Name(&'a str),
    /// By UUID A of its revision, where the document shows no name.
    Object(&'a str),
    /// The `ENVIRONMENT` object of the place itself.
    EnvironmentItself,
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lookup<'a> {
    /// Among which types.
    pub types: TypeSelector<'a>,
    /// Where.
    pub location: Location,
    /// By what.
    pub identity: Identity<'a>,
}

/// What a plan needs to know of an engine.
pub trait TargetInventory {
    /// The object that answers to a question. At most one can: names are unique within type and place.
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject>;

    /// An environment by id.
    fn environment(&self, id: i64) -> Presence<TargetEnvironment>;

    /// Whether the engine reads documents of a format, as far as its [`max_format`](super::ImportOptions::max_format)
    /// doesn't settle that. Unless overridden: it does.
    fn reads_format(&self, _format: u64) -> Presence<()> {
        Presence::Present(())
    }

    /// Whether the engine keeps objects of types that the table says nothing of, engine-wide and known by name or UUID A,
    /// as the mock engine does. Unless overridden: nothing is known of that.
    fn knows_unseen_types(&self) -> bool {
        false
    }

    /// Whether the engine takes objects of a type. Unless overridden: the types of this version's table, and nothing
    /// is known of others.
    fn takes_type(&self, type_name: &str) -> Presence<()> {
        match type_by_name(type_name).and_then(ObjectType::number) {
            Some(_) => Presence::Present(()),
            None => Presence::Unknown {
                needs: format!("whether the target takes objects of type {type_name}"),
            },
        }
    }
}
