//! The words for merges.

use std::collections::BTreeMap;

use exportdoc::internal::merge::{Conflict, MergeOutcome, MergedObject, Origin};

use crate::render::words::time::short_millis;
use crate::render::words::{Tone, counted};

/// The outcome in plain words.
pub(crate) fn headline(outcome: &MergeOutcome) -> (Tone, String) {
    match outcome.conflicts.len() as u64 {
        0 => (Tone::Good, "Merged without conflicts".to_owned()),
        count => (
            Tone::Bad,
            format!("{}: nothing is written", counted(count, "conflict")),
        ),
    }
}

/// The objects whose state was decided: the documents have several, or the merge made it.
pub(crate) fn decided(outcome: &MergeOutcome) -> impl Iterator<Item = &MergedObject> {
    let objects = outcome.objects.iter();
    objects.filter(|object| !matches!(object.origin, Origin::Same | Origin::Only))
}

/// `1 ours.json: saved 2018-02-12 11:00`, for each state in conflict.
pub(crate) fn states(outcome: &MergeOutcome, conflict: &Conflict) -> Vec<String> {
    let states = conflict.candidates.iter().map(|candidate| {
        let source = outcome.sources.get(candidate.source).map_or("", String::as_str);
        let state = candidate.state.as_ref().map_or_else(
            || "removed".to_owned(),
            |state| format!("saved {}", short_millis(state.modified)),
        );
        format!("{} {source}: {state}", candidate.source + 1)
    });
    states.collect()
}

/// Why an object of the result has its state.
pub(crate) fn reason(origin: Origin) -> &'static str {
    match origin {
        Origin::Same => "the same everywhere",
        Origin::Only => "in one document only",
        Origin::LastSave => "saved last",
        Origin::RewrittenByEngine => "rewritten by an engine",
        Origin::OneSide => "changed on one side",
        Origin::Original => "like the original",
        Origin::Derived => "put together",
        Origin::Preferred => "preferred",
        Origin::Resolved => "resolved",
    }
}

/// `24 objects: 20 the same everywhere, 4 in one document only; 1 conflict`.
pub(crate) fn summary(outcome: &MergeOutcome) -> String {
    let mut counts: BTreeMap<Origin, u64> = BTreeMap::new();
    for object in &outcome.objects {
        *counts.entry(object.origin).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(origin, count)| format!("{count} {}", reason(origin)))
        .collect();
    let objects = counted(outcome.objects.len() as u64, "object");
    let mut text = if parts.is_empty() {
        objects
    } else {
        format!("{objects}: {}", parts.join(", "))
    };
    for (count, what) in [
        (outcome.renumbered.len(), "renumbered"),
        (outcome.removed.len(), "removed"),
    ] {
        if count > 0 {
            text.push_str(&format!("; {count} {what}"));
        }
    }
    if !outcome.conflicts.is_empty() {
        let count = counted(outcome.conflicts.len() as u64, "conflict");
        text.push_str(&format!("; {count}"));
    }
    text
}

/// The labels of documents.
pub(crate) fn sources(outcome: &MergeOutcome, sources: &[usize]) -> String {
    let labels = sources.iter().filter_map(|source| outcome.sources.get(*source));
    labels.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// `MASKING_JOB 5 (Nightly) was 4 in other.json`, for each renumbered object.
pub(crate) fn renumbered(outcome: &MergeOutcome) -> Vec<String> {
    let lines = outcome.renumbered.iter().map(|renumbered| {
        let source = outcome.sources.get(renumbered.source).map_or("", String::as_str);
        format!("{} was {} in {source}", renumbered.object, renumbered.old)
    });
    lines.collect()
}

/// The object in conflict, followed by its name if that says more than the identifier.
pub(crate) fn conflicting(conflict: &Conflict) -> String {
    match conflict.name.as_deref() {
        Some(name) if !name.is_empty() && name != conflict.key.identifier.to_string() => {
            format!("{} ({name})", conflict.label())
        }
        _ => conflict.label(),
    }
}

/// What kind of conflict it is, in a sentence.
pub(crate) fn meaning(conflict: &Conflict) -> &'static str {
    use exportdoc::internal::merge::ConflictKind as Kind;
    match conflict.kind {
        Kind::Different => "the states differ, and no base shows which one is newer",
        Kind::BothAdded => "both sides added it, differently",
        Kind::BothChanged => "both sides changed it, differently",
        Kind::ChangedAndRemoved => "one side changed what the other removed",
        Kind::SameRevision => "different content under the same revision, which no engine writes",
        Kind::GlobalKey => "two global keys: only --resolve settles this",
        Kind::SameName => {
            "two objects with one name, which engines treat as one: only --by-name settles this"
        }
    }
}
