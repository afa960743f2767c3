//! Finds the first invalid UTF-8 text of a streamed message.
//! Invariant: texts are ordered as in the schema. A malformed nested message makes the whole data
//! unreadable, as in protobuf.

use std::io::BufRead;

use super::envelope::{NUMBER_WRAPPER, TEXT_WRAPPER};
use super::oddity::{Oddities, SeenFields};
use super::schema::{FieldKind, FieldSpec, MessageSpec};
use crate::possible_key;
use crate::utf8::Utf8Check;
use crate::wire::{FieldHead, HeadValue, StreamedFields, WireError};

/// For each field, in the schema's order, whether it has an invalid text.
pub(super) struct Invalid {
    spec: &'static MessageSpec,
    found: Vec<Option<String>>,
    /// Texts in unknown fields of nested messages that look like keys.
    pub(super) possible_keys: u64,
    /// Whether a nested message is malformed.
    pub(super) broken: bool,
    seen: SeenFields,
    /// Odd known fields, in nested messages too.
    pub(super) oddities: Oddities,
}

impl Invalid {
    pub(super) fn new(spec: &'static MessageSpec) -> Self {
        Self {
            spec,
            found: Vec::new(),
            possible_keys: 0,
            broken: false,
            seen: SeenFields::of(spec),
            oddities: Oddities::default(),
        }
    }

    /// Notes a field. Returns whether it is a known field with its own wire type.
    pub(super) fn head(&mut self, head: &FieldHead) -> bool {
        self.seen
            .see(head.number, head.value, head.offset, &mut self.oddities)
    }

    /// Reads the value of such a field. Specs don't nest in cycles, so the recursion ends.
    pub(super) fn see<S: BufRead>(
        &mut self,
        field: &'static FieldSpec,
        head: &FieldHead,
        message: &mut StreamedFields<'_, S>,
    ) {
        let HeadValue::Bytes(length) = head.value else {
            return;
        };
        match field.kind {
            FieldKind::Text | FieldKind::Secret(_) => {
                let mut utf8 = Utf8Check::default();
                message.pieces(length, |piece| utf8.push(piece));
                self.note(field, !utf8.is_valid(), || None);
            }
            FieldKind::NumberTextValue => {
                // This toolkit's first versions wrote a number here.
                let inner = self.in_message(&TEXT_WRAPPER, head, &mut message.enter(length), true);
                self.note(field, matches!(inner, Ok(Some(_))), || None);
            }
            FieldKind::TextValue => {
                let inner = self.in_message(&TEXT_WRAPPER, head, &mut message.enter(length), false);
                self.note(field, matches!(inner, Ok(Some(_))), || None);
            }
            FieldKind::IntValue => {
                _ = self.in_message(&NUMBER_WRAPPER, head, &mut message.enter(length), false);
            }
            FieldKind::Int => {}
            FieldKind::Message(spec) | FieldKind::SecretMessage(spec, _) => {
                if let Ok(Some(inner)) = self.in_message(spec, head, &mut message.enter(length), false) {
                    self.note(field, true, || Some(inner));
                }
            }
        }
    }

    fn in_message<S: BufRead>(
        &mut self,
        spec: &'static MessageSpec,
        around: &FieldHead,
        message: &mut StreamedFields<'_, S>,
        or_number: bool,
    ) -> Result<Option<String>, WireError> {
        let mut inner = Self::new(spec);
        let read = inner.fields(spec, message, or_number);
        self.broken |= inner.broken || read.is_err();
        self.possible_keys += inner.possible_keys;
        let oddities = std::mem::take(&mut inner.oddities);
        self.oddities.take_over(oddities, around.value_offset);
        read.map(|()| inner.first())
    }

    fn fields<S: BufRead>(
        &mut self,
        spec: &'static MessageSpec,
        message: &mut StreamedFields<'_, S>,
        or_number: bool,
    ) -> Result<(), WireError> {
        while let Some(head) = message.next_field()? {
            if or_number && matches!(head.value, HeadValue::Varint(_)) {
                continue;
            }
            match spec.field(head.number).filter(|_| self.head(&head)) {
                Some(field) => self.see(field, &head, message),
                None => self.possible_keys += possible_key::in_field(&head, message),
            }
        }
        Ok(())
    }

    /// Notes a field's first invalid text: the nested one, or the field itself.
    pub(super) fn note(&mut self, field: &FieldSpec, invalid: bool, inner: impl FnOnce() -> Option<String>) {
        if !invalid {
            return;
        }
        self.found.resize(self.spec.fields.len(), None);
        let index = self.spec.fields.iter().position(|own| own.number == field.number);
        if let Some(slot) = index.and_then(|index| self.found.get_mut(index)) {
            slot.get_or_insert_with(|| {
                inner().unwrap_or_else(|| format!("{} {}", self.spec.name, field.name))
            });
        }
    }

    pub(super) fn first(self) -> Option<String> {
        self.found.into_iter().flatten().next()
    }
}
