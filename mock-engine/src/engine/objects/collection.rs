//! Resources whose rows mirror syncable objects.
//!
//! Invariant: rows obey the rules of [`RowCollection`], and each change reaches the object in the same transaction.

use serde_json::Value;

use super::edit::{behind, created, deleted, updated};
use crate::engine::resources::{Collection, ResourceSpec, RowCollection, Writer};
use crate::engine::{EngineError, Key, Row};

/// Rows with objects behind them.
#[derive(Debug)]
pub struct ObjectCollection {
    rows: RowCollection,
}

impl ObjectCollection {
    /// Rows under the rules of a spec.
    pub const fn new(spec: &'static ResourceSpec) -> Self {
        Self {
            rows: RowCollection::new(spec),
        }
    }
}

impl Collection for ObjectCollection {
    fn spec(&self) -> &'static ResourceSpec {
        self.rows.spec()
    }

    fn create(&self, writer: &mut Writer<'_>, body: Row) -> Result<Value, EngineError> {
        let spec = self.spec();
        let shown = self.rows.create(writer, body)?;
        let key = shown.get(spec.id_field).and_then(Key::from_json);
        let key = key.ok_or(EngineError::Internal)?;
        created(writer, spec, &key)?;
        self.get(&writer.reader(), &key)
            .and_then(|row| complete(spec, row))
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError> {
        let spec = self.spec();
        let old = writer
            .state
            .table(spec.path)
            .get(key)
            .cloned()
            .unwrap_or_default();
        self.rows.update(writer, key, body.clone())?;
        updated(writer, spec, key, &old, &body)?;
        self.get(&writer.reader(), key)
            .and_then(|row| complete(spec, row))
    }

    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError> {
        let object = behind(writer.state, self.spec().path, key).cloned();
        self.rows.delete(writer, key)?;
        match object {
            Some(object) => deleted(writer, self.spec(), &object),
            None => Ok(()),
        }
    }
}

/// Checks that the row still has its required members. A member that the object can't hold, such as a list for a
/// name, is lost.
fn complete(spec: &ResourceSpec, row: Value) -> Result<Value, EngineError> {
    match spec.required.iter().find(|field| row.get(**field).is_none()) {
        None => Ok(row),
        Some(field) => Err(EngineError::MissingField {
            what: spec.title,
            field,
        }),
    }
}
