//! Every change to a sealed document is noticed.
//!
//! The tests flip bits of the decoded blob, signature and key, one at a time. Only a changed declaration of the signing rule
//! may give `undetermined`: without it a document looks like an engine's.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Parts, Plan, ids, masking_job, report, small, verdict};
use exportdoc::internal::blob::Trailer;
use exportdoc::internal::report::Verdict;
use exportdoc::internal::signature::KeySize;
use exportdoc::internal::wire::Message;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Region {
    LengthPrefix,
    Header,
    RuleDeclaration,
    Object,
    Trailer,
    Signature,
    Key,
}

/// The region of each byte of the blob.
fn regions(blob: &[u8]) -> Vec<Region> {
    let records = crate::support::records(blob);
    let mut regions = Vec::with_capacity(blob.len());
    for (index, record) in records.iter().enumerate() {
        regions.extend([Region::LengthPrefix; 4]);
        let start = regions.len();
        let kind = match index {
            0 => Region::Header,
            _ if index + 1 == records.len() => Region::Trailer,
            _ => Region::Object,
        };
        regions.resize(start + record.len(), kind);
        if index == 0
            && let Some(rule) = Message::parse(record).unwrap().all(15).last()
        {
            regions[start + rule.offset..start + rule.offset + rule.raw.len()].fill(Region::RuleDeclaration);
        }
    }
    regions
}

type Tally = BTreeMap<(Region, &'static str), usize>;

/// Flips bits one at a time, those that `bits` names for each byte, and counts the verdicts. Fails with a list of the flips
/// that went unnoticed. Unless the run is exhaustive, it takes every 23rd flip and the first of each region.
fn flip_all(parts: &Parts, bits: fn(usize) -> std::ops::Range<usize>) -> Tally {
    let blob_regions = regions(&parts.blob);
    let flips: Vec<(Region, usize, usize)> = [
        (None, parts.blob.len()),
        (Some(Region::Signature), parts.signature.len()),
        (Some(Region::Key), parts.key.len()),
    ]
    .into_iter()
    .flat_map(|(region, length)| (0..length).map(move |byte| (region, byte)))
    .flat_map(|(region, byte)| {
        let all = matches!(region, Some(Region::Signature));
        let region = region.unwrap_or_else(|| blob_regions[byte]);
        let range = if all { 0..8 } else { bits(byte) };
        range.map(move |bit| (region, byte, bit))
    })
    .collect();
    let flips = sample(flips);
    let (next, tally, unnoticed) = (
        AtomicUsize::new(0),
        Mutex::new(Tally::new()),
        Mutex::new(Vec::new()),
    );
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Tally::new();
                while let Some(&(region, byte, bit)) = flips.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = verdict_of_flip(parts, region, byte, bit);
                    *own.entry((region, verdict.as_str())).or_default() += 1;
                    let may_be_undetermined = region == Region::RuleDeclaration;
                    if verdict == Verdict::Valid || (verdict == Verdict::Undetermined && !may_be_undetermined)
                    {
                        unnoticed.lock().unwrap().push((region, byte, bit, verdict));
                    }
                }
                let mut tally = tally.lock().unwrap();
                for (key, count) in own {
                    *tally.entry(key).or_default() += count;
                }
            });
        }
    });
    let unnoticed = unnoticed.into_inner().unwrap();
    assert!(
        unnoticed.is_empty(),
        "{} unnoticed: {unnoticed:?}",
        unnoticed.len()
    );
    let tally = tally.into_inner().unwrap();
    assert_eq!(tally.values().sum::<usize>(), flips.len());
    tally
}

/// All flips, or a part of each region.
fn sample(flips: Vec<(Region, usize, usize)>) -> Vec<(Region, usize, usize)> {
    if testkit::exhaustive() {
        return flips;
    }
    let mut seen: BTreeMap<Region, usize> = BTreeMap::new();
    let mut is_taken = |region| {
        let count = seen.entry(region).or_default();
        *count += 1;
        *count % 23 == 1
    };
    flips
        .into_iter()
        .filter(|(region, ..)| is_taken(*region))
        .collect()
}

fn verdict_of_flip(parts: &Parts, region: Region, byte: usize, bit: usize) -> Verdict {
    let mut parts = parts.clone();
    let bytes = match region {
        Region::Signature => &mut parts.signature,
        Region::Key => &mut parts.key,
        _ => &mut parts.blob,
    };
    bytes[byte] ^= 1 << bit;
    verdict(&parts.document())
}

fn print(what: &str, tally: &Tally) {
    println!("{what}: {} flips", tally.values().sum::<usize>());
    for ((region, verdict), count) in tally {
        println!("  {:<16} {verdict:<13} {count:>6}", format!("{region:?}"));
    }
}

/// All bits of a byte or, unless the run is exhaustive, one of them.
fn some_bits(byte: usize) -> std::ops::Range<usize> {
    if testkit::exhaustive() {
        0..8
    } else {
        one_bit(byte)
    }
}

fn one_bit(byte: usize) -> std::ops::Range<usize> {
    byte % 8..byte % 8 + 1
}

#[test]
fn flipped_bits_of_a_512_bit_sealed_document_are_noticed() {
    let parts = Parts::of(&small().seal());
    print("512/160, records-v1", &flip_all(&parts, some_bits));
}

#[test]
fn flipped_bits_of_a_1024_bit_sealed_document_are_noticed() {
    let parts = Parts::of(&without_objects(KeySize::Dsa1024).seal());
    print("1024/160, records-v1", &flip_all(&parts, some_bits));
}

/// One bit of each byte of blob and key, since verifying takes ten times as long, and all of the signature.
#[test]
fn flipped_bits_of_a_2048_bit_sealed_document_are_noticed() {
    let parts = Parts::of(&without_objects(KeySize::Dsa2048).seal());
    print("2048/256, records-v2", &flip_all(&parts, one_bit));
}

fn without_objects(size: KeySize) -> Plan {
    Plan::new(Vec::new(), &[]).sized(size)
}

fn is_never_valid(what: &str, document: &[u8]) -> Vec<&'static str> {
    let report = report(document);
    assert_eq!(report.signature.verdict, Verdict::Invalid, "{what}");
    ids(&report)
}

#[test]
fn dropped_repeated_and_moved_records_are_noticed() {
    let plan = masking_job();
    for plan in [masking_job(), plan.undeclared()] {
        let parts = Parts::of(&plan.seal());
        assert_eq!(verdict(&parts.document()), Verdict::Valid);
        let records = parts.records();
        // By default, the records next to header and trailer and some between.
        let last = records.len() - 1;
        let chosen = |at: &usize| testkit::exhaustive() || *at < 3 || at + 2 > last || at.is_multiple_of(5);
        for at in (0..records.len()).filter(chosen) {
            let mut dropped = records.clone();
            dropped.remove(at);
            is_never_valid(
                &format!("without record {at}"),
                &parts.with_records(&dropped).document(),
            );

            let mut repeated = records.clone();
            repeated.insert(at, records[at].clone());
            is_never_valid(
                &format!("record {at} twice"),
                &parts.with_records(&repeated).document(),
            );
        }
        for at in (1..records.len()).filter(chosen) {
            let mut moved = records.clone();
            moved.swap(at - 1, at);
            let document = parts.with_records(&moved).document();
            // Without a declared rule, a mere change of order leaves nothing that could be held against it.
            let objects_only = at > 1 && at + 1 < records.len();
            if plan.facts.declare_rule || !objects_only {
                is_never_valid(&format!("records {} and {at} swapped", at - 1), &document);
            } else {
                assert_eq!(verdict(&document), Verdict::Undetermined);
            }
        }
    }
}

#[test]
fn changes_in_or_after_the_trailer_are_noticed() {
    let parts = Parts::of(&masking_job().seal());
    let mut records = parts.records();
    let trailer = records.pop().unwrap();
    let with_trailer = |trailers: &[&[u8]]| {
        let more = trailers.iter().map(|bytes| bytes.to_vec());
        parts
            .with_records(&records.iter().cloned().chain(more).collect::<Vec<_>>())
            .document()
    };
    assert_eq!(verdict(&with_trailer(&[&trailer])), Verdict::Valid);

    for extra in [
        &[0x20, 0x01][..],
        &[0x7a, 0x00],
        &[0x0a, 0x00],
        &[0x1a, 0x00],
        &[0xc0, 0x3e, 0x05],
    ] {
        let longer = [&trailer[..], extra].concat();
        is_never_valid(&format!("trailer with {extra:x?}"), &with_trailer(&[&longer]));
        let longer = [extra, &trailer].concat();
        is_never_valid(&format!("trailer behind {extra:x?}"), &with_trailer(&[&longer]));
    }
    // The same fields with lengths in more bytes than needed.
    let mut padded = trailer.clone();
    padded.splice(1..2, [trailer[1] | 0x80, 0x00]);
    assert!(is_never_valid("padded length", &with_trailer(&[&padded])).contains(&"trailer-not-canonical"));

    let object = &parts.records()[1];
    let found = is_never_valid("object behind the trailer", &with_trailer(&[&trailer, object]));
    assert!(found.contains(&"trailer-not-canonical"));
    let found = is_never_valid("two trailers", &with_trailer(&[&trailer, &trailer]));
    assert!(found.contains(&"trailer-not-canonical"));
    let nothing = Trailer::encode(crate::support::EXPORT_ID, b"");
    is_never_valid("another trailer behind", &with_trailer(&[&trailer, &nothing]));
    is_never_valid("another trailer before", &with_trailer(&[&nothing, &trailer]));

    for tail in [&[0][..], &[0; 3], &[0; 4], &[1, 0, 0, 0], &[1, 0, 0, 0, 8]] {
        let mut longer = parts.clone();
        longer.blob.extend_from_slice(tail);
        is_never_valid(&format!("{tail:?} behind the trailer"), &longer.document());
    }
}

#[test]
fn key_and_signature_of_another_document_are_noticed() {
    let parts = Parts::of(&masking_job().seal());
    let mut plan = masking_job();
    plan.key = crate::support::key(KeySize::Dsa512, "another key");
    plan.facts.export_id = "00000000-0000-4000-8000-000000000000".to_owned();
    let other = Parts::of(&plan.seal());
    let swapped = |key: bool, signature: bool| {
        let mut swapped = parts.clone();
        if key {
            swapped.key.clone_from(&other.key);
        }
        if signature {
            swapped.signature.clone_from(&other.signature);
        }
        swapped
    };
    assert_eq!(verdict(&other.document()), Verdict::Valid);
    is_never_valid("other key", &swapped(true, false).document());
    let found = is_never_valid("other signature", &swapped(false, true).document());
    assert!(found.contains(&"signature-mismatch"));
    is_never_valid("other key and signature", &swapped(true, true).document());

    // The other's signature in the trailer as well, so that only the arithmetic can tell.
    let mut records = parts.records();
    records.pop();
    records.push(Trailer::encode(crate::support::EXPORT_ID, &other.signature));
    for key in [false, true] {
        let found = is_never_valid(
            "other signature, trailer included",
            &swapped(key, true).with_records(&records).document(),
        );
        assert_eq!(found[0], "signature-invalid");
    }

    // A record of the other export among this one's.
    let mut records = parts.records();
    records[2] = other.records()[2].clone();
    let found = is_never_valid(
        "record of another export",
        &parts.with_records(&records).document(),
    );
    assert!(found.contains(&"export-id-mismatch"));
}

#[test]
fn resealed_document_is_valid_with_another_key() {
    let mut plan = masking_job();
    plan.objects.truncate(1);
    plan.key = crate::support::key(KeySize::Dsa512, "forger");
    for plan in [
        plan,
        masking_job().sized(KeySize::Dsa2048),
        masking_job().undeclared(),
    ] {
        let report = report(&plan.seal());
        assert_eq!(report.signature.verdict, Verdict::Valid);
        assert!(ids(&report).contains(&"sealed-by-toolkit"), "{:?}", ids(&report));
    }
}

#[test]
fn unknown_rule_leaves_the_verdict_undetermined() {
    let mut parts = Parts::of(&masking_job().undeclared().seal());
    let at = parts
        .blob
        .windows(7)
        .position(|bytes| bytes == b"example")
        .unwrap();
    parts.blob[at] ^= 1;
    let altered = report(&parts.document());
    assert_eq!(altered.signature.verdict, Verdict::Undetermined);
    assert!(!ids(&altered).contains(&"sealed-by-toolkit"));

    let mut plan = masking_job();
    plan.rule = KeySize::Dsa512.default_rule();
    let mut parts = Parts::of(&plan.seal());
    let at = parts
        .blob
        .windows(10)
        .position(|bytes| bytes == b"records-v1")
        .unwrap();
    parts.blob[at + 9] = b'9';
    let unknown = report(&parts.document());
    assert_eq!(unknown.signature.verdict, Verdict::Undetermined);
    assert_eq!(unknown.signature.rule.as_deref(), Some("records-v9"));
    assert!(ids(&unknown).contains(&"signature-rule-unknown"));

    // A known rule that isn't meant for the key can't verify, so it is no way around the check.
    parts.blob[at + 9] = b'2';
    assert_eq!(verdict(&parts.document()), Verdict::Invalid);
}

#[test]
fn metadata_is_compared_with_the_blob() {
    let parts = Parts::of(&masking_job().seal());
    let altered = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut parts = parts.clone();
        change(&mut parts.metadata);
        report(&parts.document())
    };
    let host = altered(&|m| m["exportHost"] = "elsewhere".into());
    assert!(host.is_clean() && host.signature.verdict == Verdict::Valid);
    for (change, id) in [
        (
            (&|m: &mut serde_json::Value| m["exportedObjectList"][0]["revisionHash"] = "0".repeat(40).into())
                as &dyn Fn(&mut serde_json::Value),
            "hash-mismatch",
        ),
        (
            &|m| {
                m["exportedObjectList"].as_array_mut().unwrap().pop();
            },
            "metadata-misses-object",
        ),
        (
            &|m| m["exportedObjectList"][0]["objectIdentifier"] = serde_json::json!({"id": 99}),
            "metadata-extra-object",
        ),
    ] {
        let report = altered(change);
        assert_eq!(report.signature.verdict, Verdict::Valid);
        assert!(
            !report.is_clean() && ids(&report).contains(&id),
            "{id}: {:?}",
            ids(&report)
        );
    }
}
