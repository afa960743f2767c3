//! The parts of a document that an import uses. They come from the blob, never from the metadata.

use std::collections::BTreeMap;

use crate::object::{BlobType, SyncObject};
use crate::report::{DocumentReport, NamedBy, Verdict};
use crate::signature;

/// A document to import.
#[derive(Debug, Clone)]
pub struct ImportDocument {
    /// All objects in record order.
    pub objects: Vec<SyncObject<'static>>,
    /// The format number in the header.
    pub format: Option<u64>,
    /// Names for type numbers outside the table.
    pub type_names: BTreeMap<u64, String>,
    /// Whether this project's provisional type numbers apply.
    pub sealed_by_toolkit: bool,
    /// Whether the signature is valid or undetermined.
    pub intact: bool,
}

impl ImportDocument {
    /// Combines the objects of a document with facts from its report.
    pub fn new(report: &DocumentReport, objects: Vec<SyncObject<'static>>) -> Self {
        let header = report.header.as_ref();
        // The metadata's type names matter only for numbers outside the tables.
        let type_names = report
            .objects
            .iter()
            .filter(|object| object.named_by == NamedBy::Metadata)
            .map(|object| (object.key.type_number, object.type_name.clone()))
            .collect();
        Self {
            objects,
            format: header.and_then(|header| header.format),
            type_names,
            sealed_by_toolkit: header
                .and_then(|header| header.rule.as_deref())
                .and_then(signature::by_name)
                .is_some_and(|rule| rule.own),
            intact: report.signature.verdict != Verdict::Invalid,
        }
    }

    /// The type names of the objects.
    pub fn object_types(&self) -> Vec<String> {
        self.objects.iter().map(|object| self.type_name(object)).collect()
    }

    /// The type's name by the blob, else by the metadata, else by the number.
    pub(super) fn type_name(&self, object: &SyncObject<'_>) -> String {
        let number = object.key().type_number;
        let blob = BlobType::read(
            number,
            object.data_type(),
            object.revision(),
            self.sealed_by_toolkit,
        );
        blob.named
            .map(|(name, _)| name)
            .or_else(|| self.type_names.get(&number).cloned())
            .unwrap_or_else(|| format!("TYPE_{number}"))
    }
}
