//! One sound document with minimal changes after sealing.

use exportdoc::internal::blob::Header;
use exportdoc::internal::envelope::ListEntry;
use exportdoc::internal::identifier::Identifier;

use crate::parts::{Parts, framed};
use crate::sound::Recipe;
use crate::{Named, Result};

type Change = fn(&mut Parts) -> Result<()>;

const CHANGES: &[(&str, Change)] = &[
    ("flip-header", |parts| {
        // A millisecond of the header's time.
        let at = parts.find(b"46.159Z")? + 5;
        parts.blob[at] ^= 1;
        Ok(())
    }),
    ("flip-object", |parts| {
        let at = parts.find(b"Mask orders")? + 1;
        parts.blob[at] ^= 1;
        Ok(())
    }),
    ("flip-trailer", |parts| flip_last(&mut parts.blob)),
    ("flip-signature", |parts| flip_last(&mut parts.signature)),
    ("flip-key", |parts| flip_last(&mut parts.public_key)),
    ("swapped-signature", |parts| {
        // Trailer and JSON alike, so that only the arithmetic tells.
        let other = Recipe::small("tampered, another")?.parts()?.signature;
        let export_id = Header::parse(&parts.messages()?[0])?.export_id;
        let mut messages = parts.messages()?;
        messages.pop();
        messages.push(exportdoc::internal::blob::Trailer::encode(&export_id, &other));
        parts.blob = framed(&messages)?;
        parts.signature = other;
        Ok(())
    }),
    ("swapped-key", |parts| {
        parts.public_key = Recipe::small("tampered, another")?.parts()?.public_key;
        Ok(())
    }),
    ("dropped-record", |parts| {
        let mut messages = parts.messages()?;
        messages.remove(messages.len() - 2);
        parts.blob = framed(&messages)?;
        Ok(())
    }),
    ("metadata-host", |parts| {
        parts.metadata.export_host = Some("elsewhere.example.org".to_owned());
        Ok(())
    }),
    ("metadata-hash", |parts| {
        let row = rows(parts)?.first_mut().ok_or("no row")?;
        let hash = row.revision_hash.as_mut().ok_or("no hash")?;
        let digit = if hash.starts_with('0') { "1" } else { "0" };
        hash.replace_range(..1, digit);
        Ok(())
    }),
    ("metadata-list-dropped-row", |parts| {
        rows(parts)?.pop();
        Ok(())
    }),
    ("metadata-list-extra-row", |parts| {
        rows(parts)?.push(ListEntry {
            identifier: Some(Identifier::EncryptionKey("global".to_owned())),
            object_type: Some("KEY".to_owned()),
            revision_hash: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            path: String::new(),
        });
        Ok(())
    }),
    ("rule-declaration", |parts| {
        // Another known rule, which doesn't take keys of this size.
        let at = parts.find(b"records-v1")? + 9;
        parts.blob[at] = b'2';
        Ok(())
    }),
    ("rule-declaration-unknown", |parts| {
        let at = parts.find(b"records-v1")? + 9;
        parts.blob[at] ^= 1;
        Ok(())
    }),
    ("rule-declaration-removed", |parts| {
        let mut messages = parts.messages()?;
        let mut header = Header::parse(&messages[0])?;
        header.rule = None;
        messages[0] = header.encode();
        parts.blob = framed(&messages)?;
        Ok(())
    }),
];

pub(crate) fn documents() -> Result<Named> {
    let sound = Recipe::small("tampered")?.parts()?;
    CHANGES
        .iter()
        .map(|(name, change)| {
            let mut parts = sound.clone();
            change(&mut parts)?;
            Ok((*name, parts.to_json()?))
        })
        .collect()
}

fn flip_last(bytes: &mut [u8]) -> Result<()> {
    *bytes.last_mut().ok_or("nothing to flip")? ^= 1;
    Ok(())
}

fn rows(parts: &mut Parts) -> Result<&mut Vec<ListEntry>> {
    Ok(parts.metadata.exported.as_mut().ok_or("no list")?)
}
