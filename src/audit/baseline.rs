//! Rules about what changed since an earlier document: altered algorithms, and content that changed without a save.

use crate::diff::{DiffOptions, ObjectDiff, ObjectRef, ObstacleKind, Side, Status, diff};
use crate::finding::{self, Finding, Place};
use crate::object::{ObjectKey, type_by_name};
use crate::report::{DocumentReport, Findings};

/// All rules of this kind.
pub(super) fn judge(baseline: &Side<'_>, document: &Side<'_>, findings: &mut Findings) {
    let diff = diff(baseline, document, &DiffOptions::default());
    for obstacle in &diff.obstacles {
        findings.add(&finding::BASELINE_NOT_COMPARABLE, None, || {
            let which = if obstacle.in_new { "document" } else { "baseline" };
            match obstacle.kind {
                ObstacleKind::Encrypted => format!("the {which} is encrypted and wasn't opened"),
                ObstacleKind::Damaged => format!("the {which} is damaged"),
                ObstacleKind::Limit => format!("a limit kept part of the {which} from being read"),
            }
        });
    }
    for object in &diff.objects {
        if let (Some(new), Some(words)) = (&object.new, algorithm_change(object)) {
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

/// What changed in an algorithm or the global key; `None` for other objects, and for those saved anew as they were.
fn algorithm_change(object: &ObjectDiff) -> Option<String> {
    let new = object.new.as_ref()?;
    let is_reference = new.type_name == "ALGORITHM_REFERENCE";
    let masks = type_by_name(&new.type_name).is_some_and(|known| known.algorithm) || new.type_name == "KEY";
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
        // A reference has no content of its own; a new revision says that what it refers to was saved.
        Status::Resaved if is_reference => Some("refers to a later save".to_owned()),
        Status::DependencyChanged => Some(match moved(&object.moved) {
            names if names.is_empty() => "something that it depends on changed".to_owned(),
            names => format!("depends on {names}, which changed"),
        }),
        Status::Resaved | Status::Added | Status::Removed | Status::Unchanged => None,
    }
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
