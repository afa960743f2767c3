//! Effects of a successful import beyond the objects: their rows, open tasks of the checklist, and irreversible changes. Each is
//! compared between the dumps and the plan, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{
    Action, ImportDocument, ImportOutcome, ImportPlan, Irreversible, Step, Todo,
};
use exportdoc::internal::object::{ObjectKey, by_number_in_own_document};
use serde_json::Value;

use super::compare::{Shown, WITH_PASSWORD, shown, stored_type};

type Objects = BTreeMap<(String, String), Shown>;

/// A step that wrote an object, and the object's place.
struct Written<'a> {
    step: &'a Step,
    position: usize,
    type_name: &'a str,
    identifier: String,
}

/// Checks all effects and returns the ones that occurred.
pub(super) fn hold(
    plan: &ImportPlan,
    document: &ImportDocument,
    outcomes: &[ImportOutcome],
    before: &[u8],
    after: &[u8],
) -> Vec<&'static str> {
    let steps = plan.steps.iter().zip(outcomes).enumerate();
    let written: Vec<Written<'_>> = steps
        .filter(|(_, (step, _))| step.action.writes())
        .map(|(position, (step, outcome))| Written {
            step,
            position,
            type_name: stored_type(step),
            identifier: outcome.imported.as_ref().unwrap().to_json().to_string(),
        })
        .collect();
    let (objects_before, objects_after) = (shown(before), shown(after));
    let (rows_before, rows_after) = (rows(before), rows(after));
    let mut seen = Vec::new();
    seen.extend(content(plan, document, outcomes, &written, &objects_after));
    seen.extend(only_their_rows(&written, &rows_before, &rows_after));
    seen.extend(passwords(plan, &written, &rows_before, &rows_after));
    seen.extend(sources(plan, &written, &objects_after));
    seen.extend(irreversible(plan, &objects_before, &objects_after));
    seen
}

/// Written objects have exactly the document's data and depend on the same objects.
fn content(
    plan: &ImportPlan,
    document: &ImportDocument,
    outcomes: &[ImportOutcome],
    written: &[Written<'_>],
    after: &Objects,
) -> Vec<&'static str> {
    let here: BTreeMap<&ObjectKey, Value> = plan
        .steps
        .iter()
        .zip(outcomes)
        .filter_map(|(step, outcome)| Some((&step.key, outcome.imported.as_ref()?.to_json())))
        .collect();
    let mut seen = Vec::new();
    for written in written
        .iter()
        .filter(|written| written.type_name == written.step.type_name)
    {
        let theirs = &document.objects[written.step.index];
        let ours = &after[&(written.type_name.to_owned(), written.identifier.clone())].object;
        assert_eq!(
            (ours.data_type(), ours.data_bytes()),
            (theirs.data_type(), theirs.data_bytes()),
            "{:?}",
            written.step
        );
        let name = |identifier: &Identifier| identifier.to_json();
        let expected: Vec<(u64, Value)> = theirs
            .dependencies()
            .iter()
            .map(|key| {
                (
                    key.type_number,
                    here.get(key).cloned().unwrap_or_else(|| name(&key.identifier)),
                )
            })
            .collect();
        let dependencies = ours.dependencies().iter();
        let dependencies: Vec<_> = dependencies
            .map(|key| (key.type_number, name(&key.identifier)))
            .collect();
        assert_eq!(dependencies, expected, "{:?}", written.step);
        if matches!(written.step.action, Action::Overwrite { .. }) && written.type_name == "DATABASE_RULESET"
        {
            seen.push("tables and columns overwritten");
        }
    }
    seen
}

/// Lists whose rows are parts of objects: tables, columns, fields.
const PARTS: [&str; 3] = ["table-metadata", "column-metadata", "file-field-metadata"];

/// The rows of a dump by list and key, without parts of objects.
fn rows(dump: &[u8]) -> BTreeMap<(String, String), Value> {
    let dump: Value = serde_json::from_slice(dump).unwrap();
    let mut rows = BTreeMap::new();
    let tables = dump["tables"].as_object().unwrap().iter();
    for (path, table) in tables.filter(|(path, _)| !PARTS.contains(&path.as_str())) {
        for (key, row) in table.as_object().unwrap() {
            rows.insert((path.clone(), key.clone()), row.clone());
        }
    }
    rows
}

/// The key of an object's row: its number or its name.
fn row_key(identifier: &str) -> String {
    let identifier: Value = serde_json::from_str(identifier).unwrap();
    match identifier.as_object().unwrap().values().next().unwrap() {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An import changes the rows of written objects only.
fn only_their_rows(
    written: &[Written<'_>],
    before: &BTreeMap<(String, String), Value>,
    after: &BTreeMap<(String, String), Value>,
) -> Option<&'static str> {
    let keys: BTreeSet<String> = written
        .iter()
        .map(|written| row_key(&written.identifier))
        .collect();
    assert!(
        before.keys().all(|key| after.contains_key(key)),
        "an import removes no row"
    );
    let mut changed = after
        .iter()
        .filter(|(key, row)| before.get(*key) != Some(*row))
        .peekable();
    let any = changed.peek().is_some();
    for ((path, key), _) in changed {
        assert!(
            keys.contains(key),
            "{path} {key} changed, and nothing of it was announced"
        );
    }
    any.then_some("rows changed")
}

/// New connectors and mounts have no password, and the checklist names exactly them. Others keep theirs.
fn passwords(
    plan: &ImportPlan,
    written: &[Written<'_>],
    before: &BTreeMap<(String, String), Value>,
    after: &BTreeMap<(String, String), Value>,
) -> Vec<&'static str> {
    let lists = WITH_PASSWORD.map(|(_, path)| path);
    let mut without = BTreeSet::new();
    for (key, row) in after
        .iter()
        .filter(|((path, _), _)| lists.contains(&path.as_str()))
    {
        match before.get(key) {
            Some(old) => assert_eq!(old["password"], row["password"], "{key:?} keeps its password"),
            None => {
                assert!(row["password"].is_null(), "{key:?} brings a password");
                without.insert(key.clone());
            }
        }
    }
    let mut seen = Vec::new();
    let mut announced = BTreeSet::new();
    for item in &plan.checklist {
        let mount = match item.todo {
            Todo::SetConnectorPassword => false,
            Todo::SetMountPassword => true,
            _ => continue,
        };
        let written = written
            .iter()
            .find(|written| written.position == item.step)
            .unwrap();
        let with = WITH_PASSWORD.iter().find(|(with, _)| *with == written.type_name);
        let (type_name, path) = with.unwrap();
        assert_eq!(mount, *type_name == "MOUNT_INFORMATION");
        announced.insert(((*path).to_owned(), row_key(&written.identifier)));
        seen.push(if mount {
            "mount without password"
        } else {
            "connector without password"
        });
    }
    assert_eq!(announced, without);
    let overwritten = |written: &Written<'_>| {
        let with = WITH_PASSWORD.iter().any(|(with, _)| *with == written.type_name);
        with && matches!(written.step.action, Action::Overwrite { .. })
    };
    seen.extend(written.iter().any(overwritten).then_some("password kept"));
    seen
}

/// The checklist names exactly the written jobs that read from a source.
fn sources(plan: &ImportPlan, written: &[Written<'_>], after: &Objects) -> Option<&'static str> {
    let is_job = |type_name: &str| type_name.ends_with("_JOB");
    let reads_elsewhere = |written: &&Written<'_>| {
        let object = &after[&(written.type_name.to_owned(), written.identifier.clone())].object;
        let mut dependencies = object.dependencies().iter();
        is_job(written.type_name)
            && dependencies.any(|key| {
                by_number_in_own_document(key.type_number)
                    .is_some_and(|known| known.name.starts_with("SOURCE_"))
            })
    };
    let jobs: BTreeSet<usize> = written
        .iter()
        .filter(reads_elsewhere)
        .map(|written| written.position)
        .collect();
    let announced: BTreeSet<usize> = plan
        .checklist
        .iter()
        .filter(|item| item.todo == Todo::SetJobSource && is_job(&plan.steps[item.step].type_name))
        .map(|item| item.step)
        .collect();
    assert_eq!(announced, jobs);
    (!jobs.is_empty()).then_some("job to re-point")
}

/// The plan marks exactly the replaced global key and algorithms as irreversible.
fn irreversible(plan: &ImportPlan, before: &Objects, after: &Objects) -> Vec<&'static str> {
    let algorithms = ["LOOKUP", "SEGMENT", "TOKENIZATION", "DATE_SHIFT"];
    // A revision masks in the same way, also with the additions of an upgrade.
    let extended: BTreeSet<String> = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Extend { .. }))
        .map(|step| step.key.identifier.to_json().to_string())
        .collect();
    let changed = after
        .iter()
        .filter(|(key, now)| before.get(*key) != Some(*now) && !extended.contains(&key.1));
    let replaced: BTreeSet<(&str, &str)> = changed
        .filter(|(key, _)| {
            // Every engine has a global key, listed or not.
            key.0 == "KEY" || (algorithms.contains(&key.0.as_str()) && before.contains_key(*key))
        })
        .map(|(key, _)| (key.0.as_str(), key.1.as_str()))
        .collect();
    let announced: Vec<(&str, String, Irreversible)> = plan
        .irreversible()
        .map(|step| {
            (
                step.type_name.as_str(),
                step.key.identifier.to_json().to_string(),
                step.irreversible.unwrap(),
            )
        })
        .collect();
    let told: BTreeSet<(&str, &str)> = announced
        .iter()
        .map(|(name, id, _)| (*name, id.as_str()))
        .collect();
    assert_eq!(told, replaced);
    announced
        .iter()
        .map(|(type_name, _, what)| match (*type_name, what) {
            ("KEY", Irreversible::GlobalKey) => "key replaced",
            (_, Irreversible::Algorithm) => "algorithm replaced",
            other => panic!("{other:?}"),
        })
        .collect()
}
