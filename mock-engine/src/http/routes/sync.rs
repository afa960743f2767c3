//! Listing, exporting and importing syncable objects.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;
use exportdoc::internal::escape;
use exportdoc::internal::import_plan::ImportOutcome;
use http::{HeaderMap, StatusCode};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::tasks::number;
use crate::engine::exchange::{ExportRequest, Exported, ImportRequest, Passphrase, Structure};
use crate::engine::faults::EngineFaults;
use crate::engine::{
    DocumentKind, Engine, EngineError, ImportRecord, JobOutput, Operation, Profile, Query, SyncKind,
};
use crate::http::App;
use crate::http::answer::{
    ApiError, BadRequest, empty, file, json_answer, raw_json, shown_outcomes, task_answer,
};
use crate::http::body::{Entry, ListBody, RawBody, ignored, read_value};
use crate::http::describe::{Endpoint, Routes};
use crate::http::form::{Keep, read_form};
use crate::http::journal::EntryId;
use crate::http::limits::UNCOUNTED_BODY;
use crate::http::messages;
use crate::http::schemas::{boolean, id, named, object_type, text};
use crate::http::target::Target;

pub(super) fn routes(created: StatusCode, profile: Option<Profile>) -> Routes {
    let object_type = || object_type(profile);
    let objects = json!({
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["objectIdentifier", "objectType"],
            "properties": { "objectIdentifier": { "type": "object", "minProperties": 1 }, "objectType": object_type() },
        },
    });
    let outcomes = json!({ "type": "array", "items": named("ImportOutcome") });
    let structured = |export: Endpoint| {
        if has_structure(profile) {
            export.query("structure", json!({ "enum": ["BLOB", "ZIP"] }))
        } else {
            export
        }
    };
    let export = |what| {
        let export = structured(Endpoint::post(export, what))
            .header("passphrase", text())
            .takes(objects.clone())
            .answers(created, named("ExportDocument"))
            .refuses(&[404, 409]);
        if has_structure(profile) {
            export.gives_file(created)
        } else {
            export
        }
    };
    let import = |import: Endpoint| {
        import
            .needs("force_overwrite", boolean())
            .query("environment_id", id())
            .query("source_environment_id", id())
            .header("passphrase", text())
    };
    // A rolled-back import answers with the outcome of each object.
    let rolled_back = json!({ "anyOf": [named("Error"), outcomes] });
    Routes::new()
        .at(
            "/syncable-objects",
            [Endpoint::get(list, "Lists the objects that can be exported")
                .query("object_type", object_type())
                .paged("SyncableObject")],
        )
        .at(
            "/syncable-objects/environments/{id}",
            [Endpoint::get(environment, "Lists the objects of an environment")
                .key(id())
                .paged("SyncableObject")
                .refuses(&[404])],
        )
        .at("/export", [export("Exports objects")])
        .at("/v2/export", [export("Exports objects")])
        .at(
            "/import",
            [import(Endpoint::post(self::import, "Imports a document"))
                .takes(named("ExportDocument"))
                .answers(created, outcomes.clone())
                .answers(StatusCode::NOT_FOUND, rolled_back.clone())
                .answers(StatusCode::CONFLICT, rolled_back)],
        )
        .at(
            "/export-async",
            [
                structured(Endpoint::post(export_async, "Exports objects in the background"))
                    .header("passphrase", text())
                    .takes(objects.clone())
                    .answers(created, named("AsyncTask"))
                    .refuses(&[404, 409]),
                Endpoint::delete(purge_exports, "Forgets the documents of exports").done(StatusCode::OK),
            ],
        )
        .at(
            "/import-async",
            [
                import(Endpoint::post(
                    import_async,
                    "Imports a document in the background",
                ))
                .takes_file("file")
                .answers(created, named("AsyncTask"))
                .refuses(&[404, 409]),
                Endpoint::delete(purge_imports, "Forgets the outcomes of imports").done(StatusCode::OK),
            ],
        )
}

/// Whether exports may have another form. Engines ignore parameters that they don't know.
fn has_structure(profile: Option<Profile>) -> bool {
    profile.is_none_or(|profile| profile.differences().structure)
}

async fn list(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    let page = app
        .reading(move |engine| engine.syncable_objects(query.text("object_type"), query.page()?))
        .await?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn environment(
    Target(app): Target,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let page = app
        .reading(move |engine| engine.syncable_environment(number("environmentId", &id)?, query.page()?))
        .await?;
    Ok(json_answer(StatusCode::OK, &page))
}

async fn export(
    Target(app): Target,
    query: Query,
    headers: HeaderMap,
    Entry(entry): Entry,
    ListBody(body): ListBody,
) -> Result<Response, ApiError> {
    let request = export_request(&app, entry, query, headers, body).await?;
    let permit = app.engine.begin_sync(SyncKind::Export)?;
    let fault = EngineFaults::current().export;
    // The work owns the permit, so a client that hangs up does not let the next sync in early.
    let exported = app
        .blocking(move |engine| {
            let _permit = permit;
            engine.export_with(&request, fault)
        })
        .await?;
    let Exported { bytes, structure } = exported;
    Ok(match structure {
        Structure::Blob => raw_json(app.http.created_status, bytes),
        Structure::Zip => file(app.http.created_status, bytes),
    })
}

async fn export_async(
    Target(app): Target,
    query: Query,
    headers: HeaderMap,
    Entry(entry): Entry,
    ListBody(body): ListBody,
) -> Result<Response, ApiError> {
    let request = export_request(&app, entry, query, headers, body).await?;
    let permit = app.engine.begin_sync(SyncKind::Export)?;
    let request = app
        .blocking(move |engine| engine.check_export(&request).map(|()| request))
        .await?;
    let fault = EngineFaults::current().export;
    let work = move |engine: &Engine| match engine.export_with(&request, fault) {
        Ok(exported) => JobOutput::file(exported.bytes),
        Err(error) => JobOutput::failure(error),
    };
    let task = app.engine.start_task(Operation::Export, Some(permit), work)?;
    Ok(task_answer(app.http.created_status, &task))
}

/// Reads the list of objects to export; a long list on a thread of its own.
async fn export_request(
    app: &Arc<App>,
    entry: Option<EntryId>,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Result<ExportRequest, ApiError> {
    if body.len() as u64 <= UNCOUNTED_BODY {
        return parse_export_request(app, entry, &query, &headers, &body);
    }
    let shared = Arc::clone(app);
    app.blocking(move |_| parse_export_request(&shared, entry, &query, &headers, &body))
        .await
}

fn parse_export_request(
    app: &App,
    entry: Option<EntryId>,
    query: &Query,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<ExportRequest, ApiError> {
    let structure = query.text("structure").map(str::to_ascii_uppercase);
    let structure = match structure
        .filter(|_| has_structure(app.engine.settings.profile))
        .as_deref()
    {
        None | Some("BLOB") => Structure::Blob,
        Some("ZIP") => Structure::Zip,
        Some(other) => {
            let (name, value) = ("structure".to_owned(), other.to_owned());
            return Err(EngineError::BadParameter {
                name,
                value,
                expected: "structure (BLOB or ZIP)",
            }
            .into());
        }
    };
    let objects: Vec<Box<RawValue>> =
        read_value(app, entry, body, "it is not an array of objects to export")?;
    if objects.is_empty() {
        return Err(BadRequest::body("it names no object to export").into());
    }
    for (index, object) in objects.iter().enumerate() {
        let object: Value = serde_json::from_str(object.get()).unwrap_or_default();
        if !(object["objectIdentifier"].is_object() && object["objectType"].is_string()) {
            let number = index + 1;
            let reason = format!("entry {number} needs an object 'objectIdentifier' and a text 'objectType'");
            return Err(BadRequest::Body(reason).into());
        }
    }
    let request = ExportRequest {
        objects,
        passphrase: passphrase(headers)?,
        structure,
    };
    if let Some(entry) = entry {
        app.journal.exported(entry, app.engine.export_record(&request));
    }
    Ok(request)
}

async fn import(
    Target(app): Target,
    query: Query,
    headers: HeaderMap,
    Entry(entry): Entry,
    RawBody(document): RawBody,
) -> Result<Response, ApiError> {
    let request = import_request(&query, &headers, document)?;
    let permit = app.engine.begin_sync(SyncKind::Import)?;
    let journal = Arc::clone(&app);
    let faults = EngineFaults::current();
    let outcomes = app
        .blocking(move |engine| {
            let _permit = permit;
            recorded(&journal, entry, |record| {
                engine.import_with(&request, record, faults.import.as_ref())
            })
        })
        .await?;
    Ok(json_answer(app.http.created_status, &shown_outcomes(&outcomes)))
}

async fn import_async(
    Target(app): Target,
    query: Query,
    headers: HeaderMap,
    Entry(entry): Entry,
    body: Body,
) -> Result<Response, ApiError> {
    // Checked before the upload, so a bad request is refused without it.
    let mut request = import_request(&query, &headers, Bytes::new())?;
    let (document, _) = read_form(&app, &headers, body, "file", Keep::Bytes).await?;
    request.document = document.bytes;
    let permit = app.engine.begin_sync(SyncKind::Import)?;
    let journal = Arc::clone(&app);
    let request = app
        .blocking(move |engine| {
            recorded(&journal, entry, |record| engine.check_import(&request, record)).map(|()| request)
        })
        .await?;
    let journal = Arc::clone(&app);
    let faults = EngineFaults::current();
    let work = move |engine: &Engine| {
        let mut record = ImportRecord::default();
        let done = engine.import_with(&request, &mut record, faults.import.as_ref());
        show(&journal, entry, &record, done.as_ref().err());
        import_output(done)
    };
    let task = app.engine.start_task(Operation::Import, Some(permit), work)?;
    Ok(task_answer(app.http.created_status, &task))
}

/// The output of an import task. After a rollback, too, the file has the outcomes, from which clients learn the
/// cause.
fn import_output(done: Result<Vec<ImportOutcome>, EngineError>) -> JobOutput {
    let file = |outcomes: &[ImportOutcome]| {
        let json = serde_json::to_vec(&shown_outcomes(outcomes));
        json.ok().map(Bytes::from)
    };
    match done {
        Ok(outcomes) => JobOutput {
            file: file(&outcomes),
            failure: None,
        },
        Err(error) => JobOutput {
            file: match &error {
                EngineError::ImportFailed { outcomes, .. } => file(outcomes),
                _ => None,
            },
            failure: Some(error),
        },
    }
}

/// Runs an import and shows its record in the journal.
fn recorded<T>(
    app: &App,
    entry: Option<EntryId>,
    import: impl FnOnce(&mut ImportRecord) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let mut record = ImportRecord::default();
    let result = import(&mut record);
    if record.has_trailing_data && !app.engine.settings.strict_json {
        ignored(app, entry);
    }
    show(app, entry, &record, result.as_ref().err());
    result
}

/// Adds an import to its entry in the journal; logs why it was refused.
fn show(app: &App, entry: Option<EntryId>, record: &ImportRecord, error: Option<&EngineError>) {
    let error = error.map(messages::error_message);
    if let Some(error) = &error {
        tracing::warn!(engine = %app.engine.settings.name, "import refused: {}", escape::terminal(error));
    }
    let Some(entry) = entry else { return };
    let mut shown = record.to_json();
    for outcome in shown["outcomes"].as_array_mut().into_iter().flatten() {
        if let Some(text) = outcome["failureMessage"].as_str().map(messages::sentence) {
            outcome["failureMessage"] = text.into();
        }
    }
    if let Some(error) = error {
        shown["error"] = error.into();
    }
    app.journal.imported(entry, &shown);
}

fn import_request(query: &Query, headers: &HeaderMap, document: Bytes) -> Result<ImportRequest, ApiError> {
    let force = query.boolean("force_overwrite")?;
    Ok(ImportRequest {
        document,
        passphrase: passphrase(headers)?,
        force_overwrite: force.ok_or(BadRequest::MissingParameter("force_overwrite"))?,
        environment_id: query.number("environment_id")?,
        source_environment_id: query.number("source_environment_id")?,
    })
}

fn passphrase(headers: &HeaderMap) -> Result<Option<Passphrase>, BadRequest> {
    let Some(value) = headers.get("passphrase") else {
        return Ok(None);
    };
    // An empty passphrase would count as none and leave the document in clear.
    if value.is_empty() {
        return Err(BadRequest::other("the passphrase header is empty"));
    }
    let text = std::str::from_utf8(value.as_bytes());
    let refused = |_| BadRequest::other("the passphrase header is not valid UTF-8");
    text.map(|text| Some(Passphrase::new(text))).map_err(refused)
}

async fn purge_exports(Target(app): Target) -> Response {
    app.engine.documents.purge(DocumentKind::Export);
    empty(StatusCode::OK)
}

async fn purge_imports(Target(app): Target) -> Response {
    app.engine.documents.purge(DocumentKind::Import);
    empty(StatusCode::OK)
}
