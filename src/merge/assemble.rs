//! Builds the merged document and the outcome from the decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::build::Extras;
use crate::graph::Graph;
use crate::identifier::Identifier;
use crate::object::{Named, ObjectKey, SyncObject};
use crate::wire::Message;

use super::closure::{Placed, Walk};
use super::decide::Decider;
use super::lists::merge_lists;
use super::matching::{Entities, EntityId};
use super::outcome::{MergeOutcome, MergedDocument, MergedObject, Note, Origin, Renumbered};
use super::source::{Documents, Source};
use super::{MergeError, MergeOptions};

pub(super) fn assemble(
    documents: Documents,
    entities: Entities,
    options: &MergeOptions,
) -> Result<MergeOutcome, MergeError> {
    let (mut outcome, objects) = outcome(&documents, entities, options)?;
    // Dropping the documents first leaves most objects with one owner, so they needn't be copied.
    drop(documents);
    if let Some(document) = &mut outcome.document {
        document.objects = objects.into_iter().map(Arc::unwrap_or_clone).collect();
    }
    Ok(outcome)
}

fn outcome(
    documents: &Documents,
    entities: Entities,
    options: &MergeOptions,
) -> Result<(MergeOutcome, Vec<Arc<SyncObject<'static>>>), MergeError> {
    let decider = Decider::new(documents, entities, options)?;
    let mut walk = Walk::new(decider, &options.derived);
    let roots = walk.run()?;
    let unused: Vec<Note> = walk
        .decider
        .preference
        .unused()
        .map(|object| Note::UnusedResolution(object.to_owned()))
        .collect();
    let mut notes: Vec<Note> = doubts(documents).collect();
    notes.append(&mut walk.decider.notes);
    notes.extend(unused);
    notes.extend(labels(documents));
    let whole = walk.conflicts.is_empty();
    let requested: Vec<ObjectKey> = roots
        .iter()
        .map(|id| walk.decider.entities.list[*id].key.clone())
        .collect();
    if whole {
        in_record_order(&mut walk, &requested, options, &mut notes)?;
    }
    let removed = unreached(&walk, &roots, &mut notes);
    let extras = whole.then(|| extras(&walk));
    let document = extras.map(|extras| MergedDocument {
        objects: Vec::new(),
        requested,
        host: documents.sides().iter().find_map(|side| side.host.clone()),
        format: documents.sides().iter().filter_map(|side| side.format).max(),
        type_names: documents.type_names.clone(),
        extras,
    });
    let outcome = MergeOutcome {
        sources: documents
            .all()
            .iter()
            .map(|source| source.label.clone())
            .collect(),
        sides: documents.sides().len(),
        objects: walk.placed.iter().map(|placed| merged(&walk, placed)).collect(),
        removed,
        renumbered: renumbered(&walk),
        conflicts: std::mem::take(&mut walk.conflicts),
        notes,
        document,
    };
    let objects = walk.placed.into_iter().map(|placed| placed.object).collect();
    Ok((outcome, objects))
}

/// The doubts about the documents. They apply to the result, too.
fn doubts(documents: &Documents) -> impl Iterator<Item = Note> {
    let sources = documents.all().iter();
    sources.flat_map(|source| {
        source.doubts.iter().map(|doubt| Note::DoubtfulSource {
            source_label: source.label.clone(),
            doubt: doubt.clone(),
        })
    })
}

/// Puts the objects in the engines' record order: breadth-first from the requested ones.
fn in_record_order(
    walk: &mut Walk<'_>,
    requested: &[ObjectKey],
    options: &MergeOptions,
    notes: &mut Vec<Note>,
) -> Result<(), MergeError> {
    let names = &walk.decider.documents.type_names;
    for (object, missing) in std::mem::take(&mut walk.gaps) {
        let [object, missing] = [object, missing].map(|key| Box::new(Named::by_key(key, names)));
        if !options.allow_invalid {
            return Err(MergeError::Missing { object, missing });
        }
        notes.push(Note::Gap { object, missing });
    }
    let graph = Graph::of(walk.placed.iter().map(|placed| &*placed.object));
    if let Err(circle) = graph.import_order() {
        let objects: Vec<Named> = circle
            .iter()
            .map(|id| Named::by_key(graph.nodes()[*id].key.clone(), names))
            .collect();
        match objects.first() {
            Some(first) if options.allow_invalid => notes.push(Note::Circle(first.clone())),
            _ => return Err(MergeError::Cycle(objects)),
        }
    }
    let order = graph.breadth_first(requested.iter().filter_map(|key| graph.find(key)));
    let mut rank = vec![usize::MAX; walk.placed.len()];
    for (position, id) in order.into_iter().enumerate() {
        rank[id] = position;
    }
    let mut placed: Vec<(usize, Placed)> = rank.into_iter().zip(std::mem::take(&mut walk.placed)).collect();
    placed.sort_by_key(|(position, _)| *position);
    walk.placed = placed.into_iter().map(|(_, placed)| placed).collect();
    Ok(())
}

fn merged(walk: &Walk<'_>, placed: &Placed) -> MergedObject {
    let decider = &walk.decider;
    let object = decider.named(placed.id, placed.position);
    let positions = &decider.entities.list[placed.id].positions;
    let sides = positions
        .iter()
        .filter(|(source, _)| decider.documents.is_side(*source));
    let has_it = |(source, at): &&(usize, usize)| {
        let renamed = decider.entities.renamed(decider.documents, *source, *at);
        renamed.is_ok_and(|object| object.revision().pair == placed.object.revision().pair)
    };
    MergedObject {
        object,
        origin: placed.origin,
        sources: match placed.origin {
            Origin::RewrittenByEngine => vec![placed.position.0],
            Origin::Derived => sides.map(|(source, _)| *source).collect(),
            _ => sides.filter(has_it).map(|(source, _)| *source).collect(),
        },
    }
}

/// Returns the base's objects that aren't in the result. Adds notes about other omitted objects, and about objects that
/// stay although a side removed them.
fn unreached(walk: &Walk<'_>, roots: &[EntityId], notes: &mut Vec<Note>) -> Vec<Named> {
    let Decider {
        documents, entities, ..
    } = &walk.decider;
    let mut removed = Vec::new();
    for (id, entity) in entities.list.iter().enumerate() {
        let was_there = documents.base.is_some_and(|base| entity.at(base).is_some());
        let sides = entity
            .positions
            .iter()
            .filter(|(source, _)| documents.is_side(*source))
            .count();
        let named = || walk.decider.named(id, entity.positions[0]);
        match (walk.reached[id], was_there) {
            (true, true) if sides < documents.sides().len() && !roots.contains(&id) => {
                notes.push(Note::Kept(named()));
            }
            (true, _) => {}
            (false, true) => removed.push(named()),
            (false, false) => notes.push(Note::LeftOut(named())),
        }
    }
    removed
}

fn renumbered(walk: &Walk<'_>) -> Vec<Renumbered> {
    let Decider {
        documents, entities, ..
    } = &walk.decider;
    let mut renumbered = Vec::new();
    for placed in &walk.placed {
        let entity = &entities.list[placed.id];
        for (source, at) in &entity.positions {
            let old = &documents[*source].objects[*at].key().identifier;
            if documents.is_side(*source)
                && matches!(old, Identifier::Integer(_))
                && *old != entity.key.identifier
            {
                renumbered.push(Renumbered {
                    source: *source,
                    object: walk.decider.named(placed.id, placed.position),
                    old: old.clone(),
                });
            }
        }
    }
    renumbered
}

/// Notes about differing hosts and formats.
fn labels(documents: &Documents) -> Vec<Note> {
    let sides = documents.sides().iter();
    let hosts: BTreeSet<String> = sides.clone().filter_map(|side| side.host.clone()).collect();
    let formats: BTreeSet<u64> = sides.filter_map(|side| side.format).collect();
    let hosts = (hosts.len() > 1).then(|| Note::Hosts(Vec::from_iter(hosts)));
    let formats = (formats.len() > 1).then(|| Note::Formats(Vec::from_iter(formats)));
    hosts.into_iter().chain(formats).collect()
}

/// The marker and the unknown fields of the header and of the result's records.
fn extras(walk: &Walk<'_>) -> Extras {
    let Decider {
        documents, entities, ..
    } = &walk.decider;
    let header = |source: &Source| raw_fields(&source.header_fields);
    let headers: Vec<Vec<Vec<u8>>> = documents.sides().iter().map(header).collect();
    let record = |&(source, at): &(usize, usize)| {
        let document = &documents[source];
        let fields = document.record_fields.get(document.objects[at].key());
        fields.map(|fields| raw_fields(fields)).unwrap_or_default()
    };
    let mut record_fields = BTreeMap::new();
    for placed in &walk.placed {
        let entity = &entities.list[placed.id];
        let (sides, base): (Vec<_>, Vec<_>) = entity
            .positions
            .iter()
            .partition(|(source, _)| documents.is_side(*source));
        let lists: Vec<Vec<Vec<u8>>> = sides.into_iter().map(record).collect();
        let merged = merge_fields(base.first().map(|position| record(position)).as_deref(), &lists);
        if !merged.is_empty() {
            record_fields.insert(placed.object.key().clone(), merged);
        }
    }
    Extras {
        marker: documents.sides().iter().find_map(|side| side.marker.clone()),
        header_fields: merge_fields(
            documents.base.map(|base| header(&documents[base])).as_deref(),
            &headers,
        ),
        record_fields,
    }
}

fn merge_fields(base: Option<&[Vec<u8>]>, sides: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let sides: Vec<&[Vec<u8>]> = sides.iter().map(Vec::as_slice).collect();
    merge_lists(base, &sides).concat()
}

fn raw_fields(bytes: &[u8]) -> Vec<Vec<u8>> {
    let message = Message::parse(bytes).unwrap_or_default();
    message.fields().map(|field| field.raw.to_vec()).collect()
}
