//! The page on the decisions and conflicts of a merge.

use std::io::{self, Write};

use exportdoc::internal::merge::{Conflict, MergeOutcome};

use super::page::{Block, Card, ChangeView, Page, Row, Tone};
use crate::render::words::counted;
use crate::render::words::diff as changes;
use crate::render::words::merge as words;

/// Prints the page.
pub(crate) fn print(out: &mut (impl Write + ?Sized), outcome: &MergeOutcome) -> io::Result<()> {
    let (tone, headline) = words::headline(outcome);
    let (sides, base) = outcome.sources.split_at(outcome.sides.min(outcome.sources.len()));
    let numbered = sides.iter().enumerate().map(|(at, side)| {
        Card::new("Document", Tone::Plain, side.clone()).note(format!("number {}", at + 1))
    });
    let base = base
        .iter()
        .map(|base| Card::new("Base", Tone::Plain, base.clone()));
    let blocks = vec![
        Block::Cards(numbered.chain(base).collect()),
        Block::Changes(
            outcome
                .conflicts
                .iter()
                .map(|conflict| view(outcome, conflict))
                .collect(),
        ),
        Block::Table {
            title: "Decided".to_owned(),
            head: vec!["Object", "Why", "From"],
            rows: words::decided(outcome)
                .map(|object| Row {
                    tone: Tone::Plain,
                    link: None,
                    cells: vec![
                        object.object.to_string(),
                        words::reason(object.origin).to_owned(),
                        words::sources(outcome, &object.sources),
                    ],
                })
                .collect(),
        },
        Block::list("Renumbered", Tone::Plain, words::renumbered(outcome)),
        Block::list(
            "Removed",
            Tone::Unsure,
            outcome.removed.iter().map(ToString::to_string).collect(),
        ),
        Block::list(
            "Notes",
            Tone::Plain,
            outcome.notes.iter().map(ToString::to_string).collect(),
        ),
    ];
    let page = Page {
        kind: "Merge of export documents",
        title: sides.join(" + "),
        tone,
        headline,
        lead: format!("{}.", words::summary(outcome)),
        blocks,
    };
    page.print(out)
}

fn view(outcome: &MergeOutcome, conflict: &Conflict) -> ChangeView {
    let more = match conflict.more_changes {
        0 => String::new(),
        more => format!("{} more", counted(more, "change")),
    };
    ChangeView {
        status: conflict.kind.as_str(),
        sign: "!",
        name: words::conflicting(conflict),
        reasons: std::iter::once(words::meaning(conflict).to_owned())
            .chain(words::states(outcome, conflict))
            .collect(),
        fields: conflict
            .changes
            .iter()
            .map(|change| {
                let path = change.path.to_string();
                (
                    path,
                    changes::side(change.old.as_ref()),
                    changes::side(change.new.as_ref()),
                )
            })
            .collect(),
        content: Vec::new(),
        note: more,
    }
}
