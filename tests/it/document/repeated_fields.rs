//! Repeated fields and fields of another wire type hide nothing: reports and comparisons show what an engine reads.

use crate::support::{EXPORT_ID, Parts, Plan, numbered, report, small};
use exportdoc::internal::blob::Header;
use exportdoc::internal::diff::{DiffLimits, Later, object_changes};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::{FieldKind, MessageSpec, SecretKind};
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject, rename};
use exportdoc::internal::redact::{RedactOptions, redact};
use exportdoc::internal::sample;
use exportdoc::internal::wire::Writer;

const URL: &str = "type.googleapis.com/";

fn revision() -> Revision {
    Revision {
        pair: sample::revision_pair("repeated", 1),
        ..Revision::default()
    }
}

fn with_data(data_type: &str, data: &[u8]) -> SyncObject<'static> {
    SyncObject::build(&numbered(10, 1), &[], &revision(), data_type, data).unwrap()
}

fn differ(old: &SyncObject<'static>, new: &SyncObject<'static>) -> bool {
    !object_changes(old, new, Later::New, &DiffLimits::default()).is_same()
}

/// Every wrapper of a message and of those inside of it, each as the bytes of a message that has only this field.
fn wrappers(spec: &'static MessageSpec, value: &dyn Fn(u32, FieldKind) -> Vec<u8>, found: &mut Vec<Vec<u8>>) {
    for field in spec.fields {
        match field.kind {
            FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) => {
                let mut below = Vec::new();
                wrappers(inner, value, &mut below);
                let around = |inside: Vec<u8>| Writer::new().bytes(field.number, &inside).finish();
                found.extend(below.into_iter().map(around));
            }
            kind if kind.is_wrapper() => found.push(value(field.number, kind)),
            _ => {}
        }
    }
}

#[test]
fn what_an_empty_wrapper_follows_is_compared() {
    let empty = |number: u32| Writer::new().bytes(number, b"").finish();
    let mut count = 0;
    for spec in MessageSpec::all() {
        let (mut plain, mut hidden) = (Vec::new(), Vec::new());
        wrappers(spec, &|number, _| empty(number), &mut plain);
        let followed = |number, kind| {
            let mut writer = Writer::new();
            match kind {
                FieldKind::IntValue => writer.wrapped_int(number, 7),
                _ => writer.wrapped_text(number, "attacker.example"),
            };
            [writer.finish(), empty(number)].concat()
        };
        wrappers(spec, &followed, &mut hidden);
        for (plain, hidden) in plain.iter().zip(&hidden) {
            let (plain, hidden) = (with_data(spec.name, plain), with_data(spec.name, hidden));
            assert!(differ(&plain, &hidden), "{}", spec.name);
            assert!(differ(&hidden, &plain), "{}", spec.name);
            count += 1;
        }
    }
    assert!(count >= 29, "{count}");
}

#[test]
fn what_has_another_wire_type_is_compared_beside_the_value() {
    let key = Writer::new().text(7, "key").finish();
    let followed = [&key[..], &Writer::new().varint(7, 1).finish()].concat();
    let (plain, odd) = (
        with_data("SecureLookupData", &key),
        with_data("SecureLookupData", &followed),
    );
    assert!(differ(&plain, &odd) && differ(&odd, &plain));
    let without = with_data("SecureLookupData", b"");
    let found = object_changes(&without, &odd, Later::New, &DiffLimits::default());
    let paths: Vec<String> = found
        .changes
        .iter()
        .map(|change| change.path.to_string())
        .collect();
    assert_eq!(paths, ["#7", "key"]);
}

/// A lookup's object message whose data is split over two fields, with more around it.
fn split() -> SyncObject<'static> {
    let data = Writer::new().text(7, "c2VjcmV0IGtleSAxMjM0NQ==").finish();
    let shadowed = Writer::new().text(7, "c2hhZG93ZWQga2V5IDEyMw==").finish();
    let lookup = ObjectKey::new(2, Identifier::Algorithm("Names".to_owned()));
    let mut writer = Writer::new();
    writer
        .message(1, |w| lookup.write(w))
        .message(3, |w| revision().write(w))
        .message(4, |any| _ = any.bytes(2, &shadowed))
        .message(4, |any| _ = any.text(1, &format!("{URL}SecureLookupData")))
        .message(4, |any| _ = any.bytes(2, &data));
    SyncObject::from_bytes(writer.finish()).unwrap()
}

#[test]
fn the_key_in_data_that_is_split_is_reported_and_redacted() {
    let object = split();
    let plan = Plan::new(vec![object.clone()], &[object.key().clone()]);
    let report = report(&plan.seal());
    assert_eq!(report.objects[0].secrets, [(SecretKind::AlgorithmKey, 1)]);
    let ids: Vec<&str> = report.findings.iter().map(|finding| finding.id()).collect();
    assert!(ids.contains(&"field-repeated"), "{ids:?}");
    let copy = redact(&[object], None, RedactOptions::default()).unwrap();
    let bytes = copy.objects[0].as_bytes();
    for key in ["c2VjcmV0IGtleSAxMjM0NQ==", "c2hhZG93ZWQga2V5IDEyMw=="] {
        assert!(memchr::memmem::find(bytes, key.as_bytes()).is_none(), "{key}");
    }
}

#[test]
fn type_url_prefix_does_not_change_the_type() {
    let data = Writer::new().text(7, "c2VjcmV0IGtleSAxMjM0NQ==").finish();
    let with_url = |url: &str| {
        let lookup = ObjectKey::new(2, Identifier::Algorithm("Names".to_owned()));
        let mut writer = Writer::new();
        writer
            .message(1, |w| lookup.write(w))
            .message(3, |w| revision().write(w))
            .message(4, |any| _ = any.text(1, url).bytes(2, &data));
        SyncObject::from_bytes(writer.finish()).unwrap()
    };
    let (usual, odd) = (
        with_url("type.googleapis.com/SecureLookupData"),
        with_url("secret.example/SecureLookupData"),
    );
    assert_eq!(
        (odd.data_type(), odd.secrets()),
        (usual.data_type(), usual.secrets())
    );
    assert!(differ(&usual, &odd));
    let redacted = |object| redact(&[object], None, RedactOptions::default()).unwrap();
    assert_eq!(
        redacted(odd).objects[0].as_bytes(),
        redacted(usual.clone()).objects[0].as_bytes()
    );
}

#[test]
fn the_finding_names_the_field_and_its_place() {
    let data = [
        Writer::new().text(1, "ORACLE").finish(),
        Writer::new().varint(8, 1).finish(),
    ];
    let object = with_data("DatabaseConnectorData", &data.concat());
    let at = memchr::memmem::find(object.as_bytes(), &data[1]).unwrap() as u64;
    let plan = Plan::new(vec![object.clone()], &[object.key().clone()]);
    let report = report(&plan.seal());
    let mut findings = report.findings.iter();
    let found = findings
        .find(|finding| finding.id() == "field-type-differs")
        .unwrap();
    let record = &report.objects[0];
    assert!(
        found.message.contains("DatabaseConnectorData connector_name"),
        "{}",
        found.message
    );
    let offset = found.at.as_ref().unwrap().decoded_offset.unwrap();
    // The object ends its record's message.
    let start = record.offset + 4;
    assert!(
        (start + at..start + at + 60).contains(&offset),
        "{offset} {start} {at}"
    );
}

#[test]
fn a_type_number_is_cut_to_32_bits() {
    let key = numbered(9 | 1 << 32, 1);
    let object = SyncObject::build(&key, &[], &revision(), "EmptyData", b"").unwrap();
    assert_eq!(object.key().type_number, 9);
}

#[test]
fn rename_without_a_change_keeps_every_byte() {
    let object = split();
    let same = rename(&object, object.key(), |_| None).unwrap();
    assert_eq!(same.as_bytes(), object.as_bytes());
    let other = ObjectKey::new(2, Identifier::Algorithm("Other".to_owned()));
    let renamed = rename(&object, &other, |_| None).unwrap();
    assert_eq!((renamed.key(), renamed.secrets()), (&other, object.secrets()));
}

/// The findings about odd fields after one record of a document gets more fields.
fn odd_fields(record: usize, more: &[u8]) -> Vec<(String, String)> {
    let parts = Parts::of(&small().seal());
    let mut records = parts.records();
    records[record].extend_from_slice(more);
    let report = report(&parts.with_records(&records).document());
    let odd = |finding: &&exportdoc::internal::finding::Finding| finding.id().starts_with("field-");
    let said =
        |finding: &exportdoc::internal::finding::Finding| (finding.id().to_string(), finding.message.clone());
    report.findings.iter().filter(odd).map(said).collect()
}

#[test]
fn repeated_header_fields_are_reported() {
    let said = |id: &str, text: &str| vec![(id.to_owned(), text.to_owned())];
    let again = Writer::new().text(1, EXPORT_ID).finish();
    assert_eq!(
        odd_fields(0, &again),
        said("field-repeated", "header: field 1 occurs more than once")
    );
    let count = Writer::new().varint(4, 3).finish();
    assert_eq!(
        odd_fields(0, &count),
        said("field-repeated", "header: field 4 occurs more than once")
    );
    let rule = Writer::new().varint(15, 1).finish();
    assert_eq!(
        odd_fields(0, &rule),
        said("field-type-differs", "header: field 15 has another wire type")
    );
    assert_eq!(odd_fields(0, &Writer::new().varint(30, 1).finish()), []);
}

#[test]
fn repeated_record_fields_are_reported() {
    let said = |id: &str, text: &str| vec![(id.to_owned(), text.to_owned())];
    let again = Writer::new().text(1, EXPORT_ID).finish();
    assert_eq!(
        odd_fields(1, &again),
        said("field-repeated", "record: field 1 occurs more than once")
    );
    let number = Writer::new().varint(2, 1).finish();
    assert_eq!(
        odd_fields(1, &number),
        said("field-type-differs", "record: field 2 has another wire type")
    );
    assert_eq!(odd_fields(1, &Writer::new().varint(30, 1).finish()), []);
}

#[test]
fn at_most_a_hundred_odd_fields_are_listed() {
    let message = |odd: usize| Writer::new().text(1, EXPORT_ID).finish().repeat(odd + 1);
    for (odd, listed) in [(99, 99), (100, 100), (101, 100)] {
        assert_eq!(Header::odd_fields(&message(odd)).len(), listed, "{odd}");
    }
}
