//! A plan for people on a terminal: objects in import order, how it ends either way, what can't be undone, what is left
//! to do.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use exportdoc::internal::escape;
use exportdoc::internal::import_plan::{ImportPlan, Verdict};
use exportdoc::internal::target_state::SourceKind;

use crate::cli::commands::plan::Planned;
use crate::render::text::listing::{plain_table, print_table};
use crate::render::text::merge::list;
use crate::render::words::diff as words;
use crate::render::words::plan as said;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();

fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    escape::terminal(text)
}

fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

fn field(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(
        out,
        "  {} {}",
        styled(DIM, format_args!("{name:<10}")),
        safe(value)
    )
}

/// All of it.
pub(crate) fn print(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    let plan = planned.plan();
    writeln!(out, "{}", styled(BOLD, safe(&planned.document)))?;
    for source in planned.target.sources() {
        let noun = if source.kind == SourceKind::Lists {
            "row"
        } else {
            "object"
        };
        let objects = words::counted(source.objects as u64, noun);
        let text = format!("{} ({}, {objects})", source.label, source.kind.as_str());
        field(out, "onto", &text)?;
    }
    if let Some(version) = planned.target.version() {
        field(out, "version", &version.to_string())?;
    }
    if let Some(environment) = &planned.environment {
        field(out, "into", &said::environment(environment))?;
    }
    if let Some(environment) = &planned.source_environment {
        field(out, "sources", &said::environment(environment))?;
    }
    field(out, "force", if planned.force { "overwrite" } else { "no" })?;
    field(out, "objects", &said::summary(plan))?;
    steps(out, plan)?;
    let notes = planned.target.notes().iter().map(ToString::to_string);
    list(out, "Notes", planned.doubts.iter().cloned().chain(notes))?;
    for task in said::tasks(plan) {
        list(out, task.title, task.objects.into_iter())?;
    }
    list(
        out,
        "Irreversible with force overwrite",
        said::irreversible(&planned.with_force).into_iter(),
    )?;
    list(
        out,
        "Needed to tell how it ends",
        said::needs(plan).iter().cloned(),
    )?;
    writeln!(out)?;
    for force in [planned.force, !planned.force] {
        ending(out, planned, force)?;
    }
    for (what, count) in &planned.denied {
        let text = said::denied(*what, *count, true);
        writeln!(out, "{}", styled(RED, format_args!("Denied: {text}")))?;
    }
    for (what, count) in &planned.perhaps_denied {
        let text = said::denied(*what, *count, false);
        writeln!(out, "{}", styled(YELLOW, format_args!("Perhaps denied: {text}")))?;
    }
    Ok(())
}

fn ending(out: &mut impl Write, planned: &Planned, force: bool) -> io::Result<()> {
    let sentence = said::sentence(planned, force);
    let sentence = safe(&sentence);
    if force != planned.force {
        return writeln!(out, "{sentence}.");
    }
    let style = match planned.plan().verdict {
        Verdict::WouldSucceed => GREEN,
        Verdict::Unknown { .. } => YELLOW,
        Verdict::WouldFail { .. } | Verdict::Refused(_) => RED,
    };
    writeln!(out, "{}", styled(style, format_args!("{sentence}.")))
}

fn steps(out: &mut impl Write, plan: &ImportPlan) -> io::Result<()> {
    if plan.steps.is_empty() {
        return Ok(());
    }
    let mut table = plain_table(&["ACTION", "TYPE", "NAME", "THERE", "NOTE"]);
    for step in &plan.steps {
        let existing = step.action.existing();
        table.add_row([
            step.action.as_str().to_owned(),
            safe(&step.type_name).into_owned(),
            safe(&step.label()).into_owned(),
            existing.map_or_else(
                || "-".to_owned(),
                |existing| safe(&existing.id.to_string()).into_owned(),
            ),
            safe(&said::note(step, plan)).into_owned(),
        ]);
    }
    writeln!(out)?;
    print_table(out, &table)
}
