//! Copies of connectors and rulesets.
//!
//! Invariant: a copy obeys all rules for new rows.

use serde_json::Value;

use super::catalogue::FILE_METADATA;
use super::objects::copy_tables;
use super::resources::{Collection, Writer, spec};
use super::{Engine, EngineError, Key, Row};

impl Engine {
    /// Copies a connector or a ruleset with its tables or files. Members of the body replace the original's.
    pub fn copy_resource(
        &self,
        collection: &dyn Collection,
        key: &Key,
        body: Row,
    ) -> Result<Value, EngineError> {
        self.write(|writer| copy(writer, collection, key, body))
    }
}

fn copy(
    writer: &mut Writer<'_>,
    collection: &dyn Collection,
    key: &Key,
    body: Row,
) -> Result<Value, EngineError> {
    let spec = collection.spec();
    collection.get(&writer.reader(), key)?;
    let original = writer.state.table(spec.path).get(key).cloned();
    let mut row = original.unwrap_or_default();
    row.extend(body);
    row.remove(spec.id_field);
    let made = collection.create(writer, row)?;
    let id = made.get(spec.id_field).and_then(Key::from_json);
    let id = id.ok_or(EngineError::Internal)?;
    if spec.path == spec::DATABASE_RULESETS.path {
        copy_tables(writer, key, &id)?;
    } else if spec.path == spec::FILE_RULESETS.path {
        copy_files(writer, key, &id)?;
    }
    collection.get(&writer.reader(), &id)
}

fn copy_files(writer: &mut Writer<'_>, from: &Key, to: &Key) -> Result<(), EngineError> {
    let Key::Number(to) = *to else {
        return Err(EngineError::Internal);
    };
    let spec = FILE_METADATA.spec();
    let files = writer.state.table(spec.path);
    let files: Vec<Row> = files
        .with("rulesetId", from)
        .map(|(_, row)| row.clone())
        .collect();
    for mut file in files {
        file.remove(spec.id_field);
        file.insert("rulesetId".to_owned(), to.into());
        FILE_METADATA.create(writer, file)?;
    }
    Ok(())
}
