//! Files that are no export documents: each kind has its own error, and reading it is cheap.

use exportdoc::internal::envelope::{EnvelopeError, MAX_DEPTH};

use super::{METADATA, document, error, parse, with_metadata};

#[test]
fn what_is_no_json_is_told_by_kind() {
    for empty in ["", " \r\n\t", "\u{feff}", "\u{feff} "] {
        assert_eq!(error(empty), EnvelopeError::Empty);
    }
    let not_utf8 = |bytes: &[u8]| match error(bytes) {
        EnvelopeError::NotUtf8 { offset, looks_like } => (offset, looks_like.is_some()),
        other => panic!("{other:?}"),
    };
    assert_eq!(not_utf8(b"{\"a\":\"\xc3(\"}"), (6, false));
    assert_eq!(not_utf8(b"\xff\xfe{\0"), (0, true));
    assert_eq!(not_utf8(b"\x1f\x8b\x08"), (1, true));
    assert_eq!(not_utf8(b"PK\x03\x04\xff"), (4, true));

    let EnvelopeError::NotJson {
        line,
        column,
        offset,
        reason,
    } = error("{\n \"blob\": !}")
    else {
        panic!()
    };
    assert_eq!(
        (line, column, offset, reason.as_str()),
        (2, 10, 11, "expected value")
    );
    for (text, hint) in [
        (r#"{"blob":"QUJD",...}"#, "an ellipsis where a value should be"),
        (r#"{"exportResponseMetadata":{...},"blob":"QUJD"}"#, "an ellipsis"),
        (
            "{\n \"exportedObjectList\": [\n  {\"objectType\":\"KEY\"},\n  ...\n ]}",
            "an ellipsis",
        ),
        ("{\"blob\": …}", "an ellipsis"),
        ("{\"blob\": \"a\"\n...}", "an ellipsis"),
        ("<html><body>Login</body></html>", "HTML"),
    ] {
        let EnvelopeError::NotJson { reason, .. } = error(text) else {
            panic!("{text}")
        };
        assert!(reason.contains(hint), "{text}: {reason}");
    }
    let EnvelopeError::NotJson { offset, .. } = error("\u{feff}{!") else {
        panic!()
    };
    assert_eq!(offset, 4);
}

#[test]
fn what_engines_answer_otherwise_is_recognised() {
    assert_eq!(
        error(r#"{"errorMessage":"Invalid \"key\""}"#),
        EnvelopeError::EngineError {
            message: "Invalid \"key\"".into()
        }
    );
    assert_eq!(
        error(r#"{"errorMessage":{"a":1}}"#),
        EnvelopeError::EngineError {
            message: "{\"a\":1}".into()
        }
    );
    let list = r#"{"_pageInfo":{"numberOnPage":2,"total":2},"responseList":[{},{}]}"#;
    assert_eq!(error(list), EnvelopeError::ObjectList { objects: Some(2) });
    assert_eq!(
        error(r#"{"responseList":null}"#),
        EnvelopeError::ObjectList { objects: None }
    );
    let result = r#"[{"objectType":"KEY","importStatus":"SUCCESS"},{"importStatus":"FAILED"}]"#;
    assert_eq!(
        error(result),
        EnvelopeError::ImportResult {
            objects: 2,
            failed: 1
        }
    );
    let task = r#"{"asyncTaskId":7,"status":"RUNNING","reference":"EXPORT-QQ=="}"#;
    let task = error(task);
    assert_eq!(
        task,
        EnvelopeError::AsyncTask {
            id: "7".into(),
            status: Some("RUNNING".into()),
            reference: Some("EXPORT-QQ==".into())
        }
    );
    assert!(task.help().unwrap().contains("/file-downloads/EXPORT-QQ=="));
    for (text, what) in [
        ("{}", "an empty object"),
        (
            r#"{"Authorization":"secret","b":1}"#,
            "its 2 members are none of an export document's",
        ),
        ("[]", "a JSON array of 0 elements"),
        ("[1,2]", "a JSON array of 2 elements"),
        (
            r#"[{"objectIdentifier":{"id":1},"objectType":"KEY"}]"#,
            "a list of 1 objects, as one posts to /export",
        ),
        ("null", "a file with nothing but null"),
        (" \"blob\" ", "a file with nothing but a string"),
        ("-1", "a file with nothing but a number"),
    ] {
        assert_eq!(error(text), EnvelopeError::NotADocument { what: what.into() });
    }
    let many: Vec<String> = (0..2000).map(|i| format!("\"m{i}\":0")).collect();
    assert_eq!(
        error(format!("{{{}}}", many.join(","))),
        EnvelopeError::TooManyMembers { limit: 1024 }
    );
}

#[test]
fn every_truncation_is_an_error_that_says_so() {
    let text = document().replace("engine:80", "é\\u00e9");
    for end in 1..text.len() {
        let EnvelopeError::Truncated { length, inside } = error(&text.as_bytes()[..end]) else {
            panic!("{end}: {:?}", &text.as_bytes()[..end])
        };
        assert_eq!(length, end as u64);
        let key = text.find("\"publicKey\"").unwrap() + "\"publicKey\"".len();
        if end >= key {
            assert_eq!(inside.as_deref(), Some("$.publicKey"));
        }
    }
    assert_eq!(
        error("{\"blob\":\"QU").to_string(),
        "cut off: the file ends after 11 bytes, inside $.blob"
    );
}

#[test]
fn nesting_is_bounded_at_the_top_and_inside() {
    let nested = |levels: usize| {
        with_metadata(METADATA).replacen(
            '{',
            &format!(r#"{{"x":{}{},"#, "[".repeat(levels), "]".repeat(levels)),
            1,
        )
    };
    assert_eq!(parse(&nested(MAX_DEPTH - 1)).findings.len(), 1);
    assert!(matches!(
        error(nested(MAX_DEPTH)),
        EnvelopeError::TooDeep {
            limit: MAX_DEPTH,
            offset: 68
        }
    ));
    let bomb = "[".repeat(32 << 20);
    assert!(matches!(error(&bomb), EnvelopeError::TooDeep { offset: 64, .. }));
    assert!(matches!(
        error(format!("{{\"blob\":{bomb}")),
        EnvelopeError::TooDeep { .. }
    ));
    assert!(matches!(
        error("{\"a\":".repeat(8 << 20)),
        EnvelopeError::TooDeep { .. }
    ));
    // Broken before it is deep: the first fault counts.
    assert!(matches!(
        error(format!("{{!{bomb}")),
        EnvelopeError::NotJson { offset: 1, .. }
    ));
}
