//! A plan as a comment on a pull request: how it ends, what can't be undone, a table of what it does.
//!
//! Invariant: no longer than the large code hosts take a comment; what it ends like and what can't be undone is never
//! what is left out.

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::import_plan::{Action, ImportPlan, Verdict};

use crate::cli::commands::plan::Planned;
use crate::render::markdown::{Page, cell};
use crate::render::words::plan as said;

/// Lines that a list shows before it is folded into a count.
const LISTED: usize = 20;

/// The whole comment.
pub(crate) fn print(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    let plan = planned.plan();
    let mut page = Page::default();
    page.required(&format!(
        "**Import plan: {}**\n\n",
        escape::markdown(&said::summary(plan))
    ));
    let sources: Vec<String> = planned
        .target
        .sources()
        .iter()
        .take(LISTED)
        .map(|source| cell(&source.label))
        .collect();
    page.required(&format!("{} → {}", cell(&planned.document), sources.join(", ")));
    if let Some(environment) = &planned.environment {
        page.required(&format!(
            ", environment {}",
            cell(&said::environment(environment))
        ));
    }
    page.required("\n\n");
    for force in [planned.force, !planned.force] {
        let sign = sign(if force {
            &planned.with_force
        } else {
            &planned.without_force
        });
        page.required(&format!("- {sign} {}.\n", cell(&said::sentence(planned, force))));
    }
    for (what, count) in &planned.denied {
        page.required(&format!("- ❌ Denied: {}.\n", said::denied(*what, *count, true)));
    }
    for (what, count) in &planned.perhaps_denied {
        page.required(&format!(
            "- ❓ Perhaps denied: {}.\n",
            said::denied(*what, *count, false)
        ));
    }
    page.required("\n");
    let irreversible = said::irreversible(&planned.with_force);
    list(&mut page, "⚠️ Irreversible with force overwrite", &irreversible);
    list(&mut page, "Needed to tell how it ends", said::needs(plan));
    for task in said::tasks(plan) {
        list(&mut page, task.title, &task.objects);
    }
    let notes: Vec<String> = planned
        .doubts
        .iter()
        .cloned()
        .chain(planned.target.notes().iter().map(ToString::to_string))
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

/// What changes nothing and asks for nothing is folded away.
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
            cell(&said::object(step)),
            there.as_deref().map_or_else(|| "–".to_owned(), cell),
            cell(&said::note(step, plan))
        ));
    }
    if folded > 0 {
        page.required(&format!("\n{folded} more: unchanged, resolved or derived.\n"));
    }
}
