//! Writes objects again, field by field, with stand-ins in them.
//!
//! Invariant: a byte gets into the copy only as an encoded number, as a text that the policy keeps, or as a stand-in.
//! Fields of an unknown number, or of another wire type than theirs, count as unknown, at every level.

use crate::build::type_name;
use crate::date::JavaDate;
use crate::object::data::{FieldKind, FieldSpec, MessageSpec, StandInKind, Treatment};
use crate::object::{ObjectError, ObjectKey, Revision, SyncObject, TYPE_URL_PREFIX, type_by_name};
use crate::wire::{Field, Message, Value, Writer};

use super::RedactOptions;
use super::stand_in::StandIns;

/// Longest text that is still taken for a switch.
const FLAG_BYTES: usize = 5;
/// Digits of the longest number that stays: a port.
const NUMBER_DIGITS: usize = 5;
/// Longest number that a setting may keep: a range or a port, but no code to get in with.
const SETTING_DIGITS: usize = 4;

/// Rewrites the objects of one document.
pub(super) struct Rewriter {
    pub(super) stand_ins: StandIns,
    options: RedactOptions,
    unknown: u64,
}

impl Rewriter {
    pub(super) fn new(options: RedactOptions) -> Self {
        Self {
            stand_ins: StandIns::default(),
            options,
            unknown: 0,
        }
    }

    /// The redacted object, and how many unknown fields it had.
    pub(super) fn object(
        &mut self,
        object: &SyncObject<'_>,
    ) -> Result<(SyncObject<'static>, u64), ObjectError> {
        self.unknown = 0;
        let part = "object";
        let message = Message::parse(object.as_bytes()).map_err(|error| ObjectError::Wire { part, error })?;
        let mut writer = Writer::new();
        for field in message.fields() {
            let inner = field.bytes().and_then(|bytes| Message::parse(bytes).ok());
            match (field.number, inner) {
                (1 | 2, Some(inner)) => self.identifier(&mut writer, &field, inner),
                (3, Some(inner)) => {
                    let revision = self.revision(object.key(), inner);
                    writer.bytes(3, &revision);
                }
                (4, Some(inner)) => {
                    let any = self.any(inner);
                    writer.bytes(4, &any);
                }
                _ => self.unknown(&mut writer, &field),
            }
        }
        self.stand_ins.next_object();
        Ok((SyncObject::from_bytes(writer.finish())?, self.unknown))
    }

    fn unknown(&mut self, writer: &mut Writer, field: &Field<'_>) {
        self.unknown += 1;
        if self.options.keep_unknown {
            writer.raw(field.raw);
        }
    }

    /// An identifier is written as it is understood; what else stands around it is unknown.
    fn identifier(&mut self, writer: &mut Writer, field: &Field<'_>, inner: Message<'_>) {
        let Ok(key) = ObjectKey::parse(inner.as_bytes()) else {
            return self.unknown(writer, field);
        };
        let mut plain = Writer::new();
        key.write(&mut plain);
        if plain.finish() == inner.as_bytes() || self.options.keep_unknown {
            writer.raw(field.raw);
        } else {
            let known = inner.fields().all(|f| matches!(f.number, 1 | 2))
                && inner
                    .message(2)
                    .is_none_or(|any| any.fields().all(|f| matches!(f.number, 1 | 2)));
            self.unknown += u64::from(!known);
            writer.message(field.number, |w| key.write(w));
        }
    }

    fn revision(&mut self, key: &ObjectKey, message: Message<'_>) -> Vec<u8> {
        let read = Revision::read(message);
        let stated = read
            .stated_type()
            .filter(|name| type_by_name(name).is_some())
            .unwrap_or_else(|| type_name(key.type_number, &Default::default()));
        let mut writer = Writer::new();
        for field in message.fields() {
            match (field.number, field.value) {
                (1 | 2, Value::Bytes(_)) | (5 | 6, Value::Varint(_)) => {
                    writer.raw(field.raw);
                }
                // Whatever stands in there: the copy says type and identifier, as engines do.
                (3, Value::Bytes(text)) => {
                    let usual = Revision::json_text(&stated, key);
                    let odd = text != usual.as_bytes();
                    self.unknown += u64::from(odd);
                    if odd && self.options.keep_unknown {
                        writer.raw(field.raw);
                    } else {
                        writer.text(3, &usual);
                    }
                }
                _ => self.unknown(&mut writer, &field),
            }
        }
        writer.finish()
    }

    fn any(&mut self, any: Message<'_>) -> Vec<u8> {
        let type_url = any.text(1).unwrap_or_default();
        let name = type_url.strip_prefix(TYPE_URL_PREFIX).unwrap_or(&type_url);
        let spec = MessageSpec::by_name(name);
        let mut writer = Writer::new();
        for field in any.fields() {
            match (field.number, field.value) {
                // Of several, the last counts; the others are room to hide in.
                (1, Value::Bytes(text)) if text == type_url.as_bytes() => {
                    writer.raw(field.raw);
                }
                (2, Value::Bytes(bytes)) => match (spec, Message::parse(bytes)) {
                    (Some(spec), Ok(message)) => {
                        let data = self.message(spec, message);
                        writer.bytes(2, &data);
                    }
                    _ if bytes.is_empty() => {
                        writer.raw(field.raw);
                    }
                    _ => self.unknown(&mut writer, &field),
                },
                _ => self.unknown(&mut writer, &field),
            }
        }
        writer.finish()
    }

    /// Messages don't nest in circles, so neither does this.
    fn message(&mut self, spec: &MessageSpec, message: Message<'_>) -> Vec<u8> {
        let mut writer = Writer::new();
        for field in message.fields() {
            match spec.field(field.number) {
                Some(known) => self.field(&mut writer, known, &field),
                None => self.unknown(&mut writer, &field),
            }
        }
        writer.finish()
    }

    fn field(&mut self, writer: &mut Writer, known: &FieldSpec, field: &Field<'_>) {
        let inner = || field.bytes().and_then(|bytes| Message::parse(bytes).ok());
        match (known.kind, field.value) {
            (FieldKind::Int, Value::Varint(_)) => {
                writer.raw(field.raw);
            }
            (FieldKind::Text | FieldKind::Secret(_), Value::Bytes(bytes)) => {
                self.text(writer, known.treatment, field, bytes);
            }
            (kind, Value::Bytes(_)) if kind.is_wrapper() => {
                let Some(wrapper) = inner() else {
                    return self.unknown(writer, field);
                };
                let mut value = Writer::new();
                for field in wrapper.fields() {
                    match (field.number, field.value) {
                        (1, Value::Bytes(bytes)) if known.kind != FieldKind::IntValue => {
                            self.text(&mut value, known.treatment, &field, bytes);
                        }
                        (1, Value::Varint(_)) if known.kind != FieldKind::TextValue => {
                            value.raw(field.raw);
                        }
                        _ => self.unknown(&mut value, &field),
                    }
                }
                writer.bytes(field.number, &value.finish());
            }
            (FieldKind::Message(nested) | FieldKind::SecretMessage(nested, _), Value::Bytes(_)) => {
                let Some(message) = inner() else {
                    return self.unknown(writer, field);
                };
                let copy = self.message(nested, message);
                writer.bytes(field.number, &copy);
            }
            _ => self.unknown(writer, field),
        }
    }

    fn text(&mut self, writer: &mut Writer, treatment: Treatment, field: &Field<'_>, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let is_switch = || bytes.len() <= FLAG_BYTES && bytes.iter().all(u8::is_ascii_alphanumeric);
        let (keep, kind) = match treatment {
            Treatment::Keep => (true, StandInKind::Text),
            Treatment::Flag => (is_switch(), StandInKind::Text),
            Treatment::Date => (is_date(&text), StandInKind::Text),
            Treatment::Setting => {
                let number = bytes.len() <= SETTING_DIGITS && bytes.iter().all(u8::is_ascii_digit);
                let switch = ["true", "false"]
                    .iter()
                    .any(|word| text.eq_ignore_ascii_case(word));
                (number || switch, StandInKind::Setting)
            }
            Treatment::Number => (
                bytes.iter().all(u8::is_ascii_digit) && bytes.len() <= NUMBER_DIGITS,
                StandInKind::Text,
            ),
            Treatment::Replace(kind) => (false, kind),
            Treatment::Configuration => {
                let configuration = self.configuration(&text);
                writer.text(field.number, &configuration);
                return;
            }
            Treatment::Rows => {
                let rows = self.rows(&text);
                writer.text(field.number, &rows);
                return;
            }
        };
        if keep {
            writer.raw(field.raw);
        } else {
            writer.text(field.number, &self.stand_ins.of(kind, &text));
        }
    }

    /// The same members, numbers and switches; a stand-in for each text, and for the whole where it is no JSON.
    fn configuration(&mut self, text: &str) -> String {
        match serde_json::from_str(text) {
            Ok(mut value) => {
                self.configuration_value(&mut value);
                value.to_string()
            }
            Err(_) => self.stand_ins.of(StandInKind::Text, text),
        }
    }

    /// The JSON reader bounds the depth.
    fn configuration_value(&mut self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = self.stand_ins.of(StandInKind::Text, text),
            serde_json::Value::Array(items) => {
                items.iter_mut().for_each(|item| self.configuration_value(item));
            }
            serde_json::Value::Object(members) => {
                members
                    .values_mut()
                    .for_each(|member| self.configuration_value(member));
            }
            _ => {}
        }
    }

    /// The same number of rows, each with a stand-in for its value. Nothing else of the text gets through, however it
    /// is written.
    fn rows(&mut self, xml: &str) -> String {
        let mut copy = String::from("<rows>");
        for (at, row) in xml.split("<row ").skip(1).enumerate() {
            let value = attribute(row, "value").unwrap_or(row);
            let stand_in = self.stand_ins.of(StandInKind::Row, value);
            copy.push_str(&format!("<row id=\"{}\" value=\"{stand_in}\"/>", at + 1));
        }
        copy.push_str("</rows>");
        copy
    }
}

/// An attribute's text, still escaped.
fn attribute<'x>(element: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = element.split_once(&format!("{name}="))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest[1..].split_once(quote).map(|(value, _)| value)
}

/// Digits and what stands between them, or the form of Java's `Date.toString`.
fn is_date(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || b"-/.: TZ+".contains(&b))
        || JavaDate::parse(text).is_ok()
}
