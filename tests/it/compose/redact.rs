//! `redact`: the values that must be gone, those that must stay, and the stand-ins.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::command::{assert_sound, fail, read, run, succeed};
use crate::support::property;
use crate::support::testdata;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::ObjectData;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec, Draft};
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::redact::{RedactOptions, Redacted, redact};
use exportdoc::internal::wire::Writer;
use proptest::prelude::*;
use tempfile::tempdir;

/// Every value that must not get into the copy.
fn private_values(objects: &[SyncObject<'_>]) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    let mut add = |value: Option<std::borrow::Cow<'_, str>>| {
        values.extend(value.map(std::borrow::Cow::into_owned));
    };
    for object in objects {
        match object.data() {
            ObjectData::MaskingJob(data) => add(data.email()),
            ObjectData::ProfileJob(data) => add(data.email()),
            ObjectData::DatabaseConnector(data) => {
                for value in [
                    data.database_name(),
                    data.schema(),
                    data.jdbc_url(),
                    data.host(),
                    data.user_name(),
                ] {
                    add(value);
                }
            }
            ObjectData::SecureLookup(data) => {
                add(data.key());
                for value in data.rows().unwrap().split('"').skip(3).step_by(4) {
                    add(Some(value.to_owned().into()));
                }
                add(data.info().and_then(|info| info.description()));
            }
            ObjectData::SegmentedMapping(data) => add(data.info().and_then(|info| info.owner())),
            ObjectData::Tokenization(data) => add(data.key()),
            ObjectData::DateShiftDiscrete(data) => add(data.key()),
            ObjectData::EncryptionKey(data) => add(data.key()),
            _ => {}
        }
    }
    // Shorter ones occur everywhere by chance; mappings have a test of their own.
    values.retain(|value| value.len() >= 4);
    values
}

/// Everything in a document that isn't encoded any more.
fn decoded(path: &Path) -> Vec<u8> {
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let blob = STANDARD.decode(json["blob"].as_str().unwrap()).unwrap();
    [json["exportResponseMetadata"].to_string().into_bytes(), blob].concat()
}

#[test]
#[ignore = "ci/long runs it"]
fn no_private_value_of_the_test_data_is_left() {
    let mut searched = 0;
    for document in [
        "generated/masking-job.json",
        "generated/on-the-fly-job.json",
        "generated/profile-job.json",
        "generated/global-small.json",
        "generated/engine-like.json",
        "generated/future.json",
    ] {
        let directory = tempdir().unwrap();
        let source = testdata(document);
        let said = succeed(
            directory.path(),
            &["redact", source.to_str().unwrap(), "-o", "out.json"],
        );
        let out = directory.path().join("out.json");
        let (before, original) = read(&source);
        let (report, copy) = read(&out);
        assert_sound(&report);
        assert!(
            report.findings.iter().any(|finding| finding.id() == "redacted"),
            "{document}"
        );
        let text = decoded(&out);
        let host = before.envelope.host.clone().unwrap();
        let mut values = private_values(&original.objects);
        values.insert(host.split(':').next().unwrap().to_owned());
        for value in values {
            searched += 1;
            // Names are kept. Where one of them holds such a value, the command has said so.
            let in_names = original.objects.iter().any(|object| {
                object
                    .name()
                    .is_some_and(|name| name.to_lowercase().contains(&value.to_lowercase()))
            });
            let found = memchr::memmem::find(&text, value.as_bytes()).is_some();
            assert!(
                !found || (in_names && said.contains("keeps a name")),
                "{document}: {value}"
            );
        }
        // what is kept
        let identity = |objects: &[SyncObject<'static>]| -> Vec<_> {
            objects
                .iter()
                .map(|object| {
                    let (revision, data_type) = (object.revision(), object.data_type().to_owned());
                    (
                        object.key().clone(),
                        object.dependencies().to_vec(),
                        revision.clone(),
                        data_type,
                        object.name(),
                    )
                })
                .collect()
        };
        let unknown_nameless = |mut list: Vec<_>| {
            list.truncate(if document.contains("future") {
                1
            } else {
                list.len()
            });
            list
        };
        assert_eq!(
            unknown_nameless(identity(&copy.objects)),
            unknown_nameless(identity(&original.objects))
        );
        let hashes = |report: &exportdoc::internal::report::DocumentReport| -> Vec<_> {
            report
                .objects
                .iter()
                .map(|object| object.computed_hash.clone())
                .collect()
        };
        assert_eq!(hashes(&report), hashes(&before));
        assert_eq!(
            report.secrets(),
            before.secrets(),
            "as many of each, for the structure"
        );
    }
    assert!(searched > 300, "{searched}");
}

#[test]
fn unknown_fields_are_left_out_unless_kept() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/future.json");
    let source = source.to_str().unwrap();
    let said = succeed(directory.path(), &["redact", source, "-o", "out.json"]);
    assert!(
        said.contains("removed: ") && said.contains("unknown fields of the header"),
        "{said}"
    );
    let (report, contents) = read(&directory.path().join("out.json"));
    assert!(contents.header_fields.is_empty() && contents.record_fields.is_empty());
    assert!(
        !report
            .findings
            .iter()
            .any(|finding| finding.id() == "unknown-field"),
        "{:?}",
        report.findings
    );
    for object in contents
        .objects
        .iter()
        .filter(|object| object.data() == ObjectData::Unknown)
    {
        assert!(object.data_bytes().is_empty());
    }
    let said = succeed(
        directory.path(),
        &["redact", source, "--keep-unknown", "-o", "kept.json"],
    );
    assert!(said.contains("kept: "), "{said}");
    let (report, contents) = read(&directory.path().join("kept.json"));
    assert_sound(&report);
    assert!(!contents.header_fields.is_empty() && !contents.record_fields.is_empty());
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.id() == "unknown-field")
    );
}

#[test]
fn encrypted_document_gives_a_copy_in_clear() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/encrypted.json");
    let source = source.to_str().unwrap();
    std::fs::write(
        directory.path().join("phrase"),
        crate::support::command::PASSPHRASE,
    )
    .unwrap();
    fail(
        directory.path(),
        2,
        &["redact", source, "--passphrase-file", "none", "-o", "out.json"],
    );
    succeed(
        directory.path(),
        &["redact", source, "--passphrase-file", "phrase", "-o", "out.json"],
    );
    assert_sound(&read(&directory.path().join("out.json")).0);
}

#[test]
fn the_finding_is_explained() {
    let output = run(tempdir().unwrap().path(), &["explain", "redacted"]);
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("don't import it")
    );
}

fn finished(draft: Draft) -> SyncObject<'static> {
    let pair = RevisionPair {
        object: "5d0e9a3c-0000-4000-8000-000000000001".to_owned(),
        save: "5d0e9a3c-0000-4000-8000-000000000002".to_owned(),
    };
    draft.finish(pair, 1, 2).unwrap()
}

fn redacted(objects: &[SyncObject<'_>]) -> Redacted {
    redact(objects, Some("db.corp.test:8282"), RedactOptions::default()).unwrap()
}

#[test]
fn one_value_has_one_stand_in_throughout_the_document() {
    let connector = |id, host: &str| {
        finished(draft::connector(
            id,
            &ConnectorSpec {
                database_type: "oracle",
                name: "db.corp.test copy",
                host: Some(host),
                user: Some("hr_admin"),
                ..ConnectorSpec::default()
            },
        ))
    };
    let copy = redacted(&[connector(1, "db.corp.test"), connector(2, "other.corp.test")]);
    let hosts: Vec<_> = copy
        .objects
        .iter()
        .map(|object| match object.data() {
            ObjectData::DatabaseConnector(data) => (
                data.host().unwrap().into_owned(),
                data.user_name().unwrap().into_owned(),
            ),
            _ => (String::new(), String::new()),
        })
        .collect();
    assert_eq!(copy.host.as_deref(), Some("host-1.example:8282"));
    assert_eq!(hosts[0], ("host-1.example".to_owned(), "user-1".to_owned()));
    assert_eq!(hosts[1], ("host-2.example".to_owned(), "user-1".to_owned()));
    // The connectors' names are kept, and give the first host away.
    let named: Vec<_> = copy
        .report
        .still_there
        .iter()
        .map(|(_, stand_in)| stand_in.as_str())
        .collect();
    assert_eq!(named, ["host-1.example", "host-1.example"]);
}

/// Mappings are listed by their input. If stand-ins were shared between the columns, or between algorithms, one could
/// read the outputs off the inputs' positions.
#[test]
fn stand_ins_do_not_tie_a_mappings_outputs_to_its_inputs() {
    let info = |name| AlgorithmInfo {
        name,
        ..AlgorithmInfo::default()
    };
    let pairs = |shift: u32| {
        (0..10)
            .map(|n| (n.to_string(), ((n * 3 + shift) % 10).to_string()))
            .collect::<Vec<_>>()
    };
    let objects = [
        finished(draft::segment(info("A"), &[(1, pairs(1))], "-", &[])),
        finished(draft::segment(info("B"), &[(1, pairs(4))], "-", &[])),
    ];
    let columns = |object: &SyncObject<'_>| match object.data() {
        ObjectData::SegmentedMapping(data) => data
            .mappings()
            .map(|mapping| {
                (
                    mapping.input().unwrap().into_owned(),
                    mapping.output().unwrap().into_owned(),
                )
            })
            .collect(),
        _ => Vec::new(),
    };
    let copy = redacted(&objects);
    let expected: Vec<_> = (1..11)
        .map(|n| (format!("input-{n}"), format!("output-{n}")))
        .collect();
    // Both look the same, though they map differently.
    assert_eq!(columns(&copy.objects[0]), expected);
    assert_eq!(columns(&copy.objects[1]), expected);
}

const SECRET: &str = "s3cret-marker";

/// Text in every place that a hostile or future writer could put it, structure around it intact.
fn hidden(place: usize) -> SyncObject<'static> {
    let key = ObjectKey::new(10, Identifier::Integer(1));
    let text = |number| Writer::new().text(number, SECRET).finish();
    let wrapped = |number| Writer::new().wrapped_text(number, SECRET).finish();
    let usual_type = "type.googleapis.com/DatabaseConnectorData";
    let message = |fill: &dyn Fn(&mut Writer)| {
        let mut writer = Writer::new();
        fill(&mut writer);
        writer.finish()
    };
    let uuid = "11111111-2222-4333-8444-555555555555";
    let revision = Revision {
        pair: RevisionPair {
            object: if place == 13 { SECRET } else { uuid }.to_owned(),
            save: if place == 14 { SECRET } else { uuid }.to_owned(),
        },
        json: Revision::json_text("DATABASE_CONNECTOR", &key),
        ..Revision::default()
    };
    // The additions to each part; most get none.
    let at = |wanted: usize, bytes: Vec<u8>| if place == wanted { bytes } else { Vec::new() };
    let of_type = |number: u64, type_url: &str, value: &[u8]| {
        let any = Writer::new().text(1, type_url).bytes(2, value).finish();
        Writer::new().varint(1, number).bytes(2, &any).finish()
    };
    let dependency =
        |type_url: &str, value: &[u8]| Writer::new().bytes(2, &of_type(14, type_url, value)).finish();
    let identifier = [message(&|w| key.write(w)), at(0, text(3))].concat();
    let saved = [
        // occurrences that no reader sees
        at(15, text(1)),
        at(16, text(2)),
        at(17, text(3)),
        message(&|w| revision.write(w)),
        at(1, text(4)),
        at(2, text(3)),
    ]
    .concat();
    let name_and_more = Writer::new().text(1, "name").text(2, SECRET).finish();
    let two_names = Writer::new().text(1, SECRET).text(1, "name").finish();
    let data = [
        at(18, text(1)),
        at(19, wrapped(8)),
        at(20, Writer::new().bytes(8, &two_names).finish()),
        Writer::new()
            .text(1, "oracle")
            .wrapped_text(8, "name")
            .wrapped_int(10, 1521)
            .finish(),
        at(3, text(99)),
        at(4, Writer::new().bytes(8, &name_and_more).finish()),
        // text where a number belongs
        at(5, text(10)),
        at(6, wrapped(10)),
        at(7, wrapped(7)),
        // a name without its wrapper
        at(21, text(8)),
    ]
    .concat();
    let any = [
        Writer::new().text(1, usual_type).finish(),
        at(8, text(3)),
        // a second value of a field of which the last counts
        at(9, Writer::new().bytes(2, &wrapped(7)).finish()),
        Writer::new().bytes(2, &data).finish(),
    ]
    .concat();
    let other = Writer::new()
        .text(1, "type.googleapis.com/Another")
        .bytes(2, &text(1))
        .finish();
    let two_types = Writer::new().text(1, SECRET).text(1, usual_type).finish();
    let object = [
        Writer::new().bytes(1, &identifier).finish(),
        at(10, Writer::new().bytes(4, &other).finish()),
        at(11, text(9)),
        at(12, Writer::new().bytes(4, &two_types).finish()),
        // identifiers that are none, or none of their type's
        at(22, dependency(SECRET, &Writer::new().int(1, 1).finish())),
        at(23, dependency("type.googleapis.com/OtherIdentifier", &text(1))),
        at(24, dependency("type.googleapis.com/StringIdentifier", &text(1))),
        at(25, dependency("type.googleapis.com/IntegerIdentifier", &text(1))),
        Writer::new().bytes(3, &saved).bytes(4, &any).finish(),
    ]
    .concat();
    SyncObject::from_bytes(object).unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

#[test]
fn nothing_gets_through_in_places_that_readers_overlook() {
    for place in 0..26 {
        let object = hidden(place);
        assert!(holds(object.as_bytes(), SECRET), "{place}");
        let copy = redacted(&[object]);
        let bytes = copy.objects[0].as_bytes();
        assert!(!holds(bytes, SECRET), "place {place}");
        // Digits of the identifier's bytes are gone, too.
        assert!(!holds(bytes, &hex::encode(SECRET)), "place {place}");
        assert_eq!(copy.objects[0].name().as_deref(), Some("name"), "place {place}");
    }
}

/// An object of a type with data of its own choice.
fn carrying(key: &ObjectKey, type_url: &str, data: &[u8]) -> SyncObject<'static> {
    let any = Writer::new().text(1, type_url).bytes(2, data).finish();
    let mut identifier = Writer::new();
    key.write(&mut identifier);
    let object = Writer::new()
        .bytes(1, &identifier.finish())
        .bytes(3, &Writer::new().int(5, 1).finish())
        .bytes(4, &any)
        .finish();
    SyncObject::from_bytes(object).unwrap()
}

#[test]
fn data_of_another_message_than_the_types_own_is_left_out() {
    // Names of domains are kept; what a connector carries under that label is none.
    let name = Writer::new().text(1, SECRET).finish();
    let domain = "type.googleapis.com/DomainData";
    for (key, type_url, kept) in [
        (ObjectKey::new(11, Identifier::Text("D".to_owned())), domain, true),
        (ObjectKey::new(10, Identifier::Integer(1)), domain, false),
        (ObjectKey::new(4_711, Identifier::Integer(1)), domain, false),
        (ObjectKey::new(10, Identifier::Integer(1)), SECRET, false),
        (
            ObjectKey::new(10, Identifier::Integer(1)),
            "type.googleapis.com/s3cret-marker",
            false,
        ),
        (
            ObjectKey::new(10, Identifier::Integer(1)),
            "s3cret-marker/DomainData",
            false,
        ),
    ] {
        let copy = redacted(&[carrying(&key, type_url, &name)]);
        assert_eq!(
            holds(copy.objects[0].as_bytes(), SECRET),
            kept,
            "{key:?} {type_url}"
        );
    }
}

#[test]
fn an_odd_identifier_has_one_stand_in_wherever_it_stands() {
    let odd = ObjectKey::new(
        14,
        Identifier::OtherAny {
            type_url: "type.googleapis.com/Odd".to_owned(),
            value: SECRET.as_bytes().to_vec(),
        },
    );
    let ruleset = carrying(&odd, "type.googleapis.com/DatabaseRulesetData", b"");
    let dependency = |w: &mut Writer| odd.write(w);
    let mut job = carrying(
        &ObjectKey::new(20, Identifier::Integer(4)),
        "type.googleapis.com/MaskingJobData",
        b"",
    )
    .as_bytes()
    .to_vec();
    job.extend(Writer::new().message(2, dependency).finish());
    let copy = redacted(&[SyncObject::from_bytes(job).unwrap(), ruleset]);
    let new = copy.objects[1].key();
    assert_eq!(new.identifier, Identifier::Text("identifier-1".to_owned()));
    assert_eq!(copy.objects[0].dependencies(), std::slice::from_ref(new));
    assert_eq!(copy.renamed[&odd], *new);
}

#[test]
fn nothing_of_the_envelope_gets_through() {
    let directory = tempdir().unwrap();
    let text = std::fs::read_to_string(testdata("generated/future.json")).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let metadata = &mut document["exportResponseMetadata"];
    metadata["exportHost"] = SECRET.into();
    metadata["exportDate"] = SECRET.into();
    metadata["note"] = SECRET.into();
    for list in ["requestedObjectList", "exportedObjectList"] {
        for row in metadata[list].as_array_mut().unwrap() {
            row["objectType"] = SECRET.into();
            row["note"] = SECRET.into();
        }
    }
    document["note"] = SECRET.into();
    std::fs::write(directory.path().join("in.json"), document.to_string()).unwrap();
    let arguments = ["redact", "in.json", "--allow-invalid", "-o", "out.json"];
    succeed(directory.path(), &arguments);
    let copy = std::fs::read(directory.path().join("out.json")).unwrap();
    assert!(!holds(&copy, SECRET), "{}", String::from_utf8_lossy(&copy));
    assert!(!holds(&decoded(&directory.path().join("out.json")), SECRET));
}

proptest! {
    #![proptest_config(property(8))]

    #[test]
    fn redacting_twice_changes_no_structure_and_counts_the_same(
        rows in prop::collection::vec("[a-z<&\"']{1,12}", 0..12), key in any::<[u8; 16]>()
    ) {
        let info = AlgorithmInfo { name: "A", description: "d", date: "2020-01-01" };
        let object = finished(draft::lookup(info, &rows, key, 1, &[]));
        let once = redacted(std::slice::from_ref(&object));
        let twice = redacted(&once.objects);
        prop_assert_eq!(object.secrets(), once.objects[0].secrets());
        prop_assert_eq!(once.objects[0].as_bytes(), twice.objects[0].as_bytes());
        prop_assert_eq!(once.report.replaced, twice.report.replaced);
        let different: BTreeSet<_> = rows.iter().collect();
        let numbers = twice.report.unknown.len();
        prop_assert_eq!(numbers, 0);
        let ObjectData::SecureLookup(data) = once.objects[0].data() else { panic!("a lookup") };
        let text = data.rows().unwrap().into_owned();
        let stand_ins: BTreeSet<_> = text.split('"').skip(3).step_by(4).collect();
        prop_assert_eq!(stand_ins.len(), different.len());
    }
}
