//! Reading a hostile document takes time in proportion to its size.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::blob::{Header, ObjectRecord, SealedRecord, frame};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject};
use exportdoc::internal::passphrase::{EncryptionParams, MAX_ITERATIONS, Passphrase};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner};

/// Far more than any of these needs, far less than the square of its full size takes.
const LONG: Duration = Duration::from_secs(60);

fn header(objects: u64, encryption: Option<Vec<u8>>) -> Vec<u8> {
    let header = Header {
        export_id: "x".into(),
        started: "2024-05-01T10:00:00.000Z".into(),
        encryption,
        object_count: objects,
        format: Some(2),
        rule: None,
        marker: None,
        unknown_fields: vec![],
    };
    frame(&header.encode()).unwrap()
}

fn examined(blob: &[u8], requested: &str, passphrase: Option<Passphrase>) -> DocumentReport {
    let blob = STANDARD.encode(blob);
    let document = format!(
        r#"{{"exportResponseMetadata":{{"requestedObjectList":[{requested}],"exportedObjectList":[]}},"blob":"{blob}"}}"#
    );
    let options = ExamineOptions {
        passphrases: passphrase.into_iter().collect(),
        ..ExamineOptions::default()
    };
    let started = Instant::now();
    let report = Examiner::new(&options)
        .read_bytes(document.as_bytes())
        .unwrap()
        .report;
    assert!(started.elapsed() < LONG, "took {:?}", started.elapsed());
    report
}

#[test]
#[ignore = "ci/long runs it"]
fn many_requested_rows_take_linear_time() {
    // Only the nightly's number is large enough for the limit on time to matter.
    let count: u64 = if testkit::exhaustive() { 60_000 } else { 6_000 };
    let (mut blob, mut requested) = (header(count, None), String::new());
    for n in 0..count {
        let key = ObjectKey::new(100_000 + n, Identifier::Integer(0));
        let object = SyncObject::build(&key, &[], &Revision::default(), "EmptyData", &[]).unwrap();
        blob.extend_from_slice(&frame(&ObjectRecord::encode("x", object.as_bytes())).unwrap());
        let comma = if n == 0 { "" } else { "," };
        write!(
            requested,
            r#"{comma}{{"objectType":"A","objectIdentifier":{{}}}}"#
        )
        .unwrap();
    }
    let report = examined(&blob, &requested, None);
    assert_eq!(report.objects.len() as u64, count);
}

#[test]
fn only_the_first_of_many_encrypted_records_is_opened() {
    // A derivation per record would take longer than the limit.
    let params = EncryptionParams::new([1; 8], MAX_ITERATIONS / 50).unwrap();
    let mut blob = header(1, Some(params.encode()));
    for _ in 0..1000 {
        blob.extend_from_slice(&frame(&SealedRecord::encode("x", &[0; 8])).unwrap());
    }
    let report = examined(&blob, "", Some(Passphrase::new("secret").unwrap()));
    let count = |id| report.findings.iter().filter(|found| found.id() == id).count();
    assert_eq!(count("passphrase-wrong"), 1);
    // Fifty are listed, and one finding counts the rest.
    assert_eq!(count("record-unknown"), 51);
}
