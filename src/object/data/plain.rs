//! The plain form of a message: as protobuf reads it, without repeated singular fields.
//! Invariant: a singular number or text keeps its last occurrence with the right wire type, and occurrences of a
//! singular message are merged. Lists, unknown fields, and known fields of another wire type stay unchanged.

use std::borrow::Cow;

use super::envelope::{self, ANY, NUMBER_WRAPPER, TEXT_WRAPPER};
use super::schema::{FieldKind, FieldSpec, MessageSpec};
use crate::wire::{self, Field, HeadValue, Message, Value, Writer};

impl FieldSpec {
    /// Whether a value has this field's wire type. Engines treat others as unknown fields.
    pub fn fits(&self, value: impl Into<HeadValue>) -> bool {
        let value = value.into();
        match self.kind {
            FieldKind::Int => matches!(value, HeadValue::Varint(_)),
            _ => matches!(value, HeadValue::Bytes(_)),
        }
    }
}

impl FieldKind {
    /// The message in a field.
    pub(super) fn message(self) -> Option<&'static MessageSpec> {
        match self {
            Self::Message(spec) | Self::SecretMessage(spec, _) => Some(spec),
            Self::TextValue | Self::NumberTextValue => Some(&TEXT_WRAPPER),
            Self::IntValue => Some(&NUMBER_WRAPPER),
            Self::Text | Self::Int | Self::Secret(_) => None,
        }
    }
}

/// The plain form of a message, which most messages already have. Bytes that are not a message stay unchanged.
pub(crate) fn plain<'a>(spec: &'static MessageSpec, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    match is_plain(spec, bytes) {
        true => Cow::Borrowed(bytes),
        false => rewritten(spec, bytes),
    }
}

/// Whether one look at each field shows that nothing changes.
fn is_plain(spec: &'static MessageSpec, bytes: &[u8]) -> bool {
    let mut seen = 0_u64;
    for field in wire::fields(bytes) {
        let Ok(field) = field else { return false };
        let Some(own) = spec.field(field.number).filter(|own| own.fits(field.value)) else {
            continue;
        };
        if !own.repeated {
            let bit = 1_u64.checked_shl(field.number).unwrap_or_default();
            if bit == 0 || seen & bit != 0 {
                return false;
            }
            seen |= bit;
        }
        let Value::Bytes(value) = field.value else {
            continue;
        };
        if let Some(inner) = inner_spec(spec, own, bytes)
            && !is_plain(inner, value)
        {
            return false;
        }
    }
    true
}

fn rewritten<'a>(spec: &'static MessageSpec, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let Ok(message) = Message::parse(bytes) else {
        return Cow::Borrowed(bytes);
    };
    let repeated = Repeated::find(spec, message);
    let mut writer = Writer::new();
    let mut changed = false;
    for field in message.fields() {
        let own = spec.field(field.number).filter(|own| own.fits(field.value));
        let (Some(own), Value::Bytes(value)) = (own, field.value) else {
            match own.is_some() && !repeated.is_last(&field) {
                true => changed = true,
                false => _ = writer.raw(field.raw),
            }
            continue;
        };
        if !repeated.is_last(&field) {
            changed = true;
            continue;
        }
        let inner = inner_spec(spec, own, bytes);
        let whole = match own.kind.message() {
            Some(_) if !own.repeated => joined(message, field.number),
            _ => Cow::Borrowed(value),
        };
        let read = inner.map_or(Cow::Borrowed(&whole[..]), |inner| rewritten(inner, &whole));
        if std::ptr::eq(&raw const *read, &raw const *value) {
            writer.raw(field.raw);
        } else {
            changed = true;
            writer.bytes(field.number, &read);
        }
    }
    match changed {
        true => Cow::Owned(writer.finish()),
        false => Cow::Borrowed(bytes),
    }
}

/// The fields of the message in a field. The message in an `Any` has the type that its type URL names.
fn inner_spec(spec: &'static MessageSpec, field: &FieldSpec, message: &[u8]) -> Option<&'static MessageSpec> {
    if std::ptr::eq(spec, &ANY) && field.number == 2 {
        let type_url = Message::parse(message).ok()?.text(1).unwrap_or_default();
        return envelope::by_type_name(envelope::type_name(&type_url));
    }
    field.kind.message()
}

/// The merged occurrences of a message, which protobuf reads as one.
pub(crate) fn joined<'a>(message: Message<'a>, number: u32) -> Cow<'a, [u8]> {
    let mut joined = Cow::Borrowed(&[][..]);
    for value in message.all(number).filter_map(|field| field.bytes()) {
        if joined.is_empty() {
            joined = Cow::Borrowed(value);
        } else if !value.is_empty() {
            joined.to_mut().extend_from_slice(value);
        }
    }
    joined
}

/// The singular fields that occur more than once, with the place of their last occurrence.
struct Repeated(Vec<(u32, usize)>);

impl Repeated {
    fn find(spec: &MessageSpec, message: Message<'_>) -> Self {
        let mut seen: Vec<(u32, usize, usize)> = Vec::new();
        for field in message.fields() {
            let own = spec.field(field.number);
            if own.is_none_or(|own| own.repeated || !own.fits(field.value)) {
                continue;
            }
            match seen.iter_mut().find(|(number, ..)| *number == field.number) {
                Some((_, last, count)) => (*last, *count) = (field.offset, *count + 1),
                None => seen.push((field.number, field.offset, 1)),
            }
        }
        let repeated = seen.into_iter().filter(|(.., count)| *count > 1);
        Self(repeated.map(|(number, last, _)| (number, last)).collect())
    }

    fn is_last(&self, field: &Field<'_>) -> bool {
        let mut repeated = self.0.iter();
        repeated.all(|(number, last)| *number != field.number || *last == field.offset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::object::data::envelope::OBJECT;
    use crate::object::tests::few_cases;

    /// Fields with small numbers, so that known ones repeat. Values may be messages, type URLs or anything else.
    fn message() -> impl Strategy<Value = Vec<u8>> {
        let leaf = prop_oneof![
            4 => prop::sample::select(vec![
                "",
                "x",
                "a/IntegerIdentifier",
                "a/AlgorithmIdentifier",
                "a/DatabaseConnectorData",
                "a/DatabaseRulesetData",
                "a/unknown",
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..6),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            let number = prop_oneof![8 => 1_u32..5, 3 => 5_u32..13, 1 => 13_u32..70];
            let field = prop_oneof![
                4 => inner.prop_map(Ok),
                1 => any::<u64>().prop_map(Err),
            ];
            prop::collection::vec((number, field), 0..6).prop_map(|fields| {
                let mut writer = Writer::new();
                for (number, value) in fields {
                    match value {
                        Ok(bytes) => writer.bytes(number, &bytes),
                        Err(value) => writer.varint(number, value),
                    };
                }
                writer.finish()
            })
        })
    }

    proptest! {
        #![proptest_config(few_cases(32))]

        #[test]
        fn the_quick_look_finds_what_rewriting_changes(bytes in message()) {
            for spec in MessageSpec::all().iter().copied().chain([&OBJECT, &ANY]) {
                let plain = plain(spec, &bytes);
                prop_assert_eq!(&plain, &rewritten(spec, &bytes), "{}", spec.name);
                prop_assert_eq!(&rewritten(spec, &plain), &plain, "{}", spec.name);
            }
        }
    }

    fn spec(name: &str) -> &'static MessageSpec {
        MessageSpec::by_name(name).unwrap()
    }

    #[test]
    fn a_message_without_repetitions_is_its_own_plain_form() {
        let data = Writer::new()
            .text(1, "x")
            .wrapped_text(7, "host")
            .text(99, "unknown")
            .text(99, "again")
            .finish();
        assert!(matches!(
            plain(spec("DatabaseConnectorData"), &data),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn the_occurrences_of_a_wrapper_are_one() {
        let mut data = Writer::new();
        data.wrapped_text(7, "attacker.example")
            .bytes(7, b"")
            .varint(7, 1);
        let expected = Writer::new()
            .wrapped_text(7, "attacker.example")
            .varint(7, 1)
            .finish();
        assert_eq!(
            &plain(spec("DatabaseConnectorData"), &data.finish())[..],
            expected
        );
    }

    #[test]
    fn a_text_keeps_its_last_occurrence_and_a_list_keeps_all() {
        let mut data = Writer::new();
        data.text(1, "first").text(3, "a").text(3, "b").text(1, "last");
        let expected = Writer::new().text(3, "a").text(3, "b").text(1, "last").finish();
        assert_eq!(&plain(spec("ProfileSetData"), &data.finish())[..], expected);
    }

    #[test]
    fn data_that_is_split_over_two_fields_is_put_together() {
        let key = Writer::new().text(7, "key").text(7, "other").finish();
        let mut object = Writer::new();
        object
            .message(4, |any| _ = any.text(1, "a/b/SecureLookupData"))
            .message(4, |any| _ = any.bytes(2, &key));
        let expected = Writer::new()
            .message(4, |any| {
                let key = Writer::new().text(7, "other").finish();
                any.text(1, "a/b/SecureLookupData").bytes(2, &key);
            })
            .finish();
        assert_eq!(&plain(&OBJECT, &object.finish())[..], expected);
    }
}
