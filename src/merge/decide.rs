//! Decides which state of an entity goes into the result.
//!
//! Invariant: a decision depends only on the entity's states, and for a reference on those of its original. Neither the
//! order of requests nor the order of the sides matters, except for numbering.

use std::collections::HashMap;
use std::rc::Rc;

use crate::build::type_name;
use crate::object::{Named, ObjectKey, reference_key};

use super::conflict::{Candidate, CandidateState, Conflict, ConflictKind};
use super::global_object;
use super::matching::{Entities, EntityId};
use super::outcome::{Note, Origin};
use super::preference::Preference;
use super::source::{Documents, Position, SourceId};
use super::state::{Decision, State};
use super::{MergeError, MergeOptions};

/// The most changes that a conflict lists.
const CHANGES_SHOWN: usize = 20;

/// Decides each entity once.
pub(super) struct Decider<'a> {
    pub(super) documents: &'a Documents,
    pub(super) entities: Entities,
    made: HashMap<EntityId, Rc<Decision>>,
    /// The original of a reference, by the reference's key.
    originals: HashMap<ObjectKey, EntityId>,
    pub(super) preference: Preference<'a>,
    pub(super) notes: Vec<Note>,
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        documents: &'a Documents,
        entities: Entities,
        options: &'a MergeOptions,
    ) -> Result<Self, MergeError> {
        let originals = entities.list.iter().enumerate();
        let originals = originals
            .filter_map(|(id, entity)| Some((reference_key(&entity.key)?, id)))
            .collect();
        let mut decider = Self {
            documents,
            entities,
            made: HashMap::new(),
            originals,
            preference: Preference::new(options, documents),
            notes: Vec::new(),
        };
        decider.name_global_keys()?;
        Ok(decider)
    }

    /// Gives each global key's entity the identifier of the chosen state, because the identifier distinguishes keys.
    fn name_global_keys(&mut self) -> Result<(), MergeError> {
        for id in 0..self.entities.list.len() {
            if self.entities.list[id].is_key()
                && let Decision::Take(source, _) = *self.decide(id)?
                && let Some(at) = self.entities.list[id].at(source)
            {
                self.entities.list[id].key = self.documents[source].objects[at].key().clone();
            }
        }
        Ok(())
    }

    /// Decides on the state of an entity that the result contains.
    pub(super) fn decide(&mut self, id: EntityId) -> Result<Rc<Decision>, MergeError> {
        if let Some(made) = self.made.get(&id) {
            return Ok(Rc::clone(made));
        }
        let decision = Rc::new(self.make(id)?);
        self.made.insert(id, Rc::clone(&decision));
        Ok(decision)
    }

    fn make(&mut self, id: EntityId) -> Result<Decision, MergeError> {
        let states = self.states(id)?;
        let (mut sides, mut base) = (Vec::new(), None);
        for state in states {
            if self.documents.is_side(state.source) {
                sides.push(state);
            } else {
                base = Some(state);
            }
        }
        if let [only] = &sides[..] {
            return Ok(Decision::Take(only.source, Origin::Only));
        }
        let ruled = self.by_rule(id, &sides, base.as_ref());
        if matches!(ruled, Ok(Decision::Take(_, Origin::LastSave)) | Err(_))
            && self.entities.list[id].is_reference()
            && let Some(as_original) = self.by_original(id, &sides)?
        {
            return Ok(as_original);
        }
        let conflict = match ruled {
            Ok(decision) => return Ok(decision),
            Err(kind) => kind,
        };
        if self.entities.list[id].is_global()
            && let Some(decision) = global_object::derive(&sides, base.as_ref())
        {
            return Ok(decision);
        }
        let conflict = self.conflict(id, conflict, &sides, &[], None);
        self.preference.decide(conflict, &sides, base.as_ref())
    }

    /// Returns all states of an entity under the keys of the result. A global key keeps its own identifier, which
    /// distinguishes it from other keys.
    pub(super) fn states(&self, id: EntityId) -> Result<Vec<State>, MergeError> {
        let entity = &self.entities.list[id];
        entity
            .positions
            .iter()
            .map(|(source, at)| {
                let (source, at) = (*source, *at);
                let own = if entity.is_key() {
                    self.documents[source].objects[at].key()
                } else {
                    &entity.key
                };
                let object = self.entities.renamed_to(self.documents, source, at, own)?;
                Ok(State {
                    source,
                    started: self.documents[source].started,
                    exported: self.documents[source].exported,
                    at,
                    object,
                })
            })
            .collect()
    }

    /// Decides by the states alone.
    fn by_rule(
        &mut self,
        id: EntityId,
        sides: &[State],
        base: Option<&State>,
    ) -> Result<Decision, ConflictKind> {
        let mut distinct: Vec<&State> = Vec::new();
        for side in sides {
            match distinct.iter_mut().find(|known| known.is(side)) {
                Some(known) => *known = known.newer(side),
                None => distinct.push(side),
            }
        }
        if let [all] = distinct[..] {
            return Ok(Decision::Take(all.source, Origin::Same));
        }
        if let (&[ours, theirs], Some(base)) = (&distinct[..], base) {
            let changed = match (ours.is(base), theirs.is(base)) {
                (true, _) => Some(theirs),
                (_, true) => Some(ours),
                // A changed state wins over one that was only saved again.
                _ if ours.same_content(theirs) => None,
                _ if ours.same_content(base) => Some(theirs),
                _ if theirs.same_content(base) => Some(ours),
                // It also wins over an upgrade's additions.
                _ => match (base.was_rewritten_as(ours), base.was_rewritten_as(theirs)) {
                    (true, false) => Some(theirs),
                    (false, true) => Some(ours),
                    _ => None,
                },
            };
            if let Some(changed) = changed {
                if self.entities.list[id].is_key() {
                    let note = Note::GlobalKeyChanged(self.named(id, changed.position()));
                    self.notes.push(note);
                }
                return Ok(Decision::Take(changed.source, Origin::OneSide));
            }
        }
        let newest = |one: &&&State| {
            let mut others = distinct.iter().filter(|other| other.source != one.source);
            others.all(|other| other.was_rewritten_as(one))
        };
        if let Some(newest) = distinct.iter().find(newest) {
            return Ok(Decision::Take(newest.source, Origin::RewrittenByEngine));
        }
        let same_pair = |one: &State| {
            let mut others = distinct.iter().filter(|other| other.source != one.source);
            others.any(|other| other.pair() == one.pair())
        };
        let suspicious = distinct.iter().any(|one| same_pair(one));
        if !suspicious && distinct.iter().all(|state| state.same_content(distinct[0])) {
            let last = distinct.into_iter().max_by(|a, b| a.age().cmp(&b.age()));
            return last
                .map(|last| Decision::Take(last.source, Origin::LastSave))
                .ok_or(ConflictKind::Different);
        }
        Err(match (self.documents.base, base) {
            _ if self.entities.list[id].is_key() => ConflictKind::GlobalKey,
            _ if suspicious => ConflictKind::SameRevision,
            (None, _) => ConflictKind::Different,
            (Some(_), None) => ConflictKind::BothAdded,
            (Some(_), Some(_)) => ConflictKind::BothChanged,
        })
    }

    /// Decides a reference whose original is in the result, too. An import finds the original, so the reference is only a
    /// label. Takes the original's state, else the one that was saved last.
    fn by_original(&mut self, id: EntityId, sides: &[State]) -> Result<Option<Decision>, MergeError> {
        let Some(original) = self.originals.get(&self.entities.list[id].key).copied() else {
            return Ok(None);
        };
        let Decision::Take(source, _) = *self.decide(original)? else {
            return Ok(None);
        };
        let Some(at) = self.entities.list[original].at(source) else {
            return Ok(None);
        };
        let pair = &self.documents[source].objects[at].revision().pair;
        if let Some(same) = sides.iter().find(|state| state.pair() == pair) {
            return Ok(Some(Decision::Take(same.source, Origin::Original)));
        }
        let last = sides.iter().max_by(|a, b| a.age().cmp(&b.age()));
        Ok(last.map(|last| {
            self.notes
                .push(Note::StaleReference(self.named(id, last.position())));
            Decision::Take(last.source, Origin::Original)
        }))
    }

    /// Makes the conflict between states. `without` lists the sides that lack the object. Changes are relative to `before`,
    /// else to the first state.
    pub(super) fn conflict(
        &self,
        id: EntityId,
        kind: ConflictKind,
        states: &[State],
        without: &[SourceId],
        before: Option<&State>,
    ) -> Conflict {
        let first = before.or(states.first());
        let differs = first.and_then(|first| Some((first, states.iter().find(|state| !state.is(first))?)));
        let (changes, more_changes) = match differs {
            Some((first, other)) => {
                let shown = first.changes(other, CHANGES_SHOWN);
                ([shown.changes, shown.by_upgrade].concat(), shown.more)
            }
            None => (Vec::new(), 0),
        };
        let entity = &self.entities.list[id];
        let mut candidates: Vec<Candidate> = states
            .iter()
            .map(|state| Candidate {
                source: state.source,
                key: match entity.at(state.source) {
                    Some(at) => self.documents[state.source].objects[at].key().clone(),
                    None => entity.key.clone(),
                },
                state: Some(CandidateState {
                    pair: state.pair().clone(),
                    modified: state.object.revision().modified,
                }),
            })
            .chain(without.iter().map(|source| Candidate {
                source: *source,
                key: entity.key.clone(),
                state: None,
            }))
            .collect();
        candidates.sort_by_key(|candidate| candidate.source);
        Conflict {
            key: entity.key.clone(),
            type_name: type_name(entity.key.type_number, &self.documents.type_names),
            name: states
                .first()
                .and_then(|state| self.documents.name(state.position()))
                .map(str::to_owned),
            kind,
            candidates,
            changes,
            more_changes,
        }
    }

    /// Names an object as in the result, by one of its positions.
    pub(super) fn named(&self, id: EntityId, position: Position) -> Named {
        let key = self.entities.list[id].key.clone();
        Named {
            type_name: type_name(key.type_number, &self.documents.type_names),
            name: self.documents.name(position).map(str::to_owned),
            key,
        }
    }
}
