//! The lookups of a plan in a target, and their answers.
//!
//! Invariant: answers are never guessed. An inventory that lacks information names it. The inventory of a whole engine
//! lacks none.

use std::collections::BTreeSet;

use crate::identifier::Identifier;
pub use crate::object::Purpose;
use crate::object::{ObjectKey, ObjectType, RevisionPair, type_by_name};

/// Whether the target has something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence<T> {
    /// Yes.
    Present(T),
    /// No.
    Absent,
    /// Unknown.
    Unknown {
        /// The missing information, as a noun phrase.
        needs: String,
    },
}

impl<T> Presence<T> {
    pub(crate) fn needing(needs: String) -> Self {
        Self::Unknown { needs }
    }

    /// Converts the value, if the target has one.
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
    /// Its type on the target.
    pub type_name: String,
    /// Its identifier on the target: the `importedObjectIdentifier` of an import.
    pub id: Identifier,
    /// Its name, if known.
    pub name: Option<String>,
    /// Its saved state.
    pub revision: TargetRevision,
    /// Its direct dependencies by their keys on the target, if known.
    pub dependencies: Option<BTreeSet<ObjectKey>>,
}

/// The known part of a target object's saved state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetRevision {
    /// The two UUIDs, which identify the saved state.
    Pair(RevisionPair),
    /// Only the revision hash that the engine lists, over the object and its dependencies.
    Hash(String),
    /// Nothing.
    Unknown,
}

/// An environment on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetEnvironment {
    /// Its purpose, if known.
    pub purpose: Option<Purpose>,
}

/// The types to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeSelector<'a> {
    /// One type.
    Type(&'a str),
    /// All algorithm types: they share one name space.
    AnyAlgorithm,
}

/// Where an object lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// Engine-wide.
    Global,
    /// The environment with this id.
    Environment(i64),
}

/// The identity of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity<'a> {
    /// Its name, which identifies it across engines.
    Name(&'a str),
    /// UUID A of its revision, if the document shows no name.
    Object(&'a str),
    /// The `ENVIRONMENT` object of the location itself.
    EnvironmentItself,
}

/// A lookup of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lookup<'a> {
    /// The types to search.
    pub types: TypeSelector<'a>,
    /// Where to search.
    pub location: Location,
    /// What to search for.
    pub identity: Identity<'a>,
}

/// A target as a plan sees it.
pub trait TargetInventory {
    /// Finds an object. At most one matches, because names are unique within type and location.
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject>;

    /// Finds an environment by id.
    fn environment(&self, id: i64) -> Presence<TargetEnvironment>;

    /// Whether the engine reads documents of a format not newer than [`max_format`](super::ImportOptions::max_format).
    /// By default, it does.
    fn reads_format(&self, _format: u64) -> Presence<()> {
        Presence::Present(())
    }

    /// Whether the engine keeps objects of unknown types engine-wide, identified by name or UUID A, as the mock engine does.
    /// By default, this is unknown.
    fn knows_unseen_types(&self) -> bool {
        false
    }

    /// Whether the engine accepts objects of a type. By default, it accepts the types of this version's table, and others
    /// are unknown.
    fn takes_type(&self, type_name: &str) -> Presence<()> {
        takes_known_type(type_name)
    }
}

/// Whether an engine of an unknown version accepts objects of a type.
pub(crate) fn takes_known_type(type_name: &str) -> Presence<()> {
    match type_by_name(type_name).and_then(ObjectType::number) {
        Some(_) => Presence::Present(()),
        None => Presence::Unknown {
            needs: format!("whether the target takes objects of type {type_name}"),
        },
    }
}
