//! The verdict on a detached signature.

use std::io::{self, Write};

use exportdoc::internal::signature::{DetachedError, DetachedReport};

use crate::render::style::safe;

/// Prints the verdict.
pub(crate) fn print(out: &mut impl Write, report: &DetachedReport, trusted: Option<bool>) -> io::Result<()> {
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
        key.algorithm, key.bits, key.fingerprint
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

/// Prints why a key or signature is refused before anything is verified.
pub(crate) fn print_refused(out: &mut impl Write, error: &DetachedError) -> io::Result<()> {
    writeln!(out, "invalid: {}", safe(&error.to_string()))?;
    writeln!(out, "  help: {}", error.help())
}
