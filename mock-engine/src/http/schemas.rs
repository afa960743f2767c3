//! The shapes in the OpenAPI document.
//!
//! Invariant: a request's shape lists what a client must send; an answer's shape lists what a client may rely on.

use exportdoc::internal::object::OBJECT_TYPES;
use http::StatusCode;
use serde_json::{Value, json};

use crate::engine::resources::{self, Access, ResourceSpec, Unique};
use crate::engine::{Profile, catalogue};

/// An id that the engine assigned.
pub(crate) fn id() -> Value {
    json!({ "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX })
}

/// A count.
pub(crate) fn count() -> Value {
    json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX })
}

pub(crate) fn text() -> Value {
    json!({ "type": "string" })
}

/// A text that is not empty.
pub(crate) fn some_text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

pub(crate) fn boolean() -> Value {
    json!({ "type": "boolean" })
}

pub(crate) fn object() -> Value {
    json!({ "type": "object" })
}

/// The name of an object type that the API of a profile knows.
pub(crate) fn object_type(profile: Option<Profile>) -> Value {
    let every = || OBJECT_TYPES.iter().map(|known| known.name).collect();
    json!({ "enum": profile.map_or_else(every, Profile::types) })
}

/// One of the shapes in [`all`].
pub(crate) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A page of entries of a shape.
pub(crate) fn page(entry: &str) -> Value {
    json!({
        "type": "object",
        "required": ["_pageInfo", "responseList"],
        "properties": {
            "_pageInfo": named("PageInfo"),
            "responseList": { "type": "array", "items": named(entry) },
        },
    })
}

/// The shape of an error answer.
pub(crate) fn refusal(status: StatusCode) -> Value {
    let content = json!({ "application/json": { "schema": named("Error") } });
    json!({ "description": status.canonical_reason().unwrap_or_default(), "content": content })
}

/// Merges two objects.
pub(crate) fn merge(into: &mut Value, from: Value) {
    resources::merge(into, from);
}

/// The name of a resource's shape.
pub(crate) fn shown(spec: &ResourceSpec) -> String {
    format!("{}-entry", spec.path.replace('/', "-"))
}

/// The shape of a new row.
pub(crate) fn new_entry(spec: &ResourceSpec) -> Value {
    let mut properties = json!({});
    let mut required: Vec<&str> = spec
        .name_field
        .into_iter()
        .chain(spec.required.iter().copied())
        .collect();
    for field in spec.required {
        let is_id = spec.parents.iter().any(|parent| parent.field == *field) && field.ends_with("Id");
        properties[*field] = match *field {
            "connectionInfo" => object(),
            _ if is_id => id(),
            _ => some_text(),
        };
    }
    if spec.access == Access::Start {
        properties["jobId"] = id();
        required.push("jobId");
    }
    if let Some(field) = spec.name_field {
        properties[field] = name(spec);
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

/// The shape of a change: any members; omitted ones keep their values, and so does a name that is the key.
pub(crate) fn change(spec: &ResourceSpec) -> Value {
    match spec.name_field {
        Some(field) if spec.counter.is_some() => {
            json!({ "type": "object", "properties": { field: name(spec) } })
        }
        _ => object(),
    }
}

fn name(spec: &ResourceSpec) -> Value {
    if spec.free_names || spec.unique == Unique::No {
        return some_text();
    }
    // Narrower than the rule, which forbids some characters and blanks at the ends.
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,50}$" })
}

/// The shape of an execution plan.
pub(crate) fn execution_plan() -> Value {
    let count = || json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX });
    let ending = || json!({ "enum": ["SUCCEEDED", "FAILED", "CANCELLED"] });
    let component = json!({
        "type": "object",
        "required": ["componentName"],
        "properties": {
            "componentName": text(), "rowsTotal": count(), "rowsMasked": count(), "bytesTotal": count(), "status": ending(),
        },
        "additionalProperties": false,
    });
    let event = json!({
        "type": "object",
        "required": ["eventType"],
        "properties": {
            "componentName": text(),
            "eventType": { "enum": ["JOB_ABORTED", "UNMASKED_DATA", "MASKING_FALLBACK"] },
            "severity": { "enum": ["INFO", "WARNING", "CRITICAL"] },
            "cause": { "enum": ["UNHANDLED_EXCEPTION", "IGNORED_EXCEPTION", "PATTERN_MATCH_FAILURE"] },
            "count": count(), "maskedObjectName": text(), "maskedObjectParentName": text(), "algorithmName": text(),
            "exceptionType": text(), "exceptionDetail": text(),
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "jobId": id(), "jobName": text(), "status": ending(), "runTimeMs": count(),
            "components": { "type": "array", "items": component },
            "events": { "type": "array", "items": event },
        },
        "additionalProperties": false,
    })
}

/// All named shapes.
pub(crate) fn all(profile: Option<Profile>) -> Value {
    let identifier = json!({ "type": ["object", "null"] });
    let mut all = json!({
        "Error": {
            "type": "object",
            "required": ["errorMessage"],
            "properties": { "errorMessage": some_text() },
        },
        "Token": {
            "type": "object",
            "required": ["Authorization"],
            "properties": { "Authorization": some_text() },
        },
        "PageInfo": {
            "type": "object",
            "required": ["numberOnPage", "total"],
            "properties": {
                "numberOnPage": { "type": "integer", "minimum": 0 },
                "total": { "type": "integer", "minimum": 0 },
            },
        },
        "SyncableObject": {
            "type": "object",
            "required": ["objectIdentifier", "objectType"],
            "properties": {
                "objectIdentifier": object(),
                "objectType": some_text(),
                "revisionHash": text(),
                "revisionId": text(),
            },
        },
        "ExportDocument": {
            "type": "object",
            "required": ["exportResponseMetadata", "blob", "signature", "publicKey"],
            "properties": {
                "exportResponseMetadata": object(),
                "blob": text(),
                "signature": text(),
                "publicKey": text(),
            },
        },
        "ImportOutcome": {
            "type": "object",
            "required": ["objectIdentifier", "objectType", "importStatus"],
            "properties": {
                "objectIdentifier": identifier,
                "importedObjectIdentifier": identifier,
                "objectType": some_text(),
                "importStatus": { "enum": ["SUCCESS", "FAILED", "SKIPPED"] },
                "failureMessage": text(),
            },
        },
        "AsyncTask": {
            "type": "object",
            "required": ["asyncTaskId", "operation", "status", "cancellable"],
            "properties": {
                "asyncTaskId": id(),
                "operation": {
                    "enum": [
                        "EXPORT", "IMPORT", "ALGORITHM_CREATE", "ALGORITHM_UPDATE", "ENCRYPTION_KEY_CREATE",
                        "RULESET_REFRESH", "TABLE_BULK_UPDATE", "DATAFILE_BULK_UPDATE",
                    ],
                },
                "reference": some_text(),
                "status": { "enum": ["WAITING", "RUNNING", "SUCCEEDED", "FAILED"] },
                "startTime": some_text(),
                "endTime": some_text(),
                "cancellable": boolean(),
                "exceptionDetail": text(),
            },
        },
        "SshKey": {
            "type": "object",
            "required": ["sshKeyName"],
            "properties": { "sshKeyName": some_text() },
        },
        "Upload": {
            "type": "object",
            "required": ["fileReferenceId", "fileUuid", "filename", "fileSize", "persistenceType"],
            "properties": {
                "fileReferenceId": some_text(),
                "fileUuid": some_text(),
                "filename": some_text(),
                "fileSize": { "type": "integer", "minimum": 0 },
                "persistenceType": { "enum": ["PERMANENT", "OBJECT/TEMPORARY"] },
            },
        },
    });
    executions(&mut all);
    for collection in catalogue::ALL {
        let spec = collection.spec();
        let plain = json!({
            "type": "object",
            "title": spec.title,
            "required": [spec.id_field],
            "properties": { spec.id_field: { "type": ["integer", "string"] } },
        });
        // Some shapes have more detail.
        let shape = &mut all[shown(spec)];
        if shape.is_null() {
            *shape = plain;
        }
        without_hidden(shape, profile, spec.path);
    }
    without_hidden(&mut all["AsyncTask"], profile, "async-tasks");
    all
}

/// Drops the members of other versions from the shape of a resource's rows.
fn without_hidden(shape: &mut Value, profile: Option<Profile>, path: &str) {
    for hidden in profile.iter().flat_map(|profile| profile.hidden(path)) {
        if let Some(required) = shape["required"].as_array_mut() {
            required.retain(|member| member != hidden);
        }
        if let Some(properties) = shape["properties"].as_object_mut() {
            properties.remove(hidden);
        }
    }
}

/// The shapes of executions, of monitored tasks and of logs.
fn executions(all: &mut Value) {
    let count = || json!({ "type": "integer", "minimum": -1 });
    let statuses = || json!({ "enum": ["RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "WAITING"] });
    all[shown(&resources::spec::EXECUTIONS)] = json!({
        "type": "object",
        "title": "execution",
        "required": [
            "executionId", "jobId", "status", "rowsMasked", "rowsTotal", "bytesProcessed", "bytesTotal", "submitTime",
            "startTime",
        ],
        "properties": {
            "executionId": id(), "jobId": id(), "status": statuses(), "rowsMasked": count(), "rowsTotal": count(),
            "bytesProcessed": count(), "bytesTotal": count(), "submitTime": some_text(), "startTime": some_text(),
            "endTime": some_text(), "sourceConnectorId": id(), "targetConnectorId": id(),
        },
    });
    all[shown(&resources::spec::EXECUTION_COMPONENTS)] = json!({
        "type": "object",
        "title": "execution component",
        "required": [
            "executionComponentId", "componentName", "executionId", "status", "rowsMasked", "rowsTotal",
            "bytesProcessed", "bytesTotal", "nonConformingDataCount",
        ],
        "properties": {
            "executionComponentId": id(), "componentName": text(), "executionId": id(), "status": statuses(),
            "rowsMasked": count(), "rowsTotal": count(), "bytesProcessed": count(), "bytesTotal": count(),
            "nonConformingDataCount": count(), "startTime": some_text(), "endTime": some_text(),
        },
    });
    all[shown(&resources::spec::EXECUTION_EVENTS)] = json!({
        "type": "object",
        "title": "execution event",
        "required": ["executionEventId", "executionId", "eventType", "severity", "timeStamp"],
        "properties": {
            "executionEventId": id(), "executionId": id(), "executionComponentId": id(),
            "eventType": { "enum": ["JOB_ABORTED", "UNMASKED_DATA", "MASKING_FALLBACK"] },
            "severity": { "enum": ["INFO", "WARNING", "CRITICAL"] },
            "cause": { "enum": ["UNHANDLED_EXCEPTION", "IGNORED_EXCEPTION", "PATTERN_MATCH_FAILURE"] },
            "count": count(), "timeStamp": some_text(), "maskedObjectName": text(), "maskedObjectParentName": text(),
            "algorithmName": text(), "exceptionType": text(), "exceptionDetail": text(),
        },
    });
    all["AuditLog"] = json!({
        "type": "object",
        "required": [
            "auditId", "userName", "activityDescription", "activityTime", "actionType", "target", "status",
        ],
        "properties": {
            "auditId": id(), "userName": text(), "activityDescription": text(), "activityTime": some_text(),
            "actionType": some_text(), "target": some_text(), "ipAddress": text(),
            "status": { "enum": ["ATTEMPTED", "FAILED", "SUCCEEDED"] },
        },
    });
    all["LogFileInfo"] = json!({
        "type": "object",
        "required": ["fileDownloadId", "logLevel", "fileNumber"],
        "properties": { "fileDownloadId": some_text(), "logLevel": some_text(), "fileNumber": count() },
    });
    all["MonitorTask"] = json!({
        "type": "object",
        "required": ["taskId", "monitorableTask", "status", "progression"],
        "properties": {
            "taskId": id(),
            "monitorableTask": { "enum": ["EXECUTIONS"] },
            "status": statuses(),
            "progression": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["event", "status"],
                    "properties": { "event": text(), "status": some_text() },
                },
            },
        },
    });
}
