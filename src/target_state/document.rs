//! What an export document of the target tells.
//!
//! Its objects are the target's, under the target's numbers. Its references are evidence, too: an engine refers to what it
//! has, in the state it has it. In which environment objects live it tells only of what an ENVIRONMENT object depends on.

use std::collections::{HashMap, HashSet};

use super::coverage::{Extent, ObjectId};
use super::snapshot::{Claim, Naming};
use super::{Source, StateError, TargetStateBuilder};
use crate::identifier::Identifier;
use crate::import_plan::{Location, ReadDocument, TypeSelector, stands_for};
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
        reuse::readable(&report).map_err(|error| match report.hit_limit() {
            true => StateError::DocumentLimit(error),
            false => StateError::Document(error),
        })?;
        let document = ReadDocument::new(&report, contents.objects);
        if !document.intact {
            return Err(StateError::InvalidSignature);
        }
        self.format = self.format.max(document.format);
        let types = document.object_types();
        let homes = homes(&report, &types);
        for (at, object) in document.objects.iter().enumerate() {
            let claim = match stands_for(&types[at]) {
                Some(wanted) => referred(object, wanted),
                None => Some(own(&report, at, object, &types[at], homes.get(&at).copied())),
            };
            if let Some(claim) = claim.filter(|claim| claim.object.0 != "GLOBAL_OBJECT") {
                if let Some(Location::Environment(id)) = claim.place {
                    self.environments.add(id, None, None, source)?;
                }
                self.snapshot.add(claim, source)?;
            }
        }
        if types.iter().any(|name| name == "GLOBAL_OBJECT") {
            self.cover_bundle(source, &document, &types);
        }
        Ok(document.objects.len())
    }

    /// GLOBAL_OBJECT bundles every engine-wide object that can be synced: an object outside of it doesn't exist.
    fn cover_bundle(&mut self, source: &Source, document: &ReadDocument, types: &[String]) {
        let of = |bundled: &dyn Fn(&ObjectType) -> bool| -> HashSet<ObjectId> {
            let objects = types.iter().zip(&document.objects);
            objects
                .filter(|(name, _)| type_by_name(name).is_some_and(bundled))
                .map(|(name, object)| (name.clone(), object.key().identifier.clone()))
                .collect()
        };
        let algorithms = of(&ObjectType::is_algorithm);
        self.coverage.add(Extent::Algorithms, source, algorithms);
        for bundled in OBJECT_TYPES.iter().filter(|known| known.in_global_object) {
            let extent = Extent::ObjectsOf(bundled.name.to_owned());
            self.coverage
                .add(extent, source, of(&|known| known.name == bundled.name));
        }
    }
}

/// The environment of every object that an ENVIRONMENT object depends on, and of that itself.
fn homes(report: &DocumentReport, types: &[String]) -> HashMap<usize, i64> {
    let mut homes = HashMap::new();
    let environments = types
        .iter()
        .enumerate()
        .filter(|(_, name)| *name == "ENVIRONMENT");
    for (at, _) in environments {
        let Identifier::Integer(id) = report.graph.nodes()[at].key.identifier else {
            continue;
        };
        // Each object lives in one environment, so that walking stays linear: what was reached before is left out.
        let mut open = vec![at];
        while let Some(next) = open.pop() {
            let scope = type_by_name(&types[next]).map(|known| known.scope);
            if scope == Some(Scope::Environment) && !homes.contains_key(&next) {
                homes.insert(next, id);
                open.extend(&report.graph.nodes()[next].dependencies);
            }
        }
    }
    homes
}

fn own(
    report: &DocumentReport,
    at: usize,
    object: &SyncObject<'_>,
    type_name: &str,
    home: Option<i64>,
) -> Claim {
    let global = type_by_name(type_name).is_some_and(|known| known.scope == Scope::Global);
    let facts = &report.objects[at];
    Claim {
        object: (type_name.to_owned(), object.key().identifier.clone()),
        name: name(object),
        place: match home {
            Some(id) => Some(Location::Environment(id)),
            None => global.then_some(Location::Global),
        },
        pair: Some(object.revision().pair.clone()),
        // Members of a bundle come and go without a save.
        dependencies: (type_name != "ENVIRONMENT").then(|| object.dependencies().iter().cloned().collect()),
        hash: None,
        own_hash: facts.computed_hash.clone().filter(|_| !facts.hash_has_gaps),
    }
}

/// What a reference says of its original.
fn referred(object: &SyncObject<'_>, wanted: TypeSelector<'_>) -> Option<Claim> {
    let (type_name, place) = match wanted {
        TypeSelector::AnyAlgorithm => {
            let stated = object.revision().stated_type()?;
            let known = type_by_name(&stated).filter(|known| known.is_algorithm())?;
            (known.name, Some(Location::Global))
        }
        TypeSelector::Type(name) => {
            let known = type_by_name(name)?;
            (
                known.name,
                (known.scope == Scope::Global).then_some(Location::Global),
            )
        }
    };
    Some(Claim {
        object: (type_name.to_owned(), object.key().identifier.clone()),
        name: name(object),
        place,
        pair: Some(object.revision().pair.clone()),
        // A reference leaves them out.
        dependencies: None,
        hash: None,
        own_hash: None,
    })
}

/// Where the data shows none, there may still be one: the data of some types was never seen.
fn name(object: &SyncObject<'_>) -> Naming {
    match Naming::of(object.name()) {
        Naming::Nameless => Naming::Unknown,
        name => name,
    }
}
