//! The differences between two documents.

use std::io::{self, Write};

use anstyle::Style;
use exportdoc::internal::diff::{DocumentDiff, FieldChange, LineTag, ObjectDiff, Status};

use crate::outcome::comparison::Compared;
use crate::render::style::{BOLD, DIM, GREEN, RED, YELLOW, safe, styled};
use crate::render::words::counted;
use crate::render::words::diff::{self as words, View};

fn style(status: Status) -> Style {
    match status {
        Status::Added => GREEN,
        Status::Removed | Status::ContentWithoutRevision => RED,
        Status::Changed => YELLOW,
        Status::RewrittenByEngine | Status::Resaved | Status::DependencyChanged | Status::Unchanged => DIM,
    }
}

/// Prints all differences.
pub(crate) fn print(out: &mut impl Write, compared: &Compared, view: View) -> io::Result<()> {
    let diff = &compared.diff;
    head(out, compared)?;
    // No blank lines between objects that have only a name.
    let mut apart = true;
    for object in &diff.objects {
        let details =
            !object.changes.is_empty() || !object.content.is_empty() || !words::reasons(object).is_empty();
        if apart || details {
            writeln!(out)?;
        }
        apart = details;
        print_object(out, object)?;
    }
    if !diff.renumbered.is_empty() {
        writeln!(out, "\n{}", styled(BOLD, "Other identifiers, same content"))?;
        for (old, new) in &diff.renumbered {
            writeln!(
                out,
                "    {} → {}",
                safe(&old.to_string()),
                safe(&new.identifier.to_string())
            )?;
        }
    }
    volatile(out, diff, view)?;
    let envelope = words::envelope(diff, view.envelope);
    if !envelope.is_empty() {
        writeln!(out, "\n{}", styled(BOLD, "Envelope (no content)"))?;
        for change in envelope {
            let side = |side: &Option<String>| side.as_deref().map_or("–".into(), safe).into_owned();
            writeln!(
                out,
                "    {}: {} → {}",
                change.field,
                side(&change.old),
                side(&change.new)
            )?;
        }
    }
    bytes(out, diff)?;
    findings(out, diff)
}

fn volatile(out: &mut impl Write, diff: &DocumentDiff, view: View) -> io::Result<()> {
    if diff.volatile.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", words::volatile(diff, view.volatile))?;
    for object in diff.volatile.iter().filter(|_| view.volatile) {
        writeln!(out, "    {}", safe(&object.new.to_string()))?;
        for change in &object.changes {
            write!(out, "    ")?;
            print_change(out, change)?;
        }
    }
    Ok(())
}

fn bytes(out: &mut impl Write, diff: &DocumentDiff) -> io::Result<()> {
    if let Some(bytes) = &diff.bytes {
        writeln!(out, "\n{}", styled(BOLD, "Bytes"))?;
        for line in words::bytes(bytes) {
            writeln!(out, "    {}", safe(&line))?;
        }
    }
    Ok(())
}

/// Prints a line per object with the number of its changed fields.
pub(crate) fn print_stat(out: &mut impl Write, compared: &Compared) -> io::Result<()> {
    for object in &compared.diff.objects {
        let name = object.object().map(ToString::to_string).unwrap_or_default();
        let fields = object.changes.len() as u64 + object.more_changes;
        let count = if fields > 0 {
            format!(", {}", counted(fields, "field"))
        } else {
            String::new()
        };
        writeln!(
            out,
            "{} | {}{count}",
            safe(&name),
            styled(style(object.status), object.status.as_str())
        )?;
    }
    writeln!(out, "{}", words::summary(&compared.diff))?;
    obstacles(out, &compared.diff)?;
    bytes(out, &compared.diff)?;
    findings(out, &compared.diff)
}

/// Prints type and identifier of each object that differs.
pub(crate) fn print_names(out: &mut impl Write, compared: &Compared) -> io::Result<()> {
    for object in compared.diff.objects.iter().filter_map(ObjectDiff::object) {
        writeln!(
            out,
            "{}:{}",
            safe(&object.type_name),
            safe(&object.identifier.to_string())
        )?;
    }
    Ok(())
}

fn head(out: &mut impl Write, compared: &Compared) -> io::Result<()> {
    for (word, side) in [("old", &compared.old), ("new", &compared.new)] {
        if side.report.is_nothing() {
            writeln!(out, "{} {} (no document)", styled(DIM, word), safe(&side.path))?;
            continue;
        }
        writeln!(
            out,
            "{} {} ({}, {})",
            styled(DIM, word),
            safe(&side.path),
            side.report.signature.verdict.as_str(),
            counted(side.report.objects.len() as u64, "object")
        )?;
    }
    writeln!(out, "{}", styled(BOLD, words::summary(&compared.diff)))?;
    obstacles(out, &compared.diff)
}

fn obstacles(out: &mut impl Write, diff: &DocumentDiff) -> io::Result<()> {
    for obstacle in &diff.obstacles {
        writeln!(
            out,
            "{} {}",
            styled(RED, "incomplete:"),
            words::obstacle(obstacle)
        )?;
    }
    Ok(())
}

fn print_object(out: &mut impl Write, object: &ObjectDiff) -> io::Result<()> {
    let name = object.object().map(ToString::to_string).unwrap_or_default();
    writeln!(
        out,
        "{} {}",
        styled(style(object.status), object.status.as_str()),
        styled(BOLD, safe(&name))
    )?;
    for reason in words::reasons(object) {
        writeln!(out, "    {}", safe(&reason))?;
    }
    for change in &object.changes {
        print_change(out, change)?;
    }
    for line in &object.content {
        writeln!(out, "    {}{}", "  ".repeat(line.depth), safe(&words::line(line)))?;
    }
    if object.more_content > 0 {
        let more = counted(object.more_content, "line");
        writeln!(out, "    … and {more} more")?;
    }
    if object.more_changes > 0 {
        writeln!(out, "    … and {} more", counted(object.more_changes, "change"))?;
    }
    Ok(())
}

fn print_change(out: &mut impl Write, change: &FieldChange) -> io::Result<()> {
    write!(
        out,
        "    {}: {}",
        safe(&change.path.to_string()),
        safe(&words::change(change))
    )?;
    let Some(secret) = &change.secret else {
        return writeln!(out);
    };
    writeln!(out, " ({})", words::tally(secret))?;
    let Some(lines) = &secret.lines else {
        return Ok(());
    };
    for (tag, line) in &lines.lines {
        let (mark, style) = match tag {
            LineTag::Same => (' ', DIM),
            LineTag::Removed => ('-', RED),
            LineTag::Added => ('+', GREEN),
        };
        writeln!(
            out,
            "      {}",
            styled(style, format_args!("{mark} {}", safe(line)))
        )?;
    }
    match words::cut(lines) {
        Some(note) => writeln!(out, "      … {note}"),
        None => Ok(()),
    }
}

fn findings(out: &mut impl Write, diff: &DocumentDiff) -> io::Result<()> {
    if diff.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", styled(BOLD, "Findings"))?;
    for finding in &diff.findings {
        writeln!(
            out,
            "    {} {}: {}",
            styled(YELLOW, finding.severity),
            finding.id(),
            safe(&finding.message)
        )?;
    }
    Ok(())
}
