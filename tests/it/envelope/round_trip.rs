//! Reading an envelope and writing it again changes nothing.

use std::borrow::Cow;

use exportdoc::internal::envelope::{BuildError, Envelope, EnvelopeBuilder, ListEntry, Metadata};
use exportdoc::internal::identifier::Identifier;
use proptest::prelude::*;
use serde_json::value::{RawValue, to_raw_value};

use super::{document, parse, rewritten, with_metadata};

#[test]
fn a_good_document_is_read_without_findings_or_copies() {
    let text = document();
    let envelope = parse(&text);
    assert_eq!(envelope.findings, []);
    let blob = envelope.blob().unwrap();
    assert!(matches!(blob.text, Cow::Borrowed("QUJD")));
    assert!(!blob.escaped);
    assert!(text[usize::try_from(blob.file_offset).unwrap()..].starts_with("QUJD\""));
    assert_eq!(blob.decode().0, b"ABC");
    assert_eq!(envelope.signature().unwrap().decode().0, b"DEF");
    assert_eq!(envelope.public_key().unwrap().decode().0, b"GHI");
    assert_eq!(envelope.public_key().unwrap().path(), "$.publicKey");

    let metadata = envelope.metadata().unwrap();
    assert_eq!(metadata.export_host.as_deref(), Some("engine:80"));
    assert_eq!(
        metadata.export_date.as_deref(),
        Some("Fri Jun 15 20:16:20 UTC 2018")
    );
    let requested = metadata.requested.as_deref().unwrap();
    assert_eq!(requested.len(), 1);
    assert_eq!(requested[0].revision_hash, None);
    let exported = metadata.exported.as_deref().unwrap();
    assert_eq!(
        exported[1],
        ListEntry {
            object_type: Some("ALGORITHM_REFERENCE".into()),
            identifier: Some(Identifier::Algorithm("Lookup".into())),
            revision_hash: Some("cd".into()),
            path: "$.exportResponseMetadata.exportedObjectList[1]".into(),
        }
    );
}

#[test]
fn a_good_document_is_written_again_byte_for_byte() {
    assert_eq!(rewritten(&document()), document());
    // Only the white space between members goes.
    let spaced = r#" { "blob" : "Q\/==" , "x\u0041": [1,  2.50e+1, {"a" :null}], "x": {} , "x":1 } "#;
    assert_eq!(
        rewritten(spaced),
        r#"{"blob":"Q\/==","x\u0041":[1,  2.50e+1, {"a" :null}],"x":{},"x":1}"#
    );
}

#[test]
fn members_know_where_they_stand() {
    let text = document();
    for member in &parse(&text).members {
        assert!(text[usize::try_from(member.file_offset).unwrap()..].starts_with(member.raw_key));
        assert!(text[usize::try_from(member.value_offset).unwrap()..].starts_with(member.raw_value));
    }
}

#[test]
fn the_builder_writes_what_engines_write() {
    let entry = |identifier, object_type: &str, hash: Option<&str>| ListEntry {
        identifier: Some(identifier),
        object_type: Some(object_type.into()),
        revision_hash: hash.map(Into::into),
        path: String::new(),
    };
    let metadata = Metadata {
        export_host: Some("engine:80".into()),
        export_date: Some("Fri Jun 15 20:16:20 UTC 2018".into()),
        requested: Some(vec![entry(Identifier::Integer(1), "MASKING_JOB", None)]),
        exported: Some(vec![
            entry(Identifier::Integer(1), "MASKING_JOB", Some("ab")),
            entry(
                Identifier::Algorithm("Lookup".into()),
                "ALGORITHM_REFERENCE",
                Some("cd"),
            ),
        ]),
    };
    let metadata = metadata.to_json().unwrap();
    let builder = EnvelopeBuilder::new(&metadata, "QUJD", "REVG", "R0hJ");
    let mut out = Vec::new();
    builder.write_to(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), document());

    let value = to_raw_value(&[1]).unwrap();
    let builder = builder.extra("no\"te", &value).unwrap();
    let mut out = Vec::new();
    builder.write_to(&mut out).unwrap();
    assert!(out.ends_with(br#","no\"te":[1]}"#));
    for name in ["no\"te", "blob", "exportResponseMetadata"] {
        let error = builder.clone().extra(name, &value).unwrap_err();
        assert_eq!(error, BuildError::DuplicateMember(name.into()));
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((".*", inner), 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_members_survive_a_round_trip(members in prop::collection::vec((".*", json()), 0..6), at in 0_usize..6) {
        let mut texts: Vec<String> =
            members.iter().map(|(k, v)| format!("{}:{v}", serde_json::Value::from(k.as_str()))).collect();
        texts.insert(at.min(texts.len()), r#""blob":"QUJD""#.to_owned());
        let text = format!("{{{}}}", texts.join(","));
        prop_assert_eq!(rewritten(&text), text.clone());
        let raw: Vec<Box<RawValue>> = members.iter().map(|(_, v)| to_raw_value(v).unwrap()).collect();
        let envelope = parse(&text);
        for value in &raw {
            prop_assert!(envelope.members.iter().any(|m| m.raw_value == value.get()));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Envelope::parse(&bytes);
    }

    #[test]
    fn any_damage_is_read_or_refused(at in 0_usize..400, with in any::<u8>()) {
        let mut bytes = document().into_bytes();
        let at = at % bytes.len();
        bytes[at] = with;
        if let Ok(envelope) = Envelope::parse(&bytes) {
            let mut out = Vec::new();
            envelope.write_to(&mut out).unwrap();
        }
    }

    #[test]
    fn any_metadata_is_read(value in json()) {
        let _ = parse(&with_metadata(&value.to_string())).metadata();
        let list = format!(r#"{{"exportedObjectList":[{{"objectIdentifier":{value},"objectType":{value}}}]}}"#);
        let text = with_metadata(&list);
        prop_assert!(parse(&text).metadata().is_some());
    }
}
