//! Builds the reports on a blob's objects, and their graph.

use crate::blob::RecordHead;
use crate::finding::{self, FindingRule, Place};
use crate::graph::{Graph, GraphBuilder};
use crate::object::data::{DataFacts, DataState, DataWanted, FoundTexts, MessageSpec};
use crate::object::{BlobType, FactsWanted, ObjectError, ObjectParts, type_by_name};
use crate::revision_hash;
use crate::wire::OddityKind;

use super::collect::Findings;
use super::{NamedBy, ObjectReport};

/// Limit on the bytes of all requested texts. The texts of 100,000 jobs have a tenth of it.
const MAX_TEXT_BYTES: usize = 32 << 20;

pub(super) struct ObjectFold {
    graph: GraphBuilder,
    objects: Vec<ObjectReport>,
    /// Whether this toolkit sealed the document, so that its provisional type numbers apply.
    own_document: bool,
    /// The type that each object's revision names.
    stated_types: Vec<Option<String>>,
    wanted: DataWanted,
    /// Bytes of the requested texts so far.
    text_bytes: usize,
}

/// An object with the facts of its data.
pub(super) struct ReadObject {
    pub(super) parts: ObjectParts,
    pub(super) facts: DataFacts,
}

impl ObjectFold {
    pub(super) fn new(wanted: DataWanted) -> Self {
        Self {
            graph: GraphBuilder::new(),
            objects: Vec::new(),
            own_document: false,
            stated_types: Vec::new(),
            wanted,
            text_bytes: 0,
        }
    }

    /// Notes that this toolkit sealed the document.
    pub(super) fn own_document(&mut self) {
        self.own_document = true;
    }

    /// What to read from the data of objects.
    pub(super) fn wanted(&self, held_bytes: u64) -> FactsWanted {
        FactsWanted {
            held_bytes,
            data: self.wanted,
        }
    }

    /// Takes an object whose message begins at `inside` in its record. Returns whether it is readable.
    pub(super) fn add(
        &mut self,
        head: &RecordHead,
        inside: u64,
        object: Result<ReadObject, ObjectError>,
        findings: &mut Findings,
    ) -> bool {
        let start = head.offset + 4 + inside;
        let ReadObject { parts, facts } = match object {
            Ok(object) => object,
            Err(error) => {
                findings.in_blob(&finding::OBJECT_UNREADABLE, start, || {
                    format!("record {}: {error}", head.index)
                });
                return false;
            }
        };
        note_oddities(&parts, &facts, self.own_document, start, findings);
        let texts = self.bounded(facts.texts, start, findings);
        let (created, modified) = (parts.revision.created, parts.revision.modified);
        self.stated_types.push(parts.revision.stated_type());
        self.objects.push(ObjectReport {
            key: parts.key.clone(),
            type_name: parts.key.type_number.to_string(),
            named_by: NamedBy::Number,
            name: facts.name,
            data_type: parts.data_type().to_owned(),
            record: head.index,
            offset: head.offset,
            size: parts.size,
            created,
            modified,
            unread_data: facts.state != DataState::Known,
            possible_keys: facts.possible_keys,
            stated_hash: None,
            computed_hash: None,
            hash_has_gaps: false,
            secrets: facts.secrets,
            secret_values: facts.secret_values,
            texts,
        });
        self.graph
            .add_node(parts.key, parts.revision.pair, parts.dependencies);
        true
    }

    /// Returns the texts of one object, if the limit allows them.
    fn bounded(&mut self, texts: FoundTexts, start: u64, findings: &mut Findings) -> FoundTexts {
        if texts.more > 0 {
            findings.in_blob(&finding::LIMIT_HIT, start, || {
                format!("{} texts of one object aren't examined", texts.more)
            });
        }
        let bytes = texts.list.iter().filter_map(|found| found.text.as_ref());
        self.text_bytes = self.text_bytes.saturating_add(bytes.map(String::len).sum());
        if self.text_bytes <= MAX_TEXT_BYTES || texts.list.is_empty() {
            return texts;
        }
        findings.in_blob(&finding::LIMIT_HIT, start, || {
            format!("texts from here on aren't examined: those before have {MAX_TEXT_BYTES} bytes")
        });
        FoundTexts::default()
    }

    /// Resolves the graph, recomputes the hashes and names the types.
    pub(super) fn finish(self, hash_work: u64, findings: &mut Findings) -> (Vec<ObjectReport>, Graph) {
        let graph = self.graph.finish();
        let hashes = revision_hash::of_all(&graph, hash_work);
        if hashes.iter().any(Option::is_none) {
            findings.in_blob(&finding::LIMIT_HIT, 0, || {
                "revision hashes not recomputed for all objects: their closures are too large".to_owned()
            });
        }
        let mut objects = self.objects;
        for ((object, hash), stated) in objects.iter_mut().zip(hashes).zip(self.stated_types) {
            object.computed_hash = hash;
            let number = object.key.type_number;
            let blob = BlobType::of(number, &object.data_type, stated.as_deref(), self.own_document);
            if let Some(named) = blob.named {
                (object.type_name, object.named_by) = named;
            }
            if let Some(row) = type_by_name(&object.type_name)
                && row.data.is_some_and(|data| data != object.data_type)
                && MessageSpec::by_name(&object.data_type).is_some_and(|spec| !spec.fields.is_empty())
            {
                let place = Place::blob(object.offset);
                findings.about(&finding::DATA_TYPE_DIFFERS, &object.key, place, || {
                    format!("{}: {}", object.describe(), object.data_type)
                });
            }
            if let Some(stated) = blob.contradicted_by {
                let place = Place::blob(object.offset);
                findings.about(&finding::TYPE_CONTRADICTED, &object.key, place, || {
                    format!("{}: its revision says {stated}", object.describe())
                });
            }
        }
        mark_gaps(&graph, &mut objects);
        (objects, graph)
    }
}

/// Marks the objects that need a missing dependency, by walking the edges backwards once.
fn mark_gaps(graph: &Graph, objects: &mut [ObjectReport]) {
    let mut dependents = vec![Vec::new(); graph.nodes().len()];
    let mut queue = Vec::new();
    for (id, node) in graph.nodes().iter().enumerate() {
        for &dependency in &node.dependencies {
            dependents[dependency].push(id);
        }
        if !node.missing.is_empty() {
            queue.push(id);
        }
    }
    while let Some(id) = queue.pop() {
        if !std::mem::replace(&mut objects[id].hash_has_gaps, true) {
            queue.extend(&dependents[id]);
        }
    }
}

/// The rule for an odd field, and its description.
pub(super) fn of_oddity(kind: OddityKind) -> (&'static FindingRule, &'static str) {
    match kind {
        OddityKind::Repeated => (&finding::FIELD_REPEATED, "occurs more than once"),
        OddityKind::OtherType => (&finding::FIELD_TYPE_DIFFERS, "has another wire type"),
    }
}

fn note_oddities(
    parts: &ObjectParts,
    facts: &DataFacts,
    own_document: bool,
    start: u64,
    findings: &mut Findings,
) {
    let key = &parts.key;
    let called = || called(parts, own_document);
    for (part, number) in &parts.unknown_fields {
        findings.about(&finding::UNKNOWN_FIELD, key, Place::blob(start), || {
            format!("{}: {part} field {number}", called())
        });
    }
    for oddity in parts.oddities() {
        let (rule, what) = of_oddity(oddity.kind);
        findings.about(rule, key, Place::blob(start + oddity.offset), || {
            format!("{}: {} {what}", called(), oddity.field)
        });
    }
    let data_at = || Place::blob(start + parts.data_offset);
    let data_type = parts.data_type();
    match facts.state {
        DataState::Unknown => {
            findings.about(&finding::UNKNOWN_DATA, key, data_at(), || {
                format!("{}: {data_type}", called())
            });
        }
        DataState::Broken => {
            findings.about(&finding::OBJECT_UNREADABLE, key, data_at(), || {
                format!("{}: data is no {data_type} message", called())
            });
        }
        DataState::Unread => {
            findings.about(&finding::LIMIT_HIT, key, data_at(), || {
                let length = parts.data_length;
                format!(
                    "{}: {length} bytes of data precede their type, and were not examined",
                    called()
                )
            });
        }
        DataState::Known => {
            for number in &facts.unknown_fields {
                findings.about(&finding::UNKNOWN_FIELD, key, data_at(), || {
                    format!("{}: {data_type} field {number}", called())
                });
            }
        }
    }
    if let Some((part, offset)) = parts.invalid_text(facts) {
        let place = Place::blob(start + offset);
        findings.about(&finding::INVALID_UTF8, key, place, || {
            format!("{}: {part}", called())
        });
    }
}

/// The object's type and identifier, with the type's name from the blob.
fn called(parts: &ObjectParts, own_document: bool) -> String {
    let key = &parts.key;
    let blob = BlobType::read(key.type_number, parts.data_type(), &parts.revision, own_document);
    match blob.named {
        Some((type_name, _)) => format!("{type_name} {}", key.identifier),
        None => key.to_string(),
    }
}
