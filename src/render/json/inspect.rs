//! The documents in the JSON of `inspect` and `verify-signature`.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::references_against;
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::object::data::Configuration;
use exportdoc::internal::report::{
    DocumentReport, Encryption, ListedObject, ObjectReport, Outcome, SecretsUnknown, SignatureReport, Trust,
};
use serde_json::{Value, json};

use crate::outcome::document::Judged;
use crate::render::json::{finding, unreadable};
use crate::render::words::algorithms::text;

/// One document. `objects` lists the types to show (all if empty); `None` omits the objects.
pub(crate) fn document(judged: &Judged, objects: Option<&[String]>, against: Option<&Judged>) -> Value {
    let report = match &judged.outcome {
        Ok(report) => report,
        Err(error) => return unreadable(&judged.path, error),
    };
    let mut document = json!({
        "path": judged.path,
        "verdict": report.signature.verdict.as_str(),
        "complete": report.blob.complete,
        "export": export(report),
        "encryption": encryption(&report.encryption),
        "signature": signature(&report.signature),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    });
    if let Some(types) = objects {
        document["objects"] = self::objects(report, types);
        document["secrets"] = report
            .secrets()
            .into_iter()
            .map(|(kind, count)| (kind.as_str().to_owned(), Value::from(count)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        document["secrets_unknown"] = match report.secrets_unknown() {
            None => Value::Null,
            Some(SecretsUnknown::Objects(count)) => json!({ "objects": count }),
            Some(SecretsUnknown::Incomplete) => json!({ "incomplete": true }),
            Some(SecretsUnknown::NotOpened) => json!({ "encrypted": "not-opened" }),
            Some(SecretsUnknown::Encrypted) => json!({ "encrypted": "unknown" }),
        };
        if let Some(partial) = &report.blob.partial {
            document["partial_record"] = json!({
                "record": partial.index,
                "offset": partial.offset,
                "claimed_bytes": partial.claimed,
                "have_bytes": partial.have,
                "object": partial.key.as_ref().map(key),
                "dependencies": partial.dependencies.iter().map(key).collect::<Vec<_>>(),
                "cut_key": partial.cut_key.map(|cut| json!({
                    "of": if cut.own { "object" } else { "dependency" },
                    "type_number": cut.type_number,
                })),
            });
        }
    }
    if let Some(other) = against
        && let Ok(found) = &other.outcome
    {
        document["against"] = json!({ "path": other.path, "references": references(report, found) });
    }
    document
}

fn references(report: &DocumentReport, other: &DocumentReport) -> Vec<Value> {
    let object = |report: &DocumentReport, at: usize| {
        let object = &report.objects[at];
        let pair = &report.graph.nodes()[at].pair;
        json!({
            "type": object.type_name,
            "identifier": object.key.identifier.to_json(),
            "name": object.name,
            "revision": { "object": pair.object, "save": pair.save },
        })
    };
    let found = references_against(report, other).into_iter();
    found
        .map(|found| {
            json!({
                "reference": object(report, found.reference),
                "state": found.state.as_str(),
                "original": found.original.map(|at| object(other, at)),
            })
        })
        .collect()
}

fn export(report: &DocumentReport) -> Value {
    let envelope = &report.envelope;
    let header = report.header.as_ref();
    json!({
        "host": envelope.host,
        "date": envelope.date_text,
        "instant": envelope.date.as_ref().and_then(|date| date.instant).map(|at| at.to_string()),
        "export_id": header.map(|h| &h.export_id),
        "started": header.map(|h| &h.started_text),
        "format": header.and_then(|h| h.format),
        "object_count": header.map(|h| h.object_count),
        "requested": envelope.requested.iter().map(listed).collect::<Vec<_>>(),
        "exported": envelope.exported.iter().map(listed).collect::<Vec<_>>(),
        "bytes": envelope.bytes,
        "blob_bytes": report.blob.bytes,
    })
}

fn listed(row: &ListedObject) -> Value {
    json!({
        "type": row.type_name,
        "identifier": row.identifier.as_ref().map(Identifier::to_json),
        "revision_hash": row.hash,
    })
}

fn key(key: &ObjectKey) -> Value {
    json!({ "type_number": key.type_number, "identifier": key.identifier.to_json() })
}

fn encryption(encryption: &Encryption) -> Value {
    match encryption {
        Encryption::Clear => json!({ "state": "none" }),
        Encryption::Passphrase { scheme, opened } => {
            json!({ "state": "passphrase", "scheme": scheme, "opened": opened })
        }
        Encryption::Unknown => json!({ "state": "unknown" }),
    }
}

fn objects(report: &DocumentReport, types: &[String]) -> Value {
    report
        .objects
        .iter()
        .enumerate()
        .filter(|(_, object)| types.is_empty() || types.contains(&object.type_name))
        .map(|(id, object)| {
            let node = &report.graph.nodes()[id];
            let dependencies: Vec<Value> = node
                .dependencies
                .iter()
                .map(|&id| {
                    let target = &report.objects[id];
                    json!({ "type": target.type_name, "identifier": target.key.identifier.to_json() })
                })
                .chain(node.missing.iter().map(|missing| {
                    json!({
                        "type_number": missing.type_number,
                        "identifier": missing.identifier.to_json(),
                        "missing": true,
                    })
                }))
                .collect();
            let mut value = json!({
                "type": object.type_name,
                "type_number": object.key.type_number,
                "identifier": object.key.identifier.to_json(),
                "name": object.name,
                "data_type": object.data_type,
                "revision": { "object": node.pair.object, "save": node.pair.save },
                "revision_hash": {
                    "stated": object.stated_hash,
                    "computed": object.computed_hash,
                    "matches": object.hash_matches(),
                },
                "created": object.created,
                "modified": object.modified,
                "record": object.record,
                "offset": object.offset,
                "bytes": object.size,
                "dependencies": dependencies,
                "unread_data": object.unread_data,
                "possible_keys": object.possible_keys,
                "secrets": object.secrets.iter()
                    .map(|(kind, count)| json!({ "kind": kind.as_str(), "count": count }))
                    .collect::<Vec<_>>(),
            });
            if let Some(algorithm) = algorithm(object) {
                value["algorithm"] = algorithm;
            }
            if !object.secret_values.is_empty() {
                value["secret_values"] = object
                    .secret_values
                    .iter()
                    .map(|secret| {
                        json!({ "kind": secret.kind.as_str(), "value": secret.text, "cut_bytes": secret.cut })
                    })
                    .collect();
            }
            value
        })
        .collect()
}

fn signature(signature: &SignatureReport) -> Value {
    let key = signature.key.as_ref().map(|key| {
        json!({
            "algorithm": key.algorithm,
            "bits": key.bits,
            "q_bits": key.q_bits,
            "parameters": key.parameter_set,
            "fingerprint": key.fingerprint.to_string(),
        })
    });
    let trusted = match signature.trust {
        Trust::NotAsked => Value::Null,
        Trust::Trusted => true.into(),
        Trust::Untrusted => false.into(),
    };
    json!({
        "verdict": signature.verdict.as_str(),
        "rule": signature.rule,
        "key": key,
        "partial_key": signature.partial_key.as_ref().map(|key| json!({
            "bits": key.bits(),
            "q_bits": key.q_bits(),
            "parameters": key.parameter_set,
            "breaks_off_at": key.breaks_off_at,
        })),
        "trusted": trusted,
        "r": signature.r_and_s.as_ref().map(|(r, _)| r),
        "s": signature.r_and_s.as_ref().map(|(_, s)| s),
        "checks": signature.checks.iter().map(|check| json!({
            "what": check.what,
            "outcome": match check.outcome {
                Outcome::Holds => "holds",
                Outcome::Fails => "fails",
                Outcome::Unknown => "unknown",
            },
        })).collect::<Vec<_>>(),
    })
}

/// The description of a user algorithm; `None` for other objects.
fn algorithm(object: &ObjectReport) -> Option<Value> {
    if object.texts.list.is_empty() {
        return None;
    }
    let read = text(object, "configuration").and_then(Configuration::read);
    Some(json!({
        "framework": text(object, "framework"),
        "plugin": text(object, "plugin"),
        "lookup_files": read.as_ref().map(|read| read.lookup_files.clone()),
        "configuration": read.map(|read| read.json),
    }))
}
