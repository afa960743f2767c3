//! From a document that was read to what of it counts for an import.

use std::collections::BTreeMap;

use crate::object::SyncObject;
use crate::report::{DocumentReport, NamedBy, Verdict};
use crate::signature;

/// A document's objects with what names them.
#[derive(Debug, Clone)]
pub struct ImportDocument {
    /// All objects in record order.
    pub objects: Vec<SyncObject<'static>>,
    /// The header's format number.
    pub format: Option<u64>,
    /// Names for type numbers outside the table.
    pub type_names: BTreeMap<u64, String>,
    /// Whether this project's type numbers mean what they mean in its own documents.
    pub sealed_by_toolkit: bool,
    /// Whether nothing speaks against the signature.
    pub intact: bool,
}

impl ImportDocument {
    /// What a report says of the document that the objects are from.
    pub fn new(report: &DocumentReport, objects: Vec<SyncObject<'static>>) -> Self {
        let header = report.header.as_ref();
        // The metadata's names matter only for numbers that no table has.
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

    /// The type of each object, as a plan names it.
    pub fn object_types(&self) -> Vec<String> {
        let objects = self.objects.iter();
        objects
            .map(|object| super::kind::type_name(object, self))
            .collect()
    }
}
