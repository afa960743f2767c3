//! The JSON contract: fields are added, never removed or changed, within one `schema_version`.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod merge;
pub(crate) mod plan;

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::finding::Finding;
use exportdoc::internal::import_plan::references_against;
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::report::{
    DocumentReport, Encryption, ListedObject, Outcome, SecretsUnknown, SignatureReport, Trust,
};
use serde_json::{Value, json};

use crate::cli::io::batch::Judged;
use crate::cli::io::batch::Unreadable;
use crate::render::text::algorithms;

/// Version of the contract; changes only when a field is removed or changes its meaning.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// Writes a value over several lines, without a break at its end.
pub(crate) fn pretty(out: &mut (impl Write + ?Sized), value: &Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    out.write_all(escape::json(&text).as_bytes())
}

/// Writes a value as a line.
pub(crate) fn line(out: &mut (impl Write + ?Sized), value: &Value) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    writeln!(out, "{}", escape::json(&text))
}

/// Writes `{"schema_version": 1, "documents": […]}` document by document, or one line each.
pub(crate) struct DocumentList {
    lines: bool,
    written: usize,
}

impl DocumentList {
    pub(crate) fn new(lines: bool) -> Self {
        Self { lines, written: 0 }
    }

    /// Writes the next document.
    pub(crate) fn push(&mut self, out: &mut impl Write, document: &Value) -> io::Result<()> {
        if self.lines {
            let mut line = document.clone();
            line["schema_version"] = SCHEMA_VERSION.into();
            return self::line(out, &line);
        }
        if self.written == 0 {
            writeln!(out, "{{\"schema_version\": {SCHEMA_VERSION}, \"documents\": [")?;
        } else {
            out.write_all(b",\n")?;
        }
        self.written += 1;
        pretty(out, document)
    }

    /// Closes the list.
    pub(crate) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.written == 0 {
            return writeln!(out, "{{\"schema_version\": {SCHEMA_VERSION}, \"documents\": []}}");
        }
        out.write_all(b"\n]}\n")
    }
}

/// One document. `objects` tells which types to list (all when empty); `None` leaves the objects out.
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

/// An input without a report.
pub(crate) fn unreadable(path: &str, error: &Unreadable) -> Value {
    json!({
        "path": path,
        "error": { "message": error.to_string(), "help": error.help() },
    })
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
        "identifier": row.identifier.as_ref().map(exportdoc::internal::identifier::Identifier::to_json),
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
            if let Some(algorithm) = algorithms::json(object) {
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
            "fingerprint": format!("sha256:{}", hex::encode(key.fingerprint)),
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

pub(crate) fn finding(finding: &Finding) -> Value {
    let place = finding.at.as_ref();
    json!({
        "id": finding.id(),
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "at": place.map(|place| json!({
            "path": place.path,
            "file_offset": place.file_offset,
            "decoded_offset": place.decoded_offset,
        })),
    })
}
