//! The page on the plan of an import.

use std::io::{self, Write};

use super::page::{Block, Card, Page, Row, Tone};
use crate::outcome::plan::Planned;
use crate::render::words::plan as words;

/// Prints the page.
pub(crate) fn print(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    let plan = planned.plan();
    let denied = planned
        .forbidden
        .iter()
        .map(|(what, count)| words::forbidden(*what, *count, true));
    let perhaps = planned
        .perhaps_forbidden
        .iter()
        .map(|(what, count)| words::forbidden(*what, *count, false));
    let (denied, perhaps): (Vec<String>, Vec<String>) = (denied.collect(), perhaps.collect());
    let (tone, headline) = words::headline(planned);
    let irreversible = words::irreversible(&planned.with_force);
    let when = if planned.force {
        "Can't be undone"
    } else {
        "Can't be undone, if imported with force overwrite"
    };
    let mut blocks = vec![
        Block::list("Denied", Tone::Bad, denied),
        Block::list("Possibly denied", Tone::Unsure, perhaps),
        Block::list(when, Tone::Bad, irreversible),
        Block::list("Missing information", Tone::Unsure, words::needs(plan).to_vec()),
        Block::Cards(cards(planned)),
    ];
    for task in words::tasks(plan) {
        blocks.push(Block::list(task.title, Tone::Plain, task.objects));
    }
    blocks.push(Block::Table {
        title: "In import order".to_owned(),
        head: vec!["Action", "Object", "Id there", "Note"],
        rows: plan
            .steps
            .iter()
            .map(|step| Row {
                tone: words::tone(&step.action),
                cells: vec![
                    step.action.as_str().to_owned(),
                    words::object(step),
                    step.action
                        .existing()
                        .map_or_else(|| "–".to_owned(), |there| there.id.to_string()),
                    words::note(step, plan),
                ],
                link: None,
            })
            .collect(),
    });
    let notes = planned.notes.iter().cloned();
    let notes = notes.chain(planned.target.notes.iter().map(ToString::to_string));
    blocks.push(Block::list("Notes", Tone::Plain, notes.collect()));
    let page = Page {
        kind: "Plan of an import",
        title: planned.document.clone(),
        tone,
        headline,
        lead: format!(
            "{}. {}.",
            words::summary(plan),
            words::sentence(planned, !planned.force)
        ),
        blocks,
    };
    page.print(out)
}

fn cards(planned: &Planned) -> Vec<Card> {
    let sources = planned.target.sources.iter().map(|source| source.label.clone());
    let mut onto = Card::new("Target", Tone::Plain, sources.collect::<Vec<_>>().join(", "));
    if let Some(version) = planned.target.version {
        onto = onto.note(format!("version {version}"));
    }
    let mut cards = vec![onto];
    for (name, environment) in [
        ("Environment", &planned.environment),
        ("Source environment", &planned.source_environment),
    ] {
        if let Some(environment) = environment {
            cards.push(Card::new(name, Tone::Plain, words::environment(environment)));
        }
    }
    let force = if planned.force {
        "overwrites"
    } else {
        "doesn't overwrite"
    };
    cards.push(Card::new("This import", Tone::Plain, force));
    cards
}
