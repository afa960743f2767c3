//! An export document of the target: the saved states of its objects.
//!
//! Its references count, too, because an engine refers to the current states of its own objects. A document shows the
//! environment of an object only if an `ENVIRONMENT` object depends on it.

use std::collections::{HashMap, HashSet};

use super::coverage::Extent;
use super::observations::Observation;
use super::{Source, StateError, TargetStateBuilder};
use crate::identifier::Identifier;
use crate::import_plan::{ImportDocument, Location, TypeSelector, stands_for};
use crate::object::{OBJECT_TYPES, ObjectType, Scope, SyncObject, type_by_name};
use crate::passphrase::Passphrase;
use crate::report::{DocumentReport, ExamineOptions, Examined, Examiner};
use crate::reuse;

impl TargetStateBuilder {
    pub(super) fn add_document(
        &mut self,
        source: &Source,
        bytes: &[u8],
        passphrases: &[Passphrase],
    ) -> Result<usize, StateError> {
        let options = ExamineOptions {
            passphrases: passphrases.to_vec(),
            ..ExamineOptions::default()
        };
        let Examined { report, contents, .. } = Examiner::new(&options).keep_contents().read_bytes(bytes)?;
        let limit = report.hit_limit();
        reuse::readable(&report).map_err(|error| StateError::Document { error, limit })?;
        let document = ImportDocument::new(&report, contents.objects);
        if !document.intact {
            return Err(StateError::InvalidSignature);
        }
        self.state.format = self.state.format.max(document.format);
        let types = document.object_types();
        let homes = homes(&report, &types);
        let mut shown = HashSet::new();
        for (at, object) in document.objects.iter().enumerate() {
            let mut seen = Observation::of_saved(&types[at], object, source);
            // Objects without a name in their data may have one: the data of some types was never seen.
            seen.name = object.name().filter(|name| !name.is_empty());
            seen.location = homes.get(&at).copied().map(Location::Environment);
            match stands_for(&types[at]) {
                None => {
                    let facts = &report.objects[at];
                    seen.own_hash = facts.computed_hash.clone().filter(|_| !facts.hash_has_gaps);
                    shown.insert(seen.object.clone());
                }
                Some(originals) => {
                    let Some(original) = original_type(object, originals) else {
                        continue;
                    };
                    seen.object.0 = original;
                    // References leave dependencies out.
                    seen.dependencies = None;
                }
            }
            self.observe(seen);
        }
        // This bundle has every engine-wide object that can be synced.
        if types.iter().any(|name| name == "GLOBAL_OBJECT") {
            let bundled = OBJECT_TYPES.iter().filter(|known| known.in_global_object);
            let extents = bundled.map(|known| Extent::Type(known.name.to_owned()));
            let extents = extents.chain([Extent::Algorithms]);
            self.state.coverage.add(extents, source, shown);
        }
        Ok(document.objects.len())
    }
}

/// The environments of `ENVIRONMENT` objects and of the objects that these depend on.
fn homes(report: &DocumentReport, types: &[String]) -> HashMap<usize, i64> {
    let nodes = report.graph.nodes();
    let mut homes = HashMap::new();
    for at in (0..types.len()).filter(|at| types[*at] == "ENVIRONMENT") {
        let Identifier::Integer(id) = nodes[at].key.identifier else {
            continue;
        };
        // An object lives in one environment, so each is visited once.
        let mut open = vec![at];
        while let Some(next) = open.pop() {
            let scope = type_by_name(&types[next]).map(|known| known.scope);
            if scope == Some(Scope::Environment) && !homes.contains_key(&next) {
                homes.insert(next, id);
                open.extend(&nodes[next].dependencies);
            }
        }
    }
    homes
}

/// The type of the object that a reference refers to.
fn original_type(reference: &SyncObject<'_>, originals: TypeSelector<'_>) -> Option<String> {
    let is_algorithm = |name: &String| type_by_name(name).is_some_and(ObjectType::is_algorithm);
    match originals {
        TypeSelector::Type(name) => Some(name.to_owned()),
        TypeSelector::AnyAlgorithm => reference.revision().stated_type().filter(is_algorithm),
    }
}
