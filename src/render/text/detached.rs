//! The verdict on a detached signature.

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::signature::{DetachedError, DetachedReport};
use serde_json::{Value, json};

use crate::render::json::SCHEMA_VERSION;

/// For people.
pub(crate) fn text(out: &mut impl Write, report: &DetachedReport, trusted: Option<bool>) -> io::Result<()> {
    match (report.verified(), trusted) {
        (Some(hash), Some(true)) => {
            writeln!(out, "valid: intact; signed with a trusted key ({})", hash.name())?;
        }
        (Some(hash), _) => writeln!(out, "valid: intact; origin unknown ({})", hash.name())?,
        (None, _) => writeln!(out, "invalid: the signature does not fit the payload")?,
    }
    let key = &report.key;
    writeln!(
        out,
        "  key     {} {} bits, {}",
        key.algorithm,
        key.bits,
        key.fingerprint_text()
    )?;
    writeln!(out, "  payload {} bytes", report.payload_bytes)?;
    for verdict in &report.verdicts {
        let outcome = match &verdict.outcome {
            Ok(()) => "verifies".to_owned(),
            Err(error) => error.to_string(),
        };
        writeln!(
            out,
            "  {:<7} {} {outcome}",
            verdict.hash.name(),
            hex::encode(&verdict.digest)
        )?;
    }
    Ok(())
}

/// For people, when key or signature are refused before anything is verified.
pub(crate) fn refused_text(out: &mut impl Write, error: &DetachedError) -> io::Result<()> {
    writeln!(out, "invalid: {}", escape::terminal(&error.to_string()))?;
    writeln!(out, "  help: {}", error.help())
}

/// For programs.
pub(crate) fn json(report: &DetachedReport, trusted: Option<bool>) -> Value {
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
                "fingerprint": key.fingerprint_text(),
            },
            "digests": report.verdicts.iter().map(|verdict| json!({
                "hash": verdict.hash.name(),
                "digest": hex::encode(&verdict.digest),
                "verifies": verdict.outcome.is_ok(),
            })).collect::<Vec<_>>(),
        },
    })
}

/// For programs, when key or signature are refused before anything is verified.
pub(crate) fn refused_json(error: &DetachedError) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "detached": {
            "verdict": "invalid",
            "error": { "message": error.to_string(), "help": error.help() },
        },
    })
}
