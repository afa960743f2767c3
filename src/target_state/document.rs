//! An export document of the target: the saved states of its objects.
//!
//! Its references count, too, because an engine refers to the current states of its own objects. A document shows the
//! environment of an object only if an `ENVIRONMENT` object depends on it.

use std::collections::{HashMap, HashSet};

use super::coverage::{Extent, ObjectId};
use super::objects::Observation;
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
        reuse::readable(&report).map_err(|error| {
            if report.hit_limit() {
                StateError::DocumentLimit(error)
            } else {
                StateError::Document(error)
            }
        })?;
        let document = ImportDocument::new(&report, contents.objects);
        if !document.intact {
            return Err(StateError::InvalidSignature);
        }
        self.format = self.format.max(document.format);
        let types = document.object_types();
        let homes = homes(&report, &types);
        for (at, object) in document.objects.iter().enumerate() {
            let seen = match stands_for(&types[at]) {
                Some(originals) => original(object, originals),
                None => Some(own(&report, at, object, &types[at], homes.get(&at).copied())),
            };
            if let Some(seen) = seen.filter(|seen| seen.object.0 != "GLOBAL_OBJECT") {
                if let Some(Location::Environment(id)) = seen.location {
                    self.environments.add(id, None, None, source)?;
                }
                self.objects.add(seen, source)?;
            }
        }
        if types.iter().any(|name| name == "GLOBAL_OBJECT") {
            self.cover_bundle(source, &document.objects, &types);
        }
        Ok(document.objects.len())
    }

    /// `GLOBAL_OBJECT` bundles every engine-wide object that can be synced, so one outside of it doesn't exist.
    fn cover_bundle(&mut self, source: &Source, objects: &[SyncObject<'_>], types: &[String]) {
        let bundled = |extent: Extent, includes: &dyn Fn(&ObjectType) -> bool| {
            let objects = types.iter().zip(objects);
            let objects: HashSet<ObjectId> = objects
                .filter(|(name, _)| type_by_name(name).is_some_and(includes))
                .map(|(name, object)| (name.clone(), object.key().identifier.clone()))
                .collect();
            self.coverage.add(extent, source, objects);
        };
        let mut bundled = bundled;
        bundled(Extent::Algorithms, &ObjectType::is_algorithm);
        for known in OBJECT_TYPES.iter().filter(|known| known.in_global_object) {
            bundled(Extent::Type(known.name.to_owned()), &|other| {
                other.name == known.name
            });
        }
    }
}

/// The environments of the objects that `ENVIRONMENT` objects depend on, and of those themselves.
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

/// What the document shows of an object of its own.
fn own(
    report: &DocumentReport,
    at: usize,
    object: &SyncObject<'_>,
    type_name: &str,
    home: Option<i64>,
) -> Observation {
    let global = type_by_name(type_name).is_some_and(|known| known.scope == Scope::Global);
    let facts = &report.objects[at];
    let dependencies = || object.dependencies().iter().cloned().collect();
    Observation {
        location: home
            .map(Location::Environment)
            .or(global.then_some(Location::Global)),
        // Members of a bundle change without a save.
        dependencies: (type_name != "ENVIRONMENT").then(dependencies),
        own_hash: facts.computed_hash.clone().filter(|_| !facts.hash_has_gaps),
        ..observation(object, type_name)
    }
}

/// What a reference shows of its original. References leave dependencies out.
fn original(object: &SyncObject<'_>, originals: TypeSelector<'_>) -> Option<Observation> {
    let known = match originals {
        TypeSelector::AnyAlgorithm => {
            let stated = object.revision().stated_type()?;
            type_by_name(&stated).filter(|known| known.is_algorithm())?
        }
        TypeSelector::Type(name) => type_by_name(name)?,
    };
    let global = known.is_algorithm() || known.scope == Scope::Global;
    Some(Observation {
        location: global.then_some(Location::Global),
        ..observation(object, known.name)
    })
}

/// Identifier, name and saved state. An object without a name in its data may still have one, because the data of some
/// types was never seen.
fn observation(object: &SyncObject<'_>, type_name: &str) -> Observation {
    Observation {
        name: object.name().filter(|name| !name.is_empty()),
        pair: Some(object.revision().pair.clone()),
        ..Observation::of((type_name.to_owned(), object.key().identifier.clone()))
    }
}
