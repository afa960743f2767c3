//! Rules about what changed since an earlier document: altered algorithms, and content that changed without a save.

use std::collections::HashMap;

use crate::diff::{DiffOptions, ObjectDiff, ObjectRef, ObstacleKind, Side, Status, diff};
use crate::finding::{self, Finding, Place};
use crate::identifier::Identifier;
use crate::object::{ObjectKey, ObjectType, type_by_name};
use crate::report::{DocumentReport, Findings};

/// Adds the findings about changes since the baseline.
pub(super) fn judge(baseline: &Side<'_>, document: &Side<'_>, findings: &mut Findings) {
    let diff = diff(baseline, document, &DiffOptions::default());
    for obstacle in &diff.obstacles {
        findings.in_blob(&finding::BASELINE_NOT_COMPARABLE, 0, || {
            let which = if obstacle.in_new { "document" } else { "baseline" };
            match obstacle.kind {
                ObstacleKind::Encrypted => format!("the {which} is encrypted and wasn't opened"),
                ObstacleKind::Damaged => format!("the {which} is damaged"),
                ObstacleKind::Limit => format!("a limit kept part of the {which} from being read"),
            }
        });
    }
    // Algorithms of all types share their names.
    let before: HashMap<&Identifier, &str> = diff
        .objects
        .iter()
        .filter(|object| object.status == Status::Removed)
        .filter_map(|object| object.old.as_ref())
        .filter(|old| is_algorithm(old))
        .map(|old| (&old.identifier, old.type_name.as_str()))
        .collect();
    let replaced = |object: &ObjectDiff| {
        let new = object.new.as_ref()?;
        let added = object.status == Status::Added && is_algorithm(new);
        let before = before.get(&new.identifier).filter(|_| added)?;
        Some(format!("was of type {before}"))
    };
    for object in &diff.objects {
        let change = algorithm_change(object).or_else(|| replaced(object));
        if let (Some(new), Some(words)) = (&object.new, change) {
            let key = ObjectKey::new(new.type_number, new.identifier.clone());
            let place = place_of(document.report, &key);
            findings.about(&finding::ALGORITHM_CHANGED, &key, place, || {
                format!("{new}: {words}")
            });
        }
    }
    let placed = diff.findings.into_iter().map(|finding| {
        let key = finding
            .object
            .clone()
            .map(|(number, identifier)| ObjectKey::new(number, identifier));
        Finding {
            at: key.map(|key| place_of(document.report, &key)),
            ..finding
        }
    });
    findings.extend(placed);
}

/// Describes the change of an algorithm or the global key. Returns `None` for other objects, and for a new save
/// without a change.
fn algorithm_change(object: &ObjectDiff) -> Option<String> {
    let new = object.new.as_ref()?;
    let is_reference = new.type_name == "ALGORITHM_REFERENCE";
    let masks = is_algorithm(new) || new.type_name == "KEY";
    if !masks && !is_reference {
        return None;
    }
    let fields = || {
        let names: Vec<String> = object
            .changes
            .iter()
            .take(5)
            .map(|change| change.path.to_string())
            .collect();
        let more = object.changes.len() as u64 + object.more_changes - names.len() as u64;
        match (names.is_empty(), more) {
            (true, _) => "other content".to_owned(),
            (false, 0) => names.join(", "),
            (false, more) => format!("{} and {more} more", names.join(", ")),
        }
    };
    match object.status {
        Status::Changed | Status::ContentWithoutRevision => Some(fields()),
        // A reference has no content of its own. Its new revision means that its original was saved again.
        Status::Resaved if is_reference => Some("refers to a later save".to_owned()),
        Status::DependencyChanged => Some(match moved(&object.moved) {
            names if names.is_empty() => "something that it depends on changed".to_owned(),
            names => format!("depends on {names}, which changed"),
        }),
        // An upgrade's additions have their own finding.
        Status::RewrittenByEngine => None,
        Status::Resaved | Status::Added | Status::Removed | Status::Unchanged => None,
    }
}

fn is_algorithm(object: &ObjectRef) -> bool {
    type_by_name(&object.type_name).is_some_and(ObjectType::is_algorithm)
}

fn moved(moved: &[(Status, ObjectRef)]) -> String {
    let names: Vec<String> = moved.iter().map(|(_, object)| object.to_string()).collect();
    names.join(", ")
}

fn place_of(report: &DocumentReport, key: &ObjectKey) -> Place {
    match report.graph.find(key) {
        Some(id) => Place::blob(report.objects[id].offset),
        None => Place::json("$.blob"),
    }
}
