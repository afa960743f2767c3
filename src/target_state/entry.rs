//! Entries of saved lists: syncable objects, and the rows of an engine's other resources.
//!
//! A list of syncable objects shows revisions but only the numbers of objects that have one. Rows show their names and
//! environments, which documents don't.

use serde_json::{Map, Value};

use super::objects::{ObjectId, Observation};
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::{Inside, OBJECT_TYPES, ObjectType, Scope, type_by_name};

/// One entry of a list.
#[derive(Debug)]
pub(super) struct ListEntry {
    pub(super) object: ObjectId,
    /// Whether it is a row and no entry of the list of syncable objects.
    pub(super) is_row: bool,
    pub(super) seen: Observation,
    /// Rows of environments have both.
    pub(super) purpose: Option<Purpose>,
    pub(super) application: Option<i64>,
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
        let name = match &id {
            Identifier::Text(name) | Identifier::Algorithm(name) | Identifier::EncryptionKey(name) => {
                Some(name)
            }
            _ => None,
        };
        let is_global = type_by_name(type_name).is_some_and(|known| known.scope == Scope::Global);
        let seen = Observation {
            name: name.cloned(),
            location: match id {
                _ if is_global => Some(Location::Global),
                Identifier::Integer(id) if type_name == "ENVIRONMENT" => Some(Location::Environment(id)),
                _ => None,
            },
            listed_hash: hash.filter(is_hash).map(str::to_owned),
            ..Observation::default()
        };
        Some(Self {
            object: (type_name.to_owned(), id),
            is_row: false,
            seen,
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
        let (mut location, mut parent) = (None, None);
        match known.rest?.inside {
            _ if known.scope == Scope::Global => location = Some(Location::Global),
            Inside::Engine | Inside::Itself => {}
            Inside::Environment => location = number("environmentId").map(Location::Environment),
            Inside::Same(link) => {
                let stated = link.which.and_then(text).and_then(|which| link.type_of(which));
                let types = stated.map_or_else(|| link.types.to_vec(), |only| vec![only]);
                parent = number(link.member).map(|id| (types, id));
            }
        }
        Some(Self {
            object: (known.name.to_owned(), Identifier::Integer(id)),
            is_row: true,
            seen: Observation {
                name: Some(name.to_owned()),
                location,
                parent,
                ..Observation::default()
            },
            purpose: match text("purpose") {
                Some("MASK") => Some(Purpose::Mask),
                Some("TOKENIZE") => Some(Purpose::Tokenize),
                _ => None,
            },
            application: number("applicationId"),
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
