//! The public interface of the envelope. All these tests vary one document.

mod base64_text;
mod errors;
mod findings;
mod round_trip;

use exportdoc::internal::envelope::{Envelope, EnvelopeError};
use exportdoc::internal::finding::Finding;

const METADATA: &str = concat!(
    r#"{"exportHost":"engine:80","exportDate":"Fri Jun 15 20:16:20 UTC 2018","#,
    r#""requestedObjectList":[{"objectIdentifier":{"id":1},"objectType":"MASKING_JOB"}],"#,
    r#""exportedObjectList":[{"objectIdentifier":{"id":1},"objectType":"MASKING_JOB","revisionHash":"ab"},"#,
    r#"{"objectIdentifier":{"algorithmName":"Lookup"},"objectType":"ALGORITHM_REFERENCE","revisionHash":"cd"}]}"#
);

fn document() -> String {
    with_metadata(METADATA)
}

fn with_metadata(metadata: &str) -> String {
    format!(r#"{{"exportResponseMetadata":{metadata},"blob":"QUJD","signature":"REVG","publicKey":"R0hJ"}}"#)
}

fn parse(text: &str) -> Envelope<'_> {
    Envelope::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn error(text: impl AsRef<[u8]>) -> EnvelopeError {
    match Envelope::parse(text.as_ref()) {
        Err(error) => {
            assert!(error.help().is_some_and(|help| help.ends_with('.')), "{error}");
            assert!(error.to_string().starts_with(char::is_lowercase), "{error}");
            error
        }
        Ok(envelope) => panic!("read: {envelope:?}"),
    }
}

fn findings(text: &str) -> Vec<(&'static str, String)> {
    let place = |f: &Finding| f.at.as_ref().map(ToString::to_string).unwrap_or_default();
    parse(text).findings.iter().map(|f| (f.id(), place(f))).collect()
}

fn rewritten(text: &str) -> String {
    let mut out = Vec::new();
    parse(text).write_to(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The entry of [`findings`] for a finding at the `nth` occurrence of `needle`.
fn at(text: &str, id: &'static str, path: &str, needle: &str, nth: usize) -> (&'static str, String) {
    let (offset, _) = text.match_indices(needle).nth(nth).unwrap();
    (id, format!("{path} file byte {offset}"))
}
