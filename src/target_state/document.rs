//! An export document of the target: the saved states of its objects.
//!
//! Its references count, too, because an engine refers to the current states of its own objects. A document shows the
//! environment of an object only if an `ENVIRONMENT` object depends on it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::coverage::Extent;
use super::objects::{ObjectId, Observation};
use super::{Source, StateError, TargetStateBuilder};
use crate::identifier::Identifier;
use crate::import_plan::{ImportDocument, Location, TypeSelector, stands_for};
use crate::object::{OBJECT_TYPES, Scope, SyncObject, type_by_name};
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
        self.facts.format = self.facts.format.max(document.format);
        let types = document.object_types();
        let homes = homes(&report, &types);
        let mut shown = HashSet::new();
        for (at, object) in document.objects.iter().enumerate() {
            let original = stands_for(&types[at]).map(|originals| original_type(object, originals));
            let is_reference = original.is_some();
            let Some(type_name) = original.unwrap_or(Some(&types[at])) else {
                continue;
            };
            let id: ObjectId = (type_name.to_owned(), object.key().identifier.clone());
            let is_global = type_by_name(type_name).is_some_and(|known| known.scope == Scope::Global);
            let home = homes.get(&at).map(|id| Location::Environment(*id));
            let mut seen = Observation {
                // Objects without a name in their data may have one: the data of some types was never seen.
                name: object.name().map(|name| name.to_string()),
                pair: Some(object.revision().pair.clone()),
                location: home.or(is_global.then_some(Location::Global)),
                ..Observation::default()
            };
            if !is_reference {
                let facts = &report.objects[at];
                seen.own_hash = facts.computed_hash.clone().filter(|_| !facts.hash_has_gaps);
                // Members of a bundle change without a save, and references leave dependencies out.
                if type_name != "ENVIRONMENT" {
                    seen.dependencies = Some(object.dependencies().iter().cloned().collect());
                }
                shown.insert(id.clone());
            }
            if type_name != "GLOBAL_OBJECT" {
                self.objects.add(&id, seen, source)?;
            }
        }
        // This bundle has every engine-wide object that can be synced.
        if types.iter().any(|name| name == "GLOBAL_OBJECT") {
            let shown = Arc::new(shown);
            let bundled = OBJECT_TYPES.iter().filter(|known| known.in_global_object);
            let extents = bundled.map(|known| Extent::Type(known.name.to_owned()));
            for extent in extents.chain([Extent::Algorithms]) {
                self.facts.coverage.add(extent, source, &shown);
            }
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
fn original_type(reference: &SyncObject<'_>, originals: TypeSelector<'_>) -> Option<&'static str> {
    let known = match originals {
        TypeSelector::AnyAlgorithm => {
            let stated = reference.revision().stated_type()?;
            type_by_name(&stated).filter(|known| known.is_algorithm())?
        }
        TypeSelector::Type(name) => type_by_name(name)?,
    };
    Some(known.name)
}
