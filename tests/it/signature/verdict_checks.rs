//! Each check of a report has its own result: one that fails or is unknown does not affect the others.

use crate::support::{Parts, ids, key, masking_job, report, small};
use exportdoc::internal::blob::{BlobLimits, ObjectRecord};
use exportdoc::internal::finding::{Finding, Severity};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, Outcome, Trust, Verdict};
use exportdoc::internal::signature::KeySize;
use serde_json::Value;

/// The checks that fail or are unknown, by their first words.
fn not_holding(report: &DocumentReport) -> Vec<(String, Outcome)> {
    let checks = report.signature.checks.iter();
    let failed = checks.filter(|check| check.outcome != Outcome::Holds);
    failed
        .map(|check| {
            let words: Vec<&str> = check.what.split(' ').take(3).collect();
            (words.join(" "), check.outcome)
        })
        .collect()
}

fn expect(what: &str, report: &DocumentReport, verdict: Verdict, failing: &[&str], unknown: &[&str]) {
    assert_eq!(report.signature.verdict, verdict, "{what}");
    let found = not_holding(report);
    let of = |wanted: Outcome| -> Vec<&str> {
        let some = found.iter().filter(|(_, outcome)| *outcome == wanted);
        some.map(|(words, _)| words.as_str()).collect()
    };
    assert_eq!(of(Outcome::Fails), failing, "{what}");
    assert_eq!(of(Outcome::Unknown), unknown, "{what}");
}

/// The document with a change to its decoded parts.
fn altered(change: impl FnOnce(&mut Parts)) -> DocumentReport {
    let mut parts = Parts::of(&masking_job().seal());
    change(&mut parts);
    report(&parts.document())
}

/// The document with a change to its JSON.
fn altered_json(change: impl FnOnce(&mut Value)) -> DocumentReport {
    let mut json: Value = serde_json::from_slice(&masking_job().seal()).unwrap();
    change(&mut json);
    report(json.to_string().as_bytes())
}

#[test]
fn every_check_of_a_sound_document_holds() {
    let sound = report(&masking_job().seal());
    expect("sound", &sound, Verdict::Valid, &[], &[]);
    assert_eq!(sound.signature.checks.len(), 11);
}

#[test]
fn a_defect_fails_the_checks_that_look_at_it_and_no_others() {
    use Verdict::Invalid;
    let case = altered(|parts| parts.signature.clear());
    expect(
        "no signature",
        &case,
        Invalid,
        &["r and s", "trailer is canonical,", "signature verifies"],
        &[],
    );
    let case = altered(|parts| parts.key.clear());
    expect(
        "no key",
        &case,
        Invalid,
        &["key is well-formed", "signature verifies"],
        &[],
    );
    let case = altered(|parts| parts.blob.truncate(parts.blob.len() - 3));
    let unknown = [
        "header, blob and",
        "list and blob",
        "0 of 21",
        "trailer is canonical,",
    ];
    expect(
        "the trailer breaks off",
        &case,
        Invalid,
        &["blob splits into"],
        &unknown,
    );
    let case = altered(|parts| {
        let mut records = parts.records();
        records.pop();
        *parts = parts.with_records(&records);
    });
    expect("no trailer", &case, Invalid, &["trailer is canonical,"], &[]);
    let case = altered(|parts| {
        let mut records = parts.records();
        records.remove(5);
        *parts = parts.with_records(&records);
    });
    let failing = [
        "header, blob and",
        "list and blob",
        // A hash covers all that an object depends on.
        "17 of 20",
        "dependencies are complete",
        "signature verifies",
    ];
    expect("an object dropped", &case, Invalid, &failing, &[]);
    let case = altered(|parts| {
        let mut records = parts.records();
        records.insert(5, records[5].clone());
        *parts = parts.with_records(&records);
    });
    let failing = [
        "header, blob and",
        "list and blob",
        "21 of 22",
        "signature verifies",
    ];
    expect("an object twice", &case, Invalid, &failing, &[]);
    let case =
        altered(|parts| parts.metadata["exportedObjectList"][3]["revisionHash"] = "0".repeat(40).into());
    // The list isn't signed: that it disagrees is a finding, and the signature is as valid as it was.
    expect(
        "another hash in the list",
        &case,
        Verdict::Valid,
        &["20 of 21"],
        &[],
    );
    let case = altered(|parts| {
        let mut records = parts.records();
        records[0] = crate::support::header(3).encode();
        *parts = parts.with_records(&records);
    });
    let failing = ["header, blob and", "signature verifies"];
    expect(
        "another number of objects in the header",
        &case,
        Invalid,
        &failing,
        &[],
    );
}

#[test]
fn without_a_blob_nothing_that_needs_it_is_known() {
    let case = altered(|parts| parts.blob.clear());
    assert_eq!(case.signature.verdict, Verdict::Invalid);
    assert!(ids(&case).contains(&"header-missing"), "{:?}", ids(&case));
    let case = altered(|parts| parts.blob.truncate(3));
    let unknown = [
        "all records carry",
        "header, blob and",
        "list and blob",
        "0 of 0",
        "dependencies are complete",
        "trailer is canonical,",
        "signature verifies under",
    ];
    expect(
        "breaks off at once",
        &case,
        Verdict::Invalid,
        &["blob splits into", "header is readable"],
        &unknown,
    );
    assert!(!ids(&case).contains(&"header-missing"), "{:?}", ids(&case));
}

#[test]
fn damage_before_sealing_is_invalid() {
    let plan = small();
    let mut parts = Parts::of(&plan.seal());
    let mut records = parts.records();
    records.pop();
    for (what, record) in [
        ("no known kind", vec![0x28, 1]),
        ("no message", vec![0xff]),
        (
            "an object that can't be read",
            ObjectRecord::encode(crate::support::EXPORT_ID, &[0xff]),
        ),
    ] {
        let mut records = records.clone();
        records.push(record);
        (parts.blob, parts.signature) = crate::support::sealed_blob(&records, &plan.key, plan.rule);
        let case = report(&parts.document());
        let verified = case.signature.checks.last().unwrap();
        assert_eq!(verified.what, "signature verifies under records-v1", "{what}");
        assert_eq!(verified.outcome, Outcome::Holds, "{what}");
        assert_eq!(case.signature.verdict, Verdict::Invalid, "{what}");
    }
}

#[test]
fn missing_members_leave_checks_unknown() {
    for (gone, unknown) in [
        (&["signature"][..], &["r and s"][..]),
        (&["publicKey"], &["key is well-formed"]),
        (&["signature", "publicKey"], &["key is well-formed", "r and s"]),
    ] {
        let case = altered_json(|json| {
            for name in gone {
                json.as_object_mut().unwrap().remove(*name);
            }
        });
        let failing: &[&str] = match gone.contains(&"signature") {
            true => &["trailer is canonical,", "signature verifies"],
            false => &["signature verifies"],
        };
        expect(&gone.join(" and "), &case, Verdict::Invalid, failing, unknown);
        // A document that has a trailer was sealed once, so it isn't one whose seal is still to come.
        assert!(!ids(&case).contains(&"unsigned"), "{:?}", ids(&case));
        let missing = ids(&case).iter().filter(|id| **id == "missing-member").count();
        assert_eq!(missing, gone.len());
    }
}

#[test]
fn missing_seal_and_trailer_is_unsigned() {
    let mut parts = Parts::of(&masking_job().seal());
    let mut records = parts.records();
    records.pop();
    parts = parts.with_records(&records);
    let mut json: Value = serde_json::from_slice(&parts.document()).unwrap();
    for name in ["signature", "publicKey"] {
        json.as_object_mut().unwrap().remove(name);
    }
    let case = report(json.to_string().as_bytes());
    assert_eq!(case.signature.verdict, Verdict::Invalid);
    let errors: Vec<&str> = case
        .findings
        .iter()
        .filter(|found| found.rule.severity == Severity::Error)
        .map(Finding::id)
        .collect();
    assert_eq!(errors, ["unsigned"]);
}

#[test]
fn limit_leaves_later_checks_unknown() {
    let document = masking_job().seal();
    let limits = BlobLimits {
        records: 5,
        ..BlobLimits::default()
    };
    let options = ExamineOptions {
        limits,
        ..ExamineOptions::default()
    };
    let limited = Examiner::new(&options).read_bytes(&document).unwrap().report;
    let unknown = [
        "blob splits into",
        "header, blob and",
        "list and blob",
        "0 of 4",
        "trailer is canonical,",
        "signature verifies under",
    ];
    let seen = ids(&limited);
    assert!(seen.contains(&"signature-undetermined"), "{seen:?}");
    let finding = limited
        .findings
        .iter()
        .find(|found| found.id() == "signature-undetermined")
        .unwrap();
    assert_eq!(finding.message, "a limit ended the reading before the trailer");
    expect("five records", &limited, Verdict::Undetermined, &[], &unknown);
}

#[test]
fn missing_listed_hashes_leave_hash_check_unknown() {
    let case = altered(|parts| {
        for row in parts.metadata["exportedObjectList"].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("revisionHash");
        }
    });
    let found = not_holding(&case);
    let hashes = found.iter().find(|(words, _)| words == "0 of 21").unwrap();
    assert_eq!(hashes.1, Outcome::Unknown);
}

#[test]
fn undetermined_verdict_has_a_reason() {
    let said = |document: &[u8]| {
        let case = report(document);
        assert_eq!(case.signature.verdict, Verdict::Undetermined);
        let id = "signature-undetermined";
        let finding = case.findings.iter().find(|found| found.id() == id).unwrap();
        finding.message.clone()
    };
    let mut undeclared = Parts::of(&small().undeclared().seal());
    let at = undeclared
        .blob
        .windows(5)
        .position(|bytes| bytes == b"EMAIL")
        .unwrap();
    undeclared.blob[at] ^= 1;
    assert_eq!(
        said(&undeclared.document()),
        "no rule declared, and no known rule verifies"
    );
    let mut unknown = Parts::of(&small().seal());
    let at = unknown
        .blob
        .windows(10)
        .position(|bytes| bytes == b"records-v1")
        .unwrap();
    unknown.blob[at + 9] = b'9';
    assert_eq!(said(&unknown.document()), "declared rule records-v9 is not known");
}

#[test]
fn undeclared_document_without_a_key_is_invalid() {
    for key in [&b""[..], b"no key"] {
        let mut parts = Parts::of(&small().undeclared().seal());
        parts.key = key.to_vec();
        let case = report(&parts.document());
        assert_eq!(case.signature.verdict, Verdict::Invalid);
        assert!(!ids(&case).contains(&"signature-invalid"), "{:?}", ids(&case));
    }
}

#[test]
fn surplus_field_of_the_trailer_makes_a_document_invalid() {
    for plan in [small(), small().undeclared()] {
        let mut parts = Parts::of(&plan.seal());
        let mut records = parts.records();
        records.last_mut().unwrap().extend_from_slice(&[0x28, 1]);
        parts = parts.with_records(&records);
        let case = report(&parts.document());
        assert_eq!(case.signature.verdict, Verdict::Invalid);
        let verified = case.signature.checks.last().unwrap();
        assert_eq!(verified.outcome, Outcome::Holds, "{}", verified.what);
    }
}

#[test]
fn weakness_is_said_of_weak_keys_and_hashes_only() {
    let weak = report(&small().seal());
    assert!(ids(&weak).contains(&"key-weak") && ids(&weak).contains(&"hash-algorithm-weak"));
    let strong = report(&small().sized(KeySize::Dsa2048).seal());
    assert_eq!(ids(&strong), ["sealed-by-toolkit"]);
}

#[test]
fn the_report_says_which_rule_key_and_signature_it_saw() {
    for plan in [small(), small().undeclared()] {
        let declared = plan.facts.declare_rule;
        let (facts, document) = (plan.key.public_key().facts(), plan.seal());
        let seen = report(&document);
        assert_eq!(seen.signature.rule.as_deref(), Some("records-v1"));
        assert_eq!(
            seen.signature.key.as_ref().unwrap().fingerprint,
            facts.fingerprint
        );
        let (r, s) = seen.signature.r_and_s.as_ref().unwrap();
        let der = hex::encode(Parts::of(&document).signature);
        assert!(
            der.contains(r.as_str()) && der.contains(s.as_str()),
            "{r} {s} {der}"
        );
        let by_toolkit = seen
            .findings
            .iter()
            .find(|found| found.id() == "sealed-by-toolkit")
            .unwrap();
        let said = match declared {
            true => "declares rule records-v1",
            false => "declares no rule, but records-v1 verifies",
        };
        assert_eq!(by_toolkit.message, said);
    }
}

#[test]
fn a_key_is_trusted_by_its_fingerprint_and_no_other_is() {
    let document = small().seal();
    let trust = |label: &str| {
        let fingerprint = key(KeySize::Dsa512, label).public_key().facts().fingerprint;
        let options = ExamineOptions {
            trusted_keys: [fingerprint].into_iter().collect(),
            ..ExamineOptions::default()
        };
        Examiner::new(&options).read_bytes(&document).unwrap().report
    };
    assert_eq!(trust("tests").signature.trust, Trust::Trusted);
    let untrusted = trust("another");
    assert_eq!(untrusted.signature.trust, Trust::Untrusted);
    let finding = untrusted
        .findings
        .iter()
        .find(|found| found.id() == "key-not-trusted")
        .unwrap();
    let own = hex::encode(key(KeySize::Dsa512, "tests").fingerprint().as_bytes());
    assert_eq!(
        finding.message,
        format!("sha256:{own} is not among the trusted keys")
    );
}
