//! Changed fields, before and after: in one cell, and as a table.

use exportdoc::internal::diff::{FieldChange, LineTag, Value};
use exportdoc::internal::escape;

use super::{LIMIT, cell, row, short, table_head};
use crate::render::words::counted;
use crate::render::words::diff as words;

/// Changes of one object in a cell.
pub(super) const BRIEF: usize = 3;

/// The first changes for a cell, each on its own line.
pub(super) fn brief(changes: &[FieldChange], more: u64) -> Vec<String> {
    let mut lines: Vec<String> = changes.iter().take(BRIEF).map(line).collect();
    let more = more + changes.len().saturating_sub(BRIEF) as u64;
    if more > 0 {
        lines.push(format!("… and {} more", counted(more, "change")));
    }
    lines
}

fn line(change: &FieldChange) -> String {
    let path = short(&change.path.to_string());
    match (&change.old, &change.new) {
        (Some(Value::Order), _) | (None, None) => format!("{path}: {}", words::change(change)),
        (old, new) => {
            let [old, new] = [old, new].map(|side| short(&words::side(side.as_ref())));
            format!("{path}: {old} → {new}")
        }
    }
}

/// All listed changes, with the changed lines of secrets where the comparison has them.
pub(super) fn table(changes: &[FieldChange], more: u64, [before, after]: [&str; 2]) -> String {
    let mut text = table_head(&["Field", before, after]);
    for change in changes {
        let [old, new] = [&change.old, &change.new].map(|side| cell(&words::side(side.as_ref())));
        text.push_str(&row(&[&cell(&change.path.to_string()), &old, &new]));
        // A part that is too long is omitted as a whole.
        if text.len() > LIMIT {
            break;
        }
    }
    if more > 0 {
        text.push_str(&format!("\n{} more\n", counted(more, "change")));
    }
    for change in changes {
        lines(&mut text, change);
    }
    text
}

/// The changed lines of a secret, for `--show-secrets`.
fn lines(text: &mut String, change: &FieldChange) {
    let Some(diff) = change.secret.as_ref().and_then(|secret| secret.lines.as_ref()) else {
        return;
    };
    text.push_str(&format!("\n{}\n\n", cell(&change.path.to_string())));
    for (tag, line) in &diff.lines {
        let mark = match tag {
            LineTag::Same => "both",
            LineTag::Removed => "old",
            LineTag::Added => "new",
        };
        text.push_str(&format!("- {mark}: {}\n", cell(line)));
    }
    if let Some(note) = words::cut(diff) {
        text.push_str(&format!("- {}\n", escape::markdown(&note)));
    }
}
