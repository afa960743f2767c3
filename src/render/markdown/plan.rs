//! A plan as a comment on a pull request: the outcome, irreversible changes, a table of actions.
//!
//! Invariant: outcome and irreversible changes are never omitted.

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::import_plan::{Action, ImportPlan, Verdict};

use crate::outcome::plan::Planned;
use crate::render::markdown::{Page, cell};
use crate::render::words::plan as words;

/// Lines that a list shows; the others are counted.
const LISTED: usize = 20;

/// Prints the comment.
pub(crate) fn print(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    let plan = planned.plan();
    let mut page = Page::default();
    page.required(&format!(
        "**Import plan: {}**\n\n",
        escape::markdown(&words::summary(plan))
    ));
    let sources: Vec<String> = planned
        .target
        .sources
        .iter()
        .take(LISTED)
        .map(|source| cell(&source.label))
        .collect();
    page.required(&format!("{} → {}", cell(&planned.document), sources.join(", ")));
    if let Some(environment) = &planned.environment {
        page.required(&format!(
            ", environment {}",
            cell(&words::environment(environment))
        ));
    }
    page.required("\n\n");
    for force in [planned.force, !planned.force] {
        let sign = sign(if force {
            &planned.with_force
        } else {
            &planned.without_force
        });
        page.required(&format!("- {sign} {}.\n", cell(&words::sentence(planned, force))));
    }
    for (what, count) in &planned.forbidden {
        page.required(&format!(
            "- ❌ Denied: {}.\n",
            words::forbidden(*what, *count, true)
        ));
    }
    for (what, count) in &planned.perhaps_forbidden {
        page.required(&format!(
            "- ❓ Possibly denied: {}.\n",
            words::forbidden(*what, *count, false)
        ));
    }
    page.required("\n");
    let irreversible = words::irreversible(&planned.with_force);
    list(&mut page, "⚠️ Irreversible with force overwrite", &irreversible);
    list(&mut page, "Missing information", words::needs(plan));
    for task in words::tasks(plan) {
        list(&mut page, task.title, &task.objects);
    }
    let notes: Vec<String> = planned
        .notes
        .iter()
        .cloned()
        .chain(planned.target.notes.iter().map(ToString::to_string))
        .collect();
    list(&mut page, "Notes", &notes);
    table(&mut page, plan);
    out.write_all(page.finish("exportdoc plan").as_bytes())
}

fn sign(plan: &ImportPlan) -> &'static str {
    match plan.verdict {
        Verdict::WouldSucceed => "✅",
        Verdict::Unknown { .. } => "❓",
        Verdict::WouldFail { .. } | Verdict::Refused(_) => "❌",
    }
}

fn list(page: &mut Page, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.required(&format!("{title}:\n\n"));
    for line in lines.iter().take(LISTED) {
        page.required(&format!("- {}\n", cell(line)));
    }
    if let Some(more @ 1..) = lines.len().checked_sub(LISTED) {
        page.required(&format!("- … and {more} more\n"));
    }
    page.required("\n");
}

/// The steps; those that change nothing are only counted.
fn table(page: &mut Page, plan: &ImportPlan) {
    let idle = |action: &Action| {
        matches!(
            action,
            Action::Unchanged { .. }
                | Action::Derived
                | Action::ReferenceInDocument { .. }
                | Action::ReferenceResolved { .. }
        )
    };
    let mut folded = 0;
    let mut started = false;
    for step in &plan.steps {
        if idle(&step.action) {
            folded += 1;
            continue;
        }
        if !std::mem::replace(&mut started, true) {
            page.required("| Action | Object | There | Note |\n|---|---|---|---|\n");
        }
        let there = step.action.existing().map(|existing| existing.id.to_string());
        page.optional(&format!(
            "| {} | {} | {} | {} |\n",
            step.action.as_str(),
            cell(&words::object(step)),
            there.as_deref().map_or_else(|| "–".to_owned(), cell),
            cell(&words::note(step, plan))
        ));
    }
    if folded > 0 {
        page.required(&format!("\n{folded} more: unchanged, resolved or derived.\n"));
    }
}
