//! Entries of saved lists: syncable objects, and the rows of an engine's other resources.
//!
//! A list of syncable objects shows revisions but only the numbers of objects that have one. Rows show their names and
//! environments, which documents don't.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Disagreement;
use super::coverage::ObjectId;
use super::objects::{Observation, Sourced};
use super::{Source, StateError};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::{Inside, OBJECT_TYPES, ObjectType, Scope, type_by_name};

/// One entry of a list.
#[derive(Debug)]
pub(super) struct ListEntry {
    pub(super) object: ObjectId,
    /// Whether it is a row and no entry of the list of syncable objects.
    pub(super) is_row: bool,
    pub(super) name: Option<String>,
    hash: Option<String>,
    parent: Option<Parent>,
    /// Rows of environments have both.
    pub(super) purpose: Option<Purpose>,
    pub(super) application: Option<i64>,
}

/// What a row says about its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Parent {
    Environment(i64),
    /// The environment of the object with this number, which has one of these types.
    Object(Vec<&'static str>, i64),
}

impl ListEntry {
    pub(super) fn read(entry: &Map<String, Value>) -> Result<Self, &'static str> {
        if entry.contains_key("importStatus") {
            return Err("the result of an import, which doesn't show what else there is");
        }
        let entry = Self::syncable_object(entry).or_else(|| Self::row(entry));
        entry.ok_or("neither a syncable object nor a row that names one")
    }

    fn syncable_object(entry: &Map<String, Value>) -> Option<Self> {
        let type_name = entry.get("objectType")?.as_str()?;
        let id = Identifier::from_json(entry.get("objectIdentifier")?);
        let hash = entry.get("revisionHash").and_then(Value::as_str);
        // Objects that can't be synced have a sentence instead of the hash.
        let is_hash = |text: &&str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self {
            name: match &id {
                Identifier::Text(name) | Identifier::Algorithm(name) | Identifier::EncryptionKey(name) => {
                    Some(name.clone())
                }
                _ => None,
            },
            object: (type_name.to_owned(), id),
            is_row: false,
            hash: hash.filter(is_hash).map(str::to_owned),
            parent: None,
            purpose: None,
            application: None,
        })
    }

    /// The row of an object, if its resource shows the object's number and name. Numbers may be text.
    fn row(row: &Map<String, Value>) -> Option<Self> {
        let number = |member: &str| match row.get(member)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let text = |member: &str| row.get(member).and_then(Value::as_str);
        let (known, id, name) = OBJECT_TYPES.iter().find_map(|known| {
            let (id_member, name_member) = members(known)?;
            Some((known, number(id_member)?, text(name_member)?))
        })?;
        let parent = match known.rest?.inside {
            Inside::Engine | Inside::Itself => None,
            Inside::Environment => number("environmentId").map(Parent::Environment),
            Inside::Same(link) => number(link.member).map(|id| {
                let stated = link.which.and_then(text).and_then(|which| link.type_of(which));
                Parent::Object(stated.map_or_else(|| link.types.to_vec(), |only| vec![only]), id)
            }),
        };
        Some(Self {
            object: (known.name.to_owned(), Identifier::Integer(id)),
            is_row: true,
            name: Some(name.to_owned()),
            hash: None,
            parent,
            purpose: match text("purpose") {
                Some("MASK") => Some(Purpose::Mask),
                Some("TOKENIZE") => Some(Purpose::Tokenize),
                _ => None,
            },
            application: number("applicationId"),
        })
    }

    /// The environment that the entry itself is.
    pub(super) fn environment(&self) -> Option<i64> {
        match self.object {
            (ref type_name, Identifier::Integer(id)) if type_name == "ENVIRONMENT" => Some(id),
            _ => None,
        }
    }

    /// What the entry shows of its object; `None` for references.
    pub(super) fn observation(&self, homes: &Homes) -> Option<Observation> {
        let scope = type_by_name(&self.object.0).map(|known| known.scope);
        let environment = self.environment().or_else(|| homes.environment(self));
        let seen = Observation::of(self.object.clone());
        // Without a name, an entry with a number says nothing of the object's name.
        let seen = match &self.name {
            Some(name) => seen.named(Some(name.clone())),
            None => seen,
        };
        (scope != Some(Scope::Reference)).then_some(Observation {
            location: match scope {
                Some(Scope::Global) => Some(Location::Global),
                _ => environment.map(Location::Environment),
            },
            listed_hash: self.hash.clone(),
            ..seen
        })
    }
}

/// The members of a resource's rows with the number and the name of a type's objects. `None` for resources that show
/// names only, as the list of syncable objects does.
fn members(known: &ObjectType) -> Option<(&'static str, &'static str)> {
    let rest = known.rest?;
    Some((rest.id, rest.name.filter(|name| *name != rest.id)?))
}

/// The path of the list that names the objects of a type.
pub(super) fn path_of(type_name: &str) -> Option<&'static str> {
    let known = type_by_name(type_name)?;
    members(known)?;
    Some(known.rest?.path)
}

/// The environments of rows, as far as the rows show them.
#[derive(Debug, Default)]
pub(super) struct Homes(HashMap<ObjectId, Sourced<Parent>>);

impl Homes {
    pub(super) fn add(&mut self, entry: &ListEntry, source: &Source) -> Result<(), StateError> {
        let known = self.0.entry(entry.object.clone()).or_default();
        Disagreement::Home.check(known, entry.parent.clone(), source, &entry.object)
    }

    /// The environment of an entry. At most three steps lead from a job over a ruleset and a connector to it.
    pub(super) fn environment(&self, entry: &ListEntry) -> Option<i64> {
        let mut parent = entry.parent.as_ref()?;
        for _ in 0..3 {
            let (types, id) = match parent {
                Parent::Environment(id) => return Some(*id),
                Parent::Object(types, id) => (types, Identifier::Integer(*id)),
            };
            let key = |name: &&str| self.0.get(&((*name).to_owned(), id.clone()));
            let mut parents = types.iter().filter_map(key);
            parent = match (parents.next(), parents.next()) {
                (Some(only), None) => &only.as_ref()?.0,
                _ => return None,
            };
        }
        None
    }
}
