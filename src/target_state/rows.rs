//! The lists of an engine's other resources: what is called how, and lives in which environment.
//!
//! They say nothing of revisions, but a list of syncable objects shows numbers only, and a document doesn't tell in which
//! environment its objects live.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::coverage::ObjectId;
use super::environments::Environments;
use super::snapshot::{Claim, Disagreement, Naming, Said, Snapshot};
use super::{Source, StateError};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::{Inside, OBJECT_TYPES, ObjectType, Scope, type_by_name};

/// A resource whose rows show objects of a type, each with its number and a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) type_name: &'static str,
    id: &'static str,
    name: &'static str,
    inside: Inside,
}

impl Resource {
    /// None for types whose rows have names only: those say nothing that a list of syncable objects doesn't.
    fn of(known: &ObjectType) -> Option<Self> {
        let rest = known.rest?;
        Some(Self {
            type_name: known.name,
            id: rest.id,
            name: rest.name.filter(|name| *name != rest.id)?,
            inside: rest.inside,
        })
    }
}

/// The list that names objects of a type.
pub(super) fn path_of(type_name: &str) -> Option<&'static str> {
    let known = type_by_name(type_name)?;
    Resource::of(known)?;
    Some(known.rest?.path)
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) resource: Resource,
    pub(super) id: i64,
    pub(super) name: String,
    inside: Option<Parent>,
    /// Rows of environments.
    purpose: Option<Purpose>,
    pub(super) application: Option<i64>,
}

/// What tells the environment of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Environment(i64),
    Object(&'static str, i64),
    /// Of one of these types: the row doesn't say which.
    OneOf(&'static [&'static str], i64),
}

impl Row {
    /// The object that it is about.
    pub(super) fn object(&self) -> ObjectId {
        (self.resource.type_name.to_owned(), Identifier::Integer(self.id))
    }

    /// The row, if it is one of a resource that tells something. Numbers may come as text.
    pub(super) fn read(row: &Map<String, Value>) -> Option<Self> {
        let number = |member: &str| match row.get(member)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let text = |member: &str| row.get(member).and_then(Value::as_str);
        let (resource, id, name) = OBJECT_TYPES
            .iter()
            .filter_map(Resource::of)
            .find_map(|resource| Some((resource, number(resource.id)?, text(resource.name)?)))?;
        let inside = match resource.inside {
            Inside::Engine | Inside::Itself => None,
            Inside::Environment => number("environmentId").map(Parent::Environment),
            Inside::Same(link) => number(link.member).map(|id| {
                let which = link.which.and_then(text).and_then(|which| link.type_of(which));
                match (which, link.types) {
                    (Some(type_name), _) => Parent::Object(type_name, id),
                    (None, [only]) => Parent::Object(only, id),
                    (None, types) => Parent::OneOf(types, id),
                }
            }),
        };
        Some(Self {
            resource,
            id,
            name: name.to_owned(),
            inside,
            purpose: match text("purpose") {
                Some("MASK") => Some(Purpose::Mask),
                Some("TOKENIZE") => Some(Purpose::Tokenize),
                _ => None,
            },
            application: number("applicationId"),
        })
    }
}

/// Where rows live, as far as the rows themselves tell.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<(&'static str, i64), Said<Parent>>);

impl Places {
    pub(super) fn of<'a>(rows: impl Iterator<Item = (&'a Row, &'a Source)>) -> Result<Self, StateError> {
        let mut places = HashMap::new();
        for (row, source) in rows {
            let told = places.entry((row.resource.type_name, row.id)).or_default();
            Disagreement::Home.take(told, row.inside, source, &row.object())?;
        }
        Ok(Self(places))
    }

    /// The environment of a row, where it is told. The way leads from jobs over rulesets to connectors, so it is short.
    pub(super) fn environment(&self, row: &Row) -> Option<i64> {
        let mut parent = row.inside?;
        for _ in 0..3 {
            let key = match parent {
                Parent::Environment(id) => return Some(id),
                Parent::Object(type_name, id) => (type_name, id),
                Parent::OneOf(types, id) => {
                    let keys = types.iter().map(|name| (*name, id));
                    let mut told = keys.filter(|key| self.0.contains_key(key));
                    match (told.next(), told.next()) {
                        (Some(only), None) => only,
                        _ => return None,
                    }
                }
            };
            parent = self.0.get(&key)?.as_ref()?.0;
        }
        None
    }

    /// What a row says.
    pub(super) fn claim(
        &self,
        row: &Row,
        source: &Source,
        snapshot: &mut Snapshot,
        environments: &mut Environments,
    ) -> Result<(), StateError> {
        if row.resource.inside == Inside::Itself {
            return environments.add(row.id, Some(&row.name), row.purpose, source);
        }
        let home = self.environment(row);
        if let Some(id) = home {
            environments.add(id, None, None, source)?;
        }
        let global = type_by_name(row.resource.type_name).is_some_and(|known| known.scope == Scope::Global);
        let claim = Claim {
            object: row.object(),
            name: Naming::of(Some(row.name.clone())),
            place: match global {
                true => Some(Location::Global),
                false => home.map(Location::Environment),
            },
            pair: None,
            dependencies: None,
            hash: None,
            own_hash: None,
        };
        snapshot.add(claim, source)
    }
}
