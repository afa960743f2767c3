//! Rules about the JSON and the base64 in it.

use super::{Case, altered, plain, replaced};
use crate::Result;
use crate::parts::Texts;

pub(super) fn cases() -> Result<Vec<Case>> {
    let document = |name: &str| plain(name)?.document();
    let with = |name: &str, old: &str, new: &str| replaced(plain(name)?.document()?, old, new);
    let bom = [b"\xef\xbb\xbf", &document("byte-order-mark")?[..]].concat();
    let cases = vec![
        Case::new(
            "read-indirectly",
            wide(&document("read-indirectly")?)?,
            document("read-indirectly")?,
        ),
        Case::new("byte-order-mark", bom, document("byte-order-mark")?),
        Case::new(
            "duplicate-key",
            with(
                "duplicate-key",
                "\"publicKey\":",
                "\"publicKey\":\"AAAA\",\"publicKey\":",
            )?,
            with(
                "duplicate-key",
                "\"exportHost\":",
                "\"blob\":\"a name of another level\",\"exportHost\":",
            )?,
        ),
        Case::new(
            "missing-member",
            with("missing-member", "\"exportHost\":", "\"exporthost\":")?,
            document("missing-member")?,
        ),
        Case::new(
            "wrong-type",
            with(
                "wrong-type",
                "\"exportHost\":\"engine.example.com:8282\"",
                "\"exportHost\":8282",
            )?,
            with("wrong-type", "\"engine.example.com:8282\"", "\"8282\"")?,
        ),
        Case::new(
            "trailing-data",
            [&document("trailing-data")?[..], b"{}"].concat(),
            [&document("trailing-data")?[..], b"\n"].concat(),
        ),
        Case::new(
            "unknown-member",
            with(
                "unknown-member",
                "\"blob\":",
                "\"comment\":\"kept for the audit\",\"blob\":",
            )?,
            document("unknown-member")?,
        ),
        Case::new(
            "metadata-snake-case",
            with("metadata-snake-case", "\"exportHost\":", "\"export_host\":")?,
            with(
                "metadata-snake-case",
                "engine.example.com",
                "export_host.example.com",
            )?,
        ),
        Case::new(
            "requested-list-missing",
            altered("requested-list-missing", |parts| parts.metadata.requested = None)?,
            altered("requested-list-missing", |parts| {
                parts.metadata.requested = Some(Vec::new());
            })?,
        ),
        text(
            "escaped-text",
            |text| text.replacen('A', "\\u0041", 1),
            with("escaped-text", "engine.example.com", "engine\\u002eexample.com")?,
        )?,
        text(
            "base64-line-breaks",
            |text| format!("{}\r\n{}", &text[..16], &text[16..]),
            with("base64-line-breaks", ",\"blob\":", ",\n\"blob\":")?,
        )?,
        text(
            "base64-missing-padding",
            |text| text.trim_end_matches('=').to_owned(),
            document("base64-missing-padding")?,
        )?,
        text(
            "base64-url-alphabet",
            |text| text.replace('+', "-").replace('/', "_"),
            document("base64-url-alphabet")?,
        )?,
        text(
            "base64-trailing-bits",
            trailing_bits,
            document("base64-trailing-bits")?,
        )?,
        text(
            "base64-broken",
            |text| format!("{}*{}", &text[..16], &text[17..]),
            document("base64-broken")?,
        )?,
    ];
    Ok(cases.into_iter().chain(dates()?).collect())
}

/// The rule fires on a document with its base64 texts rewritten.
fn text(rule: &'static str, change: fn(&str) -> String, quiet: Vec<u8>) -> Result<Case> {
    let parts = plain(rule)?.parts()?;
    let texts = Texts {
        public_key: change(&parts.texts().public_key),
        signature: change(&parts.texts().signature),
        blob: change(&parts.texts().blob),
    };
    let changed = parts.with_texts(&texts)?;
    if changed == parts.to_json()? {
        return Err(format!("nothing to change for {rule}; give it another name").into());
    }
    Ok(Case::new(rule, changed, quiet))
}

/// The last character before the padding carries a bit that belongs to no byte: the next letter of the alphabet has it.
fn trailing_bits(text: &str) -> String {
    let end = text.trim_end_matches('=').len();
    let next = match text.as_bytes().get(end.wrapping_sub(1)) {
        Some(last) if end < text.len() && last.is_ascii_alphabetic() && !matches!(last, b'z' | b'Z') => {
            last + 1
        }
        _ => return text.to_owned(),
    };
    format!("{}{}{}", &text[..end - 1], char::from(next), &text[end..])
}

fn dates() -> Result<Vec<Case>> {
    let dated =
        |name: &str, date: &str| altered(name, |parts| parts.metadata.export_date = Some(date.to_owned()));
    let cases = [
        (
            "date-not-understood",
            "2019-05-07 19:16:49",
            "Tue May 07 19:16:49 UTC 2019",
        ),
        (
            "date-wrong-weekday",
            "Wed May 07 19:16:49 UTC 2019",
            "Wed May 08 19:16:49 UTC 2019",
        ),
        (
            "date-zone-ambiguous",
            "Tue May 07 14:16:49 CST 2019",
            "Tue May 07 14:16:49 GMT-05:00 2019",
        ),
        (
            "dates-far-apart",
            "Wed May 08 19:16:49 UTC 2019",
            "Tue May 07 19:46:49 UTC 2019",
        ),
    ];
    cases
        .into_iter()
        .map(|(rule, fires, quiet)| Ok(Case::new(rule, dated(rule, fires)?, dated(rule, quiet)?)))
        .collect()
}

/// A document as PowerShell's `>` saves it.
fn wide(document: &[u8]) -> Result<Vec<u8>> {
    let units = std::iter::once(0xfeff).chain(std::str::from_utf8(document)?.encode_utf16());
    Ok(units.flat_map(u16::to_le_bytes).collect())
}
