//! Findings about all objects: their graph, unknown types, and secrets.

use std::collections::BTreeMap;

use crate::finding::{self, Place};
use crate::graph::{Graph, NodeId};
use crate::object::data::SecretKind;

use super::collect::Findings;
use super::{NamedBy, ObjectReport};

/// Members of a cycle that its finding names.
const CYCLE_NAMED: usize = 20;

/// Notes duplicates, missing dependencies, cycles, unknown types, and objects that no requested one needs.
/// `complete` says whether all objects were read.
pub(super) fn note_graph(
    objects: &[ObjectReport],
    graph: &Graph,
    requested: Option<Vec<NodeId>>,
    complete: bool,
    findings: &mut Findings,
) {
    for (id, node) in graph.nodes().iter().enumerate() {
        if graph.find(&node.key) != Some(id) {
            findings.on(&objects[id], &finding::DUPLICATE_OBJECT);
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
    if let Some(roots) = requested {
        // A duplicate is always unreachable and has its own finding.
        let orphans = graph.orphans(roots).into_iter();
        for id in orphans.filter(|id| graph.find(&graph.nodes()[*id].key) == Some(*id)) {
            findings.on(&objects[id], &finding::ORPHAN_OBJECT);
        }
    }
    // One object per number and name: the first, because sorting is stable.
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

/// Notes secrets in clear, and the global key, encrypted or not.
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
        findings.on(key, &finding::KEY_PRESENT);
    }
}

/// Notes possible secrets in unknown fields and unreadable data.
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
