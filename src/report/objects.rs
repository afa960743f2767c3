//! Folds the object records: what each object is, and what the graph they form shows.

use std::collections::BTreeMap;

use crate::blob::{ObjectRecord, RecordHead};
use crate::finding::{self, FindingRule, Place};
use crate::graph::{Graph, GraphBuilder};
use crate::object::data::{DataFacts, DataState, DataWanted, FoundTexts, MessageSpec, SecretKind};
use crate::object::{BlobType, FactsWanted, ObjectError, ObjectKey, ObjectParts, SyncObject, type_by_name};
use crate::revision_hash;
use crate::wire::OddityKind;

use super::collect::Findings;
use super::{EnvelopeReport, NamedBy, ObjectReport, matching};

/// Bytes of all texts that were asked for. Those of 100,000 jobs have a tenth of it.
const MAX_TEXT_BYTES: usize = 32 << 20;
/// Members of a cycle that its finding names.
const CYCLE_NAMED: usize = 20;

pub(super) struct ObjectFold {
    graph: GraphBuilder,
    objects: Vec<ObjectReport>,
    /// Whether this project sealed the document, so that its provisional type numbers count.
    own_document: bool,
    /// The type that each object's revision names.
    stated_types: Vec<Option<String>>,
    wanted: DataWanted,
    /// Bytes of the texts that were asked for and kept.
    text_bytes: usize,
    kept: Option<Kept>,
}

/// An object with the facts of its data.
pub(super) struct ReadObject {
    pub(super) parts: ObjectParts,
    pub(super) facts: DataFacts,
}

/// Objects, and what their records hold beside them.
type Kept = (Vec<SyncObject<'static>>, BTreeMap<ObjectKey, Vec<u8>>);

impl ObjectFold {
    pub(super) fn new(wanted: DataWanted) -> Self {
        Self {
            graph: GraphBuilder::new(),
            objects: Vec::new(),
            own_document: false,
            stated_types: Vec::new(),
            wanted,
            text_bytes: 0,
            kept: None,
        }
    }

    pub(super) fn keep(&mut self) {
        self.kept = Some(Kept::default());
    }

    /// Whether objects are kept.
    pub(super) fn keeps(&self) -> bool {
        self.kept.is_some()
    }

    pub(super) fn take_kept(&mut self) -> Kept {
        self.kept.take().unwrap_or_default()
    }

    /// The header says that this project sealed the document.
    pub(super) fn own_document(&mut self) {
        self.own_document = true;
    }

    /// What to find out about the data of the objects to come.
    pub(super) fn wanted(&self, held_bytes: u64) -> FactsWanted {
        FactsWanted {
            held_bytes,
            data: self.wanted,
        }
    }

    /// Takes what was read from one object message, which begins at `inside` of its record's message; false if it can't
    /// be read.
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

    /// The texts of one object, as long as there is room for them.
    fn bounded(&mut self, texts: FoundTexts, start: u64, findings: &mut Findings) -> FoundTexts {
        if texts.more > 0 {
            findings.in_blob(&finding::LIMIT_HIT, start, || {
                format!("{} texts of one object aren't looked at", texts.more)
            });
        }
        let bytes = texts.list.iter().filter_map(|found| found.text.as_ref());
        self.text_bytes = self.text_bytes.saturating_add(bytes.map(String::len).sum());
        if self.text_bytes <= MAX_TEXT_BYTES || texts.list.is_empty() {
            return texts;
        }
        findings.in_blob(&finding::LIMIT_HIT, start, || {
            format!("texts from here on aren't looked at: those before have {MAX_TEXT_BYTES} bytes")
        });
        FoundTexts::default()
    }

    /// Keeps an object and what its record holds beside it, if they are wanted.
    pub(super) fn keep_whole(&mut self, record: &[u8], object: &[u8]) {
        if let (Some(kept), Ok(object)) = (&mut self.kept, SyncObject::from_bytes(object.to_vec())) {
            let beside = ObjectRecord::unknown_bytes(record);
            if !beside.is_empty() {
                kept.1.insert(object.key().clone(), beside);
            }
            kept.0.push(object);
        }
    }

    /// Resolves the graph, recomputes the hashes and names the types by the tables.
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

/// Marks every object from which a missing dependency can be reached, walking the edges backwards once.
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

/// The finding of an odd field, and its words.
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
                    "{}: {length} bytes of data precede the type they are of, and were not looked into",
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

/// An object by its type and identifier, as the blob names the type.
fn called(parts: &ObjectParts, own_document: bool) -> String {
    let key = &parts.key;
    let blob = BlobType::read(key.type_number, parts.data_type(), &parts.revision, own_document);
    match blob.named {
        Some((type_name, _)) => format!("{type_name} {}", key.identifier),
        None => key.to_string(),
    }
}

/// Findings about duplicates, missing dependencies, cycles and orphans.
pub(super) fn judge_graph(
    objects: &[ObjectReport],
    graph: &Graph,
    envelope: &EnvelopeReport,
    complete: bool,
    findings: &mut Findings,
) {
    for (id, node) in graph.nodes().iter().enumerate() {
        if graph.find(&node.key) != Some(id) {
            on(&objects[id], &finding::DUPLICATE_OBJECT, findings);
        }
    }
    for (id, node) in graph.nodes().iter().enumerate() {
        for missing in &node.missing {
            if complete {
                let text = || format!("{} depends on {missing}", objects[id].describe());
                let place = Place::blob(objects[id].offset);
                findings.about(&finding::MISSING_DEPENDENCY, &node.key, place, text);
            }
        }
    }
    if let Err(cycle) = graph.import_order() {
        let names: Vec<_> = cycle
            .iter()
            .take(CYCLE_NAMED)
            .chain(cycle.first())
            .map(|id| objects[*id].describe())
            .collect();
        let offset = cycle.first().map_or(0, |id| objects[*id].offset);
        findings.in_blob(&finding::DEPENDENCY_CYCLE, offset, || names.join(" → "));
    }
    if complete && let Some(roots) = matching::requested_nodes(objects, envelope) {
        // A second object of one key is unreachable by its nature and has its own finding.
        let orphans = graph.orphans(roots).into_iter();
        for id in orphans.filter(|id| graph.find(&graph.nodes()[*id].key) == Some(*id)) {
            on(&objects[id], &finding::ORPHAN_OBJECT, findings);
        }
    }
    // The first object of each number and name: sorting is stable.
    let mut unknown: Vec<&ObjectReport> = objects
        .iter()
        .filter(|o| !matches!(o.named_by, NamedBy::Table | NamedBy::Provisional))
        .collect();
    unknown.sort_by(|a, b| (a.key.type_number, &a.type_name).cmp(&(b.key.type_number, &b.type_name)));
    unknown.dedup_by(|a, b| (a.key.type_number, &a.type_name) == (b.key.type_number, &b.type_name));
    for object in unknown {
        let number = object.key.type_number;
        let place = Place::blob(object.offset);
        findings.about(
            &finding::UNKNOWN_OBJECT_TYPE,
            &object.key,
            place,
            || match object.named_by {
                NamedBy::Revision => format!("number {number}, named {} by its revision", object.type_name),
                NamedBy::Metadata => {
                    format!(
                        "number {number}, named {} by the metadata alone: a guess",
                        object.type_name
                    )
                }
                _ => format!("number {number}, named neither by its revision nor by the metadata"),
            },
        );
    }
}

/// A finding that says no more than which object it is about.
pub(super) fn on(object: &ObjectReport, rule: &'static FindingRule, findings: &mut Findings) {
    findings.about(rule, &object.key, Place::blob(object.offset), || {
        object.describe()
    });
}

/// Secrets that anyone with the file can read, and the global key, which matters encrypted or not.
pub(super) fn note_secrets(objects: &[ObjectReport], in_clear: bool, findings: &mut Findings) {
    let holders: Vec<&ObjectReport> = objects.iter().filter(|o| !o.secrets.is_empty()).collect();
    let mut totals = BTreeMap::new();
    for (kind, count) in holders.iter().flat_map(|o| &o.secrets) {
        *totals.entry(*kind).or_insert(0_u64) += count;
    }
    if let Some(first) = holders.first().filter(|_| in_clear) {
        let list: Vec<_> = totals
            .iter()
            .map(|(kind, count)| format!("{count} {}", secret_words(*kind, *count)))
            .collect();
        findings.in_blob(&finding::SECRETS_IN_CLEAR, first.offset, || {
            format!("{} in {} objects", list.join(", "), holders.len())
        });
    }
    if in_clear {
        note_possible_secrets(objects, findings);
    }
    let is_key = |object: &&ObjectReport| {
        let secrets = object.secrets.iter();
        object.type_name == "KEY" || secrets.clone().any(|(kind, _)| *kind == SecretKind::GlobalKey)
    };
    if let Some(key) = objects.iter().find(is_key) {
        on(key, &finding::KEY_PRESENT, findings);
    }
}

/// Reports possible secrets in fields and data that no table describes.
fn note_possible_secrets(objects: &[ObjectReport], findings: &mut Findings) {
    let mut hiding = objects.iter().filter(|object| object.may_hide_secrets());
    if let Some(first) = hiding.next() {
        findings.in_blob(&finding::SECRETS_UNKNOWN, first.offset, || {
            match 1 + hiding.count() {
                1 => "1 object holds data this version can't read".to_owned(),
                count => format!("{count} objects hold data this version can't read"),
            }
        });
    }
    for object in objects.iter().filter(|object| object.possible_keys > 0) {
        let place = Place::blob(object.offset);
        findings.about(&finding::POSSIBLE_KEY, &object.key, place, || {
            let texts = match object.possible_keys {
                1 => "a text looks".to_owned(),
                count => format!("{count} texts look"),
            };
            format!("{}: {texts} like base64 of 16, 24 or 32 bytes", object.describe())
        });
    }
}

fn secret_words(kind: SecretKind, count: u64) -> &'static str {
    match (kind, count) {
        (SecretKind::GlobalKey, 1) => "global key",
        (SecretKind::GlobalKey, _) => "global keys",
        (SecretKind::AlgorithmKey, 1) => "algorithm key",
        (SecretKind::AlgorithmKey, _) => "algorithm keys",
        (SecretKind::LookupRows, 1) => "lookup row",
        (SecretKind::LookupRows, _) => "lookup rows",
        (SecretKind::SegmentMappings, 1) => "segment mapping",
        (SecretKind::SegmentMappings, _) => "segment mappings",
    }
}
