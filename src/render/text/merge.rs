//! The decisions and conflicts of a merge.

use std::io::{self, Write};

use exportdoc::internal::merge::{Conflict, MergeOutcome, Origin};

use crate::render::style::{BOLD, DIM, RED, YELLOW, safe, styled};
use crate::render::text::tables::list;
use crate::render::words::counted;
use crate::render::words::diff as words;
use crate::render::words::merge as shared;
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
    writeln!(out, "{}", styled(BOLD, shared::summary(outcome)))?;
    let decided = outcome
        .objects
        .iter()
        .filter(|object| !matches!(object.origin, Origin::Same | Origin::Only));
    list(
        out,
        "Decided",
        decided.map(|object| {
            let from = shared::sources(outcome, &object.sources);
            format!(
                "{}: {}, from {from}",
                object.object,
                shared::reason(object.origin)
            )
        }),
    )?;
    list(out, "Renumbered", shared::renumbered(outcome).into_iter())?;
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

fn print_conflict(out: &mut dyn Write, outcome: &MergeOutcome, conflict: &Conflict) -> io::Result<()> {
    let name = shared::conflicting(conflict);
    let kind = styled(RED, conflict.kind.as_str());
    writeln!(out, "{kind} {}", styled(BOLD, safe(&name)))?;
    writeln!(out, "    {}", styled(DIM, shared::meaning(conflict)))?;
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
