//! Rulesets, connectors and mounts beyond their rows: names behind a connector, refreshes, bulk updates.
//!
//! Invariant: a bulk update is all or nothing.

use std::sync::Arc;

use serde_json::Value;

use super::catalogue::{
    DATABASE_RULESETS, DATASET_CONNECTORS, FILE_CONNECTORS, FILE_METADATA, FILE_RULESETS,
};
use super::objects::{MountCollection, MountStatus, refresh, replace_tables, tables_behind};
use super::resources::{Collection, Reader, Writer};
use super::{AsyncTask, BadBody, Engine, EngineError, JobOutput, Key, Operation, Row};

impl Engine {
    /// Returns the names of the tables, files or datasets behind a connector.
    pub fn names_behind(&self, connectors: &dyn Collection, key: &Key) -> Result<Vec<String>, EngineError> {
        let state = self.snapshot();
        let reader = self.reader(&state);
        let path = connectors.spec().path;
        if path != FILE_CONNECTORS.spec().path && path != DATASET_CONNECTORS.spec().path {
            return tables_behind(&reader, key);
        }
        connectors.get(&reader, key)?;
        let row = state.table(path).get(key).cloned().unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for schema in reader.schemas() {
            if path == FILE_CONNECTORS.spec().path {
                names.extend(schema.files(&row).map(|file| file.name.clone()));
            } else {
                names.extend(schema.datasets(&row).map(|file| file.name.clone()));
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Connects or disconnects a mount; returns its row.
    pub fn set_mount(&self, key: &Key, status: MountStatus) -> Result<Value, EngineError> {
        self.write(|writer| MountCollection.set_status(writer, key, status))
    }

    /// Starts a refresh of a ruleset from its database.
    pub fn refresh_ruleset(self: &Arc<Self>, key: &Key) -> Result<AsyncTask, EngineError> {
        let id = self.ruleset_id(&DATABASE_RULESETS, key)?;
        self.start_ruleset_task(Operation::RulesetRefresh, id, move |writer| refresh(writer, id))
    }

    /// Starts the replacement of a database ruleset's tables.
    pub fn bulk_update_tables(self: &Arc<Self>, key: &Key, mut body: Row) -> Result<AsyncTask, EngineError> {
        let id = self.ruleset_id(&DATABASE_RULESETS, key)?;
        let list = rows(body.remove("tableMetadata"), "tableMetadata")?;
        let change = move |writer: &mut Writer<'_>| replace_tables(writer, id, list);
        self.start_ruleset_task(Operation::TableBulkUpdate, id, change)
    }

    /// Starts the replacement of a file ruleset's files.
    pub fn bulk_update_files(self: &Arc<Self>, key: &Key, mut body: Row) -> Result<AsyncTask, EngineError> {
        let id = self.ruleset_id(&FILE_RULESETS, key)?;
        let list = rows(body.remove("fileMetadata"), "fileMetadata")?;
        let change = move |writer: &mut Writer<'_>| replace_files(writer, id, list);
        self.start_ruleset_task(Operation::DatafileBulkUpdate, id, change)
    }

    fn ruleset_id(&self, rulesets: &dyn Collection, key: &Key) -> Result<i64, EngineError> {
        self.get_resource(rulesets, key)?;
        match key {
            Key::Number(id) => Ok(*id),
            Key::Name(_) => Err(EngineError::not_found(rulesets.spec().title, key)),
        }
    }

    fn start_ruleset_task(
        self: &Arc<Self>,
        operation: Operation,
        ruleset: i64,
        change: impl FnOnce(&mut Writer<'_>) -> Result<(), EngineError> + Send + 'static,
    ) -> Result<AsyncTask, EngineError> {
        self.start_task_about(operation, Some(ruleset.to_string()), None, move |engine| {
            let done = engine.write(change);
            JobOutput {
                file: None,
                failure: done.err(),
            }
        })
    }
}

/// The rows of a bulk update.
fn rows(list: Option<Value>, member: &'static str) -> Result<Vec<Row>, EngineError> {
    let bad = || EngineError::from(BadBody::NotRows(member));
    let Some(Value::Array(list)) = list else {
        return Err(bad());
    };
    list.into_iter()
        .map(|entry| match entry {
            Value::Object(row) => Ok(row),
            _ => Err(bad()),
        })
        .collect()
}

/// Replaces the files of a ruleset: updates those of a known id or name, adds new ones and deletes the others.
fn replace_files(writer: &mut Writer<'_>, ruleset: i64, list: Vec<Row>) -> Result<(), EngineError> {
    let known = files_of(&writer.reader(), ruleset);
    let mut wanted = Vec::new();
    for mut body in list {
        let id = body.get("fileMetadataId").and_then(Key::from_json);
        let name = body.get("fileName").and_then(Value::as_str);
        let by_id = known.iter().find(|(key, _)| Some(key) == id.as_ref());
        let found = by_id.or_else(|| known.iter().find(|(_, known)| Some(known.as_str()) == name));
        body.insert("rulesetId".to_owned(), ruleset.into());
        wanted.push((found.map(|(key, _)| key.clone()), body));
    }
    for (key, _) in &known {
        if !wanted.iter().any(|(found, _)| found.as_ref() == Some(key)) {
            FILE_METADATA.delete(writer, key)?;
        }
    }
    for (found, body) in wanted {
        match found {
            Some(key) => FILE_METADATA.update(writer, &key, body)?,
            None => FILE_METADATA.create(writer, body)?,
        };
    }
    Ok(())
}

fn files_of(reader: &Reader<'_>, ruleset: i64) -> Vec<(Key, String)> {
    let files = reader.state.table(FILE_METADATA.spec().path);
    let of_ruleset = files.with("rulesetId", &Key::Number(ruleset));
    of_ruleset
        .map(|(key, row)| {
            let name = row.get("fileName").and_then(Value::as_str).unwrap_or_default();
            (key.clone(), name.to_owned())
        })
        .collect()
}
