//! The JSON of `exportdoc merge`; its contract is `docs/schema/merge-v1.schema.json`. `--resolve` reads `conflicts` back.

use std::io::{self, Write};

use exportdoc::internal::merge::{Candidate, Conflict, MergeOutcome, MergedObject, Named, Renumbered};
use exportdoc::internal::reuse::ENGINES_REFUSE;
use serde_json::{Value, json};

use crate::render::json::diff::change;
use crate::render::json::pretty;

/// The version of the contract.
const SCHEMA_VERSION: u32 = 1;

/// Prints one JSON value.
pub(crate) fn print(out: &mut dyn Write, outcome: &MergeOutcome) -> io::Result<()> {
    pretty(out, &document(outcome))?;
    out.write_all(b"\n")
}

/// The value that [`print`] prints.
pub(crate) fn document(outcome: &MergeOutcome) -> Value {
    let (sides, base) = outcome.sources.split_at(outcome.sides.min(outcome.sources.len()));
    json!({
        "schema_version": SCHEMA_VERSION,
        "sources": sides,
        "base": base.first(),
        "merged": outcome.document.is_some(),
        "engines": outcome.document.is_some().then_some(ENGINES_REFUSE),
        "conflicts": outcome.conflicts.iter().map(conflict).collect::<Vec<_>>(),
        "objects": outcome.objects.iter().map(object).collect::<Vec<_>>(),
        "renumbered": outcome.renumbered.iter().map(renumbered).collect::<Vec<_>>(),
        "removed": outcome.removed.iter().map(named).collect::<Vec<_>>(),
        "notes": outcome.notes.iter()
            .map(|note| json!({ "id": note.id(), "message": note.to_string() }))
            .collect::<Vec<_>>(),
    })
}

fn named(object: &Named) -> Value {
    json!({
        "type": object.type_name,
        "type_number": object.key.type_number,
        "identifier": object.key.identifier.to_json(),
        "name": object.name,
    })
}

/// The number of a document for people and for `take`: they count from 1.
fn position(source: usize) -> usize {
    source + 1
}

fn object(merged: &MergedObject) -> Value {
    let sources: Vec<usize> = merged.sources.iter().map(|source| position(*source)).collect();
    json!({ "object": named(&merged.object), "origin": merged.origin.as_str(), "sources": sources })
}

fn renumbered(renumbered: &Renumbered) -> Value {
    json!({
        "source": position(renumbered.source),
        "old": renumbered.old.to_json(),
        "object": named(&renumbered.object),
    })
}

fn conflict(conflict: &Conflict) -> Value {
    json!({
        "object": conflict.label(),
        "take": null,
        "kind": conflict.kind.as_str(),
        "name": conflict.name,
        "candidates": conflict.candidates.iter().map(candidate).collect::<Vec<_>>(),
        "changes": conflict.changes.iter().map(change).collect::<Vec<_>>(),
        "changes_left_out": conflict.more_changes,
    })
}

fn candidate(candidate: &Candidate) -> Value {
    json!({
        "source": position(candidate.source),
        "identifier": candidate.key.identifier.to_json(),
        "state": candidate.state.as_ref().map(|state| json!({
            "object": state.pair.object,
            "save": state.pair.save,
            "modified": state.modified,
        })),
    })
}
