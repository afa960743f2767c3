//! The record of an import, for the journal: its document and the outcome of each object.
//!
//! Invariant: bounded, even for documents with many objects and long names.

use exportdoc::internal::import_plan::{ImportOutcome, ImportStatus, Step};
use exportdoc::internal::report::DocumentReport;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::exchange::ImportRequest;

/// Limit on the recorded objects, in bytes.
const OBJECT_BYTES: usize = 256 << 10;

/// An import's document and outcomes.
#[derive(Debug, Clone, Default)]
pub struct ImportRecord {
    /// SHA-256 of the document.
    digest: String,
    /// The size of the document.
    size: usize,
    /// The options of the import.
    options: Value,
    /// The document's UUID, if it is readable.
    export_id: Option<String>,
    /// The exporting host, as the document says.
    host: Option<String>,
    /// The number of its objects.
    objects: usize,
    /// Their outcomes, in the order of the import.
    outcomes: Vec<Value>,
    bytes: usize,
    /// Whether bytes follow the JSON of the document.
    pub has_trailing_data: bool,
}

impl ImportRecord {
    /// Records what is asked for.
    pub(super) fn request(&mut self, request: &ImportRequest) {
        self.digest = Sha256::digest(&request.document)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.size = request.document.len();
        let mut options = json!({
            "forceOverwrite": request.force_overwrite,
            "passphrase": request.passphrase.is_some(),
        });
        let environments = [
            ("environmentId", request.environment_id),
            ("sourceEnvironmentId", request.source_environment_id),
        ];
        for (name, id) in environments {
            if let Some(id) = id {
                options[name] = id.into();
            }
        }
        self.options = options;
    }

    /// Records the document's header.
    pub(super) fn read(&mut self, report: &DocumentReport) {
        self.export_id = report.header.as_ref().map(|header| header.export_id.clone());
        self.host = report.envelope.host.clone();
        self.objects = report.objects.len();
    }

    /// Records the outcome of an object; without one, the planned action alone.
    pub(super) fn object(&mut self, step: &Step, outcome: Option<&ImportOutcome>) {
        let mut object = json!({
            "objectType": step.type_name,
            "objectIdentifier": step.key.identifier.to_json(),
            "action": step.action.as_str(),
        });
        if let Some(name) = &step.name {
            object["name"] = name.as_str().into();
        }
        if let Some(outcome) = outcome {
            object["importStatus"] = json!(outcome.status);
            if let Some(id) = &outcome.imported {
                object["importedObjectIdentifier"] = id.to_json();
            }
            if outcome.status == ImportStatus::Failed {
                object["failureMessage"] = json!(outcome.failure_message);
            }
        }
        let bytes = object.to_string().len();
        if self.bytes + bytes <= OBJECT_BYTES {
            self.bytes += bytes;
            self.outcomes.push(object);
        }
    }

    /// Returns the record in its form for the journal.
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "sha256": self.digest,
            "bytes": self.size,
            "options": self.options,
            "objects": self.objects,
            "outcomes": self.outcomes,
        });
        if let Some(id) = &self.export_id {
            value["exportId"] = id.as_str().into();
        }
        if let Some(host) = &self.host {
            value["exportHost"] = host.as_str().into();
        }
        if self.outcomes.len() < self.objects && !self.outcomes.is_empty() {
            value["outcomesLeftOut"] = (self.objects - self.outcomes.len()).into();
        }
        value
    }
}
