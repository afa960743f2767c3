//! Walks from the roots through all dependencies, and decides each entity on the way.
//!
//! Invariant: the result contains exactly the objects that its roots reach. An object that nothing needs is left out. An
//! object that something needs stays, even if a side removed it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::object::{ObjectKey, Scope, SyncObject, by_number_in_own_document, with_dependencies};

use super::conflict::{Conflict, ConflictKind};
use super::decide::Decider;
use super::lists::merge_lists;
use super::matching::EntityId;
use super::outcome::Origin;
use super::source::{Position, SourceId};
use super::state::Decision;
use super::{DerivedSave, MergeError};

/// An object of the result.
pub(super) struct Placed {
    pub(super) id: EntityId,
    /// Its position, or that of the object it is made from.
    pub(super) position: Position,
    pub(super) object: Arc<SyncObject<'static>>,
    pub(super) origin: Origin,
}

/// The objects reached so far.
pub(super) struct Walk<'a> {
    pub(super) decider: Decider<'a>,
    derived: &'a DerivedSave,
    by_key: HashMap<ObjectKey, EntityId>,
    pub(super) reached: Vec<bool>,
    pub(super) placed: Vec<Placed>,
    pub(super) conflicts: Vec<Conflict>,
    /// Objects, each with a dependency that no document has.
    pub(super) gaps: Vec<(ObjectKey, ObjectKey)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(decider: Decider<'a>, derived: &'a DerivedSave) -> Self {
        let entities = decider.entities.list.iter().enumerate();
        let by_key = entities
            .filter(|(_, entity)| decider.documents.is_side(entity.positions[0].0))
            .map(|(id, entity)| (entity.key.clone(), id))
            .collect();
        Self {
            reached: vec![false; decider.entities.list.len()],
            decider,
            derived,
            by_key,
            placed: Vec::new(),
            conflicts: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Decides everything in the result and returns its roots.
    pub(super) fn run(&mut self) -> Result<Vec<EntityId>, MergeError> {
        let mut roots = self.roots()?;
        self.reach(roots.iter().copied())?;
        // An object that is a root in one document and exists on all sides stays, even if nothing in the result needs it.
        for source in 0..self.decider.documents.sides().len() {
            for id in self.roots_of(source) {
                if !self.reached[id] && self.is_on_all_sides(id) {
                    roots.push(id);
                    self.reach([id])?;
                }
            }
        }
        self.find_same_names()?;
        Ok(roots)
    }

    fn is_on_all_sides(&self, id: EntityId) -> bool {
        let mut sides = 0..self.decider.documents.sides().len();
        sides.all(|side| self.decider.entities.list[id].at(side).is_some())
    }

    fn roots_of(&self, source: SourceId) -> Vec<EntityId> {
        let documents = self.decider.documents;
        let roots = documents[source].roots.iter();
        roots
            .filter_map(|key| self.decider.entities.of_key(documents, source, key))
            .collect()
    }

    /// The roots of the sides. With a base, leaves out those that one side removed and the other kept unchanged.
    fn roots(&mut self) -> Result<Vec<EntityId>, MergeError> {
        let documents = self.decider.documents;
        let lists: Vec<Vec<EntityId>> = (0..documents.sides().len())
            .map(|source| self.roots_of(source))
            .collect();
        let lists: Vec<&[EntityId]> = lists.iter().map(Vec::as_slice).collect();
        let Some(base) = documents.base else {
            return Ok(merge_lists(None, &lists));
        };
        let before = self.roots_of(base);
        let mut roots = merge_lists(Some(&before), &lists);
        for id in before {
            if self.stays_changed(id)? {
                roots.push(id);
            }
        }
        Ok(roots)
    }

    /// Whether a root that one side removed stays because the other side changed it.
    fn stays_changed(&mut self, id: EntityId) -> Result<bool, MergeError> {
        let states = self.decider.states(id)?;
        let [side, base] = &states[..] else {
            return Ok(false);
        };
        let documents = self.decider.documents;
        if documents.is_side(base.source) || side.is_as_in(base) {
            return Ok(false);
        }
        let other = 1 - side.source;
        let kind = ConflictKind::ChangedAndRemoved;
        let conflict = self
            .decider
            .conflict(id, kind, std::slice::from_ref(side), &[other], Some(base));
        Ok(
            match self.decider.preference.keeps_root(&conflict, side.source)? {
                Some(keeps) => keeps,
                None => {
                    self.conflicts.push(conflict);
                    false
                }
            },
        )
    }

    fn reach(&mut self, from: impl IntoIterator<Item = EntityId>) -> Result<(), MergeError> {
        let mut queue: VecDeque<EntityId> = from.into_iter().collect();
        while let Some(id) = queue.pop_front() {
            if std::mem::replace(&mut self.reached[id], true) {
                continue;
            }
            let decision = self.decider.decide(id)?;
            match &*decision {
                Decision::Take(source, origin) => {
                    let (position, object) = self.object(id, *source)?;
                    self.need(&object, &mut queue);
                    let origin = *origin;
                    self.placed.push(Placed {
                        id,
                        position,
                        object,
                        origin,
                    });
                }
                Decision::Derive { from, members } => {
                    let (position, pattern) = self.object(id, *from)?;
                    let DerivedSave { save, modified } = self.derived;
                    let object = Arc::new(with_dependencies(&pattern, members, save, *modified)?);
                    self.need(&object, &mut queue);
                    let origin = Origin::Derived;
                    self.placed.push(Placed {
                        id,
                        position,
                        object,
                        origin,
                    });
                }
                // The dependencies of every candidate may be in conflict, too.
                Decision::Conflict(conflict) => {
                    for candidate in &conflict.candidates {
                        let (_, object) = self.object(id, candidate.source)?;
                        self.need(&object, &mut queue);
                    }
                    self.conflicts.push((**conflict).clone());
                }
            }
        }
        Ok(())
    }

    /// The object of an entity in one document, under the keys of the result.
    fn object(
        &self,
        id: EntityId,
        source: SourceId,
    ) -> Result<(Position, Arc<SyncObject<'static>>), MergeError> {
        let Decider {
            documents, entities, ..
        } = &self.decider;
        match entities.list[id].at(source) {
            Some(at) => Ok(((source, at), entities.renamed(documents, source, at)?)),
            // Decisions name only documents that have the object.
            None => Err(crate::object::ObjectError::Missing("object").into()),
        }
    }

    fn need(&mut self, object: &SyncObject<'_>, queue: &mut VecDeque<EntityId>) {
        let mut missing = None;
        for key in object.dependencies() {
            match self.by_key.get(key) {
                Some(id) if self.reached[*id] => {}
                Some(id) => queue.push_back(*id),
                None if missing == Some(key) => {}
                None => {
                    missing = Some(key);
                    self.gaps.push((object.key().clone(), key.clone()));
                }
            }
        }
    }

    /// Finds objects with the same name that come from different documents. Engines would refuse the result, because a name
    /// identifies one object.
    fn find_same_names(&mut self) -> Result<(), MergeError> {
        let mut first_of: HashMap<(u64, &str), EntityId> = HashMap::new();
        let mut found = Vec::new();
        for placed in &self.placed {
            let key = placed.object.key();
            let (Some(space), Some(name)) = (name_space(key), self.decider.documents.name(placed.position))
            else {
                continue;
            };
            let first = *first_of.entry((space, name)).or_insert(placed.id);
            let entities = &self.decider.entities.list;
            let together = |source: &SourceId| entities[placed.id].at(*source).is_some();
            if first != placed.id
                && !entities[first]
                    .positions
                    .iter()
                    .any(|(source, _)| together(source))
            {
                found.push((first, placed.id));
            }
        }
        for (first, second) in found {
            let mut states = self.decider.states(first)?;
            states.extend(self.decider.states(second)?);
            states.retain(|state| self.decider.documents.is_side(state.source));
            let kind = ConflictKind::SameName;
            let mut conflict = self.decider.conflict(second, kind, &states, &[], None);
            let of = |source| {
                let entities = &self.decider.entities;
                let id = [first, second]
                    .into_iter()
                    .find(|id| entities.list[*id].at(source).is_some())?;
                let at = entities.list[id].at(source)?;
                Some(self.decider.documents[source].objects[at].key().clone())
            };
            for candidate in &mut conflict.candidates {
                candidate.key = of(candidate.source).unwrap_or_else(|| candidate.key.clone());
            }
            self.conflicts.push(conflict);
        }
        Ok(())
    }
}

/// The types within which names are unique: one type, or all algorithms. `None` for references.
pub(super) fn name_space(key: &ObjectKey) -> Option<u64> {
    const ALGORITHMS: u64 = 0;
    let known = by_number_in_own_document(key.type_number)?;
    if known.is_algorithm() {
        return Some(ALGORITHMS);
    }
    (known.scope != Scope::Reference).then_some(key.type_number)
}
