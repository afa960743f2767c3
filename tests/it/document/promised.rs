//! The promised API: `exportdoc::Document` and what it takes and returns.

use std::error::Error as _;

use exportdoc::comparing::MatchBy;
use exportdoc::merging::{Prefer, Renumber, Resolutions, Take};
use exportdoc::planning::Verdict as PlanVerdict;
use exportdoc::{
    Dependencies, DiffOptions, Document, DocumentReport, Error, KeySize, Level, MergeChoices, Passphrase,
    PlanOptions, Policy, ReadOptions, RedactOptions, Sealing, SigningKey, Target, Timestamp, Trust, Verdict,
};

use crate::support::testdata;

/// The passphrase of `encrypted.json`, as testdata/README.md has it.
const PASSPHRASE: &str = "made up for the test data";

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(testdata(name)).unwrap()
}

fn open(name: &str) -> Document {
    Document::read(bytes(name)).unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_seed(KeySize::Dsa1024, b"promised").unwrap()
}

fn sealing(random: u8) -> Sealing {
    Sealing::new(key(), [random; 32], "2024-05-01T12:00:00Z".parse().unwrap())
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text).unwrap()
}

fn keys(document: &Document) -> Vec<String> {
    let mut keys: Vec<_> = document
        .report()
        .objects
        .iter()
        .map(|object| object.describe())
        .collect();
    keys.sort();
    keys
}

/// The error of a call that must fail.
fn refused<T>(result: Result<T, Error>) -> Error {
    result.err().unwrap()
}

#[test]
fn streamed_report_equals_that_of_a_document_in_memory() {
    let bytes = bytes("handmade/masking-job.json");
    let streamed = DocumentReport::read(bytes.as_slice(), &ReadOptions::new()).unwrap();
    let document = Document::read(bytes.clone()).unwrap();
    assert_eq!(streamed.objects.len(), document.report().objects.len());
    assert_eq!(streamed.findings, document.report().findings);
    assert_eq!(document.to_bytes(), bytes);
}

#[test]
fn input_that_is_no_document_is_refused_with_its_place() {
    let error = refused(Document::read(b"{\"blob\": oops}".to_vec()));
    assert_eq!(error.code(), "not-a-document");
    assert!(error.place().is_some());
    assert_eq!(error.to_string(), error.source().unwrap().to_string());
    let deep = "[".repeat(1000);
    assert_eq!(refused(Document::read(deep)).code(), "limit");
    assert_eq!(refused(Document::read(Vec::new())).code(), "not-a-document");
}

#[test]
fn failing_source_is_an_input_error() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let error = refused(DocumentReport::read(Broken, &ReadOptions::new()));
    assert_eq!(error.code(), "input");
}

#[test]
fn sealed_document_is_valid_and_trusted_by_its_key_only() {
    let sealed = open("handmade/masking-job.json").seal(&sealing(1)).unwrap();
    assert_eq!(sealed.report().signature.verdict, Verdict::Valid);
    assert_eq!(
        sealed.verify(&[key().fingerprint()]).unwrap().trust,
        Trust::Trusted
    );
    let other = SigningKey::from_seed(KeySize::Dsa512, b"other").unwrap();
    assert_eq!(
        sealed.verify(&[other.fingerprint()]).unwrap().trust,
        Trust::Untrusted
    );
    let trusting = ReadOptions::new()
        .trust(key().fingerprint())
        .signing_rule("records-v1");
    let read = Document::read_with(sealed.to_bytes(), &trusting).unwrap();
    assert_eq!(read.report().signature.trust, Trust::Trusted);
}

#[test]
fn same_randomness_makes_the_same_document() {
    let document = open("handmade/masking-job.json");
    let first = document.seal(&sealing(1)).unwrap();
    assert_eq!(first.to_bytes(), document.seal(&sealing(1)).unwrap().to_bytes());
    let other = document.seal(&sealing(2)).unwrap();
    assert_ne!(first.to_bytes(), other.to_bytes());
    assert!(first.diff(&other, &DiffOptions::default()).is_same());
}

#[test]
fn document_left_unsigned_is_not_valid() {
    let unsigned = Sealing::unsigned([3; 32], Timestamp::UNIX_EPOCH);
    let document = open("handmade/masking-job.json").seal(&unsigned).unwrap();
    assert_ne!(document.report().signature.verdict, Verdict::Valid);
}

#[test]
fn extract_takes_the_closure_and_names_what_it_misses() {
    let document = open("generated/merge/ours.json");
    let job = keys(&document)
        .into_iter()
        .find(|key| key.starts_with("MASKING_JOB"))
        .unwrap();
    let mut words = job.split([' ', '(']);
    let name = format!("{}:{}", words.next().unwrap(), words.next().unwrap());
    let part = document
        .extract(&[&name, &name], Dependencies::Closure, &sealing(1))
        .unwrap();
    assert!(part.report().objects.len() > 1);
    assert!(part.report().objects.len() < document.report().objects.len());
    assert!(keys(&part).iter().all(|key| keys(&document).contains(key)));
    let missing = document.extract(&["MASKING_JOB:99"], Dependencies::Closure, &sealing(1));
    assert_eq!(refused(missing).code(), "not-found");
}

#[test]
fn redacted_copy_replaces_secrets_and_keeps_the_objects() {
    let document = open("generated/user-algorithm.json");
    let (copy, report) = document.redact(RedactOptions::default(), &sealing(1)).unwrap();
    assert!(report.replaced.iter().any(|(_, count)| *count > 0));
    assert_eq!(copy.report().objects.len(), document.report().objects.len());
    assert!(!document.diff(&copy, &DiffOptions::default()).is_same());
}

#[test]
fn encrypted_document_opens_with_its_passphrase_only() {
    let document = open("handmade/masking-job.json");
    let encrypted = document.encrypt(passphrase("first secret"), &sealing(1)).unwrap();
    let read = |text: Option<&str>| {
        let options = text.map_or_else(ReadOptions::new, |text| {
            ReadOptions::new().passphrase(passphrase(text))
        });
        Document::read_with(encrypted.to_bytes(), &options).unwrap()
    };
    assert_eq!(refused(read(None).seal(&sealing(2))).code(), "encrypted");
    assert_eq!(
        refused(read(Some("another")).seal(&sealing(2))).code(),
        "wrong-passphrase"
    );
    let opened = read(Some("first secret"));
    assert_eq!(
        refused(opened.encrypt(passphrase("again"), &sealing(2))).code(),
        "already-encrypted"
    );
    let decrypted = opened.decrypt(&sealing(2)).unwrap();
    assert_eq!(keys(&decrypted), keys(&document));
    assert_eq!(refused(decrypted.decrypt(&sealing(3))).code(), "not-encrypted");
}

#[test]
fn one_of_several_passphrases_opens_a_document() {
    let options = ReadOptions::new()
        .passphrase(passphrase("wrong"))
        .passphrase(passphrase(PASSPHRASE));
    let document = Document::read_with(bytes("generated/encrypted.json"), &options).unwrap();
    assert!(!document.report().objects.is_empty());
    assert!(document.decrypt(&sealing(1)).is_ok());
}

#[test]
fn merge_of_one_document_is_a_conflict() {
    let document = open("generated/merge/ours.json");
    let merged = Document::merge(&[("ours", &document)], None, &MergeChoices::new(), &sealing(1));
    let error = refused(merged);
    assert_eq!(error.code(), "conflict");
    assert_eq!(error.to_string(), "a merge needs two documents");
}

#[test]
fn streamed_report_of_another_file_is_refused() {
    let report = DocumentReport::read(&b"{}}"[..], &ReadOptions::new());
    assert_eq!(refused(report).code(), "not-a-document");
}

#[test]
fn merge_reports_conflicts_until_a_choice_decides() {
    let [base, ours, theirs] =
        ["base", "ours", "theirs-too"].map(|name| open(&format!("generated/merge/{name}.json")));
    let sides = [("ours", &ours), ("theirs", &theirs)];
    let (outcome, none) =
        Document::merge(&sides, Some(("base", &base)), &MergeChoices::new(), &sealing(1)).unwrap();
    assert!(!outcome.conflicts.is_empty());
    assert!(none.is_none());
    let choices = MergeChoices::new().prefer(Prefer::Theirs);
    let (outcome, merged) = Document::merge(&sides, Some(("base", &base)), &choices, &sealing(1)).unwrap();
    assert!(outcome.conflicts.is_empty());
    let merged = merged.unwrap();
    assert_eq!(merged.report().signature.verdict, Verdict::Valid);
    assert!(keys(&theirs).iter().all(|key| keys(&merged).contains(key)));
}

#[test]
fn audit_follows_the_policy_and_the_baseline() {
    let (document, now) = (open("generated/merge/ours.json"), Timestamp::UNIX_EPOCH);
    let policy = Policy::default();
    let alone = document.audit(&policy, now, None).unwrap();
    assert!(alone.reaches(Level::Info));
    let quiet = Policy::parse("[levels]\nkey-weak = \"off\"").unwrap();
    let quieter = document.audit(&quiet, now, None).unwrap();
    assert_eq!(quieter.findings.len() + 1, alone.findings.len());
    let baseline = open("generated/encrypted.json");
    let compared = document.audit(&policy, now, Some(&baseline)).unwrap();
    assert!(compared.findings.len() > alone.findings.len());
    assert!(Policy::parse("[levels]\nno-such-rule = \"error\"").is_err());
}

#[test]
fn plan_predicts_by_the_target_and_the_request() {
    let document = open("generated/merge/ours.json");
    let state = bytes("generated/targets/state.json");
    let target = Target::read([("state.json", state.as_slice())], &ReadOptions::new()).unwrap();
    assert!(target.is_complete());
    assert!(target.notes().is_empty());
    let plan = |options| document.plan(&target, options).unwrap().verdict;
    assert!(matches!(
        plan(PlanOptions::new().environment(1)),
        PlanVerdict::WouldFail { .. }
    ));
    let forced = PlanOptions::new().environment(1).force_overwrite();
    assert!(matches!(plan(forced), PlanVerdict::WouldSucceed));
    assert!(matches!(plan(PlanOptions::new()), PlanVerdict::Refused(_)));
    let broken = Target::read([("x", b"[1".as_slice())], &ReadOptions::new());
    assert_eq!(refused(broken).code(), "target");
}

#[test]
fn damaged_document_makes_no_other_unless_allowed() {
    let mut text = String::from_utf8(bytes("handmade/masking-job.json")).unwrap();
    let at = text.find("signature").unwrap() + 15;
    let flipped = if text.as_bytes()[at] == b'B' { "C" } else { "B" };
    text.replace_range(at..=at, flipped);
    let document = Document::read(text.clone()).unwrap();
    assert_eq!(document.report().signature.verdict, Verdict::Invalid);
    assert_eq!(refused(document.seal(&sealing(1))).code(), "invalid");
    let allowing = ReadOptions::new()
        .allow_invalid()
        .max_records(1000)
        .max_record_bytes(1 << 20);
    let document = Document::read_with(text, &allowing.show_secrets(16)).unwrap();
    assert!(document.seal(&sealing(1)).is_ok());
}

#[test]
fn limits_end_the_reading_of_records() {
    let options = ReadOptions::new().max_records(1);
    let document = Document::read_with(bytes("handmade/masking-job.json"), &options).unwrap();
    assert_eq!(refused(document.seal(&sealing(1))).code(), "unreadable");
}

#[test]
fn merge_by_name_unites_objects_with_other_numbers() {
    let (base, other) = (
        open("generated/merge/base.json"),
        open("generated/merge/test-engine.json"),
    );
    let sides = [("base", &base), ("other", &other)];
    let newest = MergeChoices::new()
        .prefer(Prefer::Newest)
        .renumber(Renumber::NamesDiffer);
    let merged = |choices: &MergeChoices| Document::merge(&sides, None, choices, &sealing(1)).unwrap();
    let (by_number, none) = merged(&newest);
    assert_eq!((by_number.conflicts.len(), none.is_none()), (1, true));
    let (by_name, some) = merged(&newest.match_by(MatchBy::Name));
    assert_eq!((by_name.conflicts.len(), by_name.renumbered.len()), (0, 1));
    assert!(some.is_some());
}

#[test]
fn answers_settle_the_conflicts_of_a_merge() {
    let [first, second] =
        ["bundle", "other-bundle"].map(|name| open(&format!("generated/merge/{name}.json")));
    let sides = [("first", &first), ("second", &second)];
    let merge = |choices: &MergeChoices| Document::merge(&sides, None, choices, &sealing(1)).unwrap();
    let (outcome, _) = merge(&MergeChoices::new());
    let mut answers = Resolutions::default();
    for conflict in &outcome.conflicts {
        answers.insert(conflict.label(), Take::Theirs);
    }
    let answered = MergeChoices::new().resolve(answers);
    assert!(merge(&answered).1.is_some());
}
