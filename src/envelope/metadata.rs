//! `exportResponseMetadata`: host and date of the export, requested and exported objects.
//!
//! Invariant: reading never fails. The signature doesn't cover the metadata, and people and clients change it. So oddities
//! are findings, and the rest is read.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::notes::{Notes, excerpt};
use super::raw::{self, RawMember, kind, unquote};
use super::tokens::member_path;
use super::{MAX_LIST_ENTRIES, MAX_MEMBERS};
use crate::finding::{
    DUPLICATE_KEY, FindingRule, LIMIT_HIT, METADATA_SNAKE_CASE, MISSING_MEMBER, REQUESTED_LIST_MISSING,
    UNKNOWN_MEMBER, WRONG_TYPE,
};
use crate::identifier::Identifier;

/// Limit on bytes of JSON in an identifier. Real ones have some dozens.
const MAX_IDENTIFIER: usize = 64 * 1024;
/// Limit on members of a list entry. Engines write three.
const MAX_ENTRY_MEMBERS: usize = 64;

/// The metadata of an export document. Serialises as engines write it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Host and port of the exporting engine, as it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_host: Option<String>,
    /// End of the export, in the form of Java's `Date.toString`; see [`crate::date::JavaDate`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_date: Option<String>,
    /// The request's objects.
    #[serde(rename = "requestedObjectList", skip_serializing_if = "Option::is_none")]
    pub requested: Option<Vec<ListEntry>>,
    /// All objects in the blob, in no particular order.
    #[serde(rename = "exportedObjectList", skip_serializing_if = "Option::is_none")]
    pub exported: Option<Vec<ListEntry>>,
}

/// An entry of one of the object lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListEntry {
    /// The object's name, without its type.
    #[serde(
        rename = "objectIdentifier",
        serialize_with = "as_json",
        skip_serializing_if = "Option::is_none"
    )]
    pub identifier: Option<Identifier>,
    /// Such as `MASKING_JOB`.
    #[serde(rename = "objectType", skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
    /// Lower-case hex SHA-1 over the object's closure; requests usually lack it.
    #[serde(rename = "revisionHash", skip_serializing_if = "Option::is_none")]
    pub revision_hash: Option<String>,
    /// JSON path of the entry, such as `$.exportResponseMetadata.exportedObjectList[3]`; empty in one just built.
    #[serde(skip)]
    pub path: String,
}

fn as_json<S: Serializer>(identifier: &Option<Identifier>, serializer: S) -> Result<S::Ok, S::Error> {
    identifier.as_ref().map(Identifier::to_json).serialize(serializer)
}

impl Metadata {
    /// The compact JSON text that engines write, names in their order.
    pub fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(self)
    }

    /// Reads the member's value at `path`; `None` if it isn't an object.
    pub(super) fn read(value: &str, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let mut fields = Fields::read(value, path, notes)?;
        let host = fields.take("exportHost", "export_host", notes);
        let date = fields.take("exportDate", "export_date", notes);
        let requested = fields.take("requestedObjectList", "requested_object_list", notes);
        let exported = fields.take("exportedObjectList", "exported_object_list", notes);
        let metadata = Self {
            export_host: text(host, &MISSING_MEMBER, fields.path_of("exportHost"), notes),
            export_date: text(date, &MISSING_MEMBER, fields.path_of("exportDate"), notes),
            requested: list(
                requested,
                &REQUESTED_LIST_MISSING,
                fields.path_of("requestedObjectList"),
                notes,
            ),
            exported: list(
                exported,
                &MISSING_MEMBER,
                fields.path_of("exportedObjectList"),
                notes,
            ),
        };
        fields.rest(notes);
        Some(metadata)
    }
}

/// An object's members that aren't taken yet.
struct Fields<'a, 'p> {
    members: Vec<RawMember<'a>>,
    path: &'p str,
}

/// A member found, with its path.
struct Field<'a> {
    value: &'a str,
    path: String,
}

impl<'a, 'p> Fields<'a, 'p> {
    fn read(value: &'a str, path: &'p str, notes: &mut Notes<'_>) -> Option<Self> {
        if !value.starts_with('{') {
            wrong_type(value, path.to_owned(), "an object", notes);
            return None;
        }
        let found = raw::members::<MAX_ENTRY_MEMBERS>(value);
        if found.more {
            notes.at(
                &LIMIT_HIT,
                value,
                || path.to_owned(),
                || format!("more than {MAX_ENTRY_MEMBERS} members; the others were not read"),
            );
        }
        Some(Self {
            members: found.list,
            path,
        })
    }

    fn path_of(&self, key: &str) -> String {
        member_path(self.path, key)
    }

    /// Takes the member with one of two names. The engines' own name takes precedence over the other, and a later member
    /// over an earlier one. `null` counts as missing.
    fn take(&mut self, camel: &str, snake: &str, notes: &mut Notes<'_>) -> Option<Field<'a>> {
        let (mut by_camel, mut by_snake) = (None, None);
        self.members.retain(|member| {
            let key = member.key();
            let slot = if key == camel {
                &mut by_camel
            } else if key == snake {
                &mut by_snake
            } else {
                return true;
            };
            *slot = Some(member.clone());
            false
        });
        if let Some(member) = &by_snake {
            note_snake_case(notes, member.quoted, || self.path_of(snake), camel);
            if by_camel.is_some() {
                notes.at(
                    &DUPLICATE_KEY,
                    member.quoted,
                    || self.path_of(snake),
                    || format!("both {camel} and {snake}; {camel} counts"),
                );
            }
        }
        let (member, name) = by_camel.map(|m| (m, camel)).or(by_snake.map(|m| (m, snake)))?;
        (member.value != "null").then(|| Field {
            value: member.value,
            path: self.path_of(name),
        })
    }

    /// Notes the remaining members.
    fn rest(self, notes: &mut Notes<'_>) {
        for member in &self.members {
            notes.at(
                &UNKNOWN_MEMBER,
                member.quoted,
                || self.path_of(&member.key()),
                || format!("unknown member {}", excerpt(&member.key())),
            );
        }
    }
}

/// Notes the first snake_case name of a document; others usually follow.
pub(super) fn note_snake_case(notes: &mut Notes<'_>, part: &str, path: impl FnOnce() -> String, camel: &str) {
    if !notes.has(&METADATA_SNAKE_CASE) {
        notes.at(&METADATA_SNAKE_CASE, part, path, || {
            format!("instead of {camel}, and perhaps more names like it")
        });
    }
}

fn wrong_type(value: &str, path: String, wanted: &str, notes: &mut Notes<'_>) {
    notes.at(
        &WRONG_TYPE,
        value,
        || path,
        || format!("{} instead of {wanted}", kind(value)),
    );
}

/// A string member's text, with the finding `missing` if there is none.
fn text(
    field: Option<Field<'_>>,
    missing: &'static FindingRule,
    path: String,
    notes: &mut Notes<'_>,
) -> Option<String> {
    let Some(field) = field else {
        notes.path(missing, path, "missing");
        return None;
    };
    optional_text(Some(field), notes)
}

fn optional_text(field: Option<Field<'_>>, notes: &mut Notes<'_>) -> Option<String> {
    let Field { value, path } = field?;
    match unquote(value) {
        Some(text) => Some(text.into_owned()),
        _ if value.starts_with('"') => {
            notes.at(
                &WRONG_TYPE,
                value,
                || path,
                || "a string whose escapes form no Unicode text".to_owned(),
            );
            None
        }
        None => {
            wrong_type(value, path, "a string", notes);
            None
        }
    }
}

fn list(
    field: Option<Field<'_>>,
    missing: &'static FindingRule,
    path: String,
    notes: &mut Notes<'_>,
) -> Option<Vec<ListEntry>> {
    let Some(Field { value, path }) = field else {
        notes.path(missing, path, "missing");
        return None;
    };
    if !value.starts_with('[') {
        wrong_type(value, path, "an array", notes);
        return None;
    }
    let mut entries = Vec::new();
    let mut index = 0_usize;
    raw::elements(value, |element| {
        if index == MAX_LIST_ENTRIES {
            notes.at(
                &LIMIT_HIT,
                element,
                || path.clone(),
                || format!("more than {MAX_LIST_ENTRIES} entries; the others were not read"),
            );
            return false;
        }
        entries.extend(entry(element, format!("{path}[{index}]"), notes));
        index += 1;
        true
    });
    Some(entries)
}

fn entry(value: &str, path: String, notes: &mut Notes<'_>) -> Option<ListEntry> {
    let mut fields = Fields::read(value, &path, notes)?;
    let object_identifier = fields.take("objectIdentifier", "object_identifier", notes);
    let object_type = fields.take("objectType", "object_type", notes);
    let revision_hash = fields.take("revisionHash", "revision_hash", notes);
    if object_identifier.is_none() {
        notes.at(
            &MISSING_MEMBER,
            value,
            || fields.path_of("objectIdentifier"),
            || "missing".to_owned(),
        );
    }
    if object_type.is_none() {
        notes.at(
            &MISSING_MEMBER,
            value,
            || fields.path_of("objectType"),
            || "missing".to_owned(),
        );
    }
    let identifier = object_identifier.and_then(|field| identifier(field, notes));
    let object_type = optional_text(object_type, notes);
    let revision_hash = optional_text(revision_hash, notes);
    fields.rest(notes);
    Some(ListEntry {
        object_type,
        identifier,
        revision_hash,
        path,
    })
}

fn identifier(field: Field<'_>, notes: &mut Notes<'_>) -> Option<Identifier> {
    let Field { value, path } = field;
    if !value.starts_with('{') {
        wrong_type(value, path, "an object", notes);
        return None;
    }
    if value.len() > MAX_IDENTIFIER {
        notes.at(
            &LIMIT_HIT,
            value,
            || path,
            || format!("an identifier of {} bytes, which was not read", value.len()),
        );
        return None;
    }
    let members = raw::members::<MAX_MEMBERS>(value).list;
    // Client libraries rename the identifier's member, too.
    if let [only] = members.as_slice() {
        let renamed = match &*only.key() {
            "algorithm_name" => Some(("algorithmName", Identifier::Algorithm as fn(String) -> Identifier)),
            "key_id" => Some(("keyId", Identifier::EncryptionKey as fn(String) -> Identifier)),
            _ => None,
        };
        if let Some(((camel, make), text)) = renamed.zip(unquote(only.value)) {
            note_snake_case(notes, only.quoted, || member_path(&path, &only.key()), camel);
            return Some(make(text.into_owned()));
        }
    }
    match serde_json::from_str(value) {
        Ok(value) => Some(Identifier::from_json(&value)),
        // Valid syntax, with a number or an escape that has no value.
        Err(error) => {
            notes.at(
                &WRONG_TYPE,
                value,
                || path,
                || format!("an unreadable identifier: {error}"),
            );
            None
        }
    }
}
