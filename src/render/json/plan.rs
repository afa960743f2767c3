//! The JSON of `exportdoc plan`; its contract is `docs/schema/plan-v1.schema.json`.

use std::io::{self, Write};

use exportdoc::internal::import_plan::{Action, ChecklistItem, ImportPlan, Step, TargetObject, Verdict};
use serde_json::{Value, json};

use crate::outcome::plan::{AskedEnvironment, Forbid, Planned};
use crate::render::words::plan as words;

/// The version of the contract.
const SCHEMA_VERSION: u32 = 1;

/// Prints one JSON value.
pub(crate) fn print(out: &mut impl Write, planned: &Planned) -> io::Result<()> {
    crate::render::json::pretty(out, &document(planned))?;
    out.write_all(b"\n")
}

/// The value that [`print`] prints.
pub(crate) fn document(planned: &Planned) -> Value {
    let plan = planned.plan();
    let target = &planned.target;
    json!({
        "schema_version": SCHEMA_VERSION,
        "document": planned.document,
        "target": {
            "sources": target.sources.iter().map(|source| json!({
                "path": source.label,
                "kind": source.kind.as_str(),
                "objects": source.objects,
            })).collect::<Vec<_>>(),
            "complete": target.is_complete(),
            "version": target.version.map(|version| version.to_string()),
        },
        "notes": planned.notes.iter().cloned()
            .chain(target.notes.iter().map(ToString::to_string))
            .collect::<Vec<_>>(),
        "environment": planned.environment.as_ref().map(environment),
        "source_environment": planned.source_environment.as_ref().map(environment),
        "force_overwrite": planned.force,
        "verdict": verdict(plan),
        "outcomes": {
            "without_force": outcome(&planned.without_force),
            "with_force": outcome(&planned.with_force),
        },
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "irreversible": planned.with_force.irreversible().map(irreversible).collect::<Vec<_>>(),
        "checklist": plan.checklist.iter().map(|item| todo(item, plan)).collect::<Vec<_>>(),
        "denied": planned.forbidden.iter().map(|(what, count)| forbidden(*what, *count, true))
            .chain(planned.perhaps_forbidden.iter().map(|(what, count)| forbidden(*what, *count, false)))
            .collect::<Vec<_>>(),
    })
}

fn environment(asked: &AskedEnvironment) -> Value {
    match asked {
        AskedEnvironment::Known(environment) => json!({
            "id": environment.id,
            "name": environment.name,
            "purpose": environment.purpose.map(words::purpose_word),
        }),
        AskedEnvironment::Named { name, .. } => json!({ "id": null, "name": name, "purpose": null }),
    }
}

fn verdict(plan: &ImportPlan) -> &'static str {
    match plan.verdict {
        Verdict::WouldSucceed => "would-succeed",
        Verdict::WouldFail { .. } | Verdict::Refused(_) => "would-fail",
        Verdict::Unknown { .. } => "unknown",
    }
}

fn outcome(plan: &ImportPlan) -> Value {
    let (at, status, message) = match &plan.verdict {
        Verdict::WouldFail { at, status } => {
            let step = plan.steps.get(*at);
            (Some(*at), Some(*status), step.and_then(Step::failure_message))
        }
        Verdict::Refused(refusal) => (None, Some(refusal.status()), Some(refusal.to_string())),
        Verdict::WouldSucceed | Verdict::Unknown { .. } => (None, None, None),
    };
    json!({
        "verdict": verdict(plan),
        "at": at,
        "may_fail_sooner": plan.may_fail_sooner(),
        "status": status,
        "message": message,
        "needs": words::needs(plan),
    })
}

fn object(step: &Step) -> Value {
    json!({
        "type": step.type_name,
        "type_number": step.key.type_number,
        "identifier": step.key.identifier.to_json(),
        "name": step.name,
    })
}

fn existing(object: &TargetObject) -> Value {
    json!({ "type": object.type_name, "identifier": object.id.to_json(), "name": object.name })
}

fn step(step: &Step) -> Value {
    let stale = match &step.action {
        Action::ReferenceResolved { stale, .. } => *stale,
        _ => None,
    };
    let rule = match &step.action {
        Action::BlockedByRule(rule) => Some(json!({ "id": rule.as_str(), "message": rule.to_string() })),
        _ => None,
    };
    let (needs, may_fail) = match &step.action {
        Action::Unknown { needs, may_fail, .. } => (Some(needs), Some(*may_fail)),
        _ => (None, None),
    };
    json!({
        "object": object(step),
        "environment": step.environment,
        "action": step.action.as_str(),
        "there": step.action.existing().map(existing),
        "stale": stale,
        "rule": rule,
        "needs": needs,
        "may_fail": may_fail,
        "overwrites": step.action.overwrites(),
        "irreversible": step.irreversible.map(|what| what.as_str()),
    })
}

fn irreversible(step: &Step) -> Value {
    json!({
        "object": object(step),
        "what": step.irreversible.map(|what| what.as_str()),
        "certain": step.action.overwrites().is_some(),
    })
}

fn todo(item: &ChecklistItem, plan: &ImportPlan) -> Value {
    json!({
        "when": if item.todo.is_before() { "before" } else { "after" },
        "step": item.step,
        "object": plan.steps.get(item.step).map(object),
        "todo": item.todo.as_str(),
        "message": item.todo.to_string(),
    })
}

fn forbidden(what: Forbid, count: usize, certain: bool) -> Value {
    let what = match what {
        Forbid::Overwrite => "overwrite",
        Forbid::Irreversible => "irreversible",
    };
    json!({ "what": what, "objects": count, "certain": certain })
}
