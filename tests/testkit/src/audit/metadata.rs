//! Rules about metadata that disagrees with the blob, and about traces of editing.

use exportdoc::internal::envelope::ListEntry;
use exportdoc::internal::identifier::Identifier;

use super::{Case, altered, plain, replaced};
use crate::Result;
use crate::parts::Parts;

type Change = fn(&mut Parts);

pub(super) fn cases() -> Result<Vec<Case>> {
    let changes: &[(&'static str, Change)] = &[
        ("metadata-misses-object", |parts| rows(parts).clear()),
        ("metadata-number-as-text", |parts| {
            for row in rows(parts) {
                if let Some(Identifier::Integer(number)) = row.identifier {
                    row.identifier = Some(Identifier::Text(number.to_string()));
                }
            }
        }),
        ("metadata-count-mismatch", |parts| rows(parts).clear()),
        ("metadata-extra-object", |parts| {
            rows(parts).push(ListEntry {
                identifier: Some(Identifier::EncryptionKey("global".to_owned())),
                object_type: Some("KEY".to_owned()),
                revision_hash: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
                path: String::new(),
            });
        }),
        ("hash-mismatch", |parts| {
            for row in rows(parts) {
                row.revision_hash = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
            }
        }),
        ("metadata-type-differs", |parts| {
            for row in rows(parts) {
                row.object_type = Some("DATABASE_RULESET".to_owned());
            }
        }),
        ("hash-missing", |parts| {
            for row in rows(parts) {
                row.revision_hash = None;
            }
        }),
        ("requested-not-exported", |parts| {
            for row in parts.metadata.requested.iter_mut().flatten() {
                row.identifier = Some(Identifier::Integer(99));
            }
        }),
    ];
    let mut cases = Vec::new();
    for (rule, change) in changes {
        cases.push(Case::new(rule, altered(rule, *change)?, plain(rule)?.document()?));
    }
    // A byte order mark, which editors write; and a document over several lines with a line end behind it, as Java
    // programs and engines print it.
    let document = plain("hand-edited")?.document()?;
    let printed = replaced(document.clone(), ",\"blob\":", ",\n  \"blob\" : ")?;
    let saved = [&b"\xef\xbb\xbf"[..], &document].concat();
    cases.push(Case::new("hand-edited", saved, [&printed[..], b"\n"].concat()));
    Ok(cases)
}

fn rows(parts: &mut Parts) -> &mut Vec<ListEntry> {
    parts.metadata.exported.get_or_insert_default()
}
