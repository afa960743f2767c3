//! Entries of saved lists: syncable objects, and the rows of an engine's other resources.
//!
//! A list of syncable objects shows revisions but only the numbers of objects that have one. Rows show their names and
//! environments, which documents don't.

use serde_json::{Map, Value};

use super::Source;
use super::observations::Observation;
use crate::identifier::Identifier;
use crate::import_plan::{Location, Purpose};
use crate::object::{Inside, OBJECT_TYPES, ObjectType, RestResource, type_by_name};

/// Reads an entry. The flag says whether it is a row and no entry of the list of syncable objects.
pub(super) fn read(entry: &Map<String, Value>, source: &Source) -> Result<(Observation, bool), &'static str> {
    if entry.contains_key("importStatus") {
        return Err("the result of an import, which doesn't show what else there is");
    }
    let object = syncable_object(entry, source).map(|seen| (seen, false));
    let entry = object.or_else(|| Some((row(entry, source)?, true)));
    entry.ok_or("neither a syncable object nor a row that names one")
}

fn syncable_object(entry: &Map<String, Value>, source: &Source) -> Option<Observation> {
    let type_name = entry.get("objectType")?.as_str()?;
    let id = Identifier::from_json(entry.get("objectIdentifier")?);
    let hash = entry.get("revisionHash").and_then(Value::as_str);
    // Objects that can't be synced have a sentence instead of the hash.
    let is_hash = |text: &&str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(Observation {
        name: id.name().map(str::to_owned),
        listed_hash: hash.filter(is_hash).map(str::to_owned),
        ..Observation::of(type_name, id, source)
    })
}

/// The row of an object, if its resource shows the object's number and name. Numbers may be text.
fn row(row: &Map<String, Value>, source: &Source) -> Option<Observation> {
    let number = |member: &str| match row.get(member)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let text = |member: &str| row.get(member).and_then(Value::as_str);
    let (known, rest, id, name) = OBJECT_TYPES.iter().find_map(|known| {
        let (rest, name) = resource(known)?;
        Some((known, rest, number(rest.id)?, text(name)?))
    })?;
    let mut seen = Observation::of(known.name, Identifier::Integer(id), source);
    seen.name = Some(name.to_owned());
    seen.application = number("applicationId");
    seen.purpose = match text("purpose") {
        Some("MASK") => Some(Purpose::Mask),
        Some("TOKENIZE") => Some(Purpose::Tokenize),
        _ => None,
    };
    match rest.inside {
        Inside::Engine | Inside::Itself => {}
        Inside::Environment => seen.location = number("environmentId").map(Location::Environment),
        Inside::Same(link) => {
            let stated = link.which.and_then(text).and_then(|which| link.type_of(which));
            let types = stated.map_or_else(|| link.types.to_vec(), |only| vec![only]);
            seen.parent = number(link.member).map(|id| (types, id));
        }
    }
    Some(seen)
}

/// The resource whose rows show number and name of a type's objects, with the member of the name. `None` for resources
/// that show names only, as the list of syncable objects does.
fn resource(known: &ObjectType) -> Option<(RestResource, &'static str)> {
    let rest = known.rest?;
    Some((rest, rest.name.filter(|name| *name != rest.id)?))
}

/// The path of the list that names the objects of a type.
pub(super) fn path_of(type_name: &str) -> Option<&'static str> {
    let (rest, _) = resource(type_by_name(type_name)?)?;
    Some(rest.path)
}
