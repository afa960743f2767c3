//! Compares the metadata with the blob: names of unknown types, hashes, lists, counts and dates.
//! The blob is authoritative, so every disagreement is a finding about the metadata.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::finding::{self, Place};
use crate::graph::{Graph, NodeId};
use crate::identifier::Identifier;

use super::collect::Findings;
use super::{EnvelopeReport, HeaderReport, ListedObject, NamedBy, ObjectReport};

/// The longest time that an export takes.
const EXPORT_TAKES_AT_MOST_SECONDS: i64 = 3 * 3600;
/// How far the header's time may be after exportDate, which has whole seconds.
const CLOCK_SLACK_SECONDS: i64 = 2;

type Row<'a> = (&'a str, &'a Identifier);

/// Compares the number of objects in header, blob and list. Returns whether header and blob agree: the list is not
/// signed.
pub(super) fn counts_agree(
    header: &HeaderReport,
    envelope: &EnvelopeReport,
    object_records: u64,
    findings: &mut Findings,
) -> bool {
    let announced = header.object_count;
    if announced != object_records {
        findings.in_blob(&finding::OBJECT_COUNT_MISMATCH, 0, || {
            format!("header announces {announced}, the blob has {object_records}")
        });
    }
    let listed = envelope.exported.len() as u64;
    if envelope.exported_listed && announced != listed {
        let place = Place::json("$.exportResponseMetadata.exportedObjectList");
        findings.add(&finding::METADATA_COUNT_MISMATCH, Some(place), || {
            format!("header announces {announced}, the list has {listed}")
        });
    }
    announced == object_records
}

/// Names unknown types, then compares rows with objects in both directions.
pub(super) fn compare_lists(
    objects: &mut [ObjectReport],
    graph: &Graph,
    envelope: &EnvelopeReport,
    findings: &mut Findings,
) {
    take_names(objects, envelope);
    if !envelope.exported_listed {
        return;
    }
    // Each row matches at most one object, so repeated rows remain unmatched.
    let mut rows: HashMap<Row<'_>, VecDeque<usize>> = HashMap::new();
    for (index, row) in envelope.exported.iter().enumerate() {
        if let (Some(type_name), Some(identifier)) = (&row.type_name, &row.identifier) {
            rows.entry((type_name, identifier)).or_default().push_back(index);
        }
    }
    let mut by_hash: HashMap<&str, usize> = HashMap::new();
    for (index, row) in envelope.exported.iter().enumerate() {
        if let (Some(Identifier::OtherJson(_)), Some(hash)) = (&row.identifier, &row.hash) {
            by_hash.insert(hash, index);
        }
    }
    // Objects with a known type number come first, because a type name from a revision may be wrong.
    let mut answering: Vec<Option<usize>> = vec![None; objects.len()];
    for certain in [true, false] {
        for (id, object) in objects.iter().enumerate() {
            if (object.named_by != NamedBy::Revision) != certain {
                continue;
            }
            answering[id] = match (&object.key.identifier, &object.computed_hash) {
                // The JSON form of an unknown identifier is unknown, so the hash has to match.
                (Identifier::OtherAny { .. }, Some(hash)) => by_hash.remove(hash.as_str()),
                (identifier, _) => {
                    let rows = rows.get_mut(&(object.type_name.as_str(), identifier));
                    rows.and_then(VecDeque::pop_front)
                }
            };
        }
    }
    answer_texts(objects, &mut answering, rows, envelope, findings);
    for (id, index) in relabelled(objects, &answering, envelope) {
        answering[id] = Some(index);
        let (object, row) = (&objects[id], &envelope.exported[index]);
        if !is_label_of_unknown_reference(object, row) {
            let place = Place::json(format!("{}.objectType", row.path));
            findings.about(&finding::METADATA_TYPE_DIFFERS, &object.key, place, || {
                let label = row.type_name.as_deref().unwrap_or_default();
                format!("{}: the metadata says {label}", object.describe())
            });
        }
    }
    let mut used = vec![false; envelope.exported.len()];
    for (id, (object, row)) in objects.iter_mut().zip(answering).enumerate() {
        match row {
            Some(index) => {
                used[index] = true;
                compare_hash(object, &envelope.exported[index], findings);
            }
            None if graph.find(&object.key) == Some(id) => {
                findings.on(object, &finding::METADATA_MISSES_OBJECT);
            }
            None => {}
        }
    }
    for (row, _) in envelope.exported.iter().zip(&used).filter(|(_, used)| !**used) {
        let place = Some(Place::json(&row.path));
        findings.add(&finding::METADATA_EXTRA_OBJECT, place, || describe_row(row));
    }
    let index = Index::of(objects);
    for row in &envelope.requested {
        if index.answering(row).is_none() {
            let place = Some(Place::json(&row.path));
            findings.add(&finding::REQUESTED_NOT_EXPORTED, place, || describe_row(row));
        }
    }
}

/// Pairs objects and rows with one identifier but different types, if their hashes agree or the identifier is unique
/// on both sides.
fn relabelled(
    objects: &[ObjectReport],
    answering: &[Option<usize>],
    envelope: &EnvelopeReport,
) -> Vec<(NodeId, usize)> {
    let answered: HashSet<usize> = answering.iter().flatten().copied().collect();
    let mut of_hash: HashMap<(&Identifier, &str), VecDeque<usize>> = HashMap::new();
    let mut rows: BTreeSet<usize> = BTreeSet::new();
    for (index, row) in envelope.exported.iter().enumerate() {
        let (Some(identifier), Some(_)) = (&row.identifier, &row.type_name) else {
            continue;
        };
        if answered.contains(&index) {
            continue;
        }
        rows.insert(index);
        if let Some(hash) = &row.hash {
            of_hash.entry((identifier, hash)).or_default().push_back(index);
        }
    }
    let mut pairs = Vec::new();
    let mut alone: HashMap<&Identifier, (Vec<NodeId>, Vec<usize>)> = HashMap::new();
    for (id, object) in objects
        .iter()
        .enumerate()
        .filter(|(id, _)| answering[*id].is_none())
    {
        let identifier = &object.key.identifier;
        let hash = object.computed_hash.as_deref();
        let row = hash.and_then(|hash| of_hash.get_mut(&(identifier, hash))?.pop_front());
        match row {
            Some(row) => {
                rows.remove(&row);
                pairs.push((id, row));
            }
            None => alone.entry(identifier).or_default().0.push(id),
        }
    }
    for row in rows {
        if let Some((_, rows)) = envelope.exported[row]
            .identifier
            .as_ref()
            .and_then(|id| alone.get_mut(id))
        {
            rows.push(row);
        }
    }
    pairs.extend(
        alone
            .values()
            .filter_map(|(ids, rows)| match (&ids[..], &rows[..]) {
                ([id], [row]) => Some((*id, *row)),
                _ => None,
            }),
    );
    pairs.sort_unstable();
    pairs
}

/// Whether a row names an unknown reference type. A reference's revision names only the type that it refers to, so the
/// row's name is better.
fn is_label_of_unknown_reference(object: &ObjectReport, row: &ListedObject) -> bool {
    let label = row.type_name.as_deref().unwrap_or_default();
    object.named_by == NamedBy::Revision && (label.ends_with("_REFERENCE") || label.starts_with("SOURCE_"))
}

/// Matches the remaining objects with rows whose number is text, as some clients write it.
fn answer_texts(
    objects: &[ObjectReport],
    answering: &mut [Option<usize>],
    left: HashMap<Row<'_>, VecDeque<usize>>,
    envelope: &EnvelopeReport,
    findings: &mut Findings,
) {
    let numbers = left
        .into_iter()
        .filter_map(|((type_name, identifier), rows)| match identifier {
            Identifier::Text(text) => {
                let number: i64 = text.parse().ok()?;
                (number.to_string() == *text).then_some(((type_name, number), rows))
            }
            _ => None,
        });
    let mut numbers: HashMap<(&str, i64), VecDeque<usize>> = numbers.collect();
    let mut texts = Vec::new();
    for (object, answer) in objects.iter().zip(answering.iter_mut()) {
        let (None, Identifier::Integer(number)) = (&answer, &object.key.identifier) else {
            continue;
        };
        if let Some(rows) = numbers.get_mut(&(object.type_name.as_str(), *number)) {
            *answer = rows.pop_front();
            texts.extend(*answer);
        }
    }
    if let Some(first) = texts.iter().min() {
        let row = &envelope.exported[*first];
        let place = Place::json(format!("{}.objectIdentifier", row.path));
        findings.add(&finding::METADATA_NUMBER_AS_TEXT, Some(place), || {
            let identifier = row.identifier.as_ref().map(ToString::to_string);
            let more = match texts.len() {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            format!(
                "id {:?} is text where engines write a number{more}",
                identifier.unwrap_or_default()
            )
        });
    }
}

fn compare_hash(object: &mut ObjectReport, row: &ListedObject, findings: &mut Findings) {
    object.stated_hash.clone_from(&row.hash);
    match (&object.stated_hash, &object.computed_hash) {
        (None, _) => {
            let place = Place::json(&row.path);
            findings.about(&finding::HASH_MISSING, &object.key, place, || object.describe());
        }
        (Some(stated), Some(computed)) if stated != computed => {
            let place = Place::json(format!("{}.revisionHash", row.path));
            let gaps = if object.hash_has_gaps {
                " (dependencies are missing from the document)"
            } else {
                ""
            };
            findings.about(&finding::HASH_MISMATCH, &object.key, place, || {
                format!(
                    "{}: stated {stated}, recomputed {computed}{gaps}",
                    object.describe()
                )
            });
        }
        _ => {}
    }
}

/// Names an unknown type number by the metadata, if all its objects have the same name there.
pub(super) fn take_names(objects: &mut [ObjectReport], envelope: &EnvelopeReport) {
    let certain = objects.iter().filter(|object| object.named_by != NamedBy::Number);
    let claimed: HashSet<(&str, &Identifier)> = certain
        .map(|object| (object.type_name.as_str(), &object.key.identifier))
        .collect();
    let mut rows: HashMap<&Identifier, Vec<&ListedObject>> = HashMap::new();
    for row in &envelope.exported {
        if let (Some(name), Some(identifier)) = (row.type_name.as_deref(), &row.identifier)
            && !claimed.contains(&(name, identifier))
        {
            rows.entry(identifier).or_default().push(row);
        }
    }
    let mut names: HashMap<u64, Option<&str>> = HashMap::new();
    for object in objects.iter().filter(|object| object.named_by == NamedBy::Number) {
        let candidates = rows.get(&object.key.identifier).map_or(&[][..], Vec::as_slice);
        let same_hash = candidates
            .iter()
            .filter(|row| row.hash.is_some() && row.hash == object.computed_hash);
        let name = single(same_hash.filter_map(|row| row.type_name.as_deref()))
            .or_else(|| single(candidates.iter().filter_map(|row| row.type_name.as_deref())));
        names
            .entry(object.key.type_number)
            .and_modify(|known| {
                if *known != name {
                    *known = None;
                }
            })
            .or_insert(name);
    }
    for object in objects
        .iter_mut()
        .filter(|object| object.named_by == NamedBy::Number)
    {
        if let Some(Some(name)) = names.get(&object.key.type_number) {
            (object.type_name, object.named_by) = ((*name).to_owned(), NamedBy::Metadata);
        }
    }
}

fn single<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

/// Finds the object of a row of the requested list. Clients write ids as strings, and some omit the identifier.
struct Index<'a> {
    by_identifier: HashMap<(&'a str, String), NodeId>,
    by_type: HashMap<&'a str, NodeId>,
}

impl<'a> Index<'a> {
    fn of(objects: &'a [ObjectReport]) -> Self {
        let (mut by_identifier, mut by_type) = (HashMap::new(), HashMap::new());
        for (id, object) in objects.iter().enumerate() {
            let type_name = object.type_name.as_str();
            by_identifier
                .entry((type_name, object.key.identifier.to_string()))
                .or_insert(id);
            by_type.entry(type_name).or_insert(id);
        }
        Self {
            by_identifier,
            by_type,
        }
    }

    fn answering(&self, row: &ListedObject) -> Option<NodeId> {
        let type_name = row.type_name.as_deref()?;
        match row.identifier.as_ref()? {
            Identifier::OtherJson(text) if text == "{}" => self.by_type.get(type_name).copied(),
            identifier => self
                .by_identifier
                .get(&(type_name, identifier.to_string()))
                .copied(),
        }
    }
}

/// The requested objects, in the order of the request. `None` if the list is missing or none of them is in the blob.
pub(super) fn requested_nodes(objects: &[ObjectReport], envelope: &EnvelopeReport) -> Option<Vec<NodeId>> {
    let index = Index::of(objects);
    let nodes: Vec<NodeId> = envelope
        .requested
        .iter()
        .filter_map(|row| index.answering(row))
        .collect();
    (!nodes.is_empty()).then_some(nodes)
}

/// Compares the times in header and metadata.
pub(super) fn compare_dates(
    header: Option<&HeaderReport>,
    envelope: &EnvelopeReport,
    findings: &mut Findings,
) {
    let Some(started) = header.and_then(|header| header.started) else {
        return;
    };
    let Some(ended) = envelope.date.as_ref().and_then(|date| date.instant) else {
        return;
    };
    let took = ended.as_second() - started.as_second();
    if !(-CLOCK_SLACK_SECONDS..=EXPORT_TAKES_AT_MOST_SECONDS).contains(&took) {
        let place = Place::json("$.exportResponseMetadata.exportDate");
        findings.add(&finding::DATES_FAR_APART, Some(place), || {
            format!("exportDate {ended}, header {started}")
        });
    }
}

fn describe_row(row: &ListedObject) -> String {
    let type_name = row.type_name.as_deref().unwrap_or("(no type)");
    match &row.identifier {
        Some(identifier) => format!("{type_name} {identifier}"),
        None => format!("{type_name} (no identifier)"),
    }
}
