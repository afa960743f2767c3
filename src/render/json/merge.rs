//! The JSON contract of `exportdoc merge`: `docs/schema/merge-v1.schema.json`. Members are added, never removed or
//! changed, within one `schema_version`. What it lists under `conflicts`, `--resolve` reads back.

use std::io::{self, Write};

use exportdoc::internal::merge::{Candidate, Conflict, MergeOutcome, MergedObject, Named, Renumbered};
use exportdoc::internal::reuse::ENGINES_REFUSE;
use serde_json::{Value, json};

use crate::render::json::diff::change;

/// Version of the contract.
const SCHEMA_VERSION: u32 = 1;

/// One JSON value.
pub(crate) fn print(out: &mut impl Write, outcome: &MergeOutcome) -> io::Result<()> {
    let (sides, base) = outcome.sources.split_at(outcome.sides.min(outcome.sources.len()));
    let document = json!({
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
    });
    crate::render::json::pretty(out, &document)?;
    out.write_all(b"\n")
}

fn named(object: &Named) -> Value {
    json!({
        "type": object.type_name,
        "type_number": object.key.type_number,
        "identifier": object.key.identifier.to_json(),
        "name": object.name,
    })
}

/// People count documents from 1, and so does `take`.
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
