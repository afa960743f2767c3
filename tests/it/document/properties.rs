//! Properties of all documents, checked on generated ones.

use std::collections::{HashSet, VecDeque};
use std::io::Read;

use crate::support::property;
use crate::support::{Parts, Plan, ids, masking_job, numbered, report, said, small};
use exportdoc::internal::blob::{
    Header, ObjectRecord, RawRecord, Record, RecordReader, SealedRecord, Trailer, frame,
};
use exportdoc::internal::build::in_record_order;
use exportdoc::internal::envelope::Envelope;
use exportdoc::internal::escape;
use exportdoc::internal::graph::Graph;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict};
use exportdoc::internal::revision_hash;
use exportdoc::internal::wire::{self, Writer};
use proptest::prelude::*;

/// Text as people and attackers write it.
fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[A-Za-z_ ]{0,12}",
        1 => "\\PC{0,8}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "\u{1b}[2J\u{202e}x".to_owned(), "a\nb\t\"c\\".to_owned(), "</script>|`@".to_owned(), "\0".to_owned(),
        ]),
    ]
}

fn identifier() -> impl Strategy<Value = Identifier> {
    prop_oneof![
        any::<i64>().prop_map(Identifier::Integer),
        odd_text().prop_map(Identifier::Text),
        odd_text().prop_map(Identifier::Algorithm),
        odd_text().prop_map(Identifier::EncryptionKey),
    ]
}

/// Objects of known types whose edges go to later ones only, so that they form no cycle; the edges repeat.
fn object_sets() -> impl Strategy<Value = Vec<SyncObject<'static>>> {
    let types = prop::sample::select(vec![2_u64, 6, 7, 9, 10, 11, 14, 18, 19, 20, 23, 24, 25, 26]);
    let node = (
        types,
        identifier(),
        prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        any::<[u128; 2]>(),
        prop::option::of(0_i64..4_000_000_000_000),
    );
    prop::collection::vec(node, 1..12).prop_map(|nodes| {
        let mut seen = HashSet::new();
        let nodes: Vec<_> = nodes
            .into_iter()
            .filter(|(number, identifier, ..)| seen.insert((*number, identifier.clone())))
            .collect();
        let keys: Vec<_> = nodes
            .iter()
            .map(|(number, identifier, ..)| ObjectKey::new(*number, identifier.clone()))
            .collect();
        nodes
            .iter()
            .enumerate()
            .map(|(at, (_, _, edges, uuids, modified))| {
                let later = &keys[at + 1..];
                let needs: Vec<_> = edges
                    .iter()
                    .filter(|_| !later.is_empty())
                    .map(|edge| edge.get(later).clone())
                    .collect();
                let [object, save] = uuids.map(|bits| uuid::Uuid::from_u128(bits).to_string());
                let revision = Revision {
                    pair: RevisionPair { object, save },
                    json: Revision::json_text(&stated_type(keys[at].type_number), &keys[at]),
                    created: *modified,
                    modified: *modified,
                };
                SyncObject::build(&keys[at], &needs, &revision, "EmptyData", &[]).unwrap()
            })
            .collect()
    })
}

/// The type that the revision of an object of a number names: for a reference, one that it can refer to.
fn stated_type(number: u64) -> String {
    match number {
        18 => "LOOKUP".to_owned(),
        19 => "DOMAIN".to_owned(),
        _ => exportdoc::internal::build::type_name(number, &Default::default()),
    }
}

/// Bytes with a few of them changed, dropped or repeated.
fn mutate(bytes: &[u8], changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, kind, value) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        match kind % 4 {
            0 | 1 => bytes[at] ^= value | 1,
            2 => {
                bytes.remove(at);
            }
            _ => bytes.insert(at, *value),
        }
    }
    bytes
}

fn changes(most: usize) -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec(any::<(prop::sample::Index, u8, u8)>(), 0..most)
}

/// What the typed view of a record was read from, put together again: every field's own bytes, the object's out of the
/// object that was parsed from them.
fn decoded_and_encoded(message: &[u8]) -> Option<Vec<u8>> {
    let object = match Record::parse(message) {
        Ok(Record::Object(record)) => SyncObject::parse(record.object).ok(),
        _ => None,
    };
    let mut again = Vec::new();
    for field in wire::fields(message) {
        let field = field.ok()?;
        match (&object, field.bytes()) {
            (Some(object), Some(bytes)) if field.number == 2 && bytes == object.as_bytes() => {
                let head = field.raw.len() - bytes.len();
                again.extend_from_slice(&field.raw[..head]);
                again.extend_from_slice(object.as_bytes());
            }
            _ => again.extend_from_slice(field.raw),
        }
    }
    Some(again)
}

fn reencoded(blob: &[u8]) -> Option<Vec<u8>> {
    let mut reader = RecordReader::new(blob, Default::default());
    let mut again = Vec::new();
    while let Some(record) = reader.next_record().ok()? {
        let message = decoded_and_encoded(record.message).unwrap_or_else(|| record.message.to_vec());
        again.extend(frame(&message).unwrap());
    }
    Some(again)
}

/// A source that gives a few bytes at a time.
struct Chunked<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Chunked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = *self.sizes.next().unwrap();
        let count = size.min(buffer.len()).min(self.bytes.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        Ok(count)
    }
}

proptest! {
    #![proptest_config(property(12))]

    #[test]
    fn every_set_of_objects_builds_to_a_clean_valid_document(objects in object_sets(), rule in any::<bool>()) {
        let root = objects[0].key().clone();
        let mut plan = Plan::new(objects, &[root]);
        plan.facts.declare_rule = rule;
        let document = plan.seal();
        let report = report(&document);
        prop_assert_eq!(report.signature.verdict, Verdict::Valid);
        prop_assert!(report.is_clean(), "{:?}", report.findings);
        let tally = report.hash_tally();
        prop_assert_eq!((tally.compared, tally.matching), (plan.objects.len(), plan.objects.len()));
        for (reported, object) in report.objects.iter().zip(&plan.objects) {
            prop_assert_eq!(&reported.key, object.key());
            prop_assert!(!reported.hash_has_gaps);
        }
        // Reading and writing the JSON again gives the same bytes.
        let mut again = Vec::new();
        Envelope::parse(&document).unwrap().write_to(&mut again).unwrap();
        prop_assert_eq!(again, document);
    }

    #[test]
    fn a_sealed_document_is_the_same_whenever_it_is_built(objects in object_sets()) {
        let root = objects[0].key().clone();
        let build = || Plan::new(objects.clone(), std::slice::from_ref(&root)).seal();
        prop_assert_eq!(build(), build());
    }

    #[test]
    fn record_order_is_breadth_first_and_the_closure(objects in object_sets(), roots in any::<[prop::sample::Index; 2]>()) {
        let roots = roots.map(|root| root.get(&objects).key().clone());
        let ordered = in_record_order(objects.clone(), &roots).unwrap();
        let mut expected: Vec<ObjectKey> = Vec::new();
        let mut queue = VecDeque::from(roots.to_vec());
        while let Some(key) = queue.pop_front() {
            if expected.contains(&key) {
                continue;
            }
            let object = objects.iter().find(|object| *object.key() == key).unwrap();
            queue.extend(object.dependencies().iter().cloned());
            expected.push(key);
        }
        let got: Vec<_> = ordered.iter().map(|object| object.key().clone()).collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn revision_hashes_do_not_depend_on_the_order_of_records(objects in object_sets(), turn in any::<prop::sample::Index>()) {
        let hashes = |objects: &[SyncObject<'static>]| {
            let graph = Graph::of(objects);
            let hashes = revision_hash::of_all(&graph, revision_hash::DEFAULT_WORK);
            let mut rows: Vec<_> = graph.nodes().iter().map(|node| node.key.clone()).zip(hashes).collect();
            rows.sort();
            rows
        };
        let before = hashes(&objects);
        let mut turned = objects;
        let by = turn.index(turned.len());
        turned.rotate_left(by);
        turned.reverse();
        prop_assert_eq!(hashes(&turned), before);
    }

    #[test]
    fn generated_records_round_trip_byte_for_byte(
        objects in object_sets(), unknown in prop::collection::vec(any::<u8>(), 0..20)
    ) {
        let messages: Vec<_> = objects.iter().map(|object| {
            // An unknown field behind the known ones, and another in the record.
            let object = Writer::new().raw(object.as_bytes()).bytes(77, &unknown).finish();
            Writer::new().raw(&ObjectRecord::encode("id", &object)).bytes(99, &unknown).finish()
        }).collect();
        for message in &messages {
            let Ok(Record::Object(record)) = Record::parse(message) else {
                return Err(TestCaseError::fail("no object record"));
            };
            let object = SyncObject::parse(record.object).unwrap();
            prop_assert_eq!(object.as_bytes(), record.object);
            let owned = SyncObject::from_bytes(record.object.to_vec()).unwrap();
            prop_assert_eq!(owned.as_bytes(), record.object);
            prop_assert!(record.unknown_fields.contains(&99));
            prop_assert!(object.unknown_fields().contains(&("object", 77)));
        }
        let blob = crate::support::framed(&messages);
        prop_assert_eq!(reencoded(&blob).unwrap(), blob);
    }

    #[test]
    fn mutated_records_round_trip_byte_for_byte(at in 1_usize..5, changes in changes(6)) {
        let records = Parts::of(&masking_job().seal()).records();
        let message = mutate(&records[at.min(records.len() - 1)], &changes);
        if let Some(again) = decoded_and_encoded(&message) {
            prop_assert_eq!(again, message);
        }
    }

    #[test]
    fn records_made_here_read_back_as_what_they_are(
        export_id in odd_text(), started in odd_text(), rule in prop::option::of(odd_text()), count in any::<u32>(),
        format in prop::option::of(any::<u32>()), encryption in prop::option::of(prop::collection::vec(any::<u8>(), 0..9)),
        body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let header = Header {
            export_id: export_id.clone(), started, encryption, object_count: count.into(), format: format.map(u64::from), rule, marker: None,
            unknown_fields: Vec::new(),
        };
        prop_assert_eq!(Header::parse(&header.encode()).unwrap(), header);
        let object = ObjectRecord::encode(&export_id, &body);
        prop_assert!(matches!(Record::parse(&object), Ok(Record::Object(r)) if r.object == body && r.export_id == Some(export_id.clone())));
        let sealed = SealedRecord::encode(&export_id, &body);
        prop_assert!(matches!(Record::parse(&sealed), Ok(Record::Sealed(r)) if r.ciphertext == body));
        let trailer = Trailer::encode(&export_id, &body);
        prop_assert!(matches!(Record::parse(&trailer), Ok(Record::Trailer(r)) if r.signature == body && r.canonical));
    }

    #[test]
    fn escaped_text_is_harmless_where_it_goes(text in prop_oneof![odd_text(), any::<String>()]) {
        let hidden = |c: char| c.is_control() || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let terminal = escape::terminal(&text).into_owned();
        let markdown = escape::markdown(&text);
        let html = escape::html(&text);
        for safe in [&terminal, &markdown, &html] {
            prop_assert!(!safe.chars().any(hidden), "{:?}", safe);
        }
        prop_assert!(!html.contains(['<', '>', '"', '\'']));
        // Everything but plain words is code, which only its own fence ends.
        prop_assert!(!markdown.contains('|'), "{:?}", markdown);
        if markdown.contains(['`', '[', '<', '*', '@', '#']) {
            let fence: String = markdown.chars().take_while(|c| *c == '`').collect();
            let inside = markdown.strip_prefix(&fence).and_then(|rest| rest.strip_suffix(&fence));
            prop_assert!(!fence.is_empty() && inside.is_some_and(|inside| !inside.contains(&fence)), "{:?}", markdown);
        }
        // Harmless text is unchanged.
        if !text.chars().any(|c| !c.is_ascii_graphic()) {
            prop_assert_eq!(terminal, text);
        }
    }

    #[test]
    fn mutated_documents_never_panic_nor_verify(changes in changes(5), of_blob in any::<bool>()) {
        let document = small().seal();
        if of_blob {
            let mut parts = Parts::of(&document);
            let blob = mutate(&parts.blob, &changes);
            let altered = blob != parts.blob;
            parts.blob = blob;
            let report = report(&parts.document());
            prop_assert!(!altered || report.signature.verdict != Verdict::Valid);
        } else {
            let _ = Examiner::new(&ExamineOptions::default()).read_bytes(&mutate(&document, &changes)).map(|examined| examined.report);
        }
    }

    #[test]
    fn report_does_not_depend_on_the_sizes_of_reads(
        changes in changes(3), sizes in prop::collection::vec(1_usize..8, 1..5)
    ) {
        let mut parts = Parts::of(&small().seal());
        parts.blob = mutate(&parts.blob, &changes);
        let document = parts.document();
        let options = ExamineOptions::default();
        let whole = Examiner::new(&options).read_bytes(&document).unwrap().report;
        let source = Chunked { bytes: &document, sizes: sizes.iter().cycle() };
        let pieces = Examiner::new(&options).read(source).unwrap().report;
        prop_assert_eq!(said(&pieces), said(&whole));
        prop_assert_eq!(pieces.graph, whole.graph);
    }
}

#[test]
fn a_raw_record_gives_its_bytes_unchanged() {
    let parts = Parts::of(&masking_job().seal());
    let mut reader = RecordReader::new(parts.blob.as_slice(), Default::default());
    let mut again = Vec::new();
    while let Some(RawRecord {
        offset,
        length_prefix,
        message,
        ..
    }) = reader.next_record().unwrap()
    {
        assert_eq!(offset, again.len() as u64);
        again.extend(length_prefix);
        again.extend_from_slice(message);
    }
    assert_eq!(again, parts.blob);
}

#[test]
fn what_is_missing_or_there_twice_is_not_built() {
    let key = |id| numbered(20, id);
    let object = |id, needs: &[i64]| {
        let needs: Vec<_> = needs.iter().map(|id| key(*id)).collect();
        SyncObject::build(&key(id), &needs, &Revision::default(), "EmptyData", &[]).unwrap()
    };
    let error = |objects, root| in_record_order(objects, &[key(root)]).unwrap_err().to_string();
    assert_eq!(
        error(vec![object(1, &[2])], 1),
        "MASKING_JOB 1 depends on MASKING_JOB 2, which is missing"
    );
    assert_eq!(error(vec![object(1, &[])], 3), "MASKING_JOB 3 is missing");
    assert_eq!(
        error(vec![object(1, &[]), object(1, &[])], 1),
        "MASKING_JOB 1 occurs twice"
    );
    // Objects outside the closure may lack dependencies.
    assert_eq!(
        in_record_order(vec![object(1, &[]), object(2, &[9])], &[key(1)])
            .unwrap()
            .len(),
        1
    );
    assert!(ids(&report(&small().seal())).contains(&"sealed-by-toolkit"));
}
