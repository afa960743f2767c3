//! Keeps requested texts of a data message.
//! Invariant: a filter on the field table selects them, and never secrets. Their number and length are bounded, and
//! omitted texts are counted.

use super::schema::{FieldKind, FieldSpec};
use crate::wire::Message;

/// Limit on the kept texts of one object. Real objects have at most four.
const MAX_TEXTS: usize = 64;

/// Selects fields, by message and field name.
pub type TextFilter = fn(&FieldSpec) -> bool;

/// A requested text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    /// Its field.
    pub field: &'static FieldSpec,
    /// The text, not empty. `None` above 64 KiB.
    pub text: Option<String>,
}

/// The texts of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundTexts {
    /// In the order of the data, the first 64.
    pub list: Vec<FoundText>,
    /// The number of omitted texts.
    pub more: u64,
}

/// Collects texts while data is read.
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

    /// Whether a field's value has to be held. Specs don't nest in cycles, so the recursion ends.
    pub(super) fn wants(&self, field: &FieldSpec) -> bool {
        match (self.filter, field.kind) {
            (Some(filter), FieldKind::Text | FieldKind::TextValue) => filter(field),
            (Some(_), FieldKind::Message(inner)) => inner.fields.iter().any(|field| self.wants(field)),
            _ => false,
        }
    }

    /// Takes the value of a requested field.
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

    /// Notes that a requested value is too long to be held.
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
