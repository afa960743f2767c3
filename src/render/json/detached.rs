//! The verdict on a detached signature.

use exportdoc::internal::signature::{DetachedError, DetachedReport};
use serde_json::{Value, json};

use crate::render::json::SCHEMA_VERSION;

/// The verdict.
pub(crate) fn report(report: &DetachedReport, trusted: Option<bool>) -> Value {
    let key = &report.key;
    json!({
        "schema_version": SCHEMA_VERSION,
        "detached": {
            "verdict": if report.verified().is_some() { "valid" } else { "invalid" },
            "hash": report.verified().map(|hash| hash.name()),
            "trusted": trusted,
            "payload_bytes": report.payload_bytes,
            "key": {
                "algorithm": key.algorithm,
                "bits": key.bits,
                "q_bits": key.q_bits,
                "parameters": key.parameter_set,
                "fingerprint": key.fingerprint.to_string(),
            },
            "digests": report.verdicts.iter().map(|verdict| json!({
                "hash": verdict.hash.name(),
                "digest": hex::encode(&verdict.digest),
                "verifies": verdict.outcome.is_ok(),
            })).collect::<Vec<_>>(),
        },
    })
}

/// A key or signature that is refused before anything is verified.
pub(crate) fn refused(error: &DetachedError) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "detached": {
            "verdict": "invalid",
            "error": { "message": error.to_string(), "help": error.help() },
        },
    })
}
