//! Keeps the texts of a data message that somebody asked for: who looks for hosts wants the hosts, not the message.
//!
//! Invariant: texts are asked for by the names of message and field, so the same are found in data that comes by and in
//! data in memory; secrets are never among them. Their number and length are bounded, and what is left out is told.

use super::schema::{FieldKind, FieldSpec, MessageSpec};
use crate::wire::Message;

/// Texts of one object that are kept. Those of real objects are four at the most.
const MAX_TEXTS: usize = 64;

/// Says whether the texts of a field are wanted, by the names of its message and itself.
pub type TextFilter = fn(message: &str, field: &str) -> bool;

/// A text that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    /// Name of the message it stands in.
    pub message: &'static str,
    /// Name of its field.
    pub field: &'static str,
    /// The text, not empty; none where it has more than 64 KiB.
    pub text: Option<String>,
}

/// The texts of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundTexts {
    /// In the order of the data, the first 64.
    pub list: Vec<FoundText>,
    /// How many follow.
    pub more: u64,
}

/// Texts while the data they stand in is read.
pub(super) struct Texts {
    filter: Option<TextFilter>,
    found: FoundTexts,
}

impl Texts {
    pub(super) fn new(filter: Option<TextFilter>) -> Self {
        Self {
            filter,
            found: FoundTexts::default(),
        }
    }

    /// Whether a field's value has to be held to be looked at. Messages don't nest in circles, so neither does this.
    pub(super) fn wants(&self, spec: &MessageSpec, field: &FieldSpec) -> bool {
        match (self.filter, field.kind) {
            (Some(filter), FieldKind::Text | FieldKind::TextValue) => filter(spec.name, field.name),
            (Some(_), FieldKind::Message(inner)) => inner.fields.iter().any(|field| self.wants(inner, field)),
            _ => false,
        }
    }

    /// Takes the value of a field that is wanted.
    pub(super) fn see(&mut self, spec: &'static MessageSpec, field: &'static FieldSpec, value: &[u8]) {
        match field.kind {
            FieldKind::Text => self.add(spec, field, Some(value)),
            FieldKind::TextValue => {
                let wrapper = Message::parse(value).unwrap_or_default();
                for inner in wrapper.fields().filter(|inner| inner.number == 1) {
                    self.add(spec, field, inner.bytes());
                }
            }
            FieldKind::Message(inner) => {
                let message = Message::parse(value).unwrap_or_default();
                for field in message.fields() {
                    if let (Some(known), Some(value)) = (inner.field(field.number), field.bytes())
                        && self.wants(inner, known)
                    {
                        self.see(inner, known, value);
                    }
                }
            }
            FieldKind::Secret | FieldKind::SecretMessage(_) | FieldKind::Int | FieldKind::IntValue => {}
        }
    }

    /// The value of a field that is wanted is too long to be held.
    pub(super) fn too_long(&mut self, spec: &'static MessageSpec, field: &'static FieldSpec) {
        match field.kind {
            FieldKind::Message(inner) => {
                for field in inner
                    .fields
                    .iter()
                    .filter(|field| self.wants(inner, field))
                    .collect::<Vec<_>>()
                {
                    self.too_long(inner, field);
                }
            }
            _ => self.push(spec, field, None),
        }
    }

    pub(super) fn finish(self) -> FoundTexts {
        self.found
    }

    fn add(&mut self, spec: &'static MessageSpec, field: &'static FieldSpec, text: Option<&[u8]>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.push(spec, field, Some(text));
        }
    }

    fn push(&mut self, spec: &'static MessageSpec, field: &'static FieldSpec, text: Option<&[u8]>) {
        if self.found.list.len() < MAX_TEXTS {
            self.found.list.push(FoundText {
                message: spec.name,
                field: field.name,
                text: text.map(|text| String::from_utf8_lossy(text).into_owned()),
            });
        } else {
            self.found.more += 1;
        }
    }
}
