//! `/file-formats` and `/file-field-metadata`: file formats and their fields.
//!
//! Invariant: the lines of the uploaded file are the fields, in order. A write to a field saves its format: the
//! object changes with the row and gets a new revision.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::wire::Writer as Message;
use serde_json::Value;

use super::masked::{asked, save, take_over};
use super::rewrite::{add_fields, map_fields, set_field, with_data};
use super::ruleset_tables::Masking;
use super::{ObjectCollection, StoredObject, put_object};
use crate::engine::defaults;
use crate::engine::resources::{Collection, ResourceSpec, Writer, spec};
use crate::engine::{EngineError, Key, Refusal, Row, State};

/// Number of the field with a format's fields.
const FIELDS: u32 = 5;
/// Member of a new format with the uploaded file; no row has it.
pub(crate) const CONTENT: &str = "fileFormat";
/// Members of a field that a body can't set.
const FIXED: &[&str] = &[
    "fileFieldMetadataId",
    "fileFormatId",
    "fieldName",
    "fieldPositionNumber",
    "fieldLength",
    "algorithmName",
    "domainName",
    "dateFormat",
    "isMasked",
];

static ROWS: ObjectCollection = ObjectCollection::new(&spec::FILE_FORMATS);

/// File formats.
#[derive(Debug)]
pub(crate) struct FormatCollection;

impl Collection for FormatCollection {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::FILE_FORMATS
    }

    fn create(&self, writer: &mut Writer<'_>, mut body: Row) -> Result<Value, EngineError> {
        let content = body.remove(CONTENT);
        let fixed_width = body.get("fileFormatType").and_then(Value::as_str) == Some("FIXED_WIDTH");
        let fields = match content.as_ref().and_then(Value::as_str) {
            Some(content) => fields_of(content, fixed_width)?,
            None => Vec::new(),
        };
        let shown = ROWS.create(writer, body)?;
        let key = shown.get(self.spec().id_field).and_then(Key::from_json);
        let key = key.ok_or(EngineError::Internal)?;
        if !fields.is_empty() {
            let mut stored = object(writer.state, &key)?.clone();
            let data = add_fields(stored.object.data_bytes(), FIELDS, &fields);
            // Part of the creation, so no second save.
            stored.object = with_data(&stored.object, &data)?;
            put_object(writer.state, stored);
        }
        Ok(shown)
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, mut body: Row) -> Result<Value, EngineError> {
        body.remove(CONTENT);
        ROWS.update(writer, key, body)
    }

    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError> {
        ROWS.delete(writer, key)
    }
}

/// The fields in the lines of a file; fixed-width ones have a length after the last comma.
fn fields_of(content: &str, fixed_width: bool) -> Result<Vec<Vec<u8>>, EngineError> {
    let lines = content.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut fields = Vec::new();
    for line in lines {
        if fields.len() == defaults::FIELDS_OF_A_FORMAT {
            return Err(Refusal::TooManyFields(defaults::FIELDS_OF_A_FORMAT).into());
        }
        let split = line.rsplit_once(',').filter(|_| fixed_width);
        let length = split.and_then(|(_, length)| length.trim().parse::<i64>().ok());
        let name = match (split, length) {
            (Some((name, _)), Some(_)) => name.trim(),
            _ => line,
        };
        let mut field = Message::new();
        field.text(1, name);
        if let Some(length) = length {
            field.wrapped_int(4, length);
        }
        fields.push(field.finish());
    }
    Ok(fields)
}

fn object<'a>(state: &'a State, key: &Key) -> Result<&'a StoredObject, EngineError> {
    let found = match key {
        Key::Number(id) => state.objects.find("FILE_FORMAT", &Identifier::Integer(*id)),
        Key::Name(_) => None,
    };
    found
        .map(AsRef::as_ref)
        .ok_or_else(|| EngineError::not_found(spec::FILE_FORMATS.title, key))
}

/// Fields of file formats.
#[derive(Debug)]
pub(crate) struct FieldCollection;

impl Collection for FieldCollection {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::FILE_FIELD_METADATA
    }

    fn create(&self, _: &mut Writer<'_>, _: Row) -> Result<Value, EngineError> {
        Err(Refusal::FieldsFromFile.into())
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError> {
        let path = spec::FILE_FIELD_METADATA.path;
        self.get(&writer.reader(), key)?;
        let mut row = writer.state.table(path).get(key).cloned().unwrap_or_default();
        let masking = asked(writer, spec::FILE_FIELD_METADATA.title, &row, &body)?;
        let format = row.get("fileFormatId").and_then(Key::from_json);
        let before = object(writer.state, &format.ok_or(EngineError::Internal)?)?.clone();
        let position = row.get("fieldPositionNumber").and_then(Value::as_u64);
        take_over(&mut row, body, FIXED)?;
        writer.state.table_mut(path).insert(key.clone(), row);
        let data = mask_field(before.object.data_bytes(), position, &masking);
        save(writer, &before, &data)?;
        self.get(&writer.reader(), key)
    }

    fn delete(&self, _: &mut Writer<'_>, _: &Key) -> Result<(), EngineError> {
        Err(Refusal::FieldsFromFile.into())
    }
}

/// The data with another masking of the field at a position, counted from 1.
fn mask_field(data: &[u8], position: Option<u64>, masking: &Masking) -> Vec<u8> {
    let mut at = 0;
    map_fields(data, FIELDS, |field| {
        at += 1;
        if Some(at) != position {
            return Some(field.to_vec());
        }
        let mut field = field.to_vec();
        for (number, text) in [
            (2, &masking.algorithm),
            (3, &masking.domain),
            (5, &masking.date_format),
        ] {
            let encoded = text
                .as_ref()
                .map(|text| Message::new().wrapped_text(number, text).finish());
            field = set_field(&field, number, encoded.as_deref());
        }
        Some(field)
    })
}
