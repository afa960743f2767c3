//! Bad input gives a clear error with place and help, in bounded memory and without a panic.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::{
    Parts, der_signature, document_of_messages, file, finding, framed, ids, numbered, report, sealed_blob,
    small, spki, verdict,
};
use exportdoc::internal::blob::{BlobLimits, ObjectRecord, RecordReader, Trailer, frame};
use exportdoc::internal::finding::Severity;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, Verdict};
use exportdoc::internal::signature::{KeySize, PARAMETER_SETS, ParameterSet};
use exportdoc::internal::wire::Writer;

/// Runs a command on a file; gives the exit code and what it printed on both outputs.
fn run(arguments: &[&str], content: &[u8]) -> (i32, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path(), "input.json", content);
    let output = crate::support::exportdoc()
        .args(arguments)
        .arg(&path)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// Asserts exit code and words of both commands.
fn both(content: &[u8], exits: (i32, i32), words: &[&str]) {
    for (command, exit) in [("inspect", exits.0), ("verify-signature", exits.1)] {
        let (code, text) = run(&[command], content);
        assert_eq!(code, exit, "{command}: {text}");
        for word in words {
            assert!(text.contains(word), "{command} says nothing of {word:?}: {text}");
        }
    }
}

#[test]
fn other_inputs_are_named() {
    let rows = r#"{"objectIdentifier":{"id":1},"objectType":"MASKING_JOB","revisionHash":"x"}"#;
    let list = format!(r#"{{"_pageInfo":{{"numberOnPage":1,"total":1}},"responseList":[{rows}]}}"#);
    let array = format!("[{rows}]");
    let cases: &[(&[u8], &[&str])] = &[
        (b"", &["the file is empty", "export again"]),
        (b" \n\t", &["the file is empty"]),
        (b"hello", &["not JSON at line 1, column 1 (byte 0)", "help: "]),
        (b"{\n  \"blob\": nope}", &["line 2, column", "help: "]),
        (b"<html>502</html>", &["HTML", "login or proxy page"]),
        (
            br#"{"errorMessage":"Object not found: job 9"}"#,
            &[
                "an engine's error response",
                "Object not found: job 9",
                "Fix what the engine complains about",
            ],
        ),
        (list.as_bytes(), &["a list answer", "(1 entries)", "/export"]),
        (array.as_bytes(), &["a list of 1 objects", "POST /export"]),
        (
            b"[1,2]",
            &["a JSON array of 2 elements", "exportResponseMetadata"],
        ),
        (b"\"text\"", &["nothing but a string", "exportResponseMetadata"]),
        (b"{}", &["an empty object", "exportResponseMetadata"]),
        (b"{\"a\":1}", &["its one member is none of an export document's"]),
        (b"\xff\xfe{\0}\0", &["an empty object"]),
        (b"\x1f\x8b\x08\0", &["a damaged gzip file", "get the file again"]),
        (
            b"{\"blob\":\"\xff\"}",
            &["not UTF-8 text (byte 9)", "binary mode"],
        ),
    ];
    for (content, words) in cases {
        both(content, (2, 2), words);
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn brackets_by_the_megabyte_end_at_the_depth_limit() {
    let brackets = vec![b'['; 4 << 20];
    both(
        &brackets,
        (2, 2),
        &["nested deeper than 64 levels at byte 64", "No engine writes this"],
    );
    let inside = [b"{\"blob\":".as_slice(), &brackets].concat();
    both(&inside, (2, 2), &["nested deeper than 64 levels at byte 71"]);
}

/// Runs the program with little address space on what `source` writes to its standard input.
#[cfg(unix)]
fn run_confined(arguments: &str, source: impl FnOnce(std::process::ChildStdin) + Send) -> (i32, String) {
    let program = assert_cmd::cargo::cargo_bin("exportdoc");
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -v 500000 && exec {} {arguments}",
            program.display()
        ))
        .env("RAYON_NUM_THREADS", "2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || source(stdin));
        child.wait_with_output().unwrap()
    });
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap_or(-1), text)
}

#[cfg(unix)]
#[test]
fn endless_stream_ends_at_the_size_limit() {
    for arguments in [
        "inspect --max-size 50M -",
        "verify-signature --max-size 50M -",
        "inspect --raw 1 --max-size 50M -",
    ] {
        let (code, text) = run_confined(arguments, |mut stdin| {
            // Ends when the reader closes the pipe.
            while stdin.write_all(&[b'['; 1 << 16]).is_ok() {}
        });
        assert_eq!(code, 5, "{text}");
        assert!(text.contains("larger than the limit of 52428800 bytes"), "{text}");
        assert!(text.contains("raise --max-size"), "{text}");
    }
}

#[test]
fn a_file_above_the_size_limit_is_refused_unread() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path(), "sparse.json", "");
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(17 << 30)
        .unwrap();
    let output = crate::support::exportdoc()
        .arg("inspect")
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stdout).contains("limit of 17179869184 bytes"));
}

#[cfg(unix)]
#[test]
fn claimed_length_takes_no_memory() {
    let mut parts = Parts::of(&small().seal());
    parts.blob[..4].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    let document = parts.document();
    let (code, text) = run_confined("verify-signature -", move |mut stdin| {
        stdin.write_all(&document).unwrap();
    });
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("length says 4294967295 bytes, but only"), "{text}");
}

/// Every length below `whole`, or a part of them unless the run is exhaustive.
fn lengths(whole: usize) -> impl Iterator<Item = usize> {
    (0..whole).step_by(if testkit::exhaustive() { 1 } else { 7 })
}

#[test]
fn truncated_document_is_cut_off() {
    let document = small().seal();
    for length in lengths(document.len()).skip(1) {
        let error = Examiner::new(&ExamineOptions::default())
            .read_bytes(&document[..length])
            .map(|examined| examined.report)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("cut off: the file ends after"),
            "{length}: {error}"
        );
    }
    for length in [1, 40, document.len() / 2, document.len() - 1] {
        both(
            &document[..length],
            (2, 2),
            &["cut off: the file ends after", "Download or export again"],
        );
    }
    both(&document[..document.len() - 20], (2, 2), &["inside $.publicKey"]);
}

#[test]
fn a_blob_cut_anywhere_is_invalid_and_says_where() {
    let parts = Parts::of(&small().seal());
    let ends: Vec<usize> = parts
        .records()
        .iter()
        .scan(0, |end, record| {
            *end += 4 + record.len();
            Some(*end)
        })
        .collect();
    for length in lengths(parts.blob.len()).chain(ends.iter().copied().filter(|end| *end < parts.blob.len()))
    {
        let mut cut = parts.clone();
        cut.blob.truncate(length);
        let report = report(&cut.document());
        assert_eq!(report.signature.verdict, Verdict::Invalid, "{length}");
        let found = ids(&report);
        if length == 0 || ends.contains(&length) {
            assert!(found.contains(&"trailer-missing"), "{length}: {found:?}");
        } else {
            let (message, place) = finding(&report, "framing-broken");
            let start = ends
                .iter()
                .copied()
                .filter(|end| *end < length)
                .max()
                .unwrap_or(0);
            assert!(
                message.contains(&format!("at blob byte {start}:")),
                "{length}: {message}"
            );
            assert_eq!(place, format!("$.blob decoded byte {start}"));
        }
    }
}

#[test]
fn base64_text_cut_anywhere_is_invalid() {
    let document = String::from_utf8(small().seal()).unwrap();
    for member in ["blob", "signature", "publicKey"] {
        let start = document.find(&format!("\"{member}\":\"")).unwrap() + member.len() + 4;
        let end = start + document[start..].find('"').unwrap();
        let step = match (testkit::exhaustive(), member) {
            (true, "blob") => 7,
            (true, _) => 1,
            (false, "blob") => 35,
            (false, _) => 5,
        };
        // Without the padding at its very end a text still says everything.
        let needed = start + document[start..end].trim_end_matches('=').len();
        for cut in (start..needed).step_by(step) {
            let document = [&document[..cut], &document[end..]].concat();
            assert_eq!(
                verdict(document.as_bytes()),
                Verdict::Invalid,
                "{member} at {cut}"
            );
        }
    }
}

/// The small document with other bytes in its blob, as the report and as both commands see it.
fn altered_blob(change: impl FnOnce(&mut Vec<u8>)) -> (Vec<u8>, DocumentReport) {
    let mut parts = Parts::of(&small().seal());
    change(&mut parts.blob);
    let document = parts.document();
    let report = report(&document);
    (document, report)
}

#[test]
fn broken_framing_names_record_and_offset() {
    let first = 4 + Parts::of(&small().seal()).records()[0].len();
    let (document, report) = altered_blob(|blob| blob[first..first + 4].fill(0));
    let (message, place) = finding(&report, "framing-broken");
    assert_eq!(message, format!("record 1 at blob byte {first}: length is zero"));
    assert_eq!(place, format!("$.blob decoded byte {first}"));
    both(&document, (1, 1), &["length is zero"]);

    for (length, claimed) in [
        ([0xff, 0xff, 0xff, 0xff], "4294967295"),
        ([0, 0, 0, 0x40], "1073741824"),
        ([0, 0, 1, 0], "65536"),
    ] {
        let (document, report) = altered_blob(|blob| blob[first..first + 4].copy_from_slice(&length));
        let (message, _) = finding(&report, "framing-broken");
        assert!(message.starts_with(&format!(
            "record 1 at blob byte {first}: length says {claimed} bytes, but only"
        )));
        both(&document, (1, 1), &["framing-broken"]);
    }
    let (_, report) = altered_blob(|blob| blob.extend([1, 0]));
    assert!(
        finding(&report, "framing-broken")
            .0
            .ends_with("2 bytes left where a 4-byte length should be")
    );
}

#[test]
fn limit_gives_no_verdict() {
    let options = ExamineOptions {
        limits: BlobLimits {
            record_bytes: 1 << 30,
            records: 2,
            ..BlobLimits::default()
        },
        ..ExamineOptions::default()
    };
    let report = Examiner::new(&options)
        .read_bytes(&small().seal())
        .unwrap()
        .report;
    assert!(report.hit_limit());
    assert_eq!(report.signature.verdict, Verdict::Undetermined);
    assert!(finding(&report, "limit-hit").0.contains("more than 2 records"));
    assert!(
        finding(&report, "signature-undetermined")
            .0
            .contains("a limit ended the reading")
    );

    let options = ExamineOptions {
        limits: BlobLimits {
            record_bytes: 100,
            records: 100,
            ..BlobLimits::default()
        },
        ..ExamineOptions::default()
    };
    let report = Examiner::new(&options)
        .read_bytes(&small().seal())
        .unwrap()
        .report;
    assert!(
        finding(&report, "limit-hit")
            .0
            .contains("is above the limit of 100 bytes")
    );

    // Damage beside the limit is still damage.
    let mut parts = Parts::of(&small().seal());
    parts.key[40] ^= 1;
    let report = Examiner::new(&options)
        .read_bytes(&parts.document())
        .unwrap()
        .report;
    assert_eq!(report.signature.verdict, Verdict::Invalid);

    // Nor does a limit save a signature that no rule could verify.
    let parts = Parts {
        signature: der_signature(jdk_512().q, &[1]),
        ..Parts::of(&small().seal())
    };
    let report = Examiner::new(&options)
        .read_bytes(&parts.document())
        .unwrap()
        .report;
    assert_eq!(report.signature.verdict, Verdict::Invalid);

    let mut reader = RecordReader::new(
        &[5, 0, 0, 0, 1][..],
        BlobLimits {
            record_bytes: 3,
            records: 1,
            ..BlobLimits::default()
        },
    );
    assert!(!reader.next_record().unwrap_err().kind.is_limit());
}

/// The small document's records, changed and then sealed anew, so that nothing but the change is wrong.
fn resealed(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let parts = Parts::of(&small().seal());
    let mut records = parts.records();
    records.pop();
    change(&mut records);
    let size = KeySize::Dsa512;
    let (blob, signature) = sealed_blob(&records, &crate::support::key(size, "tests"), size.default_rule());
    Parts {
        blob,
        signature,
        ..parts
    }
    .document()
}

#[test]
fn missing_and_surplus_header_and_trailer_are_named() {
    let document = resealed(|_| ());
    assert!(report(&document).is_clean());

    let document = resealed(|records| {
        records.remove(0);
    });
    let (message, place) = finding(&report(&document), "header-missing");
    assert_eq!(
        (message.as_str(), place.as_str()),
        ("header has no object count (field 4)", "$.blob decoded byte 0")
    );
    both(&document, (1, 1), &["header-missing"]);

    let parts = Parts::of(&small().seal());
    let mut records = parts.records();
    let trailer = records.pop().unwrap();
    let document = parts.with_records(&records).document();
    both(
        &document,
        (1, 1),
        &["trailer-missing: the blob ends without a trailer"],
    );
    records.extend([trailer.clone(), trailer]);
    let document = parts.with_records(&records).document();
    both(
        &document,
        (1, 1),
        &["trailer-not-canonical: records follow the trailer"],
    );

    let mut nothing = parts.clone();
    nothing.blob.clear();
    both(
        &nothing.document(),
        (1, 1),
        &["the blob has no records", "without a trailer"],
    );
    // One that breaks off in its first record isn't empty.
    let (_, cut) = altered_blob(|blob| blob.truncate(20));
    let ids: Vec<_> = cut.findings.iter().map(|finding| finding.id()).collect();
    assert!(
        ids.contains(&"framing-broken") && !ids.contains(&"header-missing"),
        "{ids:?}"
    );

    let document = resealed(|records| {
        records.push(
            Writer::new()
                .text(1, crate::support::EXPORT_ID)
                .varint(9, 1)
                .finish(),
        );
    });
    both(
        &document,
        (1, 1),
        &["record-unknown", "neither header, object nor trailer"],
    );
    let document = resealed(|records| records.push(vec![0x0f, 0xff]));
    both(
        &document,
        (1, 1),
        &["record-unknown", "unknown wire type at byte 0 of the message"],
    );
}

fn object(id: i64, needs: &[i64], name: &[u8]) -> Vec<u8> {
    let key = numbered(20, id);
    let needs: Vec<_> = needs.iter().map(|id| numbered(20, *id)).collect();
    let revision = Revision {
        pair: RevisionPair {
            object: exportdoc::internal::sample::uuid(&id.to_string()),
            save: exportdoc::internal::sample::uuid("save"),
        },
        json: Revision::json_text("MASKING_JOB", &key),
        created: Some(0),
        modified: Some(0),
    };
    let data = Writer::new().bytes(1, name).finish();
    let object = SyncObject::build(&key, &needs, &revision, "MaskingJobData", &data).unwrap();
    object.as_bytes().to_vec()
}

#[test]
fn a_cycle_is_named_and_its_tree_ends() {
    let document = document_of_messages(&[
        object(1, &[2], b"one"),
        object(2, &[3], b"two"),
        object(3, &[2, 3], b"three"),
    ]);
    let report = report(&document);
    let (message, _) = finding(&report, "dependency-cycle");
    assert_eq!(
        message,
        "MASKING_JOB 2 (two) → MASKING_JOB 3 (three) → MASKING_JOB 2 (two)"
    );
    assert_eq!(report.signature.verdict, Verdict::Valid);
    both(&document, (1, 0), &["dependency-cycle"]);
    let (code, text) = run(&["inspect", "--tree"], &document);
    assert_eq!(code, 1);
    assert!(text.contains("(see above)"), "{text}");
}

/// Field 1 in field 1 in field 1 … for about so many bytes.
fn nested(bytes: usize) -> Vec<u8> {
    let mut reversed: Vec<u8> = Vec::new();
    while reversed.len() < bytes {
        let header = Writer::new().varint(1, reversed.len() as u64).finish();
        reversed.extend(header[1..].iter().rev());
        reversed.push(0x0a);
    }
    reversed.reverse();
    reversed
}

#[test]
fn thousands_of_nested_messages_do_no_harm_anywhere() {
    // Recursion would overflow the stack with either.
    let bytes: usize = if testkit::exhaustive() { 1 << 20 } else { 1 << 18 };
    let deep = nested(bytes);
    let groups = [vec![0x0b; bytes / 2], vec![0x0c; bytes / 2]].concat();
    let plain = object(1, &[], b"one");
    for deep in [&deep, &groups] {
        // As data, as the revision, as an identifier, as an unknown field, as the object and as the header.
        for document in [
            document_of_messages(&[object(1, &[], deep)]),
            document_of_messages(&[Writer::new().raw(&plain).bytes(3, deep).finish()]),
            document_of_messages(&[Writer::new().raw(&plain).bytes(2, deep).finish()]),
            document_of_messages(&[Writer::new().raw(&plain).bytes(9, deep).finish()]),
            document_of_messages(&[Writer::new().raw(&plain).raw(deep).finish()]),
            document_of_messages(std::slice::from_ref(deep)),
            resealed(|records| records[0] = deep.clone()),
        ] {
            let report = report(&document);
            assert!(report.blob.complete);
            // Dumped as far as the depth limit goes.
            let (code, text) = run(&["inspect", "--raw", "#1"], &document);
            assert_eq!(code, 0);
            assert!(text.lines().count() < 2000, "{} lines", text.lines().count());
        }
    }
}

#[test]
fn invalid_utf8_is_shown_and_reported() {
    let document = document_of_messages(&[object(1, &[], b"na\xffme")]);
    let report = report(&document);
    assert_eq!(
        finding(&report, "invalid-utf8").0,
        "MASKING_JOB 1: MaskingJobData job_name"
    );
    assert!(report.is_clean());
    both(&document, (0, 0), &["invalid-utf8"]);

    // Two identifiers that replacement characters would make the same remain two.
    let odd = |byte: u8| {
        let mut key = Writer::new();
        ObjectKey::new(11, Identifier::Text("@@".to_owned())).write(&mut key);
        let mut key = key.finish();
        let at = key.iter().rposition(|b| *b == b'@').unwrap();
        key[at] = byte;
        Writer::new()
            .bytes(1, &key)
            .message(3, |w| Revision::default().write(w))
            .message(4, |_| ())
            .finish()
    };
    let document = document_of_messages(&[odd(0xfe), odd(0xff)]);
    let report = crate::support::report(&document);
    assert_eq!(report.objects.len(), 2);
    assert!(!ids(&report).contains(&"duplicate-object"));
}

#[test]
fn odd_export_dates_are_findings_with_a_place() {
    let with_date = |date: &str| {
        let mut parts = Parts::of(&small().seal());
        parts.metadata["exportDate"] = date.into();
        parts.document()
    };
    for (date, id, severity, message) in [
        (
            "Thu Mar 11 09:26:53 UTC 2020",
            "date-wrong-weekday",
            Severity::Warning,
            "2020-03-11 is no Thursday",
        ),
        (
            "Wed Mar 11 09:26:53 CST 2020",
            "date-zone-ambiguous",
            Severity::Info,
            "CST names no certain offset",
        ),
        (
            "yesterday",
            "date-not-understood",
            Severity::Warning,
            "not of the form 'Fri Jun 15 20:16:20 UTC 2018'",
        ),
        (
            "Wed Feb 31 09:26:53 UTC 2020",
            "date-not-understood",
            Severity::Warning,
            "no such day in the calendar",
        ),
    ] {
        let document = with_date(date);
        let report = report(&document);
        assert_eq!(
            finding(&report, id),
            (
                message.to_owned(),
                "$.exportResponseMetadata.exportDate".to_owned()
            )
        );
        assert_eq!(
            report.findings.iter().find(|f| f.id() == id).unwrap().severity,
            severity
        );
        both(&document, (0, 0), &[id, message]);
    }
}

fn jdk_512() -> &'static ParameterSet {
    PARAMETER_SETS
        .iter()
        .find(|set| set.name == "JDK DSA 512/160")
        .unwrap()
}

/// A number plus or minus one, big endian.
fn plus(number: &[u8], step: i8) -> Vec<u8> {
    let mut number = number.to_vec();
    let last = number.last_mut().unwrap();
    *last = last.checked_add_signed(step).unwrap();
    number
}

#[test]
fn hostile_keys_are_refused_with_a_reason() {
    let set = jdk_512();
    let (p, q, g) = (set.p, set.q, set.g);
    let parts = Parts::of(&small().seal());
    let huge = vec![0xff; 30_000 / 8];
    for (key, reason) in [
        (spki(p, q, g, &[]), "y (0 bits) isn't between 1 and p (512 bits)"),
        (spki(p, q, g, &[1]), "y (1 bits) isn't between 1 and p (512 bits)"),
        (spki(p, q, g, p), "y (512 bits) isn't between 1 and p (512 bits)"),
        (
            spki(p, q, g, &plus(p, -1)),
            "y isn't in the subgroup of order q (160 bits)",
        ),
        (
            spki(p, q, g, &[2]),
            "y isn't in the subgroup of order q (160 bits)",
        ),
        (spki(p, q, &[], g), "g (0 bits) isn't between 1 and p (512 bits)"),
        (spki(p, q, &[1], g), "g (1 bits) isn't between 1 and p (512 bits)"),
        (spki(&[], q, g, g), "p has 0 bits"),
        (spki(p, &[], g, g), "q has 0 bits"),
        (
            spki(p, &plus(q, 2), g, g),
            "q (160 bits) doesn't divide p - 1 (512 bits)",
        ),
        (spki(&plus(p, 1), q, g, g), "p is even, so not a prime"),
        (spki(&huge, q, g, g), "p has 30000 bits; supported are"),
        (spki(&huge, q, &huge, &huge), "bytes, above the limit of 4096"),
        (Vec::new(), "public key is empty"),
        (
            vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            "public key isn't a SubjectPublicKeyInfo",
        ),
        (vec![0x30; 4000], "public key isn't a SubjectPublicKeyInfo"),
    ] {
        let document = Parts { key, ..parts.clone() }.document();
        let report = report(&document);
        assert_eq!(report.signature.verdict, Verdict::Invalid);
        let (message, place) = finding(&report, "key-broken");
        assert!(message.contains(reason), "{message} instead of {reason}");
        assert_eq!(place, "$.publicKey");
        both(&document, (1, 1), &[reason, "invalid"]);
    }
}

#[test]
fn hostile_signatures_are_refused_with_a_reason() {
    let q = jdk_512().q;
    let parts = Parts::of(&small().seal());
    let one = &[1][..];
    let out_of_range = "r or s is not between 1 and q-1";
    for (signature, reason) in [
        (der_signature(&[], one), "r is zero"),
        (der_signature(one, &[]), "s is zero"),
        (der_signature(q, one), out_of_range),
        (der_signature(one, q), out_of_range),
        (der_signature(&plus(q, 1), one), out_of_range),
        (der_signature(&[0xff; 20], &[0xff; 20]), out_of_range),
        (der_signature(&[0xff; 32], one), out_of_range),
        (
            der_signature(&[0xff; 33], one),
            "r has 264 bits, more than any supported q",
        ),
        (
            der_signature(&[0xff; 4000], &[0xff; 4000]),
            "r has 32000 bits, more than any supported q",
        ),
        (
            crate::support::der(0x30, &[0x02, 1, 0xff, 0x02, 1, 1]),
            "r is negative",
        ),
        (crate::support::der(0x30, &[0x02, 1, 1]), "signature lacks s"),
        (
            crate::support::der(0x30, &[0x02, 2, 0, 1, 0x02, 1, 1]),
            "signature isn't canonical DER",
        ),
        (
            [der_signature(one, one), vec![0]].concat(),
            "1 bytes follow the signature",
        ),
        (vec![0; 40], "looks like raw r‖s"),
        (b"302c0214".to_vec(), "signature is hexadecimal text, not bytes"),
        (Vec::new(), "signature is empty"),
    ] {
        // In the trailer as well, and without a declared rule, so that nothing else is wrong.
        for undeclared in [false, true] {
            let mut records = parts.records();
            if undeclared {
                let mut header = crate::support::header(2);
                header.rule = None;
                records[0] = header.encode();
            }
            records.pop();
            records.push(Trailer::encode(crate::support::EXPORT_ID, &signature));
            let document = Parts {
                signature: signature.clone(),
                blob: framed(&records),
                ..parts.clone()
            }
            .document();
            let report = report(&document);
            assert_eq!(report.signature.verdict, Verdict::Invalid, "{reason}");
            let (message, place) = finding(&report, "signature-broken");
            assert!(message.contains(reason), "{message} instead of {reason}");
            assert_eq!(place, "$.signature");
            if !undeclared {
                both(&document, (1, 1), &[reason, "invalid"]);
            }
        }
    }
}

#[test]
fn wrong_members_are_errors_with_a_path() {
    let document = String::from_utf8(small().seal()).unwrap();
    let blob_again = document.replacen("\"signature\":", "\"blob\":\"\",\"signature\":", 1);
    for (document, words) in [
        (blob_again, ["duplicate-key", "$.blob"]),
        (
            document.replacen("\"signature\":", "\"sig\":", 1),
            ["missing-member", "$.signature"],
        ),
        (
            document.replacen("\"publicKey\":\"", "\"publicKey\":[1],\"x\":\"", 1),
            ["wrong-type", "$.publicKey"],
        ),
        (
            document.replacen("\"blob\":\"", "\"blob\":\"!", 1),
            ["base64-broken", "$.blob decoded byte 0"],
        ),
    ] {
        both(document.as_bytes(), (1, 1), &words);
    }
    // Harmless to the signature, but it was not judged.
    both(
        format!("{document}{{}}").as_bytes(),
        (1, 1),
        &["trailing-data", "2 bytes after the document"],
    );
}

#[test]
fn unreadable_object_is_an_error_at_its_place() {
    let no_data = Writer::new()
        .message(1, |w| numbered(20, 9).write(w))
        .message(3, |w| Revision::default().write(w))
        .finish();
    for (message, reason) in [
        (no_data, "no data (field 4)"),
        (Vec::new(), "no data (field 4)"),
        (
            vec![0x0a, 0x05, 0x01],
            "object: length points past the end at byte 0 of the message",
        ),
        (
            vec![0x0a, 0x01, 0xff],
            "identifier: field breaks off at byte 0 of the message",
        ),
    ] {
        let document = document_of_messages(&[object(1, &[], b"one"), message]);
        let report = report(&document);
        let (said, place) = finding(&report, "object-unreadable");
        assert_eq!(said, format!("record 2: {reason}"));
        let offset = frame(&crate::support::header(2).encode()).unwrap().len()
            + frame(&ObjectRecord::encode(
                crate::support::EXPORT_ID,
                &object(1, &[], b"one"),
            ))
            .unwrap()
            .len()
            + 4
            + ObjectRecord::encode(crate::support::EXPORT_ID, &[]).len();
        assert!(place.starts_with("$.blob decoded byte "), "{place}");
        let at: usize = place.trim_start_matches("$.blob decoded byte ").parse().unwrap();
        assert!(
            (offset..offset + 2).contains(&at),
            "{at} instead of about {offset}"
        );
        assert_eq!(report.signature.verdict, Verdict::Invalid);
        both(&document, (1, 1), &["object-unreadable"]);
    }
}
