//! The fields that live engines rewrite in every export although no object was saved: the day and the order of sets;
//! also forms of theirs that early versions of this project lacked.
//!
//! Invariant: only fields in the library's tables change, so two exports of an untouched engine have the same
//! content. UUIDs and times stay, and so do the hashes. Types that no real document showed keep their bytes, and so
//! do repeated singular fields, which no engine writes.

use exportdoc::internal::date;
use exportdoc::internal::object::data::{FieldKind, FieldSpec, MessageSpec};
use exportdoc::internal::object::{ObjectError, ObjectKey, Revision, SyncObject, known_by_number};
use exportdoc::internal::wire::{Message, Value, Writer};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::rewrite::{with_data, with_dependencies_at, with_revision_json};

/// The habits of one export.
pub(in crate::engine) struct Habits<'a> {
    export_id: &'a str,
    day: String,
}

impl<'a> Habits<'a> {
    /// The habits of an export with this id and start. The id alone decides the order of sets.
    pub(in crate::engine) fn of(export_id: &'a str, started: Timestamp) -> Self {
        Self {
            export_id,
            day: date::day(started),
        }
    }

    /// Returns an object as this export has it.
    pub(in crate::engine) fn written<'o>(
        &self,
        object: SyncObject<'o>,
    ) -> Result<SyncObject<'o>, ObjectError> {
        let known = known_by_number(object.key().type_number);
        let Some(known) = known.filter(|_| object.as_bytes() == object.plain_bytes()) else {
            return Ok(object);
        };
        let spec = known.data.filter(|name| *name == object.data_type());
        let spec = spec.and_then(MessageSpec::by_name);
        let order = Order {
            export_id: self.export_id,
            key: object.key().clone(),
        };
        let mut written = object;
        if let Some(data) = spec.and_then(|spec| self.message(spec, written.data_bytes(), &order)) {
            written = with_data(&written, &data)?;
        }
        // An object that repeats its dependencies as a set has one order in both places.
        let has_set = spec.is_some_and(|spec| spec.fields.iter().any(|field| field.set));
        if has_set || known.members_without_save {
            let places = order.of(written.dependencies().len());
            written = with_dependencies_at(&written, &places)?;
        }
        if written.revision().is_of_first_versions(written.key()) {
            let json = Revision::json_text(known.name, written.key());
            written = with_revision_json(&written, &json)?;
        }
        Ok(written)
    }

    /// Returns a message with its rewritten fields; `None` if it has none.
    fn message(&self, spec: &'static MessageSpec, bytes: &[u8], order: &Order<'_>) -> Option<Vec<u8>> {
        let message = Message::parse(bytes).ok()?;
        let own = |number: u32, value| spec.field(number).filter(|own| own.fits(value));
        let mut sets: Vec<(u32, std::vec::IntoIter<&[u8]>)> = Vec::new();
        for field in spec.fields.iter().filter(|field| field.set) {
            let of_set = message.all(field.number).filter(|one| field.fits(one.value));
            let raw: Vec<&[u8]> = of_set.map(|one| one.raw).collect();
            let places = order.of(raw.len());
            let shuffled: Vec<&[u8]> = places.iter().map(|at| raw[*at]).collect();
            sets.push((field.number, shuffled.into_iter()));
        }
        let mut writer = Writer::new();
        for field in message.fields() {
            let own = own(field.number, field.value);
            let mut set = sets
                .iter_mut()
                .filter(|(number, _)| own.is_some() && *number == field.number);
            if let Some(next) = set.next().and_then(|(_, shuffled)| shuffled.next()) {
                writer.raw(next);
                continue;
            }
            let anew = match (own, field.value) {
                (Some(own), Value::Bytes(value)) => self.value(own, value, order),
                _ => None,
            };
            match anew {
                Some(value) => writer.bytes(field.number, &value),
                None => writer.raw(field.raw),
            };
        }
        let written = writer.finish();
        (written != bytes).then_some(written)
    }

    fn value(&self, field: &FieldSpec, value: &[u8], order: &Order<'_>) -> Option<Vec<u8>> {
        match field.kind {
            FieldKind::Message(inner) => self.message(inner, value, order),
            FieldKind::Text if field.volatile => {
                let is_day = std::str::from_utf8(value).is_ok_and(date::is_day);
                is_day.then(|| self.day.clone().into_bytes())
            }
            FieldKind::NumberTextValue => {
                let mut fields = Message::parse(value).ok()?.fields();
                let (one, more) = (fields.next()?, fields.next());
                let Value::Varint(number) = one.value else {
                    return None;
                };
                let text = number.cast_signed().to_string();
                (one.number == 1 && more.is_none()).then(|| Writer::new().text(1, &text).finish())
            }
            _ => None,
        }
    }
}

/// The order of an object's sets in one export.
struct Order<'a> {
    export_id: &'a str,
    key: ObjectKey,
}

impl Order<'_> {
    /// The positions of a set's members, in the order of writing.
    fn of(&self, count: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).collect();
        places.sort_by_cached_key(|at| Sha256::digest(format!("{} {} {at}", self.export_id, self.key)));
        places
    }
}
