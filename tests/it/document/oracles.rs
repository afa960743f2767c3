//! Second opinions on reading and writing, by programs that share no code: `protoc`, Python, OpenSSL and Java. The tests
//! fail if one is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::{Parts, file, global, masking_job, oracle, oracle_text, report, small, testdata};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::blob::{ObjectRecord, Record, frame};
use exportdoc::internal::object::{SyncObject, known_by_number};
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase, encrypt};
use exportdoc::internal::report::Verdict;
use exportdoc::internal::signature::KeySize;
use exportdoc::internal::wire::{DumpLimits, DumpNode, DumpValue, Message, Writer, dump};
use serde_json::Value;

/// protoc opens no more levels of length-delimited messages than this.
const PROTOC_DEPTH: usize = 10;

fn handmade() -> Vec<PathBuf> {
    ["masking-job.json", "undeclared-rule.json"]
        .map(|name| testdata("handmade").join(name))
        .to_vec()
}

/// The handmade documents and some built here, as files.
fn documents(directory: &Path) -> Vec<PathBuf> {
    let built = [
        ("small.json", small().seal()),
        ("job.json", masking_job().seal()),
        ("global.json", global().undeclared().seal()),
    ];
    let built = built.map(|(name, document)| file(directory, name, document));
    handmade().into_iter().chain(built).collect()
}

/// A document with the header, the trailer and the first object of each type of a global export.
fn one_of_each_type(directory: &Path) -> PathBuf {
    let parts = Parts::of(&global().undeclared().seal());
    let mut seen = BTreeSet::new();
    let mut records = parts.records();
    records.retain(|record| match Record::parse(record) {
        Ok(Record::Object(ObjectRecord { object, .. })) => {
            SyncObject::parse(object).map_or(true, |object| seen.insert(object.key().type_number))
        }
        _ => true,
    });
    assert!(seen.len() >= 10, "{seen:?}");
    file(directory, "types.json", parts.with_records(&records).document())
}

/// Our field tree in the words of `protoc --decode_raw`.
fn in_protocs_words(message: &[u8]) -> String {
    let limits = DumpLimits {
        depth: PROTOC_DEPTH,
        ..DumpLimits::default()
    };
    let (nodes, cut) = dump(Message::parse(message).unwrap(), limits);
    assert!(!cut);
    let mut text = String::new();
    print(&mut text, &nodes, 0);
    text
}

fn print(text: &mut String, nodes: &[DumpNode], level: usize) {
    for node in nodes {
        let indent = "  ".repeat(level);
        let number = node.number;
        match &node.value {
            DumpValue::Varint(n) => text.push_str(&format!("{indent}{number}: {n}\n")),
            DumpValue::Fixed64(n) => text.push_str(&format!("{indent}{number}: 0x{n:016x}\n")),
            DumpValue::Fixed32(n) => text.push_str(&format!("{indent}{number}: 0x{n:08x}\n")),
            DumpValue::Bytes(bytes) => {
                text.push_str(&format!("{indent}{number}: \"{}\"\n", c_escaped(bytes)));
            }
            DumpValue::Message(inner) | DumpValue::Group(inner) => {
                text.push_str(&format!("{indent}{number} {{\n"));
                print(text, inner, level + 1);
                text.push_str(&format!("{indent}}}\n"));
            }
        }
    }
}

fn c_escaped(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            b'"' => "\\\"".to_owned(),
            b'\'' => "\\'".to_owned(),
            b'\\' => "\\\\".to_owned(),
            0x20..0x7f => char::from(*byte).to_string(),
            _ => format!("\\{byte:03o}"),
        })
        .collect()
}

#[test]
#[ignore = "ci/long runs it"]
fn every_record_has_the_field_tree_that_protoc_prints() {
    let directory = tempfile::tempdir().unwrap();
    let mut documents = documents(directory.path());
    if !testkit::exhaustive() {
        // protoc is started for each record.
        documents = handmade();
        documents.push(one_of_each_type(directory.path()));
    }
    for document in documents {
        let path = document.to_str().unwrap();
        let said = oracle_text("python3", &["testdata/oracles/decode_raw.py", path], b"");
        let records = Parts::of(&std::fs::read(&document).unwrap()).records();
        let ours: String = records
            .iter()
            .enumerate()
            .map(|(number, record)| format!("=== record {number}\n{}", in_protocs_words(record)))
            .collect();
        // Compared by record, for a failure that can be read.
        let split = |text: &str| text.split("=== record ").map(str::to_owned).collect::<Vec<_>>();
        let (said, ours) = (split(&said), split(&ours));
        assert_eq!(said.len(), ours.len(), "{path}");
        for (said, ours) in said.iter().zip(&ours) {
            assert_eq!(ours, said, "{path}");
        }
    }
}

/// Shapes that the documents don't have. Left out are those where protoc reads what the format forbids: varints of
/// more than 64 bits, which it cuts.
#[test]
#[ignore = "ci/long runs it"]
fn the_guess_at_what_bytes_hold_is_protocs() {
    let bytes = |value: &[u8]| Writer::new().bytes(1, value).finish();
    let mut deep = vec![0x08, 0x01];
    for _ in 0..PROTOC_DEPTH + 2 {
        deep = bytes(&deep);
    }
    let shapes: Vec<Vec<u8>> = vec![
        Vec::new(),
        bytes(b""),
        bytes(b"hello"),
        bytes(b"\x08\x01"),
        bytes(b"a\"b\\c\n\t\r\x01\xff'\xc3\xa9"),
        bytes(b"\0\0"),
        bytes(b"\x0c"),
        bytes(b"\x0e\0"),
        bytes(b"\x0b\x0c"),
        bytes(b"\x0b\x14"),
        bytes(b"\x0a\x05ab"),
        bytes(&[0xf8, 0xff, 0xff, 0xff, 0x0f, 0x01]),
        vec![0x0b, 0x0c],
        vec![0x0b, 0x08, 0x01, 0x13, 0x14, 0x0c, 0x10, 0x02],
        vec![0x09, 0, 1, 2, 3, 4, 5, 6, 7],
        vec![0x0d, 0, 1, 2, 3],
        [vec![0x08], vec![0xff; 9], vec![0x01]].concat(),
        vec![0x08, 0x81, 0x80, 0x00],
        vec![0x88, 0x80, 0x00, 0x05],
        vec![0x0a, 0x82, 0x00, 0x08, 0x01],
        Writer::new()
            .varint(536_870_911, 1)
            .text(15, "records-v1")
            .finish(),
        deep,
    ];
    for shape in shapes {
        let said = oracle_text("protoc", &["--decode_raw"], &shape);
        assert_eq!(in_protocs_words(&shape), said, "{shape:02x?}");
    }
    for broken in [
        &[0x08_u8][..],
        &[0x0c],
        &[0x0b],
        &[0x0e, 0],
        &[0x0a, 2, 1],
        &[0x09, 1, 2],
    ] {
        assert!(Message::parse(broken).is_err());
        assert!(
            !oracle("protoc", &["--decode_raw"], broken).status.success(),
            "{broken:02x?}"
        );
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn revision_hashes_are_those_recomputed_in_python() {
    let directory = tempfile::tempdir().unwrap();
    let mut documents = documents(directory.path());
    // One where a dependency is missing, so that there is no hash to agree on.
    let parts = Parts::of(&masking_job().seal());
    let mut records = parts.records();
    records.remove(2);
    documents.push(file(
        directory.path(),
        "gap.json",
        parts.with_records(&records).document(),
    ));
    let paths = documents.iter().map(|path| path.to_str().unwrap());
    let arguments: Vec<&str> = ["testdata/oracles/revision_hash.py"]
        .into_iter()
        .chain(paths)
        .collect();
    let said = oracle_text("python3", &arguments, b"");
    let said = serde_json::Deserializer::from_str(&said).into_iter();
    let said: Vec<BTreeMap<String, Option<String>>> = said.map(Result::unwrap).collect();
    assert_eq!(said.len(), documents.len());
    let mut compared = 0;
    for (path, said) in documents.iter().zip(said) {
        let report = report(&std::fs::read(path).unwrap());
        let ours: BTreeMap<String, Option<String>> = report
            .objects
            .iter()
            .map(|object| {
                let name = format!("{}:{}", object.key.type_number, object.key.identifier.to_json());
                (
                    name,
                    object.computed_hash.clone().filter(|_| !object.hash_has_gaps),
                )
            })
            .collect();
        assert_eq!(ours, said, "{}", path.display());
        compared += said.values().flatten().count();
    }
    assert!(compared > 150, "{compared}");
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// The bytes before the trailer.
fn signed(parts: &Parts) -> &[u8] {
    let trailer = parts.records().pop().unwrap();
    &parts.blob[..parts.blob.len() - trailer.len() - 4]
}

#[test]
#[ignore = "ci/long runs it"]
fn openssl_verifies_what_is_sealed_here_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    for (size, hash) in [
        (KeySize::Dsa512, "-sha1"),
        (KeySize::Dsa1024, "-sha1"),
        (KeySize::Dsa2048, "-sha256"),
    ] {
        let parts = Parts::of(&masking_job().sized(size).seal());
        let key = file(directory.path(), "key.pem", pem("PUBLIC KEY", &parts.key));
        let signature = file(directory.path(), "signature.der", &parts.signature);
        let (key, signature) = (key.to_str().unwrap(), signature.to_str().unwrap());
        let arguments = ["dgst", hash, "-verify", key, "-signature", signature];
        let said = oracle_text("openssl", &arguments, signed(&parts));
        assert_eq!(said.trim(), "Verified OK", "{} bits", size.bits());

        let mut changed = signed(&parts).to_vec();
        changed[100] ^= 1;
        let output = oracle("openssl", &arguments, &changed);
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("Verification failure"));
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn java_verifies_what_is_sealed_here_under_records_v1() {
    let directory = tempfile::tempdir().unwrap();
    let classes = directory.path().to_str().unwrap();
    // Few threads and no optimization, because each run is short.
    let source = "testdata/oracles/VerifyRecordsV1.java";
    oracle_text(
        "javac",
        &[
            "-J-XX:+UseSerialGC",
            "-J-XX:TieredStopAtLevel=1",
            "-d",
            classes,
            source,
        ],
        b"",
    );
    let mut paths = Vec::new();
    for size in [KeySize::Dsa512, KeySize::Dsa1024] {
        let mut parts = Parts::of(&masking_job().sized(size).seal());
        let mut put = |name: &str, document: &[u8]| {
            let path = file(
                directory.path(),
                &format!("{name}-{}.json", size.bits()),
                document,
            );
            paths.push(path.to_str().unwrap().to_owned());
        };
        put("sealed", &parts.document());
        parts.blob[100] ^= 1;
        put("changed", &parts.document());
    }
    let quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
    let mut arguments = [&quick[..], &["-cp", classes, "VerifyRecordsV1"]].concat();
    arguments.extend(paths.iter().map(String::as_str));
    let output = oracle("java", &arguments, b"");
    let said = String::from_utf8(output.stdout).unwrap();
    let verdicts: Vec<&str> = said.lines().collect();
    assert_eq!(verdicts, ["valid", "invalid", "valid", "invalid"], "{paths:?}");
}

#[test]
fn handmade_documents_are_read_as_their_maker_expects() {
    for path in handmade() {
        let bytes = std::fs::read(&path).unwrap();
        let expected = std::fs::read(path.with_extension("expected.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let report = report(&bytes);
        let parts = Parts::of(&bytes);

        let header = report.header.as_ref().unwrap();
        assert_eq!(expected["exportId"], header.export_id);
        assert_eq!(expected["instant"], header.started_text);
        let instant = expected["instant"].as_str().unwrap().parse().ok();
        assert_eq!(instant, header.started);
        assert_eq!(expected["format"], header.format.unwrap());
        assert_eq!(expected["declaredRule"].as_str(), header.rule.as_deref());
        assert_eq!(expected["count"], header.object_count);
        assert_eq!(expected["count"], report.objects.len() as u64);
        assert_eq!(expected["verdict"], report.signature.verdict.as_str());
        assert_eq!(expected["rule"].as_str(), report.signature.rule.as_deref());
        assert_eq!(expected["signedBytes"], signed(&parts).len() as u64);
        assert_eq!(expected["blobBytes"], report.blob.bytes);
        assert!(report.blob.complete && report.is_clean());
        let fingerprint = report.signature.key.as_ref().unwrap().fingerprint.to_string();
        assert_eq!(
            fingerprint,
            format!("sha256:{}", expected["keySha256"].as_str().unwrap())
        );

        let rows = expected["objects"].as_array().unwrap();
        assert_eq!(rows.len(), report.objects.len());
        for (id, (row, object)) in rows.iter().zip(&report.objects).enumerate() {
            assert_eq!(row["type"], object.type_name);
            assert_eq!(row["number"], object.key.type_number);
            assert_eq!(row["identifier"], object.key.identifier.to_json());
            // A reference has no data to name it; then the identifier is the name.
            let name = row["name"].as_str().or_else(|| object.key.name());
            assert_eq!(name, object.name.as_deref());
            let hash = row["hash"].as_str();
            assert_eq!(hash, object.computed_hash.as_deref());
            assert_eq!(hash, object.stated_hash.as_deref());
            let node = &report.graph.nodes()[id];
            assert_eq!(row["uuids"][0], node.pair.object);
            assert_eq!(row["uuids"][1], node.pair.save);

            // As the object lists them, and each once as the graph has them.
            let record = &parts.records()[usize::try_from(object.record).unwrap()];
            let listed = listed_dependencies(record);
            assert_eq!(row["dependencies"], Value::Array(listed.clone()));
            let mut once: Vec<Value> = Vec::new();
            for dependency in listed {
                if !once.contains(&dependency) {
                    once.push(dependency);
                }
            }
            let edges: Vec<Value> = node
                .dependencies
                .iter()
                .map(|id| shown(&report.objects[*id].key))
                .collect();
            assert_eq!(edges, once);
        }
        assert_eq!(report.signature.verdict, Verdict::Valid);
    }
}

fn listed_dependencies(record: &[u8]) -> Vec<Value> {
    let Ok(Record::Object(ObjectRecord { object, .. })) = Record::parse(record) else {
        panic!("no object record");
    };
    SyncObject::parse(object)
        .unwrap()
        .dependencies()
        .iter()
        .map(shown)
        .collect()
}

fn shown(key: &exportdoc::internal::object::ObjectKey) -> Value {
    let type_name = known_by_number(key.type_number).unwrap().name;
    serde_json::json!({ "type": type_name, "identifier": key.identifier.to_json() })
}

fn params(salt: [u8; 8], iterations: u32) -> EncryptionParams {
    EncryptionParams::new(salt, iterations).unwrap()
}

#[test]
#[ignore = "ci/long runs it"]
fn java_encrypts_to_the_same_bytes_and_opens_ours() {
    let records: Vec<u8> = [&b"one object"[..], &[7; 100]]
        .iter()
        .flat_map(|object| frame(&ObjectRecord::encode("export", object)).unwrap())
        .collect();
    let program = "testdata/oracles/PassphraseEnvelope.java";
    let (mut arguments, mut expected) = (vec![program.to_owned()], String::new());
    for (text, salt, iterations) in [
        ("a", [0; 8], 1),
        ("Tr0ub4dor&3 ~ !\"", [0xff; 8], 999),
        (
            "thirty-one characters and a zero",
            [1, 0, 2, 0, 3, 0, 4, 0],
            10_000,
        ),
    ] {
        let passphrase = Passphrase::new(text).unwrap();
        let ciphertext = hex::encode(encrypt(&records, &passphrase, &params(salt, iterations)));
        let clear = hex::encode(&records);
        for (mode, data, other) in [("encrypt", &clear, &ciphertext), ("decrypt", &ciphertext, &clear)] {
            let (salt, iterations) = (hex::encode(salt), iterations.to_string());
            arguments.extend([mode, text, &salt, &iterations, data].map(str::to_owned));
            expected += &format!("{other}\n");
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(oracle_text("java", &arguments, b""), expected);
}

/// RFC 7292 says how a password beyond ASCII becomes bytes.
#[test]
#[ignore = "ci/long runs it"]
fn openssl_decrypts_with_passphrases_beyond_ascii() {
    let (salt, iterations) = ([0xf0; 8], 77);
    for text in ["smeg", "pässwörd €", "🔑", &"x".repeat(1024)] {
        let units = text.encode_utf16().chain([0]);
        let password: Vec<u8> = units.flat_map(u16::to_be_bytes).collect();
        let [key, iv] = [(24, 1), (8, 2)].map(|(length, id)| {
            let options = [
                "digest:SHA1".to_owned(),
                format!("hexpass:{}", hex::encode(&password)),
                format!("hexsalt:{}", hex::encode(salt)),
                format!("iter:{iterations}"),
                format!("id:{id}"),
            ];
            let length = length.to_string();
            let mut arguments = vec!["kdf", "-keylen", &length];
            arguments.extend(options.iter().flat_map(|option| ["-kdfopt", option]));
            arguments.push("PKCS12KDF");
            oracle_text("openssl", &arguments, b"").trim().replace(':', "")
        });
        let passphrase = Passphrase::new(text).unwrap();
        let ciphertext = encrypt(b"some records", &passphrase, &params(salt, iterations));
        let decrypt = ["enc", "-d", "-des-ede3-cbc", "-K", &key, "-iv", &iv];
        assert_eq!(
            oracle_text("openssl", &decrypt, &ciphertext),
            "some records",
            "{text}"
        );
    }
}
