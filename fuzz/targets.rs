//! What every fuzz target does with its input, and what has to hold.
//!
//! Shared by the targets in `fuzz_targets/` and by `tests/fuzz_corpora.rs`, which replays the corpora as ordinary
//! tests. A target panics where a promise of the library is broken, on whatever bytes.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exportdoc::blob::{BlobLimits, Header, Record, RecordReader, SealedRecord, Trailer, frame};
use exportdoc::date;
use exportdoc::envelope::{Base64Reader, EncodedText, Envelope, EnvelopeBuilder, Metadata, decode_all};
use exportdoc::escape;
use exportdoc::finding::{self, Finding};
use exportdoc::graph::Graph;
use exportdoc::identifier::Identifier;
use exportdoc::import_plan::{ImportDocument, ImportOptions, MemoryInventory, Purpose, import_plan};
use exportdoc::object::{ObjectKey, Revision, SyncObject, reference_to, rename};
use exportdoc::passphrase::{EncryptionParams, Passphrase};
use exportdoc::report::{DocumentReport, ExamineOptions, Outcome, Verdict, examine, examine_with_objects};
use exportdoc::revision_hash;
use exportdoc::signature::{
    DsaSignature, Encoding, EncodingError, HashAlgorithm, HashChoice, PartialKey, PublicKey, SigningKey,
    decode_any, decode_base64_prefix, verify_detached,
};
use exportdoc::wire::{DumpLimits, DumpNode, DumpValue, Message, Value, Writer, dump, fields};

/// The key and signature of `testdata/handmade/masking-job.json`: sound ones, to bring hostile counterparts far.
const KEY: &str = "MIHvMIGoBgcqhkjOOAQBMIGcAkEA/KaCzo4Syrom78z3EQ5SbbB4sF7ey80etKII864WF64B81uRpH5t9jQTxeEu0ImbzRMqzV\
    DZkVG9xD7nN1kuFwIVAJYu3cw2nLqOuyYO5rahJtk0bjjFAkBnhHGyepz0TukaScUUfbGpqvJE8FpDTWSGkx0tFCcbnjUDC3H9c9oXkGmzLik1Yw\
    4cIGI1TQ2iCmxBblC+eUykA0IAAj81fjMVQG3d0XWzHSpv7ChxxvjuABjk74LANWVowReTeoUK5K5xu+bkJjNMHAc0vKieUdX/TToVqtqg0oyV0RU=";
const SIGNATURE: &str = "MCwCFBkKnPdfWXjeAqTeI+mVQQOubcNWAhRM29n+CC1veL0ghUPgzGfkS3r1gg==";

fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("a constant")
}

/// Hands out one byte at a time, as the slowest source would.
struct Dripping<'a>(&'a [u8]);

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match (self.0.split_first(), buffer.first_mut()) {
            (Some((byte, rest)), Some(slot)) => {
                (*slot, self.0) = (*byte, rest);
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

/// A whole document: the JSON, the base64 members, the report.
pub fn envelope(data: &[u8]) {
    match Envelope::parse(data) {
        Ok(envelope) => {
            rewritten(&envelope);
            for text in [envelope.blob(), envelope.signature(), envelope.public_key()]
                .into_iter()
                .flatten()
            {
                base64_member(text, data.len());
            }
            if let Some(metadata) = envelope.metadata() {
                built_again(metadata);
            }
            check_findings(&envelope.findings, Some(data.len()));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let _ = error.help();
        }
    }
    let options = ExamineOptions {
        trusted_keys: vec![[7; 32]],
        secret_bytes: Some(64),
        ..ExamineOptions::default()
    };
    if let Ok(report) = examine(data, &options) {
        check_report(&report, data.len());
    }
}

/// What `write_to` writes has the same members and reads as the same document; written again it is the same text.
fn rewritten(envelope: &Envelope<'_>) {
    let mut text = Vec::new();
    envelope.write_to(&mut text).expect("a vector takes anything");
    let again = Envelope::parse(&text).expect("what was written can be read");
    let raw = |envelope: &Envelope<'_>| {
        let members = envelope.members.iter();
        members
            .map(|member| (member.raw_key.to_owned(), member.raw_value.to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(raw(envelope), raw(&again));
    assert_eq!(envelope.metadata(), again.metadata());
    let text_of = |text: Option<&EncodedText<'_>>| text.map(|text| text.text.clone().into_owned());
    assert_eq!(text_of(envelope.blob()), text_of(again.blob()));
    assert_eq!(text_of(envelope.signature()), text_of(again.signature()));
    assert_eq!(text_of(envelope.public_key()), text_of(again.public_key()));
    let mut twice = Vec::new();
    again.write_to(&mut twice).expect("a vector takes anything");
    assert_eq!(text, twice);
}

/// Piecewise decoding gives what decoding at once gives, in pieces of whatever size.
fn base64_member(member: &EncodedText<'_>, file: usize) {
    let (bytes, report) = member.decode();
    assert_eq!(report.decoded_len, bytes.len() as u64);
    let mut reader = member.reader();
    let (mut pieces, mut piece) = (Vec::new(), [0; 7]);
    loop {
        let read = reader.read(&mut piece).expect("decoding never fails");
        if read == 0 {
            break;
        }
        pieces.extend_from_slice(&piece[..read]);
    }
    assert_eq!(pieces, bytes);
    assert_eq!(reader.report(), &report);
    let findings = member.findings(&report);
    assert_eq!(findings.is_empty(), report.is_clean());
    check_findings(&findings, Some(file));
    if report.is_clean() {
        assert_eq!(STANDARD.encode(&bytes), member.text);
    }
}

/// Metadata written as engines write it reads as the same metadata.
fn built_again(metadata: &Metadata) {
    let json = metadata.to_json().expect("metadata is plain JSON");
    let mut document = Vec::new();
    let builder = EnvelopeBuilder::new(&json, "", "", "");
    builder.write_to(&mut document).expect("a vector takes anything");
    let envelope = Envelope::parse(&document).expect("what was built can be read");
    let again = envelope.metadata().expect("it has metadata");
    assert_eq!(metadata.export_host, again.export_host);
    assert_eq!(metadata.export_date, again.export_date);
    for (before, after) in [
        (&metadata.requested, &again.requested),
        (&metadata.exported, &again.exported),
    ] {
        assert_eq!(before.is_some(), after.is_some());
        let (before, after) = (
            before.as_deref().unwrap_or_default(),
            after.as_deref().unwrap_or_default(),
        );
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(after) {
            assert_eq!(before.object_type, after.object_type);
            assert_eq!(before.revision_hash, after.revision_hash);
            match &before.identifier {
                // Numbers beyond what a float holds change their digits; nothing but equality is promised for these.
                Some(Identifier::OtherJson(_)) => assert!(after.identifier.is_some()),
                known => assert_eq!(known, &after.identifier),
            }
        }
    }
}

/// Findings are of the registry, point into the file and are harmless once escaped.
fn check_findings(findings: &[Finding], file: Option<usize>) {
    for found in findings {
        assert!(
            finding::by_id(found.id()).is_some(),
            "{} isn't registered",
            found.id()
        );
        check_escapes(&found.message);
        if let Some(place) = &found.at {
            check_escapes(&place.to_string());
            if let (Some(offset), Some(file)) = (place.file_offset, file) {
                assert!(
                    offset <= file as u64,
                    "{} points past the end: {offset}",
                    found.id()
                );
            }
        }
    }
}

fn check_escapes(text: &str) {
    assert!(!escape::terminal(text).chars().any(char::is_control));
    assert!(!escape::markdown(text).chars().any(|c| c.is_control() || c == '<'));
    assert!(
        !escape::html(text)
            .chars()
            .any(|c| c.is_control() || matches!(c, '<' | '>' | '"' | '\''))
    );
}

/// A report doesn't contradict itself.
fn check_report(report: &DocumentReport, file: usize) {
    check_findings(&report.findings, Some(file));
    assert_eq!(report.objects.len(), report.graph.nodes().len());
    assert!(
        report
            .findings
            .is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity()))
    );
    for (object, node) in report.objects.iter().zip(report.graph.nodes()) {
        assert_eq!(object.key, node.key);
        assert!(object.offset < report.blob.bytes);
        check_escapes(&object.type_name);
        check_escapes(object.name.as_deref().unwrap_or_default());
        assert!(object.secret_values.iter().all(|secret| secret.text.len() <= 64));
    }
    let fails = report
        .signature
        .checks
        .iter()
        .any(|check| check.outcome == Outcome::Fails);
    match report.signature.verdict {
        Verdict::Valid => {
            assert!(report.blob.complete && report.header.is_some());
            assert!(report.signature.key.is_some() && report.signature.r_and_s.is_some());
            assert!(
                report
                    .findings
                    .iter()
                    .any(|found| found.rule == &finding::SEALED_BY_TOOLKIT)
            );
        }
        Verdict::Undetermined => {
            assert!(report.blob.complete || report.hit_limit());
            assert!(report.header.is_some() || report.hit_limit());
            assert!(report.signature.key.is_some());
        }
        Verdict::Invalid => assert!(fails || !report.is_clean(), "invalid without a reason"),
    }
}

/// A decoded blob: records, messages, objects, graph, hashes, and the report on a document made of it.
pub fn blob(data: &[u8]) {
    let mut reader = RecordReader::new(data, BlobLimits::default());
    let mut dripping = RecordReader::new(Dripping(data), BlobLimits::default());
    let (mut read, mut objects) = (Vec::new(), Vec::new());
    loop {
        let record = reader.next_record();
        let same = dripping.next_record();
        match (&record, &same) {
            (Ok(Some(record)), Ok(Some(same))) => assert_eq!(
                (record.index, record.offset, record.length_prefix, record.message),
                (same.index, same.offset, same.length_prefix, same.message)
            ),
            (Ok(None), Ok(None)) => {}
            (Err(error), Err(same)) => assert_eq!(error.to_string(), same.to_string()),
            _ => panic!("a slow source gives other records"),
        }
        let Ok(Some(record)) = record else { break };
        assert_eq!(record.offset, read.len() as u64);
        let framed = frame(record.message).expect("it was framed before");
        assert_eq!(framed[..4], record.length_prefix);
        read.extend_from_slice(&framed);
        message(record.message);
        header(record.message);
        objects.extend(object_record(record.message));
    }
    // What was read is the blob, byte for byte, as far as it was read.
    assert_eq!(reader.offset(), read.len() as u64);
    assert_eq!(read, data[..read.len()]);
    graph(&objects);
    // As a message of its own, so that the fuzzer needn't find the framing first.
    message(data);
    if let Ok(object) = SyncObject::parse(data) {
        check_object(&object, data);
    }
    document_around(data);
}

/// The fields of a message, put one after the other, are the message; so are those of every message inside of it.
fn message(bytes: &[u8]) {
    for field in fields(bytes).map_while(Result::ok) {
        assert_eq!(field.raw, &bytes[field.offset..field.offset + field.raw.len()]);
    }
    let Ok(message) = Message::parse(bytes) else {
        return;
    };
    let mut joined = Vec::with_capacity(bytes.len());
    let mut rewritten = Writer::new();
    for field in message.fields() {
        joined.extend_from_slice(field.raw);
        rewritten.raw(field.raw);
        if let Value::Bytes(inner) = field.value {
            let at = field.value_offset();
            assert_eq!(inner, &bytes[at..at + inner.len()]);
        }
    }
    assert_eq!(joined, bytes);
    assert_eq!(rewritten.finish(), bytes);
    let (nodes, cut) = dump(message, DumpLimits::default());
    if !cut {
        dumped(&nodes, bytes);
    }
    let limits = DumpLimits { depth: 2, nodes: 10 };
    let (nodes, _) = dump(message, limits);
    assert!(count(&nodes) <= limits.nodes);
}

fn count(nodes: &[DumpNode]) -> usize {
    let inner = nodes.iter().map(|node| match &node.value {
        DumpValue::Message(inner) | DumpValue::Group(inner) => count(inner),
        _ => 0,
    });
    nodes.len() + inner.sum::<usize>()
}

/// The nodes of one level lie side by side inside of the whole, and their values where they say.
fn dumped(nodes: &[DumpNode], whole: &[u8]) {
    let mut end = nodes.first().map_or(0, |first| first.offset);
    for node in nodes {
        assert_eq!(node.offset, end, "a gap before field {}", node.number);
        end = node.offset + node.length;
        let raw = &whole[node.offset..end];
        let field = fields(raw).next().expect("a field").expect("a whole one");
        assert_eq!((field.number, field.raw.len()), (node.number, node.length));
        match (&node.value, field.value) {
            (DumpValue::Message(inner), Value::Bytes(bytes)) => {
                assert_eq!(inner.iter().map(|node| node.length).sum::<usize>(), bytes.len());
                dumped(inner, whole);
            }
            (DumpValue::Group(inner), Value::Group(bytes)) => {
                assert_eq!(inner.iter().map(|node| node.length).sum::<usize>(), bytes.len());
                dumped(inner, whole);
            }
            (DumpValue::Bytes(shown), Value::Bytes(bytes) | Value::Group(bytes)) => assert_eq!(shown, bytes),
            (DumpValue::Varint(shown), Value::Varint(value)) => assert_eq!(*shown, value),
            (DumpValue::Fixed64(shown), Value::Fixed64(value)) => assert_eq!(*shown, value),
            (DumpValue::Fixed32(shown), Value::Fixed32(value)) => assert_eq!(*shown, value),
            (shown, value) => panic!("{value:?} is shown as {shown:?}"),
        }
    }
}

fn header(bytes: &[u8]) {
    if let Ok(mut header) = Header::parse(bytes) {
        let _ = date::parse_iso(&header.started);
        if let Some(params) = header
            .encryption
            .as_deref()
            .and_then(|field| EncryptionParams::parse(field).ok())
        {
            assert_eq!(EncryptionParams::parse(&params.encode()), Ok(params));
        }
        // Fields that aren't known are only named, so they aren't written again.
        header.unknown_fields.clear();
        assert_eq!(Header::parse(&header.encode()).as_ref(), Ok(&header));
    }
}

fn object_record(bytes: &[u8]) -> Option<SyncObject<'static>> {
    match Record::parse(bytes).ok()? {
        Record::Object(record) => {
            let at = record.object_offset;
            assert_eq!(record.object, &bytes[at..at + record.object.len()]);
            let object = SyncObject::parse(record.object).ok()?;
            check_object(&object, record.object);
            Some(object.into_owned())
        }
        Record::Sealed(record) => {
            let encoded =
                SealedRecord::encode(record.export_id.as_deref().unwrap_or_default(), record.ciphertext);
            assert!(
                matches!(Record::parse(&encoded), Ok(Record::Sealed(again)) if again.ciphertext == record.ciphertext)
            );
            None
        }
        Record::Trailer(trailer) => {
            let encoded = Trailer::encode(
                trailer.export_id.as_deref().unwrap_or_default(),
                &trailer.signature,
            );
            assert_eq!(trailer.canonical, trailer.export_id.is_some() && encoded == bytes);
            None
        }
    }
}

/// An object gives its bytes back, and each of its parts reads back after writing.
fn check_object(object: &SyncObject<'_>, bytes: &[u8]) {
    assert_eq!(object.as_bytes(), bytes);
    let owned = SyncObject::from_bytes(bytes.to_vec()).expect("it was read before");
    assert_eq!(&owned, object);
    assert_eq!(object.data_bytes(), &bytes[object.data_range()]);
    let data = object.data();
    let _ = (data.secrets(), data.name(), object.name(), object.invalid_text());
    let _ = data.unknown_fields(object.data_type(), object.data_bytes());
    let _ = (object.revision().stated_type(), object.unknown_fields());
    check_escapes(&object.key().to_string());
    for key in std::iter::once(object.key()).chain(object.dependencies()) {
        let mut writer = Writer::new();
        key.write(&mut writer);
        assert_eq!(ObjectKey::parse(&writer.finish()).as_ref(), Ok(key));
        let _ = key.identifier.to_json();
    }
    let mut writer = Writer::new();
    object.revision().write(&mut writer);
    let encoded = writer.finish();
    let revision = Revision::read(Message::parse(&encoded).expect("just written"));
    assert_eq!(&revision, object.revision());
    let renamed = rename(object, object.key(), |_| None).expect("nothing changes");
    assert_eq!(renamed.as_bytes(), bytes);
    if let Ok(reference) = reference_to(object) {
        assert_eq!(reference.revision(), object.revision());
        assert!(reference.data().secrets().is_empty());
    }
}

/// Closures, orders and hashes agree with each other.
fn graph(objects: &[SyncObject<'_>]) {
    let graph = Graph::of(objects);
    assert_eq!(graph.nodes().len(), objects.len());
    let hashes = revision_hash::of_all(&graph, 1 << 20);
    for (id, hash) in hashes.iter().enumerate() {
        if let Some(hash) = hash {
            assert_eq!(hash, &revision_hash::of_node(&graph, id));
        }
    }
    match graph.import_order() {
        Ok(order) => {
            let mut place = vec![usize::MAX; order.len()];
            for (position, id) in order.iter().enumerate() {
                place[*id] = position;
            }
            for (id, node) in graph.nodes().iter().enumerate() {
                assert!(
                    node.dependencies
                        .iter()
                        .all(|dependency| place[*dependency] < place[id])
                );
            }
        }
        Err(cycle) => {
            for (id, next) in cycle.iter().zip(cycle.iter().cycle().skip(1)) {
                assert!(graph.nodes()[*id].dependencies.contains(next));
            }
        }
    }
    if !objects.is_empty() {
        let reached = graph.closure(0).len();
        assert_eq!(reached + graph.orphans([0]).len(), objects.len());
    }
}

/// The report on a document with this blob, first with nothing else, then with metadata that states what it holds.
fn document_around(blob: &[u8]) {
    let passphrase = cheap_passphrase(blob);
    let blob = STANDARD.encode(blob);
    let document = format!(r#"{{"blob":"{blob}","signature":"{SIGNATURE}"}}"#);
    let report = examine(document.as_bytes(), &ExamineOptions::default()).expect("the JSON is sound");
    check_report(&report, document.len());
    assert_eq!(report.signature.verdict, Verdict::Invalid, "there is no key");
    // The arithmetic is slow here; where the framing is broken nothing hangs on it.
    if !report.blob.complete {
        return;
    }
    let rows: Vec<_> = report
        .objects
        .iter()
        .take(100)
        .map(|object| {
            serde_json::json!({
                "objectIdentifier": object.key.identifier.to_json(),
                "objectType": object.type_name,
                "revisionHash": object.computed_hash,
            })
        })
        .collect();
    let metadata = serde_json::json!({
        "exportHost": "h",
        "exportDate": "Wed Mar 11 09:27:04 UTC 2020",
        "requestedObjectList": rows.first().into_iter().collect::<Vec<_>>(),
        "exportedObjectList": rows,
    });
    let document = format!(
        r#"{{"exportResponseMetadata":{metadata},"blob":"{blob}","signature":"{SIGNATURE}","publicKey":"{KEY}"}}"#
    );
    let options = ExamineOptions {
        passphrase,
        ..ExamineOptions::default()
    };
    let (report, objects) = examine_with_objects(document.as_bytes(), &options).expect("the JSON is sound");
    check_report(&report, document.len());
    assert_eq!(report.objects.len(), objects.len());
    planned(&objects, report.header.as_ref().and_then(|header| header.format));
}

/// A passphrase where trying it takes few iterations.
fn cheap_passphrase(blob: &[u8]) -> Option<Passphrase> {
    let mut reader = RecordReader::new(blob, BlobLimits::default());
    let header = Header::parse(reader.next_record().ok()??.message).ok()?;
    let params = EncryptionParams::parse(&header.encryption?).ok()?;
    (params.iterations() <= 64).then(|| Passphrase::new("fuzz").expect("a short text"))
}

/// What importing them would do can be said of any objects.
fn planned(objects: &[SyncObject<'_>], format: Option<u64>) {
    let document = ImportDocument {
        objects,
        format,
        type_names: &BTreeMap::new(),
        sealed_by_toolkit: true,
        intact: true,
    };
    let options = ImportOptions {
        environment_id: Some(1),
        ..ImportOptions::default()
    };
    let inventory = MemoryInventory::new(Vec::new()).with_environment(1, Purpose::Mask);
    let _ = import_plan(&document, &inventory, &options);
}

/// A public key: what passes the gate is canonical and can be computed with.
pub fn spki(data: &[u8]) {
    let signature = DsaSignature::from_der(&from_base64(SIGNATURE)).expect("a constant");
    let partial = PartialKey::read(data);
    assert!(partial.breaks_off_at <= data.len());
    assert!(partial.g.is_none() || partial.q.is_some());
    assert!(partial.q.is_none() || partial.p.is_some());
    assert!(partial.p.is_none() || partial.is_dsa());
    let _ = (partial.bits(), partial.q_bits());
    match PublicKey::from_spki_der(data) {
        Ok(key) => {
            assert_eq!(key.to_spki_der(), data);
            let facts = key.facts();
            assert_eq!(
                (partial.bits(), partial.q_bits()),
                (Some(facts.bits), Some(facts.q_bits))
            );
            assert_eq!(partial.parameter_set, facts.parameter_set);
            // Each verification is slow here, so one with and one without the reason.
            assert!(!key.verify_prehash(&HashAlgorithm::Sha1.digest(data), &signature));
            assert!(
                key.check_prehash(&HashAlgorithm::Sha256.digest(data), &signature)
                    .is_err()
            );
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
    // Four numbers without the encoding, so that the gate's arithmetic is met more often.
    let mut rest = data;
    let mut numbers = [&[][..]; 4];
    for number in &mut numbers {
        let Some((length, after)) = rest.split_first() else {
            break;
        };
        (*number, rest) = after.split_at(after.len().min(usize::from(*length) * 2));
    }
    let [p, q, g, y] = numbers;
    if let Ok(key) = PublicKey::from_components(p, q, g, y) {
        let again = PublicKey::from_spki_der(&key.to_spki_der()).expect("just written");
        assert_eq!(again, key);
        key.verify_prehash(&[1; 20], &signature);
    }
    if let Ok(key) = SigningKey::from_pkcs8_der(data) {
        let again = SigningKey::from_pkcs8_der(&key.to_pkcs8_der()).expect("just written");
        assert_eq!(again.public_key(), key.public_key());
    }
    detached(data, SIGNATURE.as_bytes());
}

/// A signature: what is read is written again; text around it is unwrapped or named.
pub fn signature_der(data: &[u8]) {
    match DsaSignature::from_der(data) {
        Ok(signature) => {
            assert_eq!(signature.to_der(), data);
            let same = DsaSignature::from_components(signature.r(), signature.s());
            assert_eq!(same.as_ref(), Ok(&signature));
            static SOUND: LazyLock<PublicKey> =
                LazyLock::new(|| PublicKey::from_spki_der(&from_base64(KEY)).expect("a constant"));
            let key = &*SOUND;
            let fits = key.check_range(&signature).is_ok();
            assert!(fits || !key.verify_prehash(&[1; 20], &signature));
            // Nobody has the private key of these, so nothing but the one signature can verify.
            assert!(!key.verify_prehash(&HashAlgorithm::Sha1.digest(b"never signed"), &signature));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
    let half = data.len() / 2;
    if let Ok(signature) = DsaSignature::from_components(&data[..half], &data[half..]) {
        let again = DsaSignature::from_der(&signature.to_der());
        assert_eq!(again, Ok(signature));
    }
    match decode_any(data) {
        Ok((bytes, Encoding::Der)) => assert_eq!(bytes, data),
        Ok((bytes, _)) => {
            let text = STANDARD.encode(&bytes);
            if !bytes.is_empty() {
                match decode_any(text.as_bytes()) {
                    Ok(again) => assert_eq!(again, (bytes, Encoding::Base64)),
                    // Text of hexadecimal digits alone is taken for what it looks like.
                    Err(error) => assert_eq!(error, EncodingError::HexText),
                }
            }
            detached(KEY.as_bytes(), data);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
    let prefix = decode_base64_prefix(data);
    assert!(prefix.stopped_at <= data.len());
    assert_eq!(
        STANDARD.encode(&prefix.bytes).as_bytes(),
        &data[..prefix.bytes.len() / 3 * 4]
    );
    if let Ok(text) = std::str::from_utf8(data) {
        let (bytes, report) = decode_all(text);
        assert_eq!(report.decoded_len, bytes.len() as u64);
        let mut pieces = Vec::new();
        Base64Reader::new(text)
            .read_to_end(&mut pieces)
            .expect("decoding never fails");
        assert_eq!(pieces, bytes);
        let _ = date::JavaDate::parse(text);
    }
}

fn detached(key: &[u8], signature: &[u8]) {
    match verify_detached(key, signature, &b"payload"[..], HashChoice::Any) {
        Ok(report) => assert_eq!((report.payload_bytes, report.verified()), (7, None)),
        Err(error) => assert!(!error.to_string().is_empty() && !error.help().is_empty()),
    }
}
