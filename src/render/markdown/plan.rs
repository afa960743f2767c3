//! A plan as a comment on a pull request: the outcome, irreversible changes, a table of actions, and tasks folded.
//!
//! Invariant: outcome and irreversible changes are never omitted.

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::import_plan::{Action, ImportPlan, Step, Verdict};

use super::{LISTED, Page, SERIOUS, bounded_table, bullets, cell, folded, row, short};
use crate::outcome::plan::Planned;
use crate::render::words::counted;
use crate::render::words::plan as words;

/// Prints the comment.
pub(crate) fn print(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    let plan = planned.plan();
    let mut page = Page::new(words::headline(planned));
    let sources = planned.target.sources.iter().take(LISTED);
    let sources: Vec<String> = sources.map(|source| cell(&source.label)).collect();
    page.required(&format!("{} → {}", cell(&planned.document), sources.join(", ")));
    if let Some(environment) = &planned.environment {
        page.required(&format!(
            ", environment {}",
            cell(&words::environment(environment))
        ));
    }
    page.required(&format!(": {}\n\n", escape::markdown(&words::summary(plan))));
    for (what, count) in &planned.forbidden {
        let what = words::forbidden(*what, *count, true);
        page.required(&format!("- ❌ Denied: {what}.\n"));
    }
    for (what, count) in &planned.perhaps_forbidden {
        let what = words::forbidden(*what, *count, false);
        page.required(&format!("- ❓ Possibly denied: {what}.\n"));
    }
    let other = if planned.force {
        &planned.without_force
    } else {
        &planned.with_force
    };
    let sentence = cell(&words::sentence(planned, !planned.force));
    page.required(&format!("- {} {sentence}.\n\n", sign(other)));
    let irreversible = words::irreversible(&planned.with_force);
    if !irreversible.is_empty() {
        let when = if planned.force {
            ""
        } else {
            ", if imported with force overwrite"
        };
        let lines = bullets("-", &irreversible);
        page.required(&format!("**⚠️ Can't be undone{when}:**\n\n{lines}\n"));
    }
    page.list("❓ Missing information", words::needs(plan));
    table(&mut page, plan);
    for task in words::tasks(plan) {
        page.folded_list(task.title, "- [ ]", &task.objects);
    }
    let notes = planned.notes.iter().cloned();
    let notes = notes.chain(planned.target.notes.iter().map(ToString::to_string));
    page.folded_list("Notes", "-", &notes.collect::<Vec<_>>());
    out.write_all(page.finish("exportdoc plan").as_bytes())
}

fn sign(plan: &ImportPlan) -> &'static str {
    match plan.verdict {
        Verdict::WouldSucceed => "✅",
        Verdict::Unknown { .. } => "❓",
        Verdict::WouldFail { .. } | Verdict::Refused(_) => "❌",
    }
}

/// How much a step matters to a reviewer, the most serious first, and its sign. `None` for steps that change nothing.
fn weight(step: &Step) -> Option<(u8, &'static str)> {
    Some(match &step.action {
        Action::Unchanged { .. }
        | Action::Derived
        | Action::ReferenceInDocument { .. }
        | Action::ReferenceResolved { .. } => return None,
        action if action.failure_status().is_some() => (0, "❌"),
        Action::Unknown { .. } => (2, "❓"),
        _ if step.irreversible.is_some() => (1, "⚠️"),
        Action::Create => (4, "➕"),
        _ => (3, "✏️"),
    })
}

/// The most serious steps; the others are folded, and those that change nothing only counted.
fn table(page: &mut Page, plan: &ImportPlan) {
    let weighed = plan.steps.iter().filter_map(|step| Some((weight(step)?, step)));
    let mut steps: Vec<((u8, &'static str), &Step)> = weighed.collect();
    // Stable: import order within a weight.
    steps.sort_by_key(|((weight, _), _)| *weight);
    let idle = plan.steps.len() - steps.len();
    let (serious, others) = steps.split_at(steps.len().min(SERIOUS));
    let head = ["", "Object", "In the target", "Note"];
    let rows = |steps: &[((u8, &'static str), &Step)]| -> Vec<String> {
        let rows = steps.iter().map(|((_, sign), step)| {
            let there = step.action.existing().map(|existing| existing.id.to_string());
            row(&[
                &format!("{sign} {}", step.action.as_str()),
                &cell(&words::object(step)),
                &there.as_deref().map_or_else(|| "–".to_owned(), short),
                &cell(&words::note(step, plan)),
            ])
        });
        rows.collect()
    };
    page.table(&head, rows(serious));
    if !others.is_empty() {
        let more = counted(others.len() as u64, "more object");
        page.optional(&folded(&more, &bounded_table(&head, rows(others))));
    }
    if idle > 0 {
        page.required(&format!("{idle} more: unchanged, resolved or derived.\n\n"));
    }
}
