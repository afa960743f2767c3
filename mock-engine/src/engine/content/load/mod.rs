//! Takes the objects of one engine's export documents as an engine's content.
//!
//! Invariant: an object is taken as it is, byte for byte, unless its number belongs to another object already; then it
//! gets a new one, and what refers to it follows. An object that several documents have is one object, and so are two of
//! one type, name and home: the later export wins.

mod document;
mod engines;
mod homes;
mod sets;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{FORBIDDEN_IN_NAMES, TypeSelector, stands_for};
use exportdoc::internal::object::{ObjectKey, ObjectType, SyncObject, rename, type_by_name};

use self::document::{Document, Loaded, read_all};
use self::homes::Homes;
use super::put_environment;
use crate::engine::defaults;
use crate::engine::objects::{StoredObject, put_object, take_place};
use crate::engine::{ContentError, Key, State};

/// Loads documents, and all `.json` files of directories, in the order of their exports.
pub(super) fn load(state: &mut State, paths: &[PathBuf]) -> Result<(), ContentError> {
    let documents = read_all(paths)?;
    engines::check(&documents)?;
    let homes = Homes::find(&documents);
    let environments = environments(state, &documents, &homes)?;
    for (at, document) in documents.iter().enumerate() {
        state.format = state.format.max(document.format);
        let environment = |place| Some(environments[homes.of(at, place)?]);
        let environments = (0..document.objects.len()).map(environment).collect();
        put(state, document, environments)?;
    }
    mark_unresolved(state);
    Ok(())
}

fn refused(path: &Path, why: impl std::fmt::Display) -> ContentError {
    ContentError::File {
        path: path.to_owned(),
        reason: why.to_string(),
    }
}

/// Makes an environment for each home and gives their ids. Those that have an id come first, so that they keep it.
fn environments(state: &mut State, documents: &[Document], homes: &Homes) -> Result<Vec<i64>, ContentError> {
    let mut ids = vec![0; homes.homes.len()];
    let numbered = (0..ids.len()).zip(&homes.homes);
    let (own, without): (Vec<_>, Vec<_>) = numbered.partition(|(_, home)| home.object.is_some());
    for (at, home) in own.into_iter().chain(without) {
        let object = home
            .object
            .and_then(|(document, place)| documents[document].objects.get(place));
        let own = object.and_then(|loaded| match loaded.object.key().identifier {
            Identifier::Integer(id) => Some(id),
            _ => None,
        });
        let taken = |id: &i64| state.table("environments").get(&Key::Number(*id)).is_some();
        let id = match own.filter(|id| !taken(id)) {
            Some(id) => id,
            None => state.next_object_id("ENVIRONMENT"),
        };
        let name = free_name(state, &sanitised(&documents[home.document].stem()));
        put_environment(state, id, defaults::LOADED_APPLICATION, &name)?;
        if object.is_some()
            && let Some(made) = state.objects.environment(id).cloned()
        {
            // Its own comes with its document.
            state.objects.remove(made.key());
        }
        ids[at] = id;
    }
    Ok(ids)
}

/// Puts a document's objects in place of those that they are later states of. `environments` says where each lives.
fn put(state: &mut State, document: &Document, environments: Vec<Option<i64>>) -> Result<(), ContentError> {
    // Numbers that the document itself uses are not free for anything else.
    for loaded in &document.objects {
        if let Identifier::Integer(id) = loaded.object.key().identifier {
            state.reserve_id(&loaded.type_name, id);
        }
    }
    let places = places(state, document, &environments);
    for place in &places {
        for earlier in &place.displaced {
            take_place(state, earlier, &place.own)?;
        }
    }
    let local = references(state, document, &places);
    for (loaded, environment) in document.objects.iter().zip(environments) {
        let (object, type_name) = (&loaded.object, &loaded.type_name);
        let own = local.get(object.key()).unwrap_or(object.key());
        let renamed = rename(object, own, |key| {
            local.get(key).filter(|renamed| *renamed != key).cloned()
        })?;
        let mut stored = StoredObject::new(renamed, type_name, environment);
        if type_name == "ENVIRONMENT" {
            let environments = state.table("environments");
            let row = environment.and_then(|id| environments.get(&Key::Number(id)));
            let name = row.and_then(|row| row.get("environmentName")?.as_str());
            stored.name = name.map(str::to_owned);
        }
        put_object(state, stored);
    }
    Ok(())
}

/// What an object is called here.
struct Location {
    key: ObjectKey,
    own: ObjectKey,
    /// Other objects that it is the later state of.
    displaced: Vec<ObjectKey>,
}

/// Finds a place for every object of a document that is no reference.
fn places(state: &mut State, document: &Document, environments: &[Option<i64>]) -> Vec<Location> {
    let originals = || {
        let objects = document.objects.iter().zip(environments);
        objects.filter(|(loaded, _)| !loaded.is_reference())
    };
    let same: Vec<Option<ObjectKey>> = originals()
        .map(|(loaded, _)| same_object(state, loaded))
        .collect();
    let claimed: HashSet<ObjectKey> = same.iter().flatten().cloned().collect();
    let mut places = Vec::new();
    for ((loaded, environment), same) in originals().zip(same) {
        // Of objects that changed names, each stays itself.
        let namesake = namesake(state, loaded, *environment).filter(|key| !claimed.contains(key));
        let mut earlier: Vec<ObjectKey> = same.into_iter().chain(namesake).collect();
        let own = match environment.filter(|_| loaded.type_name == "ENVIRONMENT") {
            // Its row was made before.
            Some(id) => ObjectKey::new(loaded.object.key().type_number, Identifier::Integer(id)),
            None => own_key(state, loaded, &earlier),
        };
        earlier.retain(|key| *key != own);
        places.push(Location {
            key: loaded.object.key().clone(),
            own,
            displaced: earlier,
        });
    }
    places
}

/// The key of an object here, given what it is the later state of. Names stay; numbers stay those of the earlier state,
/// and one that belongs to something else is not taken.
fn own_key(state: &mut State, loaded: &Loaded, earlier: &[ObjectKey]) -> ObjectKey {
    let key = loaded.object.key();
    let Identifier::Integer(id) = key.identifier else {
        return key.clone();
    };
    if let Some(known) = earlier.iter().find(|known| known.type_number == key.type_number) {
        return known.clone();
    }
    let type_name = &loaded.type_name;
    if !state.id_taken(type_name, id) {
        return key.clone();
    }
    let new = state.next_object_id(type_name);
    tracing::info!("loaded {type_name} {id} is called {new} here: the number belongs to another one");
    ObjectKey::new(key.type_number, Identifier::Integer(new))
}

/// The earlier state of an object: the one with its UUID A. An upgrade may turn an algorithm into one of another type.
fn same_object(state: &State, loaded: &Loaded) -> Option<ObjectKey> {
    let here = state.objects.by_object_uuid(loaded.uuid()?)?;
    let algorithms = is_algorithm(&loaded.type_name) && is_algorithm(&here.type_name);
    (here.type_name == loaded.type_name || algorithms).then(|| here.key().clone())
}

/// Another object of an object's name and home. Of what has no name, an engine has one under each number.
fn namesake(state: &State, loaded: &Loaded, environment: Option<i64>) -> Option<ObjectKey> {
    let type_name = &loaded.type_name;
    let here = match (loaded.name(), environment) {
        (_, Some(environment)) if type_name == "ENVIRONMENT" => state.objects.environment(environment),
        (Some(name), _) if is_algorithm(type_name) => state.objects.algorithm(&name),
        (Some(name), _) => state.objects.by_name(type_name, environment, &name),
        (None, _) => state.objects.find(type_name, &loaded.object.key().identifier),
    };
    Some(here?.key().clone())
}

fn is_algorithm(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(ObjectType::is_algorithm)
}

/// What every object of a document is called here, references included.
fn references(state: &mut State, document: &Document, places: &[Location]) -> HashMap<ObjectKey, ObjectKey> {
    let mut local: HashMap<ObjectKey, ObjectKey> = HashMap::new();
    for place in places {
        local.insert(place.key.clone(), place.own.clone());
    }
    let mut beside: HashMap<(&str, &Identifier), &ObjectKey> = HashMap::new();
    for loaded in &document.objects {
        let key = loaded.object.key();
        beside.entry((&loaded.type_name, &key.identifier)).or_insert(key);
    }
    for loaded in document.objects.iter().filter(|loaded| loaded.is_reference()) {
        let key = local_reference(state, &local, &beside, &loaded.type_name, &loaded.object);
        local.insert(loaded.object.key().clone(), key);
    }
    local
}

/// A reference is called what its original is called, be it in this document, here already, or nowhere.
fn local_reference(
    state: &mut State,
    local: &HashMap<ObjectKey, ObjectKey>,
    beside: &HashMap<(&str, &Identifier), &ObjectKey>,
    type_name: &str,
    reference: &SyncObject<'static>,
) -> ObjectKey {
    let own = reference.key().clone();
    let (Identifier::Integer(_), Some(TypeSelector::Type(original))) =
        (&own.identifier, stands_for(type_name))
    else {
        return own;
    };
    let beside = beside
        .get(&(original, &own.identifier))
        .and_then(|key| local.get(*key));
    let uuid = &reference.revision().pair.object;
    let identifier = match beside {
        Some(key) => key.identifier.clone(),
        None => match state
            .objects
            .by_object_uuid(uuid)
            .filter(|o| o.type_name == original)
        {
            Some(here) => here.key().identifier.clone(),
            None if state.objects.find(original, &own.identifier).is_some() => {
                Identifier::Integer(state.next_object_id(original))
            }
            None => return own,
        },
    };
    ObjectKey::new(own.type_number, identifier)
}

fn mark_unresolved(state: &mut State) {
    let references: Vec<_> = state
        .objects
        .iter()
        .filter(|o| o.is_reference())
        .cloned()
        .collect();
    for reference in references {
        let mut marked = StoredObject::clone(&reference);
        marked.unresolved = !state.has_original(reference.key());
        if marked.unresolved != reference.unresolved {
            state.objects.insert(marked);
        }
    }
}

/// A file's name as the name of an environment.
fn sanitised(stem: &str) -> String {
    let name = stem.replace(|c: char| FORBIDDEN_IN_NAMES.contains(c) || c.is_control(), "_");
    match name.trim() {
        "" => "document".to_owned(),
        name => name.to_owned(),
    }
}

fn free_name(state: &State, name: &str) -> String {
    let environments = state.table("environments");
    let taken = |name: &str| {
        let mut rows = environments.with("environmentName", &Key::parse(name));
        rows.any(|(_, row)| row.get("environmentName").is_some_and(|known| known == name))
    };
    let numbered = (2..).map(|n| format!("{name} {n}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    candidates
        .find(|name| !taken(name))
        .unwrap_or_else(|| name.to_owned())
}
