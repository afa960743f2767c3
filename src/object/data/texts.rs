//! Keeps the texts of a data message that a caller asks for: a search for hosts wants the hosts, not the message.
//!
//! Invariant: a filter on the field table chooses them, so a streamed message and one in memory give the same texts.
//! Secrets are never among them. Their number and length are bounded, and what is left out is counted.

use super::schema::{FieldKind, FieldSpec};
use crate::wire::Message;

/// Texts of one object that are kept. Those of real objects are four at the most.
const MAX_TEXTS: usize = 64;

/// Says whether the texts of a field are wanted.
pub type TextFilter = fn(&FieldSpec) -> bool;

/// A text that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    /// Its field.
    pub field: &'static FieldSpec,
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
    pub(super) fn wants(&self, field: &FieldSpec) -> bool {
        match (self.filter, field.kind) {
            (Some(filter), FieldKind::Text | FieldKind::TextValue) => filter(field),
            (Some(_), FieldKind::Message(inner)) => inner.fields.iter().any(|field| self.wants(field)),
            _ => false,
        }
    }

    /// Takes the value of a field that is wanted.
    pub(super) fn see(&mut self, field: &'static FieldSpec, value: &[u8]) {
        match field.kind {
            FieldKind::Text => self.add(field, Some(value)),
            FieldKind::TextValue => {
                let wrapper = Message::parse(value).unwrap_or_default();
                for inner in wrapper.fields().filter(|inner| inner.number == 1) {
                    self.add(field, inner.bytes());
                }
            }
            FieldKind::Message(inner) => {
                let message = Message::parse(value).unwrap_or_default();
                for field in message.fields() {
                    if let (Some(known), Some(value)) = (inner.field(field.number), field.bytes())
                        && self.wants(known)
                    {
                        self.see(known, value);
                    }
                }
            }
            FieldKind::Secret(_)
            | FieldKind::SecretMessage(..)
            | FieldKind::Int
            | FieldKind::IntValue
            | FieldKind::NumberTextValue => {}
        }
    }

    /// The value of a field that is wanted is too long to be held.
    pub(super) fn too_long(&mut self, field: &'static FieldSpec) {
        match field.kind {
            FieldKind::Message(inner) => {
                for field in inner
                    .fields
                    .iter()
                    .filter(|field| self.wants(field))
                    .collect::<Vec<_>>()
                {
                    self.too_long(field);
                }
            }
            _ => self.push(field, None),
        }
    }

    pub(super) fn finish(self) -> FoundTexts {
        self.found
    }

    fn add(&mut self, field: &'static FieldSpec, text: Option<&[u8]>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.push(field, Some(text));
        }
    }

    fn push(&mut self, field: &'static FieldSpec, text: Option<&[u8]>) {
        if self.found.list.len() < MAX_TEXTS {
            self.found.list.push(FoundText {
                field,
                text: text.map(|text| String::from_utf8_lossy(text).into_owned()),
            });
        } else {
            self.found.more += 1;
        }
    }
}
