//! `/mount-filesystem`: file systems for engines.
//!
//! Invariant: nothing is mounted. A mount's properties are fixed at its creation; connecting and disconnecting change
//! its status alone. Credentials in its options are never kept.

use serde_json::Value;

use super::{MountStatus, ObjectCollection};
use crate::engine::defaults;
use crate::engine::resources::{Collection, ResourceSpec, Writer, spec};
use crate::engine::{EngineError, Key, Refusal, Row};

/// Members that never change.
const FIXED: [&str; 3] = ["hostAddress", "mountPath", "type"];

static ROWS: ObjectCollection = ObjectCollection::new(&spec::MOUNTS);

/// Mounts.
#[derive(Debug)]
pub(crate) struct MountCollection;

impl MountCollection {
    /// Connects or disconnects a mount; returns its row.
    pub(in crate::engine) fn set_status(
        &self,
        writer: &mut Writer<'_>,
        key: &Key,
        status: MountStatus,
    ) -> Result<Value, EngineError> {
        self.get(&writer.reader(), key)?;
        let path = self.spec().path;
        let mut row = writer.state.table(path).get(key).cloned().unwrap_or_default();
        row.insert("status".to_owned(), status.as_str().into());
        writer.state.table_mut(path).insert(key.clone(), row);
        self.get(&writer.reader(), key)
    }
}

impl Collection for MountCollection {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::MOUNTS
    }

    fn create(&self, writer: &mut Writer<'_>, mut body: Row) -> Result<Value, EngineError> {
        body.insert("status".to_owned(), MountStatus::Disconnected.as_str().into());
        let options = body.get("options").and_then(Value::as_str).unwrap_or_default();
        let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
        body.insert("options".to_owned(), with_defaults(options, kind).into());
        ROWS.create(writer, body)
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, mut body: Row) -> Result<Value, EngineError> {
        let shown = self.get(&writer.reader(), key)?;
        for member in FIXED {
            if body.get(member).is_some_and(|new| Some(new) != shown.get(member)) {
                return Err(Refusal::FixedInMount((*member).to_owned()).into());
            }
        }
        body.remove("status");
        if let Some(options) = body.get("options") {
            let options = options.as_str().unwrap_or_default();
            let kind = shown.get("type").and_then(Value::as_str).unwrap_or_default();
            body.insert("options".to_owned(), with_defaults(options, kind).into());
        }
        ROWS.update(writer, key, body)
    }

    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError> {
        ROWS.delete(writer, key)
    }
}

/// Options without credentials, with the missing defaults of the mount's type.
fn with_defaults(options: &str, kind: &str) -> String {
    let name = |option: &str| {
        let name = option.split('=').next().unwrap_or_default();
        name.trim().to_ascii_lowercase()
    };
    let mut kept: Vec<&str> = options
        .split(',')
        .map(str::trim)
        .filter(|option| {
            !option.is_empty() && !defaults::SECRET_MOUNT_OPTIONS.contains(&name(option).as_str())
        })
        .collect();
    let defaults = defaults::MOUNT_OPTIONS.iter().filter(|(of, _)| *of == kind);
    for (_, default) in defaults {
        if !kept.iter().any(|option| name(option) == name(default)) {
            kept.push(default);
        }
    }
    kept.join(",")
}
