//! The small files that people keep beside documents: a policy (`p`), answers to a merge's conflicts (`r`), a private key
//! (`k`); and the words of options (anything else).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use exportdoc::internal::audit::{Level, Policy, audit_source};
use exportdoc::internal::extract::find;
use exportdoc::internal::finding::{self, REGISTRY};
use exportdoc::internal::import_plan::EngineVersion;
use exportdoc::internal::merge::{Resolutions, Take};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner};
use exportdoc::internal::signature::{Fingerprint, SigningKey};
use jiff::Timestamp;
use serde_json::json;

use super::report::check_escapes;

/// What policies are tried on.
const FILE: &[u8] = include_bytes!("../../testdata/generated/merge/ours.json");

static REPORT: LazyLock<DocumentReport> = LazyLock::new(|| {
    Examiner::new(&ExamineOptions::default())
        .read_bytes(FILE)
        .expect("it is checked in")
        .report
});

/// A small file that people keep.
pub fn settings(data: &[u8]) {
    match data {
        [b'p', text @ ..] => policy(text),
        [b'r', text @ ..] => resolutions(text),
        [b'k', file @ ..] => private_key(file),
        _ => words(data),
    }
}

/// A policy is read whole, or the place of what is wrong is in the text. None lets a seal weigh less than what every
/// genuine document has.
fn policy(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => {
            check_escapes(&error.to_string());
            assert!(!error.message.is_empty());
            let before = text.get(..error.at.offset).expect("a place in the text");
            assert_eq!(error.at.line, 1 + before.matches('\n').count());
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            assert_eq!(error.at.column, 1 + before[start..].chars().count());
            return;
        }
    };
    for genuine in [&finding::SIGNATURE_UNDETERMINED, &finding::KEY_WEAK] {
        assert!(policy.level(&finding::SEALED_BY_TOOLKIT) >= policy.level(genuine));
    }
    for ignore in &policy.ignores {
        assert!(!ignore.reason.trim().is_empty());
        assert!(text.is_char_boundary(ignore.at.offset));
        assert!(REGISTRY.iter().any(|rule| ignore.rule.matches(rule.id)));
    }
    let reading = ExamineOptions::default();
    let (audited, _) =
        audit_source(FILE, &reading, &policy, Timestamp::UNIX_EPOCH).expect("it is checked in");
    for found in &audited.findings {
        // A weak key of the engines' own kind weighs less than the rule.
        let engines_key = found.id() == "key-weak" && found.level == Level::Info;
        assert!(found.level > Level::Off && (found.level == policy.level(found.rule) || engines_key));
        check_escapes(&found.message);
    }
    assert!(audited.suppressed.is_empty() || !policy.ignores.is_empty());
}

/// A list of answers that was read says the same when it is written and read again.
fn resolutions(text: &[u8]) {
    let read = match Resolutions::parse(text) {
        Ok(read) => read,
        Err(error) => return check_escapes(&error.to_string()),
    };
    let answers: BTreeMap<&str, Take> = read
        .objects()
        .map(|object| (object, read.get(object).expect("it is answered for")))
        .collect();
    let conflicts: Vec<_> = answers
        .iter()
        .map(|(object, take)| {
            let take = match take {
                Take::Ours => json!("ours"),
                Take::Theirs => json!("theirs"),
                Take::Base => json!("base"),
                Take::Remove => json!("remove"),
                Take::Side(at) => json!(at + 1),
            };
            json!({ "object": object, "take": take })
        })
        .collect();
    let written = json!({ "conflicts": conflicts }).to_string();
    assert_eq!(
        Resolutions::parse(written.as_bytes()).expect("just written"),
        read
    );
}

/// A private key in any encoding survives writing and reading.
fn private_key(file: &[u8]) {
    match SigningKey::from_pkcs8(file) {
        Ok(key) => {
            let again = SigningKey::from_pkcs8(key.to_pkcs8_pem().as_bytes()).expect("just written");
            assert_eq!(again.public_key(), key.public_key());
        }
        Err(error) => {
            check_escapes(&error.to_string());
            assert!(!error.help().is_empty());
        }
    }
}

/// A fingerprint, a version, an object to take out.
fn words(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    if let Ok(fingerprint) = text.parse::<Fingerprint>() {
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
    }
    if let Err(error) = text.parse::<EngineVersion>() {
        check_escapes(&error.to_string());
    }
    match find(&REPORT, text) {
        Ok(key) => {
            let found = REPORT.objects.iter().find(|object| object.key == key);
            let found = found.expect("it is the document's");
            let called =
                |text: &str| found.name.as_deref() == Some(text) || key.identifier.to_string() == text;
            let after_type = text.split_once(':').is_some_and(|(_, rest)| called(rest));
            assert!(called(text) || after_type, "{key} isn't called that");
        }
        Err(error) => {
            check_escapes(&error.to_string());
        }
    }
}
