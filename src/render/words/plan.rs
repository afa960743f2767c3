//! The words for plans.

use exportdoc::internal::import_plan::{
    Action, GivenEnvironment, ImportPlan, Purpose, Refusal, Step, Todo, TypeSelector, Verdict, stands_for,
};

use crate::outcome::plan::{AskedEnvironment, Forbid, Planned};
use crate::render::words::{Tone, counted};

/// `DATABASE_CONNECTOR Demo`.
pub(crate) fn object(step: &Step) -> String {
    format!("{} {}", step.type_name, step.label())
}

/// How good an action is.
pub(crate) fn tone(action: &Action) -> Tone {
    match action {
        Action::Create => Tone::Good,
        action if action.failure_status().is_some() => Tone::Bad,
        action if action.overwrites() != Some(false) => Tone::Unsure,
        _ => Tone::Plain,
    }
}

/// `3 Patients (MASK)`, `Shop (doesn't exist)`.
pub(crate) fn environment(asked: &AskedEnvironment) -> String {
    let environment = match asked {
        AskedEnvironment::Known(environment) => environment,
        AskedEnvironment::Named { name, given } => {
            return match given {
                GivenEnvironment::NoneOfThatName => format!("{name} (doesn't exist)"),
                _ => format!("{name} (ambiguous)"),
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

/// `MASK` or `TOKENIZE`.
pub(crate) fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Mask => "MASK",
        Purpose::Tokenize => "TOKENIZE",
    }
}

/// Why the request is refused; if an option is missing, which one.
fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::EnvironmentNeeded(object) => {
            format!("{object} needs an environment; name it with --environment")
        }
        Refusal::SourceEnvironmentNeeded(object) => format!(
            "{object} is the source of an on-the-fly job; name its environment with --source-environment"
        ),
        other => other.to_string(),
    }
}

/// The information that a known outcome would need.
pub(crate) fn needs(plan: &ImportPlan) -> &[String] {
    match &plan.verdict {
        Verdict::Unknown { needs } => needs,
        _ => &[],
    }
}

/// The outcome of an import: `With force overwrite this import would succeed`.
pub(crate) fn sentence(planned: &Planned, force: bool) -> String {
    let (how, plan) = if force {
        ("With", &planned.with_force)
    } else {
        ("Without", &planned.without_force)
    };
    let import = format!("{how} force overwrite this import");
    match &plan.verdict {
        Verdict::WouldSucceed => format!("{import} would succeed"),
        Verdict::WouldFail { at, status } => {
            let what = plan.steps.get(*at).map(object).unwrap_or_default();
            let sooner = if plan.may_fail_sooner() { " or sooner" } else { "" };
            format!("{import} would fail at {what} ({status}){sooner}")
        }
        Verdict::Unknown { .. } => format!("{how} force overwrite the outcome is unknown"),
        Verdict::Refused(refused) => {
            format!(
                "{import} would be refused ({}): {}",
                refused.status(),
                refusal(refused)
            )
        }
    }
}

/// The outcome of the planned import in plain words. What `--deny` forbids makes it bad.
pub(crate) fn headline(planned: &Planned) -> (Tone, String) {
    let tone = match planned.plan().verdict {
        _ if !planned.forbidden.is_empty() => Tone::Bad,
        Verdict::WouldSucceed => Tone::Good,
        Verdict::Unknown { .. } => Tone::Unsure,
        Verdict::WouldFail { .. } | Verdict::Refused(_) => Tone::Bad,
    };
    let sentence = sentence(planned, planned.force);
    match planned.plan().verdict {
        Verdict::WouldSucceed | Verdict::Unknown { .. } if !planned.forbidden.is_empty() => {
            (tone, format!("{sentence}, but --deny forbids it"))
        }
        _ => (tone, sentence),
    }
}

/// The note on a step, beside its action.
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
        } => parts.push("to a different revision".to_owned()),
        Action::ReferenceResolved { stale: None, .. } => {
            parts.push("revision unknown".to_owned());
        }
        Action::ReferenceInDocument { index } => {
            let original = plan.steps.iter().find(|step| step.index == *index);
            parts.extend(original.map(|original| format!("to {}", object(original))));
        }
        Action::MissingReference => parts.push("the target doesn't have it".to_owned()),
        Action::Conflict { .. } => parts.push("the target has another state".to_owned()),
        Action::KeyConflict { .. } => parts.push("the target has another key".to_owned()),
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

/// `KEY global replaces …`, `KEY global possibly replaces …`.
pub(crate) fn irreversible(plan: &ImportPlan) -> Vec<String> {
    let lines = plan.irreversible().filter_map(|step| {
        let perhaps = if step.action.overwrites().is_none() {
            "possibly "
        } else {
            ""
        };
        Some(format!("{} {perhaps}{}", object(step), step.irreversible?))
    });
    lines.collect()
}

/// `2 objects would be overwritten`.
pub(crate) fn forbidden(what: Forbid, count: usize, certain: bool) -> String {
    let objects = counted(count as u64, "object");
    let verb = if certain { "would" } else { "may" };
    match what {
        Forbid::Overwrite => format!("{objects} {verb} be overwritten"),
        Forbid::Irreversible => format!("{objects} {verb} be replaced irreversibly"),
    }
}

/// A part of the checklist: a task and its objects.
pub(crate) struct Task {
    pub(crate) title: &'static str,
    pub(crate) objects: Vec<String>,
}

/// The checklist by task; within a task, in import order.
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
                .map(|step| match step.action {
                    _ if todo.is_before() => original(step),
                    Action::Unknown { .. } => format!("{}, if it is new", object(step)),
                    _ => object(step),
                })
                .collect(),
        }
    });
    tasks.filter(|task| !task.objects.is_empty()).collect()
}

fn title(todo: Todo) -> &'static str {
    match todo {
        Todo::SyncFirst => "Import first, in this order",
        Todo::SyncUnlessThere => "Import first, in this order, unless the target has them",
        Todo::SyncAgain => "The target has another revision; import it too if both should mask alike",
        Todo::SetConnectorPassword => "Set a password or key afterwards: connectors are imported without",
        Todo::SetMountPassword => "Set a password afterwards, if needed: mounts are imported without",
        Todo::SetJobSource => "Choose the source connector afterwards",
    }
}

/// The object that a reference stands for.
fn original(step: &Step) -> String {
    match stands_for(&step.type_name) {
        Some(TypeSelector::AnyAlgorithm) => format!("algorithm {}", step.label()),
        Some(TypeSelector::Type(name)) => format!("{name} {}", step.label()),
        None => object(step),
    }
}

/// `21 objects: 4 create, 17 resolved`, in the order of each action's first step.
pub(crate) fn summary(plan: &ImportPlan) -> String {
    let mut counts: Vec<(&str, u64)> = Vec::new();
    for step in &plan.steps {
        let word = step.action.as_str();
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let objects = counted(plan.steps.len() as u64, "object");
    let parts: Vec<String> = counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() {
        objects
    } else {
        format!("{objects}: {}", parts.join(", "))
    }
}
