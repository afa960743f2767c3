//! The page on the differences between two documents.

use std::io::{self, Write};

use exportdoc::internal::diff::{ObjectDiff, Status};

use super::inspect::findings;
use super::page::{Block, Card, ChangeView, FieldView, Page, Row, Tone};
use crate::outcome::comparison::Compared;
use crate::outcome::picture::Picture;
use crate::render::words::diff::{self as words, View};
use crate::render::words::{capitalised, counted};

/// Prints the page.
pub(crate) fn print(
    out: &mut impl Write,
    compared: &Compared,
    picture: &Picture,
    view: View,
) -> io::Result<()> {
    let diff = &compared.diff;
    let (tone, headline) = words::headline(diff);
    let mut blocks = vec![
        Block::list(
            "Incomplete",
            Tone::Bad,
            diff.obstacles.iter().map(words::obstacle).collect(),
        ),
        Block::Cards(cards(compared)),
        Block::Findings(findings(&diff.findings)),
    ];
    if !diff.objects.is_empty() {
        blocks.push(Block::picture("What changed, and what that reaches", picture));
    }
    let objects = words::by_seriousness(diff).into_iter();
    blocks.push(Block::Changes(objects.map(change).collect()));
    blocks.push(Block::Table {
        title: "Around the objects (no content)".to_owned(),
        head: vec!["What", "Old", "New"],
        rows: words::envelope(diff, view.envelope)
            .into_iter()
            .map(|change| {
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
                Row {
                    tone: Tone::Plain,
                    link: None,
                    cells: vec![change.field.to_owned(), side(&change.old), side(&change.new)],
                }
            })
            .collect(),
    });
    let renumbered = diff
        .renumbered
        .iter()
        .map(|(old, new)| format!("{old} → {}", new.identifier));
    blocks.push(Block::list(
        "Other identifiers, same content",
        Tone::Plain,
        renumbered.collect(),
    ));
    if !diff.volatile.is_empty() {
        let mut lines = vec![words::volatile(diff, view.volatile)];
        if view.volatile {
            let all = diff.volatile.iter().flat_map(|object| {
                let of_object = object.changes.iter();
                of_object.map(|change| format!("{} {}: {}", object.new, change.path, words::change(change)))
            });
            lines.extend(all);
        }
        blocks.push(Block::list("Written anew in every export", Tone::Plain, lines));
    }
    let bytes = diff.bytes.as_ref().map(words::bytes).unwrap_or_default();
    blocks.push(Block::list("Bytes", Tone::Plain, bytes));
    let page = Page {
        kind: "Comparison of export documents",
        title: format!("{} → {}", compared.old.path, compared.new.path),
        tone,
        headline,
        lead: format!("{}.", capitalised(&words::summary(diff))),
        blocks,
    };
    page.print(out)
}

fn cards(compared: &Compared) -> Vec<Card> {
    let diff = &compared.diff;
    let listed = Status::LISTED
        .into_iter()
        .filter(|status| diff.count(*status) > 0);
    let mut cards: Vec<Card> = listed
        .map(|status| {
            let tone = match status {
                Status::Removed | Status::ContentWithoutRevision => Tone::Bad,
                Status::Added => Tone::Good,
                Status::Changed => Tone::Unsure,
                _ => Tone::Plain,
            };
            Card::new(status.as_str(), tone, diff.count(status).to_string()).note(meaning(status))
        })
        .collect();
    cards.push(Card::new("unchanged", Tone::Plain, diff.unchanged.to_string()));
    cards
}

fn meaning(status: Status) -> &'static str {
    match status {
        Status::Added => "only in the new document",
        Status::Removed => "only in the old document",
        Status::Changed => "new revision, different content",
        Status::ContentWithoutRevision => "different content under the same revision, which no engine writes",
        Status::RewrittenByEngine => "additions of an engine upgrade",
        Status::Resaved => "new revision, same content",
        Status::DependencyChanged => "unchanged, but something it needs changed",
        _ => "",
    }
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::Added => "+",
        Status::Removed => "−",
        Status::Changed | Status::ContentWithoutRevision => "~",
        Status::RewrittenByEngine | Status::Resaved => "=",
        _ => "»",
    }
}

fn change(object: &ObjectDiff) -> ChangeView {
    let mut notes = Vec::new();
    if object.more_changes > 0 {
        notes.push(format!("{} more", counted(object.more_changes, "change")));
    }
    if object.more_content > 0 {
        notes.push(format!("{} more", counted(object.more_content, "line")));
    }
    ChangeView {
        status: object.status.as_str(),
        sign: sign(object.status),
        name: object.object().map(ToString::to_string).unwrap_or_default(),
        reasons: words::reasons(object),
        fields: object
            .changes
            .iter()
            .map(|change| {
                let path = change.path.to_string();
                (
                    path,
                    words::side(change.old.as_ref()),
                    words::side(change.new.as_ref()),
                )
            })
            .collect(),
        content: object.content.iter().map(FieldView::from).collect(),
        note: notes.join(", "),
    }
}
