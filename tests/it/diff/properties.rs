//! Properties of comparisons, on randomly changed documents.

use std::collections::BTreeSet;

use crate::support::changes::{Object, altered, compare, paths, replaced, resaved};
use crate::support::property;
use crate::support::{document_of_messages, inventory};
use exportdoc::internal::diff::{DiffOptions, DocumentDiff, MatchBy, ObjectDiff, Status};
use exportdoc::internal::object::data::{FieldKind, MessageSpec};
use exportdoc::internal::sample::SampleSize;
use exportdoc::internal::wire::{Message, Writer};
use proptest::prelude::*;
use testkit::mirrored;

/// Something that happens to an object.
#[derive(Debug, Clone)]
enum Event {
    Remove,
    Resave,
    Text(prop::sample::Index, String),
    Unknown(u32, Vec<u8>),
    Drop(prop::sample::Index),
    Repeat(prop::sample::Index),
    Bytes(Vec<u8>),
    Shuffle,
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        Just(Event::Remove),
        Just(Event::Resave),
        Just(Event::Shuffle),
        (index(), "\\PC{0,12}").prop_map(|(at, text)| Event::Text(at, text)),
        (90_u32..99, prop::collection::vec(any::<u8>(), 0..12))
            .prop_map(|(n, bytes)| Event::Unknown(n, bytes)),
        index().prop_map(Event::Drop),
        index().prop_map(Event::Repeat),
        prop::collection::vec(any::<u8>(), 0..24).prop_map(Event::Bytes),
    ]
}

/// The object after an event; under its old revision unless it is saved.
fn after(object: &Object, event: &Event, saved: bool) -> Option<Object> {
    let fields: Vec<&[u8]> = Message::parse(object.data_bytes())
        .map(|message| message.fields().map(|field| field.raw).collect())
        .unwrap_or_default();
    let raw = |fields: &[&[u8]]| fields.concat();
    let data = match event {
        Event::Remove => return None,
        Event::Resave => return Some(resaved(object, None)),
        _ if fields.is_empty() => object.data_bytes().to_vec(),
        Event::Text(at, text) => {
            let number = Message::parse(fields[at.index(fields.len())])
                .unwrap()
                .fields()
                .next()
                .unwrap()
                .number;
            replaced(object.data_bytes(), number, |w| {
                w.text(number, text);
            })
        }
        Event::Unknown(number, bytes) => {
            [object.data_bytes(), &Writer::new().bytes(*number, bytes).finish()].concat()
        }
        Event::Drop(at) => {
            let gone = at.index(fields.len());
            let rest: Vec<&[u8]> = fields
                .iter()
                .enumerate()
                .filter(|(n, _)| *n != gone)
                .map(|(_, f)| *f)
                .collect();
            raw(&rest)
        }
        Event::Repeat(at) => raw(&[&fields[..], &[*at.get(&fields)]].concat()),
        Event::Bytes(bytes) => bytes.clone(),
        Event::Shuffle => {
            // Fields of one number are a list: their order counts.
            let number = |raw: &&[u8]| Message::parse(raw).unwrap().fields().next().unwrap().number;
            let mut fields = fields.clone();
            fields.sort_by_key(|raw| std::cmp::Reverse(number(raw)));
            raw(&fields)
        }
    };
    Some(if saved {
        resaved(object, Some(&data))
    } else {
        altered(object, &data)
    })
}

type Changes = Vec<(prop::sample::Index, Event, bool)>;

/// Some sample objects after some events, as a document.
fn document(events: &Changes) -> Vec<u8> {
    let mut objects: Vec<Option<Object>> = inventory(SampleSize::SMALL)
        .into_iter()
        // Two of a type are enough, and every type has them.
        .scan(Vec::<u64>::new(), |seen, object| {
            let number = object.key().type_number;
            let count = seen.iter().filter(|n| **n == number).count();
            seen.push(number);
            Some((count < 2 && number != 13).then_some(object))
        })
        .flatten()
        .map(Some)
        .collect();
    for (at, event, saved) in events {
        let at = at.index(objects.len());
        if let Some(object) = objects[at].take() {
            objects[at] = after(&object, event, *saved);
        }
    }
    let messages: Vec<_> = objects
        .iter()
        .flatten()
        .map(|object| object.as_bytes().to_vec())
        .collect();
    document_of_messages(&messages)
}

fn changes() -> impl Strategy<Value = Changes> {
    prop::collection::vec((any::<prop::sample::Index>(), event(), any::<bool>()), 0..6)
}

/// The objects without the order of a listing, which follows the old document.
fn listing(objects: impl Iterator<Item = ObjectDiff>) -> BTreeSet<String> {
    objects
        .map(|mut object| {
            object.changes.sort_by(|a, b| a.path.cmp(&b.path));
            object.moved.sort();
            // Names are those of the newer document.
            for (_, moved) in &mut object.moved {
                moved.name = None;
            }
            format!("{object:?}")
        })
        .collect()
}

fn assert_mirror(there: &DocumentDiff, back: &DocumentDiff) -> Result<(), TestCaseError> {
    prop_assert_eq!(
        listing(there.objects.iter().map(mirrored)),
        listing(back.objects.iter().cloned())
    );
    prop_assert_eq!(there.unchanged, back.unchanged);
    prop_assert_eq!(there.renumbered.len(), back.renumbered.len());
    let exchanged: Vec<_> = there
        .envelope
        .iter()
        .map(|c| (c.field, c.new.clone(), c.old.clone()))
        .collect();
    let back: Vec<_> = back
        .envelope
        .iter()
        .map(|c| (c.field, c.old.clone(), c.new.clone()))
        .collect();
    prop_assert_eq!(exchanged, back);
    Ok(())
}

/// Fields of a message that hold one text.
fn texts(spec: &MessageSpec) -> Vec<(u32, &'static str, FieldKind)> {
    spec.fields
        .iter()
        .filter(|field| !field.repeated && matches!(field.kind, FieldKind::Text | FieldKind::TextValue))
        .map(|field| (field.number, field.name, field.kind))
        .collect()
}

proptest! {
    #![proptest_config(property(4))]

    #[test]
    fn a_document_never_differs_from_itself(events in changes(), by_name in any::<bool>()) {
        let document = document(&events);
        let match_by = if by_name { MatchBy::Name } else { MatchBy::Identifier };
        // Another file of the same content, so that nothing is decided by the bytes of the whole.
        let mut other = document.clone();
        other.push(b'\n');
        for other in [&document, &other] {
            let diff = compare(&document, other, &DiffOptions::default().match_by(match_by));
            prop_assert!(diff.objects.is_empty() && diff.envelope.is_empty() && diff.findings.is_empty());
        }
    }

    #[test]
    fn exchanging_the_sides_exchanges_old_and_new(a in changes(), b in changes(), by_name in any::<bool>()) {
        let match_by = if by_name { MatchBy::Name } else { MatchBy::Identifier };
        let options = DiffOptions::default().match_by(match_by);
        let (a, b) = (document(&a), document(&b));
        assert_mirror(&compare(&a, &b, &options), &compare(&b, &a, &options))?;
    }

    #[test]
    fn the_order_of_fields_is_no_content(which in any::<prop::sample::Index>()) {
        let (old, new) = (document(&vec![]), document(&vec![(which, Event::Shuffle, false)]));
        let diff = compare(&old, &new, &DiffOptions::default());
        prop_assert!(diff.is_same(), "{:?}", diff.objects);
    }

    #[test]
    fn a_changed_text_is_the_one_change_that_is_told(
        which in any::<prop::sample::Index>(), field in any::<prop::sample::Index>(), text in "[a-z]{9,20}"
    ) {
        let objects: Vec<_> = inventory(SampleSize::SMALL)
            .into_iter()
            .filter(|o| MessageSpec::by_name(o.data_type()).is_some_and(|spec| !texts(spec).is_empty()))
            .collect();
        let object = which.get(&objects);
        let (number, name, kind) = *field.get(&texts(MessageSpec::by_name(object.data_type()).unwrap()));
        let data = replaced(object.data_bytes(), number, |w| {
            match kind {
                FieldKind::Text => w.text(number, &text),
                _ => w.wrapped_text(number, &text),
            };
        });
        let new = resaved(object, Some(&data));
        let diff = compare(
            &document_of_messages(&[object.as_bytes().to_vec()]),
            &document_of_messages(&[new.as_bytes().to_vec()]),
            &DiffOptions::default(),
        );
        prop_assert_eq!(diff.objects.len(), 1);
        prop_assert_eq!(diff.objects[0].status, Status::Changed);
        prop_assert_eq!(paths(&diff.objects[0]), [name]);
    }
}
