//! What came of a merge, for people on a terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use exportdoc::internal::escape;
use exportdoc::internal::merge::{Conflict, MergeOutcome, Origin};

use crate::render::words::diff as words;
use crate::render::words::time::short_millis;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// Lines of one list; the rest is counted.
const LISTED: usize = 200;

fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    escape::terminal(text)
}

fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// All of it.
pub(crate) fn print(out: &mut impl Write, outcome: &MergeOutcome) -> io::Result<()> {
    for (n, source) in outcome.sources.iter().enumerate() {
        let number = match n < outcome.sides {
            true => (n + 1).to_string(),
            false => "base".to_owned(),
        };
        writeln!(out, "{} {}", styled(DIM, number), safe(source))?;
    }
    writeln!(out, "{}", styled(BOLD, summary(outcome)))?;
    let decided = outcome
        .objects
        .iter()
        .filter(|object| !matches!(object.origin, Origin::Same | Origin::Only));
    list(
        out,
        "Decided",
        decided.map(|object| {
            let from: Vec<&str> = object
                .sources
                .iter()
                .filter_map(|source| outcome.sources.get(*source))
                .map(String::as_str)
                .collect();
            format!(
                "{}: {} from {}",
                object.object,
                object.origin.as_str(),
                from.join(", ")
            )
        }),
    )?;
    list(
        out,
        "Renumbered",
        outcome.renumbered.iter().map(|renumbered| {
            let source = outcome.sources.get(renumbered.source).map_or("", String::as_str);
            format!("{} was {} in {source}", renumbered.object, renumbered.old)
        }),
    )?;
    list(out, "Removed", outcome.removed.iter().map(ToString::to_string))?;
    print_notes(out, outcome)?;
    for conflict in outcome.conflicts.iter().take(LISTED) {
        writeln!(out)?;
        print_conflict(out, outcome, conflict)?;
    }
    if !outcome.conflicts.is_empty() {
        let count = words::counted(outcome.conflicts.len() as u64, "conflict");
        writeln!(
            out,
            "\n{}",
            styled(RED, format_args!("{count}: nothing is written"))
        )?;
    }
    Ok(())
}

/// What should be known.
pub(crate) fn print_notes(out: &mut impl Write, outcome: &MergeOutcome) -> io::Result<()> {
    list(out, "Notes", outcome.notes.iter().map(ToString::to_string))
}

/// `24 objects: 20 same, 4 only; 1 conflict`.
fn summary(outcome: &MergeOutcome) -> String {
    let mut counts: BTreeMap<Origin, u64> = BTreeMap::new();
    for object in &outcome.objects {
        *counts.entry(object.origin).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(origin, count)| format!("{count} {}", origin.as_str()))
        .collect();
    let objects = words::counted(outcome.objects.len() as u64, "object");
    let mut text = match parts.is_empty() {
        true => objects,
        false => format!("{objects}: {}", parts.join(", ")),
    };
    for (count, what) in [
        (outcome.renumbered.len(), "renumbered"),
        (outcome.removed.len(), "removed"),
    ] {
        if count > 0 {
            text.push_str(&format!("; {count} {what}"));
        }
    }
    if !outcome.conflicts.is_empty() {
        let count = words::counted(outcome.conflicts.len() as u64, "conflict");
        text.push_str(&format!("; {count}"));
    }
    text
}

/// A titled list of what comes out of documents; of a long one, the beginning.
pub(crate) fn list(out: &mut impl Write, title: &str, lines: impl Iterator<Item = String>) -> io::Result<()> {
    let mut count = 0;
    for line in lines {
        if count == 0 {
            writeln!(out, "\n{}", styled(BOLD, title))?;
        }
        count += 1;
        if count <= LISTED {
            writeln!(out, "    {}", safe(&line))?;
        }
    }
    if count > LISTED {
        writeln!(out, "    … and {} more", count - LISTED)?;
    }
    Ok(())
}

fn print_conflict(out: &mut impl Write, outcome: &MergeOutcome, conflict: &Conflict) -> io::Result<()> {
    let name = conflict.name.as_deref().unwrap_or_default();
    let name = match name == conflict.key.identifier.to_string() || name.is_empty() {
        true => conflict.label(),
        false => format!("{} ({name})", conflict.label()),
    };
    let kind = styled(RED, conflict.kind.as_str());
    writeln!(out, "{kind} {}", styled(BOLD, safe(&name)))?;
    writeln!(out, "    {}", styled(DIM, meaning(conflict)))?;
    for candidate in &conflict.candidates {
        let source = outcome.sources.get(candidate.source).map_or("", String::as_str);
        let state = match &candidate.state {
            Some(state) => format!("saved {}", short_millis(state.modified)),
            None => "removed".to_owned(),
        };
        let number = match candidate.key == conflict.key {
            true => String::new(),
            false => format!(" as {}", candidate.key.identifier),
        };
        writeln!(
            out,
            "    {} {}: {state}{}",
            styled(YELLOW, candidate.source + 1),
            safe(source),
            safe(&number)
        )?;
    }
    for change in &conflict.changes {
        let (path, change) = (change.path.to_string(), words::change(change));
        writeln!(out, "    {}: {}", safe(&path), safe(&change))?;
    }
    if conflict.more_changes > 0 {
        let more = words::counted(conflict.more_changes, "change");
        writeln!(out, "    … and {more} more")?;
    }
    Ok(())
}

fn meaning(conflict: &Conflict) -> &'static str {
    use exportdoc::internal::merge::ConflictKind as Kind;
    match conflict.kind {
        Kind::Different => "in different states, and no base tells which one is newer",
        Kind::BothAdded => "both sides added it, differently",
        Kind::BothChanged => "both sides changed it, differently",
        Kind::ChangedAndRemoved => "one side changed what the other removed",
        Kind::SameRevision => "other content under one revision, which no engine writes",
        Kind::GlobalKey => "two global keys: only --resolve settles this",
        Kind::SameName => "two objects of one name, which engines take for one: only --by-name settles this",
    }
}
