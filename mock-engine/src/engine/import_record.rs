//! What is to be said of an import afterwards: which document it was and how each of its objects fared.
//!
//! Invariant: bounded, for documents with many objects and long names too.

use exportdoc::internal::import_plan::{ImportOutcome, ImportStatus, Step};
use exportdoc::internal::report::DocumentReport;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Most bytes of objects that a record tells of.
const OBJECT_BYTES: usize = 256 << 10;

/// What an import was of, and how it went.
#[derive(Debug, Clone, Default)]
pub struct ImportRecord {
    /// SHA-256 of the document.
    digest: String,
    /// Its UUID, if it could be read.
    export_id: Option<String>,
    /// Where it came from, as it says.
    host: Option<String>,
    /// How many objects it has.
    objects: usize,
    /// How they fared, in the order of the import.
    outcomes: Vec<Value>,
    bytes: usize,
    /// Whether something stood behind the document.
    pub behind_json: bool,
}

impl ImportRecord {
    /// Notes which document it is.
    pub(super) fn document(&mut self, bytes: &[u8]) {
        self.digest = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
    }

    /// Notes what was read of it.
    pub(super) fn read(&mut self, report: &DocumentReport) {
        self.export_id = report.header.as_ref().map(|header| header.export_id.clone());
        self.host = report.envelope.host.clone();
        self.objects = report.objects.len();
    }

    /// Notes how one object fared; without an outcome, what would have been done with it.
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

    /// As the journal shows it.
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "sha256": self.digest,
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
