//! What every fuzz target does with its input, and what has to hold: one file per target.
//!
//! Shared by the targets in `fuzz_targets/` and by `tests/it/fuzz_corpora.rs`, which replays the corpora as ordinary
//! tests. A target panics if the library breaks a promise on any bytes.

mod blob;
mod containers;
mod copies;
mod diff;
mod document;
mod envelope;
mod made_up;
mod merge;
mod plan;
mod report;
mod settings;
mod signature_der;
mod spki;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::signature::{HashChoice, verify_detached};

pub use blob::blob;
pub use containers::containers;
pub use copies::copies;
pub use diff::diff;
pub use envelope::envelope;
pub use merge::merge;
pub use plan::plan;
pub use settings::settings;
pub use signature_der::signature_der;
pub use spki::spki;

/// The key and signature of `testdata/handmade/masking-job.json`: sound ones, to bring hostile counterparts far.
const KEY: &str = "MIHvMIGoBgcqhkjOOAQBMIGcAkEA/KaCzo4Syrom78z3EQ5SbbB4sF7ey80etKII864WF64B81uRpH5t9jQTxeEu0ImbzRMqzV\
    DZkVG9xD7nN1kuFwIVAJYu3cw2nLqOuyYO5rahJtk0bjjFAkBnhHGyepz0TukaScUUfbGpqvJE8FpDTWSGkx0tFCcbnjUDC3H9c9oXkGmzLik1Yw\
    4cIGI1TQ2iCmxBblC+eUykA0IAAj81fjMVQG3d0XWzHSpv7ChxxvjuABjk74LANWVowReTeoUK5K5xu+bkJjNMHAc0vKieUdX/TToVqtqg0oyV0RU=";
const SIGNATURE: &str = "MCwCFBkKnPdfWXjeAqTeI+mVQQOubcNWAhRM29n+CC1veL0ghUPgzGfkS3r1gg==";

fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("a constant")
}

fn detached(key: &[u8], signature: &[u8]) {
    match verify_detached(key, signature, &b"payload"[..], HashChoice::Any) {
        Ok(report) => assert_eq!((report.payload_bytes, report.verified()), (7, None)),
        Err(error) => assert!(!error.to_string().is_empty() && !error.help().is_empty()),
    }
}
