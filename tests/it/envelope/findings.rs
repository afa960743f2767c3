//! Each oddity of an envelope has its own finding, with its place.

use exportdoc::internal::envelope::{MAX_LIST_ENTRIES, Metadata};

use super::{METADATA, at, document, findings, parse, rewritten, with_metadata};

#[test]
fn last_of_repeated_keys_counts() {
    let text = with_metadata(&METADATA.replace(r#""revisionHash":"cd""#, r#""objectType":"KEY""#));
    assert_eq!(
        findings(&text),
        [at(
            &text,
            "duplicate-key",
            "$.exportResponseMetadata.exportedObjectList[1].objectType",
            "\"objectType\"",
            3
        )]
    );
    let envelope = parse(&text);
    let exported = envelope.metadata().unwrap().exported.as_deref().unwrap();
    assert_eq!(exported[1].object_type.as_deref(), Some("KEY"));

    let text = document().replace("}]}", r#"}]},"blob":"WFla""#);
    assert_eq!(
        findings(&text),
        [at(&text, "duplicate-key", "$.blob", "\"blob\"", 1)]
    );
    assert_eq!(parse(&text).blob().unwrap().text, "QUJD");
    assert_eq!(parse(&text).members.len(), 5);
}

#[test]
fn findings_of_one_rule_are_bounded_and_the_rest_counted() {
    let text = document().replacen(
        '{',
        &format!(r#"{{"blob":[{}0],"#, r#"{"a":0,"a":1},"#.repeat(500)),
        1,
    );
    let envelope = parse(&text);
    assert_eq!(envelope.findings.len(), 101);
    assert_eq!(envelope.findings[100].message, "and 401 more of these");
}

#[test]
fn missing_members_are_named_one_by_one() {
    assert_eq!(
        findings(r#"{"blob":"QUJD"}"#),
        [
            ("missing-member", "$.exportResponseMetadata".to_owned()),
            ("missing-member", "$.signature".to_owned()),
            ("missing-member", "$.publicKey".to_owned()),
        ]
    );
    let path = |name: &str| format!("$.exportResponseMetadata.{name}");
    assert_eq!(
        findings(&with_metadata(r#"{"requestedObjectList":null}"#)),
        [
            ("missing-member", path("exportHost")),
            ("missing-member", path("exportDate")),
            ("requested-list-missing", path("requestedObjectList")),
            ("missing-member", path("exportedObjectList")),
        ]
    );
    let text =
        with_metadata(&METADATA.replace(r#""objectIdentifier":{"id":1},"objectType":"MASKING_JOB""#, ""));
    let text = text.replace("{,", "{");
    let ids: Vec<_> = findings(&text).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["missing-member"; 4]);
}

#[test]
fn wrong_type_is_reported_at_its_place() {
    let text = r#"{"exportResponseMetadata":[1],"blob":7,"signature":null,"publicKey":"R0hJ"}"#;
    assert_eq!(
        findings(text),
        [
            at(text, "wrong-type", "$.exportResponseMetadata", "[1]", 0),
            at(text, "wrong-type", "$.blob", "7", 0),
            at(text, "wrong-type", "$.signature", "null", 0),
        ]
    );
    assert!(parse(text).public_key().is_some());

    let text = with_metadata(
        r#"{"exportHost":1,"exportDate":"\ud800","requestedObjectList":{},"exportedObjectList":[3,{"objectIdentifier":"x","objectType":{},"revisionHash":[]},{"objectIdentifier":{"id":1e999},"objectType":"A"}]}"#,
    );
    let path = "$.exportResponseMetadata.";
    assert_eq!(
        findings(&text),
        [
            at(&text, "wrong-type", &format!("{path}exportHost"), "1,", 0),
            at(&text, "wrong-type", &format!("{path}exportDate"), r#""\ud"#, 0),
            at(
                &text,
                "wrong-type",
                &format!("{path}requestedObjectList"),
                "{}",
                0
            ),
            at(
                &text,
                "wrong-type",
                &format!("{path}exportedObjectList[0]"),
                "3,",
                0
            ),
            at(
                &text,
                "wrong-type",
                &format!("{path}exportedObjectList[1].objectIdentifier"),
                "\"x\"",
                0
            ),
            at(
                &text,
                "wrong-type",
                &format!("{path}exportedObjectList[1].objectType"),
                "{}",
                1
            ),
            at(
                &text,
                "wrong-type",
                &format!("{path}exportedObjectList[1].revisionHash"),
                "[]",
                0
            ),
            at(
                &text,
                "wrong-type",
                &format!("{path}exportedObjectList[2].objectIdentifier"),
                "{\"id\":1e",
                0
            ),
        ]
    );
    let exported = parse(&text).metadata().cloned().unwrap().exported.unwrap();
    assert_eq!(exported[1].object_type.as_deref(), Some("A"));
    assert!(exported[1].path.ends_with("[2]"));
}

#[test]
fn bytes_around_the_document_are_found() {
    let text = format!("\u{feff}{}\n", document());
    assert_eq!(findings(&text), [("byte-order-mark", "$ file byte 0".to_owned())]);
    let offset = parse(&text).blob().unwrap().file_offset;
    assert!(text[usize::try_from(offset).unwrap()..].starts_with("QUJD"));
    for trailing in ["x", "{}", "]", "[[[[", "\u{0}", &document(), &"[".repeat(100)] {
        let text = format!("{} \n{trailing}", document());
        assert_eq!(
            findings(&text),
            [("trailing-data", format!("$ file byte {}", document().len() + 2))]
        );
    }
    assert_eq!(findings(&format!("\r\n\t {}\r\n\t ", document())), []);
}

#[test]
fn escapes_in_base64_are_told_and_undone() {
    let text = document().replace("QUJD", r"QUJDQQ\u003d\u003d");
    assert_eq!(
        findings(&text),
        [at(&text, "escaped-text", "$.blob", r"\u003d", 0)]
    );
    let envelope = parse(&text);
    let blob = envelope.blob().unwrap();
    assert!(blob.escaped);
    assert_eq!(blob.decode().0, b"ABCA");
    let (_, report) = parse(&document().replace("QUJD", r"QU\/%"))
        .blob()
        .unwrap()
        .decode();
    let text = document().replace("QUJD", r"QU\/%");
    let found = parse(&text).blob().unwrap().findings(&report);
    assert_eq!(found[0].at.as_ref().unwrap().file_offset, None);
}

#[test]
fn unknown_members_are_kept_and_told() {
    let text = document().replacen('{', r#"{"rule":{"b":1,"a":[1.0]},"#, 1);
    assert_eq!(
        findings(&text),
        [at(&text, "unknown-member", "$.rule", "\"rule\"", 0)]
    );
    assert_eq!(rewritten(&text), text);
    let text = document().replacen(r#""exportHost""#, r#""odd one":0,"exportHost""#, 1);
    assert_eq!(
        findings(&text),
        [at(
            &text,
            "unknown-member",
            r#"$.exportResponseMetadata["odd one"]"#,
            "\"odd one\"",
            0
        )]
    );
}

#[test]
fn snake_case_is_accepted_and_told_once() {
    let text = [
        ("exportResponseMetadata", "export_response_metadata"),
        ("exportHost", "export_host"),
        ("exportDate", "export_date"),
        ("requestedObjectList", "requested_object_list"),
        ("exportedObjectList", "exported_object_list"),
        ("objectIdentifier", "object_identifier"),
        ("objectType", "object_type"),
        ("revisionHash", "revision_hash"),
        ("algorithmName", "algorithm_name"),
        ("publicKey", "public_key"),
    ]
    .iter()
    .fold(document(), |text, (camel, snake)| text.replace(camel, snake));
    assert_eq!(
        findings(&text),
        [at(
            &text,
            "metadata-snake-case",
            "$.export_response_metadata",
            "\"export_response",
            0
        )]
    );
    let (snake, camel) = (parse(&text), document());
    let without_paths = |metadata: &Metadata| metadata.to_json().unwrap().get().to_owned();
    assert_eq!(
        without_paths(snake.metadata().unwrap()),
        without_paths(parse(&camel).metadata().unwrap())
    );
    assert_eq!(snake.public_key().unwrap().path(), "$.public_key");
}

#[test]
fn where_both_spellings_stand_the_engines_own_counts() {
    for text in [
        document().replacen(r#""exportHost""#, r#""export_host":"other","exportHost""#, 1),
        document().replacen(r#""exportDate""#, r#""export_host":"other","exportDate""#, 1),
    ] {
        let ids: Vec<_> = findings(&text).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["metadata-snake-case", "duplicate-key"]);
        assert_eq!(
            parse(&text).metadata().unwrap().export_host.as_deref(),
            Some("engine:80")
        );
    }
    for text in [
        document().replacen(r#""publicKey""#, r#""public_key":"WFla","publicKey""#, 1),
        document().replacen(r#""R0hJ""#, r#""R0hJ","public_key":"WFla""#, 1),
    ] {
        let mut ids: Vec<_> = findings(&text).into_iter().map(|(id, _)| id).collect();
        ids.sort_unstable();
        assert_eq!(ids, ["duplicate-key", "metadata-snake-case"]);
        assert_eq!(parse(&text).public_key().unwrap().text, "R0hJ");
    }
}

#[test]
fn what_exceeds_a_limit_is_left_out_and_told() {
    let limits = |metadata: &str| {
        let found = findings(&with_metadata(metadata));
        found
            .into_iter()
            .filter(|(id, _)| *id == "limit-hit")
            .map(|(_, place)| place)
            .collect::<Vec<_>>()
    };
    let long = "x".repeat(64 * 1024);
    assert_eq!(
        limits(&METADATA.replace("Lookup", &long[..60_000])),
        Vec::<String>::new()
    );
    let found = limits(&METADATA.replace("Lookup", &long));
    assert!(found[0].starts_with("$.exportResponseMetadata.exportedObjectList[1].objectIdentifier file"));

    let many = r#""revisionHash":"ab","#.repeat(62);
    assert_eq!(
        limits(&METADATA.replacen(r#""objectType""#, &format!(r#"{many}"objectType""#), 1)),
        Vec::<String>::new()
    );
    let many = many.repeat(2);
    let found = limits(&METADATA.replacen(r#""objectType""#, &format!(r#"{many}"objectType""#), 1));
    assert!(found[0].starts_with("$.exportResponseMetadata.requestedObjectList[0] file"));

    let text = with_metadata(&format!(
        r#"{{"exportedObjectList":[{}{{}}]}}"#,
        "{},".repeat(MAX_LIST_ENTRIES)
    ));
    let envelope = parse(&text);
    assert!(envelope.findings.iter().any(|f| f.id() == "limit-hit"));
    assert_eq!(
        envelope.metadata().unwrap().exported.as_ref().unwrap().len(),
        MAX_LIST_ENTRIES
    );
}
