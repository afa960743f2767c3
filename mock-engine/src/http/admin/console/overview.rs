//! What the console shows of engines: who they are, their objects, and which of them agree.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::journal::only;
use super::asked::Asked;
use crate::engine::{Engine, EngineError, Query, TaskFilter};
use crate::http::answer::{ApiError, ShownTask, json_answer};
use crate::http::faults::{Fault, SETS};
use crate::http::sessions::Sessions;
use crate::http::{App, BaseApp};

/// Objects in a list.
const OBJECTS: usize = 20_000;
/// Rows of the matrix; those that differ come first.
const ROWS: usize = 5_000;
/// The newest tasks in an overview.
const TASKS: usize = 100;

pub(super) async fn overview(
    Asked(app): Asked,
    Extension(base): Extension<BaseApp>,
    Extension(sessions): Extension<Arc<Sessions>>,
) -> Result<Response, ApiError> {
    let engines: Vec<Value> = base
        .0
        .neighbours
        .all()
        .iter()
        .map(|other| engine(other, &base.0))
        .collect();
    let sets: Vec<Value> = SETS
        .iter()
        .map(|(name, what, _)| json!({ "name": name, "what": what, "faults": Fault::ready_made(name) }))
        .collect();
    let tasks = app.engine.tasks.list(&TaskFilter::default());
    let older = tasks.len().saturating_sub(TASKS);
    let tasks: Vec<ShownTask<'_>> = tasks.iter().skip(older).map(ShownTask::of).collect();
    let overview = json!({
        "engines": engines,
        "session": app.session,
        "sessions": sessions.ids(),
        "snapshots": app.engine.snapshots.names(),
        "faultSets": sets,
        "tasks": tasks,
    });
    Ok(json_answer(StatusCode::OK, &overview))
}

fn engine(app: &Arc<App>, here: &Arc<App>) -> Value {
    let settings = &app.engine.settings;
    json!({
        "name": settings.name,
        "version": settings.version,
        "profile": settings.profile.map(|profile| profile.to_string()),
        "objects": listed_count(&app.engine),
        "url": app.url.get(),
        "here": Arc::ptr_eq(app, here),
    })
}

/// The number of objects that can be synced; `None` if they can't be listed.
fn listed_count(engine: &Engine) -> Option<usize> {
    let view = engine.views.of(&engine.snapshot()).ok()?;
    Some(view.listed(None).len())
}

pub(super) async fn objects(Asked(app): Asked) -> Result<Response, ApiError> {
    let listed = app.blocking(listed).await?;
    Ok(json_answer(StatusCode::OK, &listed))
}

/// The objects by type and identifier; `needs` are places in the list, and references count as what they refer to.
fn listed(engine: &Engine) -> Result<Value, EngineError> {
    let state = engine.snapshot();
    let view = engine.views.of(&state)?;
    let all = view.listed(None);
    let shown = all.len().min(OBJECTS);
    let objects: Vec<Value> = all
        .take(shown)
        .map(|id| {
            let object = view.object(id);
            let needs: Vec<usize> = view
                .needs(&state, id)
                .into_iter()
                .filter(|needed| *needed < shown)
                .collect();
            json!({
                "objectType": object.type_name,
                "objectIdentifier": object.key().identifier.to_json(),
                "name": object.name,
                "environmentId": object.environment,
                "revisionHash": view.hash(id),
                "notSyncable": view.obstacle(id),
                "needs": needs,
            })
        })
        .collect();
    Ok(json!({ "objects": objects, "left": view.listed(None).len() - shown }))
}

pub(super) async fn matrix(Extension(base): Extension<BaseApp>, query: Query) -> Result<Response, ApiError> {
    only(&query, &[])?;
    let engines = base.0.neighbours.all();
    let matrix = base.0.blocking(move |_| compared(&engines)).await?;
    Ok(json_answer(StatusCode::OK, &matrix))
}

/// Each object of any engine with its revision hash in every engine. Equal hashes mean equal content and equal
/// dependencies. Engines number objects independently, so names match them.
fn compared(engines: &[Arc<App>]) -> Result<Value, EngineError> {
    let mut rows: BTreeMap<(String, String), HashMap<usize, String>> = BTreeMap::new();
    for (place, app) in engines.iter().enumerate() {
        let state = app.engine.snapshot();
        let view = app.engine.views.of(&state)?;
        for id in view.listed(None) {
            let object = view.object(id);
            let name = object
                .name
                .clone()
                .unwrap_or_else(|| object.key().identifier.to_string());
            let hash = view.hash(id).unwrap_or_default().to_owned();
            rows.entry((object.type_name.clone(), name))
                .or_default()
                .entry(place)
                .or_insert(hash);
        }
    }
    let mut shown: Vec<(bool, Value)> = rows
        .iter()
        .map(|((type_name, name), hashes)| {
            let cells: Vec<Option<&String>> = (0..engines.len()).map(|place| hashes.get(&place)).collect();
            let agree = cells.windows(2).all(|pair| pair[0] == pair[1]);
            (
                agree,
                json!({ "objectType": type_name, "name": name, "hashes": cells, "inSync": agree }),
            )
        })
        .collect();
    shown.sort_by_key(|(agree, _)| *agree);
    let names: Vec<&str> = engines
        .iter()
        .map(|app| app.engine.settings.name.as_str())
        .collect();
    let total = shown.len();
    let differing = shown.iter().filter(|(agree, _)| !agree).count();
    let rows: Vec<Value> = shown.into_iter().take(ROWS).map(|(_, row)| row).collect();
    Ok(json!({ "engines": names, "rows": rows, "objects": total, "differing": differing }))
}
