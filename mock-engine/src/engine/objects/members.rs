//! REST members that are fields of an object's data message.
//!
//! Invariant: the library's table of fields governs reading and writing, so a row and its object agree.

use std::borrow::Cow;

use exportdoc::internal::object::data::{FieldKind, FieldSpec, MessageSpec, RestMember};
use exportdoc::internal::wire::{Message, Writer};
use serde_json::Value;

use super::rewrite::set_field;
use crate::engine::Row;
use crate::engine::clock::api_date;

/// A member of a row and its field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    rest: RestMember,
    /// The message with the field; `None` for the data message itself.
    outer: Option<u32>,
    field: &'static FieldSpec,
}

/// The members of a data message.
pub(super) fn members_of(data_type: &str) -> impl Iterator<Item = Member> + use<> {
    let member = |outer, field: &'static FieldSpec| {
        let rest = field.rest?;
        Some(Member { rest, outer, field })
    };
    let fields = MessageSpec::by_name(data_type).map_or(&[][..], |spec| spec.fields);
    let inner = fields.iter().filter_map(|outer| match outer.kind {
        FieldKind::Message(inner) if !outer.repeated => Some((outer.number, inner.fields)),
        _ => None,
    });
    let inner = inner.flat_map(move |(outer, fields)| {
        let fields = fields.iter();
        fields.filter_map(move |field| member(Some(outer), field))
    });
    fields
        .iter()
        .filter_map(move |field| member(None, field))
        .chain(inner)
}

impl Member {
    /// Path in the row, with dots.
    pub(super) fn path(&self) -> &'static str {
        self.rest.path()
    }

    /// Reads the member; empty texts and absent fields give `None`.
    pub(super) fn read(&self, data: Message<'_>) -> Option<Value> {
        let message = match self.outer {
            Some(outer) => data.message(outer)?,
            None => data,
        };
        let number = self.field.number;
        let text = || {
            if self.field.kind.is_wrapper() {
                message.wrapped_text(number)
            } else {
                message.text(number)
            }
        };
        let integer = || {
            if self.field.kind.is_wrapper() {
                message.wrapped_int(number)
            } else {
                message.int(number)
            }
        };
        let shown = |text: Cow<'_, str>| (!text.is_empty()).then(|| text.into_owned());
        Some(match (self.rest, self.field.kind) {
            (RestMember::AsIs(_), FieldKind::IntValue) => integer()?.into(),
            (RestMember::AsIs(_), FieldKind::NumberTextValue) => {
                let number = text().and_then(|text| text.parse().ok());
                number.or_else(integer)?.into()
            }
            (RestMember::AsIs(_), _) => shown(text()?)?.into(),
            (RestMember::UpperCase(_), _) => shown(text()?)?.to_uppercase().into(),
            (RestMember::Truth(_), FieldKind::Int) => (integer().unwrap_or_default() != 0).into(),
            (RestMember::Truth(_), _) => (text()? == "Y").into(),
            (RestMember::Time(_), _) => api_date(integer()?).into(),
        })
    }

    /// Sets the member in the data, unless it has that value already.
    pub(super) fn write(&self, data: &[u8], row: &Row) -> Vec<u8> {
        let value = at(row, self.path()).filter(|value| !value.is_null() && *value != "");
        let message = Message::parse(data).ok();
        let shown = message.and_then(|message| self.read(message));
        if matches!(self.rest, RestMember::Time(_)) || value == shown.as_ref() {
            return data.to_vec();
        }
        let number = self.field.number;
        let encoded = value.and_then(|value| self.encode(value));
        let Some(outer) = self.outer else {
            return set_field(data, number, encoded.as_deref());
        };
        let inner = message
            .and_then(|message| message.bytes(outer))
            .unwrap_or_default();
        let inner = set_field(inner, number, encoded.as_deref());
        set_field(data, outer, Some(&Writer::new().bytes(outer, &inner).finish()))
    }

    /// Encodes the field; `None` for values that it can't hold or need not.
    fn encode(&self, value: &Value) -> Option<Vec<u8>> {
        let text = || match value {
            Value::String(text) => Some(text.clone()),
            Value::Object(_) | Value::Array(_) | Value::Null => None,
            other => Some(other.to_string()),
        };
        let truth = || match value {
            Value::String(text) => text.eq_ignore_ascii_case("true"),
            other => *other == true,
        };
        let integer = || value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        let text = match (self.rest, self.field.kind) {
            (RestMember::Truth(_), FieldKind::Int) if !truth() => return None,
            (RestMember::Truth(_), FieldKind::Int) => "1".to_owned(),
            (RestMember::Truth(_), _) => if truth() { "Y" } else { "N" }.to_owned(),
            (RestMember::AsIs(_), FieldKind::IntValue | FieldKind::NumberTextValue) => integer()?.to_string(),
            (RestMember::AsIs(_), _) => text()?,
            (RestMember::UpperCase(_), _) => text()?.to_lowercase(),
            (RestMember::Time(_), _) => return None,
        };
        let (number, mut writer) = (self.field.number, Writer::new());
        match self.field.kind {
            FieldKind::Int => writer.int(number, text.parse().ok()?),
            FieldKind::IntValue => writer.wrapped_int(number, text.parse().ok()?),
            FieldKind::TextValue | FieldKind::NumberTextValue => writer.wrapped_text(number, &text),
            FieldKind::Text | FieldKind::Secret(_) => writer.text(number, &text),
            FieldKind::Message(_) | FieldKind::SecretMessage(..) => return None,
        };
        Some(writer.finish())
    }
}

/// Returns the value at a path of a row.
pub(super) fn at<'a>(row: &'a Row, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = row.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

/// Sets or removes the value at a path of a row.
pub(super) fn put_at(row: &mut Row, path: &str, value: Option<Value>) {
    match (path.split_once('.'), value) {
        (None, Some(value)) => {
            row.insert(path.to_owned(), value);
        }
        (None, None) => {
            row.remove(path);
        }
        (Some((outer, rest)), value) => {
            if value.is_none() && !row.contains_key(outer) {
                return;
            }
            let inner = row.entry(outer).or_insert_with(|| Value::Object(Row::new()));
            if !inner.is_object() {
                *inner = Value::Object(Row::new());
            }
            if let Value::Object(inner) = inner {
                put_at(inner, rest, value);
            }
        }
    }
}
