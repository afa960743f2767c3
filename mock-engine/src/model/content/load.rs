//! Takes the objects of export documents as an engine's content.
//!
//! Invariant: an object is taken as it is, byte for byte, unless its number belongs to another object already; then it
//! gets a new one, and what refers to it follows. Objects that several documents share are one object.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use exportdoc::identifier::Identifier;
use exportdoc::import_plan::{FORBIDDEN_IN_NAMES, Wanted, stands_for};
use exportdoc::object::{ObjectKey, Scope, SyncObject, rename, type_by_name};
use exportdoc::report::{Encryption, ExamineOptions, NamedBy, Verdict, examine_with_objects};

use super::{put_environment, unusable};
use crate::choices;
use crate::model::objects::{StoredObject, is_reference, put_object};
use crate::model::{Key, ModelError, State};

/// Loads documents, and all `.json` files of directories in the order of their names.
pub(super) fn load(state: &mut State, paths: &[PathBuf]) -> Result<(), ModelError> {
    for path in paths {
        let mut files = BTreeSet::new();
        if path.is_dir() {
            for entry in fs::read_dir(path).map_err(|error| refused(path, error))? {
                let file = entry.map_err(|error| refused(path, error))?.path();
                if file.extension().is_some_and(|extension| extension == "json") {
                    files.insert(file);
                }
            }
        } else {
            files.insert(path.clone());
        }
        for file in files {
            let document = Document::read(&file)?;
            state.format = state.format.max(document.format);
            document.put(state)?;
        }
    }
    mark_unresolved(state);
    Ok(())
}

fn refused(path: &Path, why: impl std::fmt::Display) -> ModelError {
    ModelError::Refused(format!("{}: {why}", path.display()))
}

/// A document's objects, named and judged fit to be loaded.
struct Document {
    stem: String,
    format: Option<u64>,
    objects: Vec<(String, SyncObject<'static>)>,
}

impl Document {
    fn read(path: &Path) -> Result<Self, ModelError> {
        let bytes = fs::read(path).map_err(|error| refused(path, error))?;
        let (report, objects) =
            examine_with_objects(&bytes, &ExamineOptions::default()).map_err(|error| refused(path, error))?;
        if report.signature.verdict == Verdict::Invalid {
            return Err(refused(
                path,
                "the signature is not valid, so the document is not loaded",
            ));
        }
        if report.encryption != Encryption::Clear {
            return Err(refused(
                path,
                "the document is encrypted; only documents in clear can be loaded",
            ));
        }
        if !report.blob.complete || objects.len() != report.objects.len() || objects.is_empty() {
            return Err(refused(
                path,
                "the document has no objects, or some of them can't be read",
            ));
        }
        let names = report.objects.iter().map(|object| match object.named_by {
            NamedBy::Number => format!("TYPE_{}", object.key.type_number),
            _ => object.type_name.clone(),
        });
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Ok(Self {
            stem: stem.unwrap_or_default(),
            format: report.header.and_then(|header| header.format),
            objects: names.zip(objects).collect(),
        })
    }

    fn put(self, state: &mut State) -> Result<(), ModelError> {
        let environment = self.environment(state)?;
        let local = self.local_keys(state);
        for (type_name, object) in self.objects {
            let own = local
                .get(object.key())
                .cloned()
                .unwrap_or_else(|| object.key().clone());
            if let Some(present) = state.objects.get(&own)
                && !replaces(&object, &present.object)
            {
                continue;
            }
            let renamed = rename(&object, &own, |key| {
                local.get(key).filter(|renamed| *renamed != key).cloned()
            })
            .map_err(unusable)?;
            let environment = environment.filter(|_| lives_in_environment(&type_name));
            let mut stored = StoredObject::new(renamed, type_name, environment);
            if stored.type_name == "ENVIRONMENT" {
                stored.name = Some(sanitised(&self.stem));
            }
            put_object(state, stored);
        }
        Ok(())
    }

    /// Where the document's environment-bound objects go: where those are that it shares with an earlier document, or
    /// an environment of its own.
    fn environment(&self, state: &mut State) -> Result<Option<i64>, ModelError> {
        let bound = || {
            self.objects
                .iter()
                .filter(|(type_name, _)| lives_in_environment(type_name))
        };
        if bound().next().is_none() {
            return Ok(None);
        }
        let shared =
            bound().find_map(|(type_name, object)| same_state(state, type_name, object)?.environment);
        if shared.is_some() {
            return Ok(shared);
        }
        let own = bound().find_map(|(type_name, object)| match object.key().identifier {
            Identifier::Integer(id) if type_name == "ENVIRONMENT" => Some(id),
            _ => None,
        });
        let taken = |id: &i64| {
            let key = Key::Number(*id);
            state.table("environments").get(&key).is_some()
        };
        let id = match own.filter(|id| !taken(id)) {
            Some(id) => id,
            None => state.next_object_id("ENVIRONMENT"),
        };
        // Its object is the document's, if it has one.
        let own_object = bound().any(|(type_name, _)| type_name == "ENVIRONMENT");
        put_environment(
            state,
            id,
            choices::LOADED_APPLICATION,
            &free_name(state, &sanitised(&self.stem)),
        )?;
        if own_object
            && let Some(made) = state
                .objects
                .find("ENVIRONMENT", &Identifier::Integer(id))
                .cloned()
        {
            state.objects.remove(made.key());
        }
        Ok(Some(id))
    }

    /// What every object of the document is called on this engine.
    fn local_keys(&self, state: &mut State) -> HashMap<ObjectKey, ObjectKey> {
        // Numbers that the document itself uses are not free for anything else.
        for (type_name, object) in &self.objects {
            if let Identifier::Integer(id) = object.key().identifier {
                state.reserve_id(type_name, id);
            }
        }
        let mut local = HashMap::new();
        for (type_name, object) in self
            .objects
            .iter()
            .filter(|(type_name, _)| !is_reference(type_name))
        {
            local.insert(object.key().clone(), local_key(state, type_name, object));
        }
        let mut beside: HashMap<(&str, &Identifier), &ObjectKey> = HashMap::new();
        for (type_name, object) in &self.objects {
            let key = object.key();
            beside.entry((type_name, &key.identifier)).or_insert(key);
        }
        for (type_name, object) in self
            .objects
            .iter()
            .filter(|(type_name, _)| is_reference(type_name))
        {
            let key = local_reference(state, &local, &beside, type_name, object);
            local.insert(object.key().clone(), key);
        }
        local
    }
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
    let (Identifier::Integer(_), Some(Wanted::Type(original))) = (&own.identifier, stands_for(type_name))
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

/// What an object is called here: as in its document, unless it is here already under another number, or its number
/// belongs to something else.
fn local_key(state: &mut State, type_name: &str, object: &SyncObject<'static>) -> ObjectKey {
    if let Some(same) = same_state(state, type_name, object).or_else(|| same_name(state, type_name, object)) {
        return same.key().clone();
    }
    let own = object.key().clone();
    match own.identifier {
        // An environment's row is made before its object.
        Identifier::Integer(id)
            if state.objects.find(type_name, &own.identifier).is_some()
                || (type_name != "ENVIRONMENT" && state.id_taken(type_name, id)) =>
        {
            let new = state.next_object_id(type_name);
            tracing::info!("loaded {type_name} {id} is called {new} here: the number belongs to another one");
            ObjectKey::new(own.type_number, Identifier::Integer(new))
        }
        _ => own,
    }
}

/// The very same saved state of an object.
fn same_state<'a>(
    state: &'a State,
    type_name: &str,
    object: &SyncObject<'static>,
) -> Option<&'a StoredObject> {
    let pair = &object.revision().pair;
    // Without one, nothing says that two objects are the same.
    let here = state
        .objects
        .by_object_uuid(Some(&pair.object).filter(|uuid| !uuid.is_empty())?)?;
    (here.type_name == type_name && here.object.revision().pair == *pair).then_some(here)
}

/// An engine-wide object of the same name, in whatever state.
fn same_name<'a>(
    state: &'a State,
    type_name: &str,
    object: &SyncObject<'static>,
) -> Option<&'a StoredObject> {
    if lives_in_environment(type_name) {
        return None;
    }
    let here = state.objects.by_name(type_name, None, &object.name()?)?;
    Some(here)
}

/// Of two saved states of one object the later one is kept.
fn replaces(new: &SyncObject<'_>, present: &SyncObject<'_>) -> bool {
    new.revision().modified > present.revision().modified
}

fn lives_in_environment(type_name: &str) -> bool {
    type_by_name(type_name).is_some_and(|known| known.scope == Scope::Environment)
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
