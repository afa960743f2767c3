//! The texts of user algorithms: the framework behind each, its plugin and its configuration.

use exportdoc::internal::object::data::FieldSpec;
use exportdoc::internal::report::ObjectReport;

/// Whether a field describes a user algorithm.
pub(crate) fn describes(field: &FieldSpec) -> bool {
    matches!(field.name, "framework" | "plugin" | "configuration")
}

/// The text of one of these fields.
pub(crate) fn text<'r>(object: &'r ObjectReport, field: &str) -> Option<&'r str> {
    let mut texts = object.texts.list.iter();
    texts.find(|found| found.field.name == field)?.text.as_deref()
}
