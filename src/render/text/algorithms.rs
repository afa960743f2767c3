//! User algorithms: the framework behind each, its configuration and the files that it names.

use std::io::{self, Write};

use exportdoc::internal::object::data::Configuration;
use exportdoc::internal::report::{DocumentReport, ObjectReport};

use crate::render::style::safe;
use crate::render::words::algorithms::text;

/// Prints the user algorithms of a document.
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
            writeln!(out, "    the configuration is not JSON and not shown")?;
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
