//! Documents encrypted with a passphrase, read with and without it.

use std::collections::BTreeMap;

use exportdoc::internal::build::{ExportFacts, in_record_order, seal};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase};
use exportdoc::internal::report::{DocumentReport, Encryption, ExamineOptions, Examiner, Outcome, Verdict};
use exportdoc::internal::sample::{self, SampleSize};
use exportdoc::internal::signature::{KeySize, SigningKey};

fn objects() -> Vec<SyncObject<'static>> {
    let objects = sample::global_objects(SampleSize::SMALL).unwrap();
    let root = objects.last().unwrap().key().clone();
    in_record_order(objects, &[root]).unwrap()
}

fn document() -> Vec<u8> {
    let params = EncryptionParams::new([1, 2, 3, 4, 5, 6, 7, 8], 100).unwrap();
    let facts = ExportFacts {
        host: "a.example.com".into(),
        export_id: sample::uuid("encrypted"),
        started: "2024-05-01T10:00:00.000Z".parse().unwrap(),
        finished: "2024-05-01T10:00:01.000Z".parse().unwrap(),
        format: 2,
        requested: vec![],
        type_names: BTreeMap::new(),
        encryption: Some((Passphrase::new("my example passphrase").unwrap(), params)),
        declare_rule: true,
    };
    let key = SigningKey::from_seed(KeySize::Dsa512, b"encrypted").unwrap();
    seal(&facts, &objects(), &key, KeySize::Dsa512.default_rule()).unwrap()
}

fn look(passphrase: Option<&str>) -> DocumentReport {
    let passphrase = passphrase.map(|text| Passphrase::new(text).unwrap());
    Examiner::new(&ExamineOptions {
        passphrases: passphrase.into_iter().collect(),
        ..ExamineOptions::default()
    })
    .read_bytes(&document())
    .unwrap()
    .report
}

fn ids(report: &DocumentReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.id()).collect()
}

#[test]
fn encrypted_objects_leave_counts_unknown() {
    let counts = |report: &DocumentReport| {
        let check = report
            .signature
            .checks
            .iter()
            .find(|check| check.what.contains("number of objects"));
        check.map(|check| check.outcome)
    };
    assert_eq!(counts(&look(None)), Some(Outcome::Unknown));
    assert_eq!(counts(&look(Some("my example passphrase"))), Some(Outcome::Holds));
}

#[test]
fn signature_is_judged_without_the_passphrase() {
    let report = look(None);
    assert_eq!(report.signature.verdict, Verdict::Valid);
    assert!(
        report.objects.is_empty() && report.is_clean(),
        "{:?}",
        report.findings
    );
    assert!(matches!(
        &report.encryption,
        Encryption::Passphrase { opened: false, .. }
    ));
    assert!(ids(&report).contains(&"encrypted"));
}

#[test]
fn with_the_passphrase_everything_is_seen_and_compared() {
    let report = look(Some("my example passphrase"));
    assert_eq!(report.signature.verdict, Verdict::Valid);
    assert_eq!(report.objects.len(), objects().len());
    assert_eq!(report.hash_tally().matching, report.objects.len());
    assert!(report.is_clean(), "{:?}", report.findings);
    assert!(matches!(
        &report.encryption,
        Encryption::Passphrase { opened: true, .. }
    ));
}

#[test]
fn a_wrong_passphrase_is_an_error_that_says_so() {
    let report = look(Some("another"));
    assert!(report.objects.is_empty() && !report.is_clean());
    assert!(ids(&report).contains(&"passphrase-wrong"));
}
