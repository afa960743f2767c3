//! One entity at a time: which of its states goes into the result.
//!
//! Invariant: a decision depends on the entity's states alone (for a reference, on its original's, too), not on the
//! order in which they are asked for; and but for the numbering, not on the order of the sides.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;

use crate::build::type_name;
use crate::diff::{DiffLimits, Later, ObjectChanges, object_changes};
use crate::identifier::Identifier;
use crate::object::{ObjectKey, RevisionPair, SyncObject, reference_key};

use super::conflict::{Candidate, CandidateState, Conflict, ConflictKind};
use super::global_object;
use super::matching::{Entities, EntityId};
use super::outcome::{Note, Origin};
use super::source::{Documents, Place, SourceId};
use super::{MergeError, MergeOptions, Prefer, Take};
use crate::object::Named;

/// Changes that a conflict shows.
const CHANGES_SHOWN: usize = 20;

/// What becomes of an entity.
#[derive(Debug)]
pub(super) enum Decision {
    /// It is there in this document's state.
    Take(SourceId, Origin),
    /// It is put together.
    Derive {
        /// The document whose GLOBAL_OBJECT is taken for the rest of it.
        from: SourceId,
        /// Its members, by their keys in the result.
        members: Vec<ObjectKey>,
    },
    /// Nobody can say.
    Conflict(Box<Conflict>),
}

/// One of an entity's states.
pub(super) struct State {
    pub(super) source: SourceId,
    /// The instant of the document's header.
    started: Option<Timestamp>,
    /// When an engine exported the document; `None` if this toolkit composed it.
    exported: Option<Timestamp>,
    /// Position in the document.
    at: usize,
    pub(super) object: Arc<SyncObject<'static>>,
}

impl State {
    fn place(&self) -> Place {
        (self.source, self.at)
    }

    fn pair(&self) -> &RevisionPair {
        &self.object.revision().pair
    }

    /// What the newest is found by; the UUIDs only break ties, the same way for every order of the documents.
    fn age(&self) -> (Option<i64>, &RevisionPair) {
        (self.object.revision().modified, self.pair())
    }

    /// The same saved state with the same content.
    fn is(&self, other: &Self) -> bool {
        self.pair() == other.pair() && self.says(other)
    }

    /// The same content, whether or not it was saved again. Only global keys can differ in what they go under here, and
    /// that says which key it is.
    pub(super) fn says(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.object, &other.object)
            || self.object.key() == other.object.key() && self.changes(other, 0).is_same()
    }

    /// What differs in the other state, told up to a number of changes.
    pub(super) fn changes(&self, other: &Self, told: usize) -> ObjectChanges {
        let limits = DiffLimits {
            changes_per_object: told,
            ..DiffLimits::default()
        };
        let later = Later::of(self.exported, other.exported);
        object_changes(&self.object, &other.object, later, &limits)
    }

    /// Whether a later export has it in the other state, and an upgrade of the engine explains all that differs.
    fn was_rewritten_as(&self, other: &Self) -> bool {
        self.pair() == other.pair()
            && self.object.key() == other.object.key()
            && Later::of(self.exported, other.exported) == Later::New
            && self.changes(other, 0).is_rewrite()
    }

    /// Whether it wasn't changed since the base.
    pub(super) fn is_as_in(&self, base: &Self) -> bool {
        self.says(base) || base.was_rewritten_as(self)
    }

    /// The newer export's copy of two equal states: it has the newer values of what engines write anew in every export.
    fn newer<'s>(&'s self, other: &'s Self) -> &'s Self {
        let age = |state: &'s Self| (state.started, state.object.as_bytes());
        if age(self) < age(other) { other } else { self }
    }
}

/// Decides, each entity once.
pub(super) struct Decider<'a> {
    pub(super) documents: &'a Documents,
    pub(super) entities: Entities,
    options: &'a MergeOptions,
    made: HashMap<EntityId, Rc<Decision>>,
    /// The entity that a reference under a key stands for.
    originals: HashMap<ObjectKey, EntityId>,
    /// Resolutions that were asked for.
    asked: BTreeSet<String>,
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
            options,
            made: HashMap::new(),
            originals,
            asked: BTreeSet::new(),
            notes: Vec::new(),
        };
        decider.name_global_keys()?;
        Ok(decider)
    }

    /// A global key's identifier says which key it is, so the entity goes under that of the state taken.
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

    /// What becomes of an entity, if it is in the result at all.
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
            match self.documents.is_side(state.source) {
                true => sides.push(state),
                false => base = Some(state),
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
        self.settle(conflict, &sides, base.as_ref())
    }

    /// All states of an entity, under the keys of the result; a global key's own says which key it is, so that stays.
    pub(super) fn states(&self, id: EntityId) -> Result<Vec<State>, MergeError> {
        let entity = &self.entities.list[id];
        entity
            .places
            .iter()
            .map(|(source, at)| {
                let (source, at) = (*source, *at);
                let own = match entity.is_key() {
                    true => self.documents[source].objects[at].key(),
                    false => &entity.key,
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

    /// What follows from the states alone.
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
                // A save without change gives way to a change.
                _ if ours.says(theirs) => None,
                _ if ours.says(base) => Some(theirs),
                _ if theirs.says(base) => Some(ours),
                // So does what an upgrade of the engine added.
                _ => match (base.was_rewritten_as(ours), base.was_rewritten_as(theirs)) {
                    (true, false) => Some(theirs),
                    (false, true) => Some(ours),
                    _ => None,
                },
            };
            if let Some(changed) = changed {
                if self.entities.list[id].is_key() {
                    let note = Note::GlobalKeyChanged(self.named(id, changed.place()));
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
        if !suspicious && distinct.iter().all(|state| state.says(distinct[0])) {
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

    /// A reference beside its original is only a label: the import finds the original. It is taken in the original's
    /// state, or else as it was saved last.
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
                .push(Note::StaleReference(self.named(id, last.place())));
            Decision::Take(last.source, Origin::Original)
        }))
    }

    /// The conflict between states; `without` are the sides that don't have the object, `before` is the state that the
    /// changes are told from, when it isn't the first one's.
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
                let told = first.changes(other, CHANGES_SHOWN);
                ([told.changes, told.by_upgrade].concat(), told.more)
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
                .and_then(|state| self.documents.name(state.place()))
                .map(str::to_owned),
            kind,
            candidates,
            changes,
            more_changes,
        }
    }

    /// What a resolution or a preference says of a conflict.
    fn settle(
        &mut self,
        conflict: Conflict,
        sides: &[State],
        base: Option<&State>,
    ) -> Result<Decision, MergeError> {
        let has = |source: SourceId| sides.iter().chain(base).any(|state| state.source == source);
        match self.resolution(&conflict)? {
            Some(Answer::Source(source)) if has(source) => {
                return Ok(Decision::Take(source, Origin::Resolved));
            }
            Some(_) => return Err(cant(&conflict, "that document doesn't have it")),
            None => {}
        }
        let preferred = match self.options.prefer.filter(|_| conflict.kind.takes_preference()) {
            None => None,
            Some(Prefer::Ours) => sides.first(),
            Some(Prefer::Theirs) => sides.last(),
            Some(Prefer::Newest) => newest(sides),
        };
        Ok(match preferred {
            Some(state) => Decision::Take(state.source, Origin::Preferred),
            None => Decision::Conflict(Box::new(conflict)),
        })
    }

    /// Whether a root that one side changed and the other removed stays: what a resolution or a preference says.
    pub(super) fn keeps(
        &mut self,
        conflict: &Conflict,
        changed_by: SourceId,
    ) -> Result<Option<bool>, MergeError> {
        let keeps = match self.resolution(conflict)? {
            Some(Answer::Remove) => Some(false),
            Some(Answer::Source(source)) if self.documents.is_side(source) => Some(source == changed_by),
            Some(Answer::Source(_)) => return Err(cant(conflict, "take a side, or remove it")),
            None => match self.options.prefer {
                Some(Prefer::Ours) => Some(changed_by == 0),
                Some(Prefer::Theirs) => Some(changed_by != 0),
                // Nothing says when it was removed.
                Some(Prefer::Newest) | None => None,
            },
        };
        Ok(keeps)
    }

    fn resolution(&mut self, conflict: &Conflict) -> Result<Option<Answer>, MergeError> {
        let label = conflict.label();
        let Some(take) = self.options.resolutions.get(&label) else {
            return Ok(None);
        };
        self.asked.insert(label);
        if conflict.kind == ConflictKind::SameName {
            return Err(cant(conflict, "only matching by name makes one of them"));
        }
        let sides = self.documents.sides().len();
        let source = match take {
            Take::Ours => 0,
            Take::Theirs => sides - 1,
            Take::Side(side) if side < sides => side,
            Take::Side(_) => return Err(cant(conflict, "there are not so many documents")),
            Take::Base => match self.documents.base {
                Some(base) => base,
                None => return Err(cant(conflict, "there is no base")),
            },
            Take::Remove => return Ok(Some(Answer::Remove)),
        };
        Ok(Some(Answer::Source(source)))
    }

    /// The resolutions that no conflict asked for.
    pub(super) fn unused_resolutions(&self) -> impl Iterator<Item = &str> {
        let given = self.options.resolutions.objects();
        given.filter(|object| !self.asked.contains(*object))
    }

    /// What an object is called in the result, by one of its places.
    pub(super) fn named(&self, id: EntityId, place: Place) -> Named {
        let key = self.entities.list[id].key.clone();
        Named {
            type_name: type_name(key.type_number, &self.documents.type_names),
            name: self.documents.name(place).map(str::to_owned),
            key,
        }
    }
}

/// A resolution, made out.
enum Answer {
    Source(SourceId),
    Remove,
}

fn cant(conflict: &Conflict, reason: &'static str) -> MergeError {
    let object = conflict.label();
    MergeError::Resolution { object, reason }
}

/// The state that was saved last; none when that isn't clear.
fn newest(sides: &[State]) -> Option<&State> {
    let modified = |state: &State| state.object.revision().modified;
    let last = sides.iter().max_by_key(|state| modified(state))?;
    let mut as_new = sides
        .iter()
        .filter(|state| modified(state) == modified(last) && !state.is(last));
    (modified(last).is_some() && as_new.next().is_none()).then_some(last)
}

/// Whether an identifier is only a label.
pub(super) fn is_label(identifier: &Identifier) -> bool {
    matches!(identifier, Identifier::Integer(_))
}
