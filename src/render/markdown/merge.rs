//! A merge as a comment on a pull request: the outcome, the first conflicts, and the decisions folded.

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::merge::{Conflict, ConflictKind, MergeOutcome};

use super::{LISTED, Page, SERIOUS, bounded_table, bullets, cell, changes, folded, row, short, summary_html};
use crate::render::words::merge as words;

/// Prints the comment.
pub(crate) fn print(out: &mut (impl Write + ?Sized), outcome: &MergeOutcome) -> io::Result<()> {
    let mut page = Page::new(words::headline(outcome));
    let (sides, base) = outcome.sources.split_at(outcome.sides.min(outcome.sources.len()));
    let mut sources: Vec<String> = sides.iter().take(LISTED).map(|side| cell(side)).collect();
    if let Some(more @ 1..) = sides.len().checked_sub(LISTED) {
        sources.push(format!("{more} more"));
    }
    page.required(&sources.join(" + "));
    for base in base {
        page.required(&format!(", base {}", cell(base)));
    }
    page.required(&format!(": {}\n\n", escape::markdown(&words::summary(outcome))));
    let conflicts = &outcome.conflicts;
    page.table(
        &["", "Object", "What differs"],
        conflicts.iter().take(SERIOUS).map(|conflict| {
            let mut what = vec![escape::markdown(words::meaning(conflict))];
            what.extend(changes::brief(&conflict.changes, conflict.more_changes));
            let kind = format!("❗ {}", conflict.kind.as_str());
            row(&[&kind, &short(&words::conflicting(conflict)), &what.join("<br>")])
        }),
    );
    if !conflicts.is_empty() {
        page.required(&format!("{}\n\n", advice(conflicts)));
    }
    page.list(
        "⚠️ Removed",
        &outcome
            .removed
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
    );
    page.list(
        "Notes",
        &outcome.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
    );
    for conflict in conflicts {
        page.optional(&details(outcome, conflict));
    }
    decided(&mut page, outcome);
    page.folded_list("Renumbered", "-", &words::renumbered(outcome));
    out.write_all(page.finish("exportdoc merge").as_bytes())
}

/// The options that settle these conflicts.
fn advice(conflicts: &[Conflict]) -> String {
    let any = |settles: fn(ConflictKind) -> bool| conflicts.iter().any(|conflict| settles(conflict.kind));
    let mut options = Vec::new();
    if any(|kind| kind == ConflictKind::SameName) {
        options.push("`--by-name` for objects of one name");
    }
    if any(|kind| !matches!(kind, ConflictKind::SameName | ConflictKind::GlobalKey)) {
        options.push("`--prefer` by side or time");
    }
    if any(|kind| kind != ConflictKind::SameName) {
        options.push("`--edit` or `--resolve` one by one");
    }
    format!("To settle: {}.", options.join("; "))
}

fn details(outcome: &MergeOutcome, conflict: &Conflict) -> String {
    let summary = format!(
        "❗ {} {}",
        conflict.kind.as_str(),
        summary_html(&words::conflicting(conflict))
    );
    let mut body = bullets("-", &words::states(outcome, conflict));
    if !conflict.changes.is_empty() {
        body.push('\n');
        let heads = ["One state", "Another state"];
        body.push_str(&changes::table(&conflict.changes, conflict.more_changes, heads));
    }
    folded(&summary, &body)
}

fn decided(page: &mut Page, outcome: &MergeOutcome) {
    let count = words::decided(outcome).count();
    if count == 0 {
        return;
    }
    let rows = words::decided(outcome).map(|object| {
        row(&[
            &cell(&object.object.to_string()),
            words::reason(object.origin),
            &cell(&words::sources(outcome, &object.sources)),
        ])
    });
    let table = bounded_table(&["Object", "Why", "From"], rows);
    page.optional(&folded(&format!("Decided ({count})"), &table));
}
