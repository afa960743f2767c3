//! A decoded blob: records, messages, objects, graph, hashes, and the report on a document made of it.

use std::io::Read;
use std::sync::LazyLock;

use exportdoc::internal::blob::{BlobLimits, Header, Record, RecordReader, SealedRecord, Trailer, frame};
use exportdoc::internal::date;
use exportdoc::internal::graph::Graph;
use exportdoc::internal::import_plan::{ImportDocument, ImportOptions, import_plan};
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject, reference_to, rename};
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase};
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, Verdict};
use exportdoc::internal::revision_hash;
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};
use exportdoc::internal::wire::{DumpLimits, DumpNode, DumpValue, Message, Value, Writer, dump, fields};

use super::KEY;
use super::document;
use super::report::{check_escapes, check_report};

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
    assert_eq!(object.data_bytes(), &object.plain_bytes()[object.data_range()]);
    let plain = SyncObject::from_bytes(object.plain_bytes().to_vec()).expect("its plain form can be read");
    assert_eq!(plain.as_bytes(), plain.plain_bytes());
    assert_eq!((plain.key(), plain.data()), (object.key(), object.data()));
    let data = object.data();
    let _ = (data.name(), object.name(), object.secrets());
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
        assert!(reference.secrets().is_empty());
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
    let document = document::bare(blob);
    let report = Examiner::new(&ExamineOptions::default())
        .read_bytes(document.as_bytes())
        .expect("the JSON is sound")
        .report;
    check_report(&report, document.len());
    assert_eq!(report.signature.verdict, Verdict::Invalid, "there is no key");
    // The arithmetic is slow here; where the framing is broken nothing hangs on it.
    if !report.blob.complete {
        return;
    }
    let document = document::stating(blob, &report);
    // Checking the signature is part of it here.
    let key = format!(r#","publicKey":"{KEY}"}}"#);
    let document = document.strip_suffix('}').expect("an object").to_owned() + &key;
    let options = ExamineOptions {
        passphrases: passphrase.into_iter().collect(),
        ..ExamineOptions::default()
    };
    let (report, objects) = Examiner::new(&options)
        .keep_contents()
        .read_bytes(document.as_bytes())
        .expect("the JSON is sound")
        .into_objects();
    check_report(&report, document.len());
    assert_eq!(report.objects.len(), objects.len());
    planned(&report, objects);
}

/// A passphrase where trying it takes few iterations.
fn cheap_passphrase(blob: &[u8]) -> Option<Passphrase> {
    let mut reader = RecordReader::new(blob, BlobLimits::default());
    let header = Header::parse(reader.next_record().ok()??.message).ok()?;
    let params = EncryptionParams::parse(&header.encryption?).ok()?;
    (params.iterations() <= 64).then(|| Passphrase::new("fuzz").expect("a short text"))
}

/// A plan can be made for any objects.
fn planned(report: &DocumentReport, objects: Vec<SyncObject<'static>>) {
    static EMPTY_ENGINE: LazyLock<TargetState> = LazyLock::new(|| {
        let dump = br#"{"objects": [], "tables": {"environments": {"1": {"environmentName": "e"}}}}"#;
        let mut target = TargetStateBuilder::new();
        target.add("dump", dump, &[]).expect("a sound dump");
        target.finish().expect("a single source")
    });
    let document = ImportDocument {
        sealed_by_toolkit: true,
        intact: true,
        ..ImportDocument::new(report, objects)
    };
    let options = ImportOptions {
        environment: Some(1).into(),
        ..ImportOptions::default()
    };
    let _ = import_plan(&document, &*EMPTY_ENGINE, &options);
}
