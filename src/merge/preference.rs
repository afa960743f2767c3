//! Applies the user's decisions about conflicts: resolutions of single objects, and a preference for the rest.

use std::collections::BTreeSet;

use super::conflict::{Conflict, ConflictKind};
use super::outcome::Origin;
use super::source::{Documents, SourceId};
use super::state::{Decision, State, newest};
use super::{MergeError, MergeOptions, Prefer, Take};

/// Applies the user's decisions and records which of them were used.
pub(super) struct Preference<'a> {
    options: &'a MergeOptions,
    documents: &'a Documents,
    /// Objects whose resolution was used.
    used: BTreeSet<String>,
}

/// A resolution, translated to documents.
enum Choice {
    Source(SourceId),
    Remove,
}

impl<'a> Preference<'a> {
    pub(super) fn new(options: &'a MergeOptions, documents: &'a Documents) -> Self {
        Self {
            options,
            documents,
            used: BTreeSet::new(),
        }
    }

    /// Decides a conflict by a resolution, else by the preference.
    pub(super) fn decide(
        &mut self,
        conflict: Conflict,
        sides: &[State],
        base: Option<&State>,
    ) -> Result<Decision, MergeError> {
        let has = |source: SourceId| sides.iter().chain(base).any(|state| state.source == source);
        match self.choice(&conflict)? {
            Some(Choice::Source(source)) if has(source) => {
                return Ok(Decision::Take(source, Origin::Resolved));
            }
            Some(_) => return Err(unusable(&conflict, "that document doesn't have it")),
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

    /// Decides whether to keep a root that one side changed and the other removed. `None` if the user has to decide.
    pub(super) fn keeps_root(
        &mut self,
        conflict: &Conflict,
        changed_by: SourceId,
    ) -> Result<Option<bool>, MergeError> {
        Ok(match self.choice(conflict)? {
            Some(Choice::Remove) => Some(false),
            Some(Choice::Source(source)) if self.documents.is_side(source) => Some(source == changed_by),
            Some(Choice::Source(_)) => return Err(unusable(conflict, "take a side, or remove it")),
            None => match self.options.prefer {
                Some(Prefer::Ours) => Some(changed_by == 0),
                Some(Prefer::Theirs) => Some(changed_by != 0),
                // No document says when the object was removed.
                Some(Prefer::Newest) | None => None,
            },
        })
    }

    fn choice(&mut self, conflict: &Conflict) -> Result<Option<Choice>, MergeError> {
        let label = conflict.label();
        let Some(take) = self.options.resolutions.get(&label) else {
            return Ok(None);
        };
        self.used.insert(label);
        if conflict.kind == ConflictKind::SameName {
            return Err(unusable(conflict, "only matching by name makes one of them"));
        }
        let sides = self.documents.sides().len();
        let source = match take {
            Take::Ours => 0,
            Take::Theirs => sides - 1,
            Take::Side(side) if side < sides => side,
            Take::Side(_) => return Err(unusable(conflict, "there are not so many documents")),
            Take::Base => match self.documents.base {
                Some(base) => base,
                None => return Err(unusable(conflict, "there is no base")),
            },
            Take::Remove => return Ok(Some(Choice::Remove)),
        };
        Ok(Some(Choice::Source(source)))
    }

    /// The resolutions that match no conflict.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let given = self.options.resolutions.objects();
        given.filter(|object| !self.used.contains(*object))
    }
}

fn unusable(conflict: &Conflict, reason: &'static str) -> MergeError {
    let object = conflict.label();
    MergeError::Resolution { object, reason }
}
