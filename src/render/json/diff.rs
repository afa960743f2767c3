//! The JSON of `exportdoc diff`; its contract is `docs/schema/diff-v1.schema.json`.

use std::io::{self, Write};

use exportdoc::internal::diff::{
    ByteComparison, FieldChange, FieldPath, LineTag, ObjectDiff, ObjectRef, SecretChange, Status, Step,
    Value as Shown,
};
use exportdoc::internal::object::RevisionPair;
use serde_json::{Map, Value, json};

use crate::outcome::comparison::{Compared, ComparedSide};
use crate::render::json::{finding, pretty};
use crate::render::words::diff as words;

/// The version of the contract.
const SCHEMA_VERSION: u32 = 1;

/// Prints one JSON value.
pub(crate) fn print(out: &mut impl Write, compared: &Compared) -> io::Result<()> {
    pretty(out, &document(compared))?;
    out.write_all(b"\n")
}

/// The value that [`print`] prints.
pub(crate) fn document(compared: &Compared) -> Value {
    let diff = &compared.diff;
    let mut summary: Map<String, Value> = Status::LISTED
        .into_iter()
        .map(|status| (status.as_str().replace('-', "_"), diff.count(status).into()))
        .collect();
    summary.insert("unchanged".to_owned(), diff.unchanged.into());
    summary.insert("renumbered".to_owned(), diff.renumbered.len().into());
    summary.insert("ignored".to_owned(), diff.ignored.into());
    summary.insert("volatile".to_owned(), diff.volatile.len().into());
    json!({
        "schema_version": SCHEMA_VERSION,
        "old": side(&compared.old),
        "new": side(&compared.new),
        "same": diff.is_same(),
        "obstacles": diff.obstacles.iter().map(|obstacle| json!({
            "in": if obstacle.in_new { "new" } else { "old" },
            "kind": obstacle.kind.as_str(),
        })).collect::<Vec<_>>(),
        "summary": summary,
        "objects": diff.objects.iter().map(object).collect::<Vec<_>>(),
        "renumbered": diff.renumbered.iter()
            .map(|(old, new)| json!({ "old": reference(old), "new": reference(new) }))
            .collect::<Vec<_>>(),
        "volatile": diff.volatile.iter().map(|object| json!({
            "old": reference(&object.old),
            "new": reference(&object.new),
            "changes": object.changes.iter().map(change).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "envelope": diff.envelope.iter()
            .map(|change| json!({ "field": change.field, "old": change.old, "new": change.new }))
            .collect::<Vec<_>>(),
        "bytes": diff.bytes.as_ref().map(bytes),
        "findings": diff.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn side(side: &ComparedSide) -> Value {
    json!({
        "path": side.path,
        "bytes": side.report.envelope.bytes,
        "verdict": side.report.signature.verdict.as_str(),
        "objects": side.report.objects.len(),
    })
}

fn reference(object: &ObjectRef) -> Value {
    json!({
        "type": object.type_name,
        "type_number": object.type_number,
        "identifier": object.identifier.to_json(),
        "name": object.name,
    })
}

fn pair(pair: &RevisionPair, modified: Option<i64>) -> Value {
    json!({ "object": pair.object, "save": pair.save, "modified": modified })
}

fn object(object: &ObjectDiff) -> Value {
    json!({
        "status": object.status.as_str(),
        "old": object.old.as_ref().map(reference),
        "new": object.new.as_ref().map(reference),
        "revisions": object.revisions.as_ref().map(|revisions| json!({
            "old": pair(&revisions.old, revisions.modified.0),
            "new": pair(&revisions.new, revisions.modified.1),
            "same_object": revisions.same_object(),
        })),
        "changes": object.changes.iter().map(change).collect::<Vec<_>>(),
        "changes_left_out": object.more_changes,
        "moved": object.moved.iter().map(|(status, moved)| json!({
            "status": status.as_str(),
            "object": reference(moved),
        })).collect::<Vec<_>>(),
        "moved_left_out": object.more_moved,
        "content": object.content.iter().map(|line| json!({
            "depth": line.depth,
            "name": line.name,
            "value": line.value.as_ref().map(value),
        })).collect::<Vec<_>>(),
        "content_left_out": object.more_content,
        "secrets": object.secrets.iter()
            .map(|(kind, count)| json!({ "kind": kind.as_str(), "count": count }))
            .collect::<Vec<_>>(),
    })
}

pub(crate) fn change(change: &FieldChange) -> Value {
    let mut json = json!({
        "path": change.path.to_string(),
        "steps": steps(&change.path),
        "old": change.old.as_ref().map(value),
        "new": change.new.as_ref().map(value),
    });
    if let Some(secret) = &change.secret {
        json["secret"] = self::secret(secret);
    }
    json
}

fn steps(path: &FieldPath) -> Value {
    path.steps
        .iter()
        .map(|step| match step {
            Step::Name(name) => json!({ "field": name }),
            Step::Number(number) => json!({ "number": number }),
            Step::Item(item) => json!({ "item": item }),
        })
        .collect()
}

fn value(value: &Shown) -> Value {
    match value {
        Shown::Text { text, cut } => json!({ "text": text, "cut_bytes": cut }),
        Shown::Int(n) => json!({ "number": n }),
        Shown::Time(ms) => json!({ "number": ms, "time": words::time(*ms) }),
        Shown::Unsigned(n) => json!({ "number": n }),
        Shown::Digest(digest) => json!({
            "secret": digest.secret,
            "count": digest.count,
            "bytes": digest.bytes,
            "sha256_prefix": digest.sha256,
        }),
        Shown::Message { fields, brief } => json!({
            "fields": fields,
            "brief": brief.iter()
                .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
                .collect::<Map<_, _>>(),
        }),
        Shown::Order => json!({ "order": true }),
    }
}

fn secret(secret: &SecretChange) -> Value {
    json!({
        "lines_added": secret.added,
        "lines_removed": secret.removed,
        "diff": secret.lines.as_ref().map(|diff| json!({
            "lines": diff.lines.iter().map(|(tag, text)| json!({
                "in": match tag {
                    LineTag::Same => "both",
                    LineTag::Removed => "old",
                    LineTag::Added => "new",
                },
                "text": text,
            })).collect::<Vec<_>>(),
            "lines_left_out": diff.cut,
            "cut_bytes": diff.cut_bytes,
            "in_order": diff.in_order,
        })),
    })
}

fn bytes(comparison: &ByteComparison) -> Value {
    json!({
        "same": comparison.first_difference.is_none(),
        "first_difference": comparison.first_difference,
        "old_bytes": comparison.lengths.0,
        "new_bytes": comparison.lengths.1,
        "reordered": comparison.reordered,
        "rewritten": comparison.rewritten.iter().map(reference).collect::<Vec<_>>(),
        "rewritten_left_out": comparison.more_rewritten,
    })
}
