//! User algorithms: the framework behind each, its configuration and the files that it names.

use std::io::{self, Write};

use exportdoc::internal::object::data::{Configuration, FieldSpec};
use exportdoc::internal::report::{DocumentReport, ObjectReport};
use serde_json::{Value, json};

use crate::render::text::inspect::safe;

/// Whether a field describes a user algorithm.
pub(crate) fn describes(field: &FieldSpec) -> bool {
    matches!(field.name, "framework" | "plugin" | "configuration")
}

/// A text of an object under the name of its field.
fn text<'r>(object: &'r ObjectReport, field: &str) -> Option<&'r str> {
    let mut texts = object.texts.list.iter();
    texts.find(|found| found.field.name == field)?.text.as_deref()
}

pub(crate) fn print(out: &mut impl Write, report: &DocumentReport, types: &[String]) -> io::Result<()> {
    let described = |object: &&ObjectReport| {
        (types.is_empty() || types.contains(&object.type_name)) && !object.texts.list.is_empty()
    };
    for object in report.objects.iter().filter(described) {
        writeln!(
            out,
            "\n  {} {}",
            safe(&object.type_name),
            safe(&object.key.identifier.to_string())
        )?;
        let framework = text(object, "framework").unwrap_or("-");
        let plugin = text(object, "plugin").unwrap_or("-");
        writeln!(
            out,
            "    framework {} of plugin {}",
            safe(framework),
            safe(plugin)
        )?;
        let Some(configuration) = text(object, "configuration") else {
            continue;
        };
        let Some(read) = Configuration::read(configuration) else {
            writeln!(out, "    configuration is no JSON, so it is not shown")?;
            continue;
        };
        for file in &read.lookup_files {
            writeln!(out, "    file {}", safe(file))?;
        }
        for line in format!("{:#}", read.json).lines() {
            writeln!(out, "    {}", safe(line))?;
        }
    }
    Ok(())
}

/// The same as JSON; `None` for objects that are no user algorithms.
pub(crate) fn json(object: &ObjectReport) -> Option<Value> {
    if object.texts.list.is_empty() {
        return None;
    }
    let read = text(object, "configuration").and_then(Configuration::read);
    Some(json!({
        "framework": text(object, "framework"),
        "plugin": text(object, "plugin"),
        "lookup_files": read.as_ref().map(|read| read.lookup_files.clone()),
        "configuration": read.map(|read| read.json),
    }))
}
