//! What every rendering of a plan says in the same words.

use exportdoc::internal::import_plan::{
    Action, GivenEnvironment, ImportPlan, Purpose, Refusal, Step, Todo, TypeSelector, Verdict, stands_for,
};

use crate::cli::commands::plan::AskedEnvironment;
use crate::cli::commands::plan::Denial;
use crate::cli::commands::plan::Planned;
use crate::render::words::diff as words;

/// `DATABASE_CONNECTOR Demo`.
pub(crate) fn object(step: &Step) -> String {
    format!("{} {}", step.type_name, step.label())
}

/// `3 Patients (MASK)`, `Shop (not there)`.
pub(crate) fn environment(asked: &AskedEnvironment) -> String {
    let environment = match asked {
        AskedEnvironment::Known(environment) => environment,
        AskedEnvironment::Named { name, given } => {
            return match given {
                GivenEnvironment::NoneOfThatName => format!("{name} (not there)"),
                _ => format!("{name} (which one that is can't be told)"),
            };
        }
    };
    let mut text = environment.id.to_string();
    if let Some(name) = &environment.name {
        text.push_str(&format!(" {name}"));
    }
    if let Some(purpose) = environment.purpose {
        text.push_str(&format!(" ({})", purpose_word(purpose)));
    }
    text
}

pub(crate) fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Mask => "MASK",
        Purpose::Tokenize => "TOKENIZE",
    }
}

/// How an import ends: `would succeed`, `would fail at …`.
pub(crate) fn ending(plan: &ImportPlan) -> String {
    match &plan.verdict {
        Verdict::WouldSucceed => "would succeed".to_owned(),
        Verdict::WouldFail { at, status } => {
            let step = plan.steps.get(*at);
            let what = step.map(object).unwrap_or_default();
            match plan.may_fail_sooner() {
                false => format!("would fail at {what} ({status})"),
                true => format!("would fail, at the latest at {what} ({status})"),
            }
        }
        Verdict::Unknown { .. } => "may succeed or fail: that can't be told".to_owned(),
        Verdict::Refused(refused) => {
            format!("would fail at once ({}): {}", refused.status(), refusal(refused))
        }
    }
}

/// Why the request is refused; where it leaves something out, with the option that gives it.
fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::EnvironmentNeeded(object) => {
            format!("{object} belongs into an environment; name it with --environment")
        }
        Refusal::SourceEnvironmentNeeded(object) => format!(
            "{object} is the source of an on-the-fly job; name the environment it is in with --source-environment"
        ),
        other => other.to_string(),
    }
}

/// What would be needed to tell how it ends.
pub(crate) fn needs(plan: &ImportPlan) -> &[String] {
    match &plan.verdict {
        Verdict::Unknown { needs } => needs,
        _ => &[],
    }
}

/// `With force overwrite this import would succeed.`
pub(crate) fn sentence(planned: &Planned, force: bool) -> String {
    let (how, plan) = match force {
        true => ("With", &planned.with_force),
        false => ("Without", &planned.without_force),
    };
    format!("{how} force overwrite this import {}", ending(plan))
}

/// What is to be said of one step beside its action.
pub(crate) fn note(step: &Step, plan: &ImportPlan) -> String {
    let mut parts = Vec::new();
    match &step.action {
        Action::Unknown { needs, may_fail, .. } => {
            parts.push(format!("needs {needs}"));
            if !may_fail {
                parts.push("can't fail".to_owned());
            }
        }
        Action::BlockedByRule(rule) => parts.push(rule.to_string()),
        Action::ReferenceResolved {
            stale: Some(true), ..
        } => parts.push("by another revision".to_owned()),
        Action::ReferenceResolved { stale: None, .. } => {
            parts.push("whether by the same revision can't be told".to_owned());
        }
        Action::ReferenceInDocument { index } => {
            let original = plan.steps.iter().find(|step| step.index == *index);
            parts.extend(original.map(|original| format!("by {}", object(original))));
        }
        Action::MissingReference => parts.push("nothing there to refer to".to_owned()),
        Action::Conflict { .. } => parts.push("another state is there".to_owned()),
        Action::KeyConflict { .. } => parts.push("another key is there".to_owned()),
        _ => {}
    }
    if step.irreversible.is_some() {
        parts.push(match step.action.overwrites() {
            None => "may be irreversible".to_owned(),
            Some(_) => "irreversible".to_owned(),
        });
    }
    parts.join("; ")
}

/// `KEY global replaces …`, `KEY global perhaps replaces …`.
pub(crate) fn irreversible(plan: &ImportPlan) -> Vec<String> {
    let told = plan.irreversible().filter_map(|step| {
        let perhaps = if step.action.overwrites().is_none() {
            "perhaps "
        } else {
            ""
        };
        Some(format!("{} {perhaps}{}", object(step), step.irreversible?))
    });
    told.collect()
}

/// `2 objects would be overwritten`.
pub(crate) fn denied(what: Denial, count: usize, certain: bool) -> String {
    let objects = words::counted(count as u64, "object");
    let verb = if certain { "would" } else { "may" };
    match what {
        Denial::Overwrite => format!("{objects} {verb} be overwritten"),
        Denial::Irreversible => format!("{objects} {verb} be replaced for good"),
    }
}

/// A part of the checklist: what to do, with which objects.
pub(crate) struct Task {
    pub(crate) title: &'static str,
    pub(crate) objects: Vec<String>,
}

/// The checklist by what there is to do; within that, in import order.
pub(crate) fn tasks(plan: &ImportPlan) -> Vec<Task> {
    let kinds = [
        Todo::SyncFirst,
        Todo::SyncUnlessThere,
        Todo::SyncAgain,
        Todo::SetConnectorPassword,
        Todo::SetMountPassword,
        Todo::SetJobSource,
    ];
    let tasks = kinds.into_iter().map(|todo| {
        let steps = plan.checklist.iter().filter(|item| item.todo == todo);
        Task {
            title: title(todo),
            objects: steps
                .filter_map(|item| plan.steps.get(item.step))
                .map(|step| match todo.is_before() {
                    true => original(step),
                    false if matches!(step.action, Action::Unknown { .. }) => {
                        format!("{}, if it is new", object(step))
                    }
                    false => object(step),
                })
                .collect(),
        }
    });
    tasks.filter(|task| !task.objects.is_empty()).collect()
}

fn title(todo: Todo) -> &'static str {
    match todo {
        Todo::SyncFirst => "Import first, in this order",
        Todo::SyncUnlessThere => "Import first, in this order, unless the target has it",
        Todo::SyncAgain => "There in another revision; import it too if it should mask alike",
        Todo::SetConnectorPassword => "Set a password or key afterwards: connectors arrive without",
        Todo::SetMountPassword => "Set a password afterwards if one is needed: mounts arrive without",
        Todo::SetJobSource => "Point at the source connector to read from afterwards",
    }
}

/// What a reference stands for, as one would ask its engine for it.
fn original(step: &Step) -> String {
    match stands_for(&step.type_name) {
        Some(TypeSelector::AnyAlgorithm) => format!("algorithm {}", step.label()),
        Some(TypeSelector::Type(name)) => format!("{name} {}", step.label()),
        None => object(step),
    }
}

/// `21 objects: 4 create, 17 resolved`, by action in the order of their first step.
pub(crate) fn summary(plan: &ImportPlan) -> String {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for step in &plan.steps {
        let word = step.action.as_str();
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let objects = words::counted(plan.steps.len() as u64, "object");
    let parts: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    match parts.is_empty() {
        true => objects,
        false => format!("{objects}: {}", parts.join(", ")),
    }
}
