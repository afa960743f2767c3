//! The plan of an import: objects in import order, the outcome with and without force, irreversible changes, tasks.

use std::io::{self, Write};

use exportdoc::internal::import_plan::{ImportPlan, Verdict};
use exportdoc::internal::target_state::SourceKind;

use crate::outcome::plan::Planned;
use crate::render::style::{BOLD, GREEN, RED, YELLOW, safe, styled};
use crate::render::text::tables::{Cell, Column, Rows, field, list};
use crate::render::words::plan as words;
use crate::render::words::{Tone, counted};

/// Prints all of it, for a terminal of this width if it is one.
pub(crate) fn print(out: &mut impl Write, planned: &Planned, width: Option<usize>) -> io::Result<()> {
    let plan = planned.plan();
    writeln!(out, "{}", styled(BOLD, safe(&planned.document)))?;
    for source in &planned.target.sources {
        let noun = if source.kind == SourceKind::Lists {
            "row"
        } else {
            "object"
        };
        let objects = counted(source.objects as u64, noun);
        let text = format!("{} ({}, {objects})", source.label, source.kind.as_str());
        field(out, "onto", safe(&text), width)?;
    }
    if let Some(version) = planned.target.version {
        field(out, "version", version, width)?;
    }
    if let Some(environment) = &planned.environment {
        field(out, "into", safe(&words::environment(environment)), width)?;
    }
    if let Some(environment) = &planned.source_environment {
        field(out, "sources", safe(&words::environment(environment)), width)?;
    }
    field(
        out,
        "force",
        if planned.force { "overwrite" } else { "no" },
        width,
    )?;
    field(out, "objects", safe(&words::summary(plan)), width)?;
    steps(out, plan, width)?;
    let notes = planned.target.notes.iter().map(ToString::to_string);
    list(out, "Notes", planned.notes.iter().cloned().chain(notes))?;
    for task in words::tasks(plan) {
        list(out, task.title, task.objects.into_iter())?;
    }
    list(
        out,
        "Irreversible with force overwrite",
        words::irreversible(&planned.with_force).into_iter(),
    )?;
    list(out, "Missing information", words::needs(plan).iter().cloned())?;
    writeln!(out)?;
    for force in [planned.force, !planned.force] {
        outcome(out, planned, force)?;
    }
    for (what, count) in &planned.forbidden {
        let text = words::forbidden(*what, *count, true);
        writeln!(out, "{}", styled(RED, format_args!("Denied: {text}")))?;
    }
    for (what, count) in &planned.perhaps_forbidden {
        let text = words::forbidden(*what, *count, false);
        writeln!(out, "{}", styled(YELLOW, format_args!("Possibly denied: {text}")))?;
    }
    Ok(())
}

fn outcome(out: &mut impl Write, planned: &Planned, force: bool) -> io::Result<()> {
    let sentence = words::sentence(planned, force);
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

fn steps(out: &mut impl Write, plan: &ImportPlan, width: Option<usize>) -> io::Result<()> {
    if plan.steps.is_empty() {
        return Ok(());
    }
    let mut table = Rows::new([
        Column::kept("ACTION"),
        Column::ranked(2, "TYPE"),
        Column::kept("NAME"),
        Column::ranked(3, "THERE"),
        Column::ranked(1, "NOTE").wrapping(),
    ]);
    for step in &plan.steps {
        let there = step.action.existing().map_or_else(
            || "-".to_owned(),
            |existing| safe(&existing.id.to_string()).into_owned(),
        );
        table.add([
            Cell::from(step.action.as_str().to_owned()),
            Cell::from(safe(&step.type_name).into_owned()),
            Cell::from(safe(&step.label()).into_owned()),
            Cell::from(there),
            Cell::from(safe(&words::note(step, plan)).into_owned()),
        ]);
    }
    let mut text = Vec::new();
    table.print(&mut text, width)?;
    writeln!(out)?;
    for line in String::from_utf8_lossy(&text).lines() {
        writeln!(out, "{}", coloured(line, plan))?;
    }
    Ok(())
}

/// A line of the table with its action, the first column, in colour.
fn coloured(line: &str, plan: &ImportPlan) -> String {
    // Lines that go on with a note begin further right.
    let row = line.strip_prefix("  ").unwrap_or_default();
    let word = row.split(' ').next().unwrap_or_default();
    let step = plan.steps.iter().find(|step| step.action.as_str() == word);
    let style = match step.map(|step| words::tone(&step.action)) {
        Some(Tone::Good) => GREEN,
        Some(Tone::Bad) => RED,
        Some(Tone::Unsure) => YELLOW,
        Some(Tone::Plain) | None => return line.to_owned(),
    };
    line.replacen(word, &styled(style, word), 1)
}
