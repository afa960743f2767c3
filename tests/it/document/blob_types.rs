//! The blob decides an object's type, and "no secrets" is only reported if all data could be read.

use crate::support::{EXPORT_ID, Parts, exportdoc, finding, global, ids, numbered, report};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::report::SecretsUnknown;
use exportdoc::internal::wire::Writer;
use serde_json::{Value, json};

/// An object whose revision states a type.
fn object(key: &ObjectKey, stated: Option<&str>, data_type: &str, data: &[u8]) -> Vec<u8> {
    let revision = Revision {
        pair: RevisionPair {
            object: EXPORT_ID.to_owned(),
            save: EXPORT_ID.to_owned(),
        },
        json: stated
            .map(|stated| Revision::json_text(stated, key))
            .unwrap_or_default(),
        ..Revision::default()
    };
    let object = SyncObject::build(key, &[], &revision, data_type, data).unwrap();
    object.as_bytes().to_vec()
}

/// A document of one object under a label in its metadata.
fn document(object: Vec<u8>, label: &str) -> Vec<u8> {
    let mut parts = Parts::of(&crate::support::document_of_messages(&[object]));
    parts.metadata["exportedObjectList"][0]["objectType"] = label.into();
    parts.document()
}

/// A document with another label on every row of one type.
fn relabelled(document: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut parts = Parts::of(document);
    for row in parts.metadata["exportedObjectList"].as_array_mut().unwrap() {
        if row["objectType"] == from {
            row["objectType"] = to.into();
        }
    }
    parts.document()
}

fn run(arguments: &[&str], document: &[u8]) -> (i32, String) {
    let output = exportdoc()
        .args(arguments)
        .write_stdin(document)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn a_relabelled_key_stays_a_key_for_every_rule_and_selector() {
    let genuine = global().seal();
    let relabelled = relabelled(&genuine, "KEY", "DOMAIN");
    let (before, after) = (report(&genuine), report(&relabelled));
    let mut told = ids(&after);
    told.retain(|id| *id != "metadata-type-differs");
    assert_eq!(told, ids(&before));
    assert_eq!(
        finding(&after, "metadata-type-differs").0,
        "KEY global: the metadata says DOMAIN"
    );
    let types = |report: &exportdoc::internal::report::DocumentReport| {
        let objects = report.objects.iter();
        objects.map(|object| object.type_name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(types(&after), types(&before));

    let directory = tempfile::tempdir().unwrap();
    let policy = directory.path().join("policy.toml");
    std::fs::write(&policy, "[types]\ndeny = [\"KEY\"]\n").unwrap();
    let policy = policy.to_str().unwrap();
    for document in [&genuine, &relabelled] {
        let (_, out) = run(&["audit", "--policy", policy, "-"], document);
        assert!(out.contains("type-denied"), "{out}");
        let (code, out) = run(&["inspect", "--raw", "KEY:global", "-"], document);
        assert_eq!(code, 0, "{out}");
        let (_, out) = run(&["inspect", "--objects", "KEY", "-"], document);
        assert!(out.contains("KEY   global"), "{out}");
    }
}

#[test]
fn revision_contradicting_a_known_type_is_an_error() {
    let key = ObjectKey::new(9, Identifier::EncryptionKey("global".to_owned()));
    let data = Writer::new().text(1, "AAECAwQFBgcICQoLDA0ODw==").finish();
    let honest = report(&document(
        object(&key, Some("KEY"), "EncryptionKeyData", &data),
        "KEY",
    ));
    let lying = report(&document(
        object(&key, Some("DOMAIN"), "EncryptionKeyData", &data),
        "DOMAIN",
    ));
    assert!(!ids(&honest).contains(&"type-contradicted"), "{:?}", ids(&honest));
    assert_eq!(
        finding(&lying, "type-contradicted").0,
        "KEY global: its revision says DOMAIN"
    );
    for report in [honest, lying] {
        assert_eq!(report.objects[0].type_name, "KEY");
        assert!(ids(&report).contains(&"key-present"));
    }
}

#[test]
fn revision_names_an_unknown_type_number() {
    let key = numbered(777, 3);
    let message = |stated| object(&key, stated, "FileFormatData", b"");
    let named = report(&document(message(Some("FILE_FORMAT")), "FILE_FORMAT"));
    assert_eq!(named.objects[0].type_name, "FILE_FORMAT");
    assert_eq!(
        finding(&named, "unknown-object-type").0,
        "number 777, named FILE_FORMAT by its revision"
    );
    let relabelled = report(&document(message(Some("FILE_FORMAT")), "DOMAIN"));
    assert_eq!(relabelled.objects[0].type_name, "FILE_FORMAT");
    assert!(ids(&relabelled).contains(&"metadata-type-differs"));
    // If the blob names no type, the metadata does.
    let guessed = report(&document(message(None), "FILE_FORMAT"));
    assert_eq!(guessed.objects[0].type_name, "FILE_FORMAT");
    assert_eq!(
        finding(&guessed, "unknown-object-type").0,
        "number 777, named FILE_FORMAT by the metadata alone: a guess"
    );
}

#[test]
fn reference_label_does_not_contradict_an_unknown_type() {
    for (stated, label) in [
        ("PROFILE_SET", "PROFILE_SET_REFERENCE"),
        ("CLASSIFIER", "CLASSIFIER_REFERENCE"),
        ("DATABASE_CONNECTOR", "SOURCE_DATABASE_CONNECTOR"),
    ] {
        for data_type in ["EmptyData", "SomeData"] {
            let message = object(&numbered(777, 3), Some(stated), data_type, b"");
            let found = report(&document(message, label));
            for id in [
                "metadata-type-differs",
                "metadata-misses-object",
                "metadata-extra-object",
            ] {
                assert!(
                    !ids(&found).contains(&id),
                    "{stated} {data_type}: {:?}",
                    ids(&found)
                );
            }
        }
    }
}

/// A connector with a text in a field that no table knows.
fn connector_with(text: &str) -> Vec<u8> {
    let data = Writer::new().text(1, "POSTGRES").wrapped_text(77, text).finish();
    object(
        &numbered(10, 1),
        Some("DATABASE_CONNECTOR"),
        "DatabaseConnectorData",
        &data,
    )
}

#[test]
fn no_secrets_is_only_said_where_everything_could_be_read() {
    let plain = document(connector_with("true"), "DATABASE_CONNECTOR");
    let unknown = object(
        &numbered(10, 1),
        Some("DATABASE_CONNECTOR"),
        "ConnectorDataV9",
        b"",
    );
    let unknown = document(unknown, "DATABASE_CONNECTOR");
    let hiding = document(connector_with("Zm9vYmFyYmF6cXV4MTIzNA=="), "DATABASE_CONNECTOR");

    assert_eq!(report(&plain).secrets_unknown(), None);
    let (_, out) = run(&["inspect", "-"], &plain);
    assert!(out.contains("in clear   no secrets"), "{out}");
    for document in [&unknown, &hiding] {
        assert_eq!(
            report(document).secrets_unknown(),
            Some(SecretsUnknown::Objects(1))
        );
        assert!(ids(&report(document)).contains(&"secrets-unknown"));
        let (code, out) = run(&["inspect", "-"], document);
        assert_eq!(code, 0);
        let line = "in clear   unknown: 1 object holds data that this version can't read";
        assert!(out.contains(line), "{out}");
        assert!(!out.contains("Zm9v"), "{out}");
    }
    let (_, out) = run(&["inspect", "--format", "json", "-"], &unknown);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["documents"][0]["secrets_unknown"], json!({ "objects": 1 }));
}

#[test]
fn a_text_in_an_unknown_field_may_look_like_a_key() {
    for (text, key) in [
        ("Zm9vYmFyYmF6cXV4MTIzNA==", true),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0", true),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", true),
        ("0123456789abcdef0123456789abcdef", false),
        ("ec7a77e0-8b3f-4257-89b9-fcabd016f44d", false),
        ("Customers of the east", false),
    ] {
        let found = report(&document(connector_with(text), "DATABASE_CONNECTOR"));
        assert_eq!(ids(&found).contains(&"possible-key"), key, "{text}");
        assert!(!crate::support::said(&found).contains(text), "{text}");
    }
    // In data of an unknown type, and in columns of a known one.
    let hidden = Writer::new().wrapped_text(3, "Zm9vYmFyYmF6cXV4MTIzNA==").finish();
    let unknown = object(
        &numbered(10, 1),
        Some("DATABASE_CONNECTOR"),
        "ConnectorDataV9",
        &hidden,
    );
    let mut data = Writer::new();
    data.text(1, "Rules").message(4, |table| {
        table.text(1, "PATIENT").text(77, "Zm9vYmFyYmF6cXV4MTIzNA==");
    });
    let data = data.finish();
    let ruleset = object(
        &numbered(14, 1),
        Some("DATABASE_RULESET"),
        "DatabaseRulesetData",
        &data,
    );
    for (message, label) in [(unknown, "DATABASE_CONNECTOR"), (ruleset, "DATABASE_RULESET")] {
        let found = report(&document(message, label));
        assert!(
            ids(&found).contains(&"possible-key"),
            "{label}: {:?}",
            ids(&found)
        );
    }
}

#[test]
fn policy_against_secrets_refuses_unreadable_objects() {
    let directory = tempfile::tempdir().unwrap();
    let unknown = object(
        &numbered(10, 1),
        Some("DATABASE_CONNECTOR"),
        "ConnectorDataV9",
        b"",
    );
    let unknown = document(unknown, "DATABASE_CONNECTOR");
    let hiding = document(connector_with("Zm9vYmFyYmF6cXV4MTIzNA=="), "DATABASE_CONNECTOR");
    let plain = document(connector_with("true"), "DATABASE_CONNECTOR");
    for (level, refused) in [("error", 1), ("warning", 0)] {
        let policy = directory.path().join(level);
        std::fs::write(&policy, format!("[levels]\nsecrets-in-clear = \"{level}\"\n")).unwrap();
        let audit = |document| run(&["audit", "--policy", policy.to_str().unwrap(), "-"], document).0;
        assert_eq!(audit(&unknown), refused, "{level}");
        assert_eq!(audit(&hiding), refused, "{level}");
        assert_eq!(audit(&plain), 0, "{level}");
    }
}

#[test]
fn user_algorithm_shows_framework_and_hides_key() {
    let key = ObjectKey::new(40, Identifier::Algorithm("acme:Names".to_owned()));
    let secret = "Zm9vYmFyYmF6cXV4MTIzNA==";
    let mut data = Writer::new();
    data.message(1, |info| _ = info.text(1, "acme:Names").text(3, "2023-07-18"))
        .text(2, secret)
        .int(3, 1_689_667_116_401)
        .text(5, "Name")
        .text(6, "acme")
        .text(7, r#"{"lookupFile":{"uri":"jar://file/Names.txt"},"length":3}"#);
    let message = object(&key, Some("USER_ALGORITHM"), "UserAlgorithmData", &data.finish());
    let document = document(message, "USER_ALGORITHM");
    let found = report(&document);
    for id in [
        "unknown-object-type",
        "unknown-data",
        "unknown-field",
        "secrets-unknown",
    ] {
        assert!(!ids(&found).contains(&id), "{:?}", ids(&found));
    }
    assert_eq!(
        finding(&found, "secrets-in-clear").0,
        "1 algorithm key in 1 objects"
    );
    let (_, out) = run(&["inspect", "-"], &document);
    for text in [
        "framework Name of plugin acme",
        "file jar://file/Names.txt",
        "\"length\": 3",
    ] {
        assert!(out.contains(text), "{out}");
    }
    assert!(!out.contains(secret), "{out}");
}

const KEY_TEXT: &str = "Zm9vYmFyYmF6cXV4MTIzNA==";

/// Whether a document passes a policy that refuses secrets in clear.
fn passes(document: &[u8]) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let policy = directory.path().join("policy.toml");
    std::fs::write(&policy, "[levels]\nsecrets-in-clear = \"error\"\n").unwrap();
    run(&["audit", "--policy", policy.to_str().unwrap(), "-"], document).0 == 0
}

#[test]
fn clear_objects_show_below_an_encryption_header() {
    use exportdoc::internal::passphrase::EncryptionParams;
    let mut parts = Parts::of(&global().seal());
    let mut records = parts.records();
    let params = EncryptionParams::new([7; 8], 1000).unwrap().encode();
    records[0].extend(Writer::new().bytes(3, &params).finish());
    parts = parts.with_records(&records);
    let found = report(&parts.document());
    for id in ["encryption-contradicted", "secrets-in-clear", "key-present"] {
        assert!(ids(&found).contains(&id), "{:?}", ids(&found));
    }
    assert!(!passes(&parts.document()));
}

#[test]
fn an_encrypted_document_is_unknown_until_it_is_opened() {
    let document = std::fs::read(crate::support::testdata("generated/encrypted.json")).unwrap();
    assert_eq!(
        report(&document).secrets_unknown(),
        Some(SecretsUnknown::NotOpened)
    );
    assert!(!passes(&document));
    let directory = tempfile::tempdir().unwrap();
    let policy = directory.path().join("policy.toml");
    // Who asks for encryption says so.
    std::fs::write(
        &policy,
        "[levels]\nsecrets-in-clear = \"error\"\nsecrets-unknown = \"info\"\n",
    )
    .unwrap();
    assert_eq!(
        run(&["audit", "--policy", policy.to_str().unwrap(), "-"], &document).0,
        0
    );
}

#[test]
fn a_key_in_an_unknown_field_at_any_level_is_seen() {
    is_seen_at_any_level(&Writer::new().text(77, KEY_TEXT).finish());
}

#[test]
#[ignore = "ci/long runs it"]
fn a_key_in_a_group_at_any_level_is_seen() {
    let group = |number: u8| {
        let key = Writer::new().text(1, KEY_TEXT).finish();
        [&[number << 3 | 3][..], &key, &[number << 3 | 4]].concat()
    };
    is_seen_at_any_level(&group(13));
    // Under a known number, too: the wire type makes an unknown field of it.
    is_seen_at_any_level(&group(2));
}

/// Puts a field into every message of a document that has an object, one after the other.
fn is_seen_at_any_level(unknown: &[u8]) {
    let any = |inner: &[u8]| {
        let url = "type.googleapis.com/IntegerIdentifier";
        Writer::new().text(1, url).bytes(2, inner).finish()
    };
    let number = Writer::new().varint(1, 1).finish();
    let identifier = |around: &[u8], any: &[u8]| {
        let plain = Writer::new().varint(1, 10).bytes(2, any).finish();
        [&plain[..], around].concat()
    };
    let plain = object(
        &numbered(10, 1),
        Some("DATABASE_CONNECTOR"),
        "DatabaseConnectorData",
        b"",
    );
    let rest: Vec<u8> = {
        let message = exportdoc::internal::wire::Message::parse(&plain).unwrap();
        let fields = message.fields().filter(|field| field.number != 1);
        fields.flat_map(|field| field.raw.to_vec()).collect()
    };
    let keys = [
        identifier(unknown, &any(&number)),
        identifier(&[], &[&any(&number)[..], unknown].concat()),
        identifier(&[], &any(&[&number[..], unknown].concat())),
    ];
    for key in keys {
        let message = [Writer::new().bytes(1, &key).finish(), rest.clone()].concat();
        let document = document(message, "DATABASE_CONNECTOR");
        assert!(ids(&report(&document)).contains(&"possible-key"));
        assert!(!passes(&document));
    }
    // In the object, its revision, and its data.
    let revision = Writer::new()
        .text(1, EXPORT_ID)
        .text(2, EXPORT_ID)
        .text(3, &Revision::json_text("DATABASE_CONNECTOR", &numbered(10, 1)))
        .finish();
    let data = |data: &[u8]| {
        let key = numbered(10, 1);
        object(&key, Some("DATABASE_CONNECTOR"), "DatabaseConnectorData", data)
    };
    let revision = Writer::new()
        .bytes(3, &[&revision[..], unknown].concat())
        .finish();
    for message in [
        [&plain[..], unknown].concat(),
        [plain.clone(), revision].concat(),
        data(unknown),
    ] {
        let document = document(message, "DATABASE_CONNECTOR");
        assert!(ids(&report(&document)).contains(&"possible-key"));
        assert!(!passes(&document));
    }
    // In a member of the revision's JSON.
    let json = Revision::json_text("DATABASE_CONNECTOR", &numbered(10, 1));
    let json = json.replacen('{', &format!("{{\"salt\": \"{KEY_TEXT}\","), 1);
    let revision = Writer::new()
        .text(1, EXPORT_ID)
        .text(2, EXPORT_ID)
        .text(3, &json)
        .finish();
    let message = [plain.clone(), Writer::new().bytes(3, &revision).finish()].concat();
    assert!(!passes(&document(message, "DATABASE_CONNECTOR")));
    // In the header and in an object's record.
    for at in [0, 1] {
        let parts = Parts::of(&document(plain.clone(), "DATABASE_CONNECTOR"));
        let mut records = parts.records();
        records[at].extend_from_slice(unknown);
        let document = parts.with_records(&records).document();
        assert!(ids(&report(&document)).contains(&"possible-key"), "record {at}");
        assert!(!passes(&document), "record {at}");
    }
}

#[test]
fn data_with_a_broken_message_inside_is_unreadable() {
    for broken in [
        Writer::new().text(22, KEY_TEXT).finish(),
        Writer::new().bytes(7, b"\xff\xff").finish(),
    ] {
        let message = object(
            &numbered(10, 1),
            Some("DATABASE_CONNECTOR"),
            "DatabaseConnectorData",
            &broken,
        );
        let document = document(message, "DATABASE_CONNECTOR");
        assert!(ids(&report(&document)).contains(&"object-unreadable"));
        assert!(!passes(&document));
    }
}

#[test]
fn a_key_in_a_configuration_is_counted_and_never_shown() {
    let key = ObjectKey::new(40, Identifier::Algorithm("acme:Names".to_owned()));
    for configuration in [
        format!("{{\"salt\":\"{KEY_TEXT}\"}}"),
        format!("{{\"{KEY_TEXT}\":1}}"),
        format!("{{\"salt\":\"{KEY_TEXT}\",\"salt\":\"\"}}"),
        format!("{{\"salt\":\"base64:{KEY_TEXT}\"}}"),
        format!("salt: {KEY_TEXT}"),
        KEY_TEXT.to_owned(),
    ] {
        let data = Writer::new().text(7, &configuration).finish();
        let message = object(&key, Some("USER_ALGORITHM"), "UserAlgorithmData", &data);
        let document = document(message, "USER_ALGORITHM");
        assert!(
            ids(&report(&document)).contains(&"possible-key"),
            "{configuration}"
        );
        assert!(!passes(&document), "{configuration}");
        let directory = tempfile::tempdir().unwrap();
        let path = crate::support::file(directory.path(), "a.json", &document);
        let path = path.to_str().unwrap();
        for arguments in [
            &["inspect", path][..],
            &["textconv", path],
            &["diff", "/dev/null", path],
        ] {
            let (_, out) = run(arguments, b"");
            assert!(!out.contains(KEY_TEXT), "{arguments:?} {configuration}: {out}");
        }
    }
}

#[test]
fn lookup_rows_in_another_form_are_secrets_too() {
    let key = ObjectKey::new(2, Identifier::Algorithm("Names".to_owned()));
    for rows in ["Ann\nBob\n", "<ROWS><ROW value=\"Ann\"/></ROWS>"] {
        let data = Writer::new().text(6, rows).finish();
        let document = document(object(&key, Some("LOOKUP"), "SecureLookupData", &data), "LOOKUP");
        assert!(ids(&report(&document)).contains(&"secrets-in-clear"), "{rows}");
        assert!(!passes(&document), "{rows}");
    }
}

#[test]
fn a_key_stays_one_under_the_number_of_another_type() {
    let data = Writer::new().text(1, KEY_TEXT).finish();
    let hidden = object(&numbered(777, 1), Some("DOMAIN"), "EncryptionKeyData", &data);
    let reference = ObjectKey::new(19, Identifier::Text("SSN".to_owned()));
    let carried = object(&reference, Some("DOMAIN"), "EncryptionKeyData", &data);
    for (message, label) in [(hidden, "DOMAIN"), (carried, "DOMAIN_REFERENCE")] {
        let found = report(&document(message, label));
        for id in ["data-type-differs", "key-present", "secrets-in-clear"] {
            assert!(ids(&found).contains(&id), "{label}: {:?}", ids(&found));
        }
    }
}

#[test]
fn the_metadata_may_guess_a_type_that_the_table_knows() {
    let message = object(&numbered(777, 3), None, "FileFormatData", b"");
    let guessed = report(&document(message, "USER_ALGORITHM"));
    assert_eq!(guessed.objects[0].type_name, "USER_ALGORITHM");
    assert!(!ids(&guessed).contains(&"metadata-type-differs"));
}
