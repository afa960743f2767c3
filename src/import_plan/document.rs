//! The parts of a document that count for an import: the blob's, never the metadata's.

use std::collections::BTreeMap;

use crate::object::SyncObject;
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
    /// Whether the signature isn't invalid.
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
        let objects = self.objects.iter();
        objects
            .map(|object| super::kind::type_name(object, self))
            .collect()
    }
}
