//! Default members of rows.
//!
//! Invariant: members that a client sent stay, except those that no engine keeps: unknown members of
//! `databaseMaskingOptions`, and an empty name of an algorithm, which means none.

use exportdoc::internal::sample;
use serde_json::{Value, json};

use super::spec::{self, by_path};
use super::{Reader, Writer, environment_of};
use crate::engine::clock::api_date;
use crate::engine::content::stock;
use crate::engine::{Key, Row, State};

/// Completes the body of a new entry.
pub(super) fn complete(writer: &Writer<'_>, path: &str, body: &mut Row) {
    complete_row(writer.state, path, body);
    match path {
        "file-rulesets" => {
            let spec = by_path(path);
            let entry = Value::Object(body.clone());
            if let Some(environment) = spec.and_then(|spec| environment_of(&writer.reader(), spec, &entry)) {
                fill(body, json!({ "environmentId": environment }));
            }
        }
        "file-metadata" => file(&writer.reader(), body),
        "file-formats" => fill(body, json!({ "header": 0, "footer": 0 })),
        "mount-filesystem" => fill(body, json!({ "connectOnStartup": false })),
        "domains" => without_empty_names(body),
        "roles" => {
            for about in stock::PRIVILEGED {
                let privileges = body.entry(*about).or_insert_with(|| json!({}));
                if let Some(privileges) = privileges.as_object_mut() {
                    for privilege in stock::PRIVILEGES {
                        fill(privileges, json!({ privilege: false }));
                    }
                }
            }
        }
        "jdbc-drivers" => {
            let uploaded = [body.get("driverName"), body.get("fileReferenceId")];
            let label = format!("{uploaded:?}");
            body.insert("builtIn".to_owned(), false.into());
            fill(
                body,
                json!({
                    "loggerInstalled": false,
                    "uploadedBy": writer.user,
                    "uploadDate": api_date(writer.now_ms),
                    "checksum": sample::uuid(&label).replace('-', ""),
                }),
            );
        }
        _ => {}
    }
}

/// Completes a row, including one of an imported object: rows must not depend on their origin.
pub(in crate::engine) fn complete_row(state: &State, path: &str, row: &mut Row) {
    match path {
        "masking-jobs" | "tokenization-jobs" | "reidentification-jobs" => masking_job(state, row),
        "profile-jobs" => {
            ruleset_type(state, row);
            memory(state, "profile", row);
            fill(
                row,
                json!({ "multiTenant": false, "multipleProfilerCheck": false }),
            );
        }
        "environments" => fill(row, json!({ "isWorkflowEnabled": false })),
        "database-connectors" => fill(row, json!({ "kerberosAuth": false })),
        "database-rulesets" => fill(row, json!({ "refreshDropsTables": false })),
        "profile-expressions" => fill(row, json!({ "dataLevelProfiling": false })),
        _ => {}
    }
}

/// Removes empty names of algorithms, which mean none.
pub(super) fn without_empty_names(domain: &mut Row) {
    if domain.get("defaultTokenizationCode") == Some(&json!("")) {
        domain.insert("defaultTokenizationCode".to_owned(), Value::Null);
    }
}

fn masking_job(state: &State, body: &mut Row) {
    ruleset_type(state, body);
    memory(state, "mask", body);
    fill(
        body,
        json!({
            "onTheFlyMasking": false,
            "feedbackSize": 50_000,
            "multiTenant": false,
            "failImmediately": false,
        }),
    );
    if body.get("rulesetType") != Some(&json!("DATABASE")) {
        return;
    }
    let known = json!({
        "batchUpdate": true,
        "commitSize": setting(state, "mask", "DatabaseCommitSize", 10_000),
        "disableConstraints": false,
        "disableTriggers": false,
        "dropIndexes": false,
        "numOutputThreadsPerStream": setting(state, "mask", "DefaultUpdateThreads", 1),
        "truncateTables": false,
    });
    fill(body, json!({ "databaseMaskingOptions": {} }));
    if let Some(options) = body
        .get_mut("databaseMaskingOptions")
        .and_then(Value::as_object_mut)
    {
        options.retain(|name, _| known.get(name).is_some() || SCRIPTS.contains(&name.as_str()));
        fill(options, known);
    }
}

/// Members of `databaseMaskingOptions` without a default.
const SCRIPTS: [&str; 2] = ["prescript", "postscript"];

/// Adds a job's ruleset type, by default that of its ruleset.
fn ruleset_type(state: &State, body: &mut Row) {
    let Some(key) = body.get("rulesetId").and_then(Key::from_json) else {
        return;
    };
    let has = |path: &str| state.table(path).get(&key).is_some();
    let of_files = !has("database-rulesets") && has("file-rulesets");
    let kind = if of_files { "FILE" } else { "DATABASE" };
    fill(body, json!({ "rulesetType": kind }));
}

fn memory(state: &State, group: &str, body: &mut Row) {
    fill(
        body,
        json!({
            "minMemory": setting(state, group, "DefaultMinMemory", 1024),
            "maxMemory": setting(state, group, "DefaultMaxMemory", 1024),
            "numInputStreams": setting(state, group, "DefaultStreams", 1),
        }),
    );
}

/// The number in an application setting.
fn setting(state: &State, group: &str, name: &str, otherwise: i64) -> i64 {
    let settings = state.table("application-settings");
    let mut settings = settings.iter();
    let found = settings.find(|(_, row)| {
        row.get("settingGroup") == Some(&json!(group)) && row.get("settingName") == Some(&json!(name))
    });
    let value = found.and_then(|(_, row)| row.get("settingValue")?.as_str()?.trim().parse().ok());
    value.unwrap_or(otherwise)
}

/// Adds the missing members.
fn fill(row: &mut Row, members: Value) {
    if let Value::Object(members) = members {
        for (name, value) in members {
            let own = row.entry(name).or_insert(Value::Null);
            if own.is_null() {
                *own = value;
            }
        }
    }
}

/// Gives a file the type of its connector.
fn file(reader: &Reader<'_>, body: &mut Row) {
    let row = |path: &str, key: Option<&Value>| {
        let table = reader.state.tables.get(path)?;
        table.get(&key.and_then(Key::from_json)?)
    };
    let ruleset = row(spec::FILE_RULESETS.path, body.get("rulesetId"));
    let connector = ruleset.and_then(|ruleset| ruleset.get("fileConnectorId"));
    let connector = row(spec::FILE_CONNECTORS.path, connector);
    if let Some(file_type) = connector.and_then(|connector| connector.get("fileType")) {
        body.insert("fileType".to_owned(), file_type.clone());
    }
    body.entry("nameIsRegularExpression")
        .or_insert(Value::Bool(false));
}
