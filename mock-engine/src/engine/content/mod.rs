//! The initial content of engines.
//!
//! Invariant: the content depends on the settings alone (and on ids, for loaded documents), so a reset restores it.
//! Every engine has a global key and a GLOBAL_OBJECT.

mod demo;
mod load;
mod recorded;
pub(crate) mod seed;
pub(super) mod seeded;
pub(crate) mod stock;

use std::path::PathBuf;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, Draft};
use exportdoc::internal::object::{ObjectError, ObjectKey, ObjectType, type_by_name};
use exportdoc::internal::sample;
use serde_json::json;

use super::objects::{StoredObject, put_object};
use super::{Key, Row, Settings, State, users};

/// Why an engine has no initial content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// An object could not be built.
    #[error("cannot build an object: {0}")]
    Object(#[from] ObjectError),
    /// Declared content can't be used.
    #[error(transparent)]
    Seed(#[from] seed::SeedError),
    /// A file or directory can't be loaded.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The documents are of several engines; the text has the commands that load each group.
    #[error("{0}")]
    SeveralEngines(String),
}

/// Returns the state that an engine starts with, and that a reset restores. Loaded documents replace the stock and
/// the demo inventory; declared content replaces only the demo inventory.
pub(super) fn initial_state(settings: &Settings) -> Result<State, ContentError> {
    let mut state = State::default();
    let recorded = settings.recorded.as_deref();
    if let Some(recorded) = recorded {
        recorded.put_applications(&mut state);
    }
    let seeds = settings.content.iter().flat_map(seed::Content::documents);
    let documents: Vec<PathBuf> = settings.load.iter().cloned().chain(seeds).collect();
    let is_seeded = !settings.content.is_empty();
    if is_seeded && !settings.empty {
        stock::put_objects(&mut state, settings)?;
    }
    if !documents.is_empty() {
        load::load(&mut state, &documents, recorded)?;
    } else if is_seeded {
        // The declared objects come last: see `seeded`.
    } else if settings.fresh || !settings.empty {
        stock::put_objects(&mut state, settings)?;
        if !settings.fresh {
            demo::fill(&mut state, settings)?;
        }
    }
    if let Some(recorded) = recorded {
        recorded.put_stock(&mut state, settings)?;
    }
    stock::add_rows(&mut state);
    complete(&mut state, &settings.name)?;
    users::add_first(&mut state, settings);
    Ok(state)
}

/// Adds the objects that every engine has. The key depends on the engine's name, so two engines share one only after
/// a sync.
fn complete(state: &mut State, name: &str) -> Result<(), ContentError> {
    if !state.objects.has_type("KEY") {
        let label = format!("KEY of {name}");
        let draft = draft::global_key(sample::key_bytes(&label));
        put(state, draft, &label, "KEY", None)?;
    }
    if !state.objects.has_type("GLOBAL_OBJECT") {
        let label = format!("GLOBAL_OBJECT of {name}");
        put(state, draft::global_object(&[]), &label, "GLOBAL_OBJECT", None)?;
    }
    Ok(())
}

/// Adds a sample object in its first revision.
fn put(
    state: &mut State,
    draft: Draft,
    label: &str,
    type_name: &str,
    environment: Option<i64>,
) -> Result<(), ContentError> {
    let pair = sample::revision_pair(label, 1);
    let object = draft.finish(pair, sample::INSTALLED, sample::INSTALLED)?;
    put_object(state, StoredObject::new(object, type_name, environment));
    Ok(())
}

/// Adds an environment with its object, and its application if it is missing. An existing ENVIRONMENT object stays.
fn put_environment(state: &mut State, id: i64, application: &str, name: &str) -> Result<(), ContentError> {
    let applications = state.table("applications");
    let mut named = applications.with("applicationName", &Key::parse(application));
    let known = named.find(|(_, row)| row.get("applicationName") == Some(&json!(application)));
    let application_key = match known {
        Some((key, _)) => key.clone(),
        None => {
            let number = state.next_number("application");
            let row = row(json!({ "applicationId": number, "applicationName": application }));
            state.table_mut("applications").insert(Key::Number(number), row);
            Key::Number(number)
        }
    };
    let application_id = match application_key {
        Key::Number(id) => json!(id),
        Key::Name(name) => json!(name),
    };
    let environment = row(json!({
        "environmentId": id,
        "environmentName": name,
        "applicationId": application_id,
        "purpose": "MASK",
        "isWorkflowEnabled": false,
    }));
    state
        .table_mut("environments")
        .insert(Key::Number(id), environment);
    state.reserve_number("environment", id);
    let identifier = Identifier::Integer(id);
    let Some(number) = type_by_name("ENVIRONMENT").and_then(ObjectType::number) else {
        return Ok(());
    };
    if state.objects.find("ENVIRONMENT", &identifier).is_none() {
        let draft = Draft {
            key: ObjectKey::new(number, identifier),
            dependencies: Vec::new(),
            data_type: "EmptyData",
            data: Vec::new(),
        };
        let object = draft.finish(
            sample::revision_pair(&format!("environment {name}"), 1),
            sample::INSTALLED,
            sample::INSTALLED,
        )?;
        let mut stored = StoredObject::new(object, "ENVIRONMENT", Some(id));
        stored.name = Some(name.to_owned());
        put_object(state, stored);
    }
    Ok(())
}

fn row(value: serde_json::Value) -> Row {
    match value {
        serde_json::Value::Object(row) => row,
        _ => Row::new(),
    }
}
