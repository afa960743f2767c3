//! The decisions and conflicts of a merge.

use std::collections::BTreeMap;
use std::io::{self, Write};

use exportdoc::internal::merge::{Conflict, MergeOutcome, Origin};

use crate::render::style::{BOLD, DIM, RED, YELLOW, safe, styled};
use crate::render::text::tables::list;
use crate::render::words::counted;
use crate::render::words::diff as words;
use crate::render::words::time::short_millis;

/// Conflicts to print.
const LISTED: usize = 200;

/// Prints all of it.
pub(crate) fn print(out: &mut dyn Write, outcome: &MergeOutcome) -> io::Result<()> {
    for (n, source) in outcome.sources.iter().enumerate() {
        let number = if n < outcome.sides {
            (n + 1).to_string()
        } else {
            "base".to_owned()
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
        let count = counted(outcome.conflicts.len() as u64, "conflict");
        writeln!(
            out,
            "\n{}",
            styled(RED, format_args!("{count}: nothing is written"))
        )?;
    }
    Ok(())
}

/// Prints the notes.
pub(crate) fn print_notes(out: &mut dyn Write, outcome: &MergeOutcome) -> io::Result<()> {
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
    let objects = counted(outcome.objects.len() as u64, "object");
    let mut text = if parts.is_empty() {
        objects
    } else {
        format!("{objects}: {}", parts.join(", "))
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
        let count = counted(outcome.conflicts.len() as u64, "conflict");
        text.push_str(&format!("; {count}"));
    }
    text
}

fn print_conflict(out: &mut dyn Write, outcome: &MergeOutcome, conflict: &Conflict) -> io::Result<()> {
    let name = conflict.name.as_deref().unwrap_or_default();
    let name = if name.is_empty() || name == conflict.key.identifier.to_string() {
        conflict.label()
    } else {
        format!("{} ({name})", conflict.label())
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
        let number = if candidate.key == conflict.key {
            String::new()
        } else {
            format!(" as {}", candidate.key.identifier)
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
        let more = counted(conflict.more_changes, "change");
        writeln!(out, "    … and {more} more")?;
    }
    Ok(())
}

fn meaning(conflict: &Conflict) -> &'static str {
    use exportdoc::internal::merge::ConflictKind as Kind;
    match conflict.kind {
        Kind::Different => "the states differ, and no base shows which one is newer",
        Kind::BothAdded => "both sides added it, differently",
        Kind::BothChanged => "both sides changed it, differently",
        Kind::ChangedAndRemoved => "one side changed what the other removed",
        Kind::SameRevision => "different content under the same revision, which no engine writes",
        Kind::GlobalKey => "two global keys: only --resolve settles this",
        Kind::SameName => {
            "two objects with one name, which engines treat as one: only --by-name settles this"
        }
    }
}
