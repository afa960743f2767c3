//! Loads the objects of an engine's export documents as content.
//!
//! Invariant: objects are loaded byte for byte. An object whose number is taken gets a new one, and references to it
//! follow. Objects with one UUID A, or with one type, name and home, are one object; the later export wins.

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
use crate::engine::{ContentError, Key, RecordedContent, State};

/// Loads documents, and the `.json` files of directories, in export order. Recorded documents are of one engine, and
/// rows beside them name the environments.
pub(super) fn load(
    state: &mut State,
    paths: &[PathBuf],
    recorded: Option<&RecordedContent>,
) -> Result<(), ContentError> {
    let documents = read_all(paths)?;
    if recorded.is_none() {
        engines::check(&documents)?;
    }
    let homes = Homes::find(&documents);
    let environments = environments(state, &documents, &homes, recorded)?;
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

/// Makes an environment per home; returns their ids. Homes with an ENVIRONMENT object come first, so they keep their
/// ids.
fn environments(
    state: &mut State,
    documents: &[Document],
    homes: &Homes,
    recorded: Option<&RecordedContent>,
) -> Result<Vec<i64>, ContentError> {
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
        let own = own.or_else(|| recorded_home(documents, homes, at, recorded?));
        let taken = |id: &i64| state.table("environments").get(&Key::Number(*id)).is_some();
        let id = match own.filter(|id| !taken(id)) {
            Some(id) => id,
            None => state.next_object_id("ENVIRONMENT"),
        };
        match recorded.and_then(|recorded| recorded.environment(id)) {
            Some((application, name)) => put_environment(state, id, application, name)?,
            None => {
                let name = free_name(state, &sanitised(&documents[home.document].stem()));
                put_environment(state, id, defaults::LOADED_APPLICATION, &name)?;
            }
        }
        if object.is_some()
            && let Some(made) = state.objects.environment(id).cloned()
        {
            // The document has its own object for it.
            state.objects.remove(made.key());
        }
        ids[at] = id;
    }
    Ok(ids)
}

/// The environment of a home, if a row of one of its objects says so.
fn recorded_home(
    documents: &[Document],
    homes: &Homes,
    home: usize,
    recorded: &RecordedContent,
) -> Option<i64> {
    let numbered = documents.iter().enumerate();
    let mut objects = numbered.flat_map(|(at, document)| {
        let objects = document.objects.iter().enumerate();
        objects.map(move |(place, loaded)| (homes.of(at, place), loaded))
    });
    objects.find_map(|(its, loaded)| {
        let identifier = &loaded.object.key().identifier;
        (its == Some(home)).then(|| recorded.environment_of(&loaded.type_name, identifier))?
    })
}

/// Adds the objects of a document; they replace their earlier states. `environments` has their homes.
fn put(state: &mut State, document: &Document, environments: Vec<Option<i64>>) -> Result<(), ContentError> {
    // Numbers of the document are not free for other objects.
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

/// The local key of an object.
struct Location {
    key: ObjectKey,
    own: ObjectKey,
    /// Other objects that are earlier states of it.
    displaced: Vec<ObjectKey>,
}

/// Finds the local keys of all objects of a document except references.
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
        // Objects that swapped names keep their identities.
        let namesake = namesake(state, loaded, *environment).filter(|key| !claimed.contains(key));
        let mut earlier: Vec<ObjectKey> = same.into_iter().chain(namesake).collect();
        let own = match environment.filter(|_| loaded.type_name == "ENVIRONMENT") {
            // Its row exists already.
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

/// The local key of an object, given its earlier states. Names stay; numbers are those of the earlier state; taken
/// numbers change.
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
    tracing::info!("{type_name} {id} is loaded as {new}: its number is taken");
    ObjectKey::new(key.type_number, Identifier::Integer(new))
}

/// The earlier state of an object: the one with its UUID A. An upgrade may change the type of an algorithm.
fn same_object(state: &State, loaded: &Loaded) -> Option<ObjectKey> {
    let here = state.objects.by_object_uuid(loaded.uuid()?)?;
    let algorithms = is_algorithm(&loaded.type_name) && is_algorithm(&here.type_name);
    (here.type_name == loaded.type_name || algorithms).then(|| here.key().clone())
}

/// An object with the same name and home. Objects without names exist once per number.
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

/// The local keys of all objects of a document, references included.
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

/// The local key of a reference is that of its original, if that is in the document or on the engine.
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

/// Turns a file name into the name of an environment.
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
