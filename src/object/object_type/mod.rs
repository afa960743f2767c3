//! The types of syncable objects: one row of one table each.
//! Invariant: a number from real documents means the same type everywhere. This toolkit's own numbers, for types whose
//! real number is unknown, are far outside the engines' range and apply only to its own documents.

mod meaning;
mod table;
mod versions;

pub use meaning::meaning_of;
pub use table::OBJECT_TYPES;
pub use versions::Versions;

/// Where the objects of a type live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Engine-wide; identified by name.
    Global,
    /// Lives in an environment; identified by its name there.
    Environment,
    /// A reference to an object that must exist on the target.
    Reference,
    /// Known by name only.
    Unseen,
}

/// The number of a type in the blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeNumber {
    /// Seen in real documents.
    Seen(u64),
    /// This toolkit's own, for its own documents: the real number is unknown.
    Provisional(u64),
    /// Unknown: such objects cannot be written.
    Unseen,
}

/// The objects that a reference type refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefersTo {
    /// An object of one type.
    Type(&'static str),
    /// An algorithm of any type: they share one name space.
    AnyAlgorithm,
    /// The connector that an on-the-fly job reads from. An import can create it.
    Source(&'static str),
}

/// The rule for names since engine version 6.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// No character of [`FORBIDDEN_IN_NAMES`](crate::import_plan::FORBIDDEN_IN_NAMES).
    Checked,
    /// The same, after an optional plugin name and a colon.
    CheckedBehindPlugin,
    /// No rule: users don't choose the name.
    Exempt,
}

/// A secret that documents omit and that has to be entered on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// A connector's password.
    ConnectorPassword,
    /// The password of a mount.
    MountPassword,
}

/// The purpose of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `MASK`.
    Mask,
    /// `TOKENIZE`.
    Tokenize,
}

/// The REST resource whose rows show objects of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestResource {
    /// Below the API's base.
    pub path: &'static str,
    /// Member with the identifier.
    pub id: &'static str,
    /// Member with the name.
    pub name: Option<&'static str>,
    /// The environment of its rows.
    pub inside: Inside,
    /// Members with the ids of what the object depends on, apart from what it lives in.
    pub links: &'static [RestLink],
}

/// Where a row has its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// The row has none.
    Engine,
    /// The row is an environment.
    Itself,
    /// `environmentId` names it.
    Environment,
    /// The row names an object in the same environment.
    Same(RestLink),
}

/// A member with the id of a dependency, or with a list of such ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestLink {
    /// Path in the row, parts divided by dots.
    pub member: &'static str,
    /// Types of the dependency.
    pub types: &'static [&'static str],
    /// Member that selects the type: `DATABASE` the first, `FILE` the second.
    pub which: Option<&'static str>,
    /// Whether it is a list.
    pub many: bool,
}

impl RestLink {
    /// The type of the dependency, selected by the value of [`which`](Self::which).
    pub fn type_of(&self, which: &str) -> Option<&'static str> {
        let at = match which {
            "DATABASE" => 0,
            "FILE" => 1,
            _ => return None,
        };
        self.types.get(at).copied()
    }
}

/// A type of syncable objects.
#[derive(Debug, PartialEq, Eq)]
pub struct ObjectType {
    /// Name in the metadata and the API.
    pub name: &'static str,
    /// Number in the blob.
    pub number: TypeNumber,
    /// Where its objects live.
    pub scope: Scope,
    /// The REST name of this algorithm type. Algorithm types share one name space and have the `algorithmName`
    /// identifier.
    pub algorithm: Option<&'static str>,
    /// The objects that it refers to, for a reference type.
    pub refers_to: Option<RefersTo>,
    /// The data message of its objects, if it is known.
    pub data: Option<&'static str>,
    /// How REST shows its objects.
    pub rest: Option<RestResource>,
    /// The engine versions that accept it.
    pub versions: Versions,
    /// The rule for its names.
    pub name_rule: NameRule,
    /// The secret of its objects that documents omit.
    pub left_out: Option<LeftOut>,
    /// The purpose of the environments that its jobs run in.
    pub purpose: Option<Purpose>,
    /// Whether its objects are direct members of GLOBAL_OBJECT.
    pub in_global_object: bool,
    /// Whether an engine upgrade makes its objects depend on a setting, under an unchanged revision.
    pub settings_by_upgrade: bool,
    /// Whether its objects' dependencies vary under an unchanged revision.
    pub members_without_save: bool,
}

impl ObjectType {
    /// Number in documents that this toolkit writes. `None` for types known by name only.
    pub fn number(&self) -> Option<u64> {
        match self.number {
            TypeNumber::Seen(number) | TypeNumber::Provisional(number) => Some(number),
            TypeNumber::Unseen => None,
        }
    }

    /// Number in real documents, if it is known.
    pub fn seen_number(&self) -> Option<u64> {
        match self.number {
            TypeNumber::Seen(number) => Some(number),
            TypeNumber::Provisional(_) | TypeNumber::Unseen => None,
        }
    }

    /// Whether it is one of the algorithm types.
    pub fn is_algorithm(&self) -> bool {
        self.algorithm.is_some()
    }

    /// Whether its objects refer to objects that must exist on the target.
    pub fn is_reference(&self) -> bool {
        self.scope == Scope::Reference
    }

    /// Whether objects of this type refer to those of another one.
    pub fn stands_for(&self, original: &Self) -> bool {
        match self.refers_to {
            Some(RefersTo::AnyAlgorithm) => original.is_algorithm(),
            Some(RefersTo::Type(name) | RefersTo::Source(name)) => name == original.name,
            None => false,
        }
    }
}

/// The type with a number of real documents.
pub fn known_by_number(number: u64) -> Option<&'static ObjectType> {
    OBJECT_TYPES
        .iter()
        .find(|known| known.seen_number() == Some(number))
}

/// The type with a number in a document that this toolkit sealed.
pub fn by_number_in_own_document(number: u64) -> Option<&'static ObjectType> {
    OBJECT_TYPES.iter().find(|known| known.number() == Some(number))
}

/// The type with a name.
pub fn by_name(name: &str) -> Option<&'static ObjectType> {
    OBJECT_TYPES.iter().find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::object::data::MessageSpec;

    #[test]
    fn numbers_and_names_are_unique_and_provisional_numbers_far_away() {
        let numbers: Vec<u64> = OBJECT_TYPES.iter().filter_map(ObjectType::number).collect();
        let names: HashSet<_> = OBJECT_TYPES.iter().map(|known| known.name).collect();
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), numbers.len());
        assert_eq!(names.len(), OBJECT_TYPES.len());
        for known in OBJECT_TYPES {
            match known.number {
                TypeNumber::Seen(number) => assert!(number < 1_000, "{}", known.name),
                TypeNumber::Provisional(number) => {
                    assert!(number > 9_000, "{}", known.name);
                    assert_eq!(known_by_number(number), None);
                }
                TypeNumber::Unseen => {}
            }
        }
    }

    #[test]
    fn what_a_row_names_is_in_the_tables() {
        for known in OBJECT_TYPES {
            if let Some(RefersTo::Type(name) | RefersTo::Source(name)) = known.refers_to {
                assert!(by_name(name).is_some(), "{name}");
                assert_eq!(known.scope, Scope::Reference, "{}", known.name);
            }
            if let Some(message) = known.data {
                assert!(MessageSpec::by_name(message).is_some(), "{message}");
            }
            let Some(rest) = known.rest else { continue };
            let parent = match rest.inside {
                Inside::Same(link) => Some(link),
                Inside::Engine | Inside::Itself | Inside::Environment => None,
            };
            for link in parent.iter().chain(rest.links) {
                assert!(!link.types.is_empty());
                assert!(link.types.iter().all(|name| by_name(name).is_some()), "{link:?}");
            }
        }
    }

    #[test]
    fn an_object_is_stood_for_by_one_type_at_most() {
        for original in OBJECT_TYPES {
            let references = OBJECT_TYPES.iter().filter(|known| known.stands_for(original));
            assert!(references.count() <= 1, "{}", original.name);
        }
    }
}
