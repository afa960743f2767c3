//! Tables of a document's objects, of its metadata's rows, and of references.

use std::collections::BTreeSet;
use std::io::{self, Write};

use exportdoc::internal::import_plan::{ReferenceState, references_against};
use exportdoc::internal::object::{known_by_number, meaning_of, type_by_name};
use exportdoc::internal::report::{DocumentReport, Encryption, ListedObject, ObjectReport};

use crate::outcome::document::Judged;
use crate::render::style::safe;
use crate::render::text::tables::{Cell, Column, Rows};
use crate::render::words::time;

/// Prints the objects.
pub(crate) fn table(
    out: &mut impl Write,
    report: &DocumentReport,
    types: &[String],
    width: Option<usize>,
) -> io::Result<()> {
    let mut table = Rows::new([
        Column::kept("TYPE"),
        Column::kept("IDENTIFIER"),
        Column::ranked(1, "NAME").shortening(),
        Column::ranked(2, "REVISION HASH"),
        Column::ranked(4, "MODIFIED"),
        Column::ranked(5, "BYTES").number(),
        Column::ranked(3, "NEEDS").number(),
    ]);
    for (id, object) in report.objects.iter().enumerate() {
        if !types.is_empty() && !types.contains(&object.type_name) {
            continue;
        }
        let node = &report.graph.nodes()[id];
        table.add([
            Cell::from(safe(&object.type_name).into_owned()),
            Cell::from(safe(&object.key.identifier.to_string()).into_owned()),
            Cell::from(display_name(object)),
            hash(object),
            Cell::from(time::short_millis(object.modified)),
            Cell::from(object.size.to_string()),
            Cell::from((node.dependencies.len() + node.missing.len()).to_string()),
        ]);
    }
    if !table.is_empty() {
        table.print(out, width)?;
    } else if !types.is_empty() {
        writeln!(out, "  no readable object of type {}", safe(&types.join(" or ")))?;
    }
    Ok(())
}

/// Prints what each type of the objects is for, in the order in which they come.
pub(crate) fn types(
    out: &mut impl Write,
    report: &DocumentReport,
    only: &[String],
    width: Option<usize>,
) -> io::Result<()> {
    let mut said = BTreeSet::new();
    let mut table = Rows::new([Column::kept("TYPE"), Column::kept("IS FOR").wrapping()]);
    for object in &report.objects {
        let name = object.type_name.as_str();
        if (only.is_empty() || only.contains(&object.type_name)) && said.insert(name) {
            let meaning = meaning_of(name).unwrap_or_else(|| match type_by_name(name) {
                Some(_) => "Only the name of this type is known.",
                None => "This version doesn't know the type.",
            });
            table.add([
                Cell::from(safe(name).into_owned()),
                Cell::from(meaning.to_owned()),
            ]);
        }
    }
    if table.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    table.print(out, width)
}

/// The name, unless it only repeats the identifier.
pub(crate) fn display_name(object: &ObjectReport) -> String {
    match &object.name {
        Some(name) if *name != object.key.identifier.to_string() => safe(name).into_owned(),
        _ => "-".to_owned(),
    }
}

/// The recomputed hash, shortened unless there is room, and how it compares.
fn hash(object: &ObjectReport) -> Cell {
    let whole = object.computed_hash.as_deref().unwrap_or("-");
    let short = whole.get(..12).unwrap_or(whole);
    let compared = match object.hash_matches() {
        Some(true) => "ok",
        Some(false) => "DIFFERS",
        None => "?",
    };
    Cell::with_whole(format!("{short} {compared}"), format!("{whole} {compared}"))
}

/// Prints what is known of the record in which the blob breaks off.
pub(crate) fn partial(out: &mut impl Write, report: &DocumentReport) -> io::Result<()> {
    let Some(partial) = &report.blob.partial else {
        return Ok(());
    };
    let cut = |own: bool| {
        partial.cut_key.filter(|cut| cut.own == own).map(|cut| {
            let name = known_by_number(cut.type_number).map_or_else(
                || format!("type {}", cut.type_number),
                |known| known.name.to_owned(),
            );
            format!("{name}, whose identifier breaks off")
        })
    };
    let what = partial
        .key
        .as_ref()
        .map(ToString::to_string)
        .or_else(|| cut(true))
        .unwrap_or_else(|| "unreadable so far".to_owned());
    writeln!(
        out,
        "  breaks off in record {} at blob byte {}: {} of {} bytes there; {}",
        partial.index,
        partial.offset,
        partial.have,
        partial.claimed,
        safe(&what)
    )?;
    for dependency in &partial.dependencies {
        writeln!(out, "    needs {}", safe(&dependency.to_string()))?;
    }
    if let Some(dependency) = cut(false) {
        writeln!(out, "    needs {dependency}")?;
    }
    Ok(())
}

/// Prints the objects that the metadata lists, if the blob can't be compared with it.
pub(crate) fn label(
    out: &mut impl Write,
    report: &DocumentReport,
    types: &[String],
    width: Option<usize>,
) -> io::Result<()> {
    const SHOWN: usize = 1000;
    let rows: Vec<&ListedObject> = report
        .envelope
        .exported
        .iter()
        .filter(|row| types.is_empty() || row.type_name.as_ref().is_some_and(|name| types.contains(name)))
        .collect();
    let visible = match report.encryption {
        Encryption::Clear => true,
        Encryption::Passphrase { opened, .. } => opened,
        Encryption::Unknown => false,
    };
    let compared = report.blob.complete && visible;
    if compared || rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n  Listed by the metadata, unchecked because the blob's objects can't be read"
    )?;
    let mut table = Rows::new([
        Column::kept("TYPE"),
        Column::kept("IDENTIFIER"),
        Column::ranked(1, "STATED REVISION HASH"),
    ]);
    for row in rows.iter().take(SHOWN) {
        let identifier = row.identifier.as_ref();
        let identifier = identifier.map_or_else(|| "-".to_owned(), |id| safe(&id.to_string()).into_owned());
        table.add([
            Cell::from(safe(row.type_name.as_deref().unwrap_or("-")).into_owned()),
            Cell::from(identifier),
            Cell::from(safe(row.hash.as_deref().unwrap_or("-")).into_owned()),
        ]);
    }
    table.print(out, width)?;
    match rows.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}

/// Prints the secrets that `--show-secrets` asks for.
pub(crate) fn secret_values(out: &mut impl Write, report: &DocumentReport) -> io::Result<()> {
    for object in report
        .objects
        .iter()
        .filter(|object| !object.secret_values.is_empty())
    {
        writeln!(
            out,
            "\n  {} {}",
            safe(&object.type_name),
            safe(&object.key.identifier.to_string())
        )?;
        for secret in &object.secret_values {
            writeln!(out, "    {}", secret.kind.as_str())?;
            for line in secret.text.lines() {
                writeln!(out, "      {}", safe(line))?;
            }
            if secret.cut > 0 {
                writeln!(out, "      … {} bytes more", secret.cut)?;
            }
        }
    }
    Ok(())
}

/// Prints how the references of a document resolve in another one.
pub(crate) fn references(
    out: &mut impl Write,
    report: &DocumentReport,
    against: &Judged,
    width: Option<usize>,
) -> io::Result<()> {
    let Ok(other) = &against.outcome else {
        return Ok(());
    };
    let found = references_against(report, other);
    let count = |state| found.iter().filter(|found| found.state == state).count();
    let mut parts = Vec::new();
    for state in [
        ReferenceState::Resolved,
        ReferenceState::Stale,
        ReferenceState::OtherObject,
        ReferenceState::Missing,
    ] {
        if count(state) > 0 {
            parts.push(format!("{} {}", count(state), state.as_str()));
        }
    }
    let parts = if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    };
    writeln!(out, "\n  References in {}: {parts}", safe(&against.path))?;
    if found.is_empty() {
        return Ok(());
    }
    let mut table = Rows::new([
        Column::kept("STATE"),
        Column::ranked(1, "REFERENCE"),
        Column::kept("IDENTIFIER"),
        Column::ranked(2, "THERE"),
    ]);
    for found in &found {
        let reference = &report.objects[found.reference];
        let original = found.original.map(|at| &other.objects[at]);
        let there = original.map_or_else(
            || "-".to_owned(),
            |original| safe(&format!("{} {}", original.type_name, original.key.identifier)).into_owned(),
        );
        table.add([
            Cell::from(found.state.as_str().to_owned()),
            Cell::from(safe(&reference.type_name).into_owned()),
            Cell::from(safe(&reference.key.identifier.to_string()).into_owned()),
            Cell::from(there),
        ]);
    }
    table.print(out, width)
}
