//! The target's environments, as far as they are known.

use std::collections::{BTreeMap, BTreeSet};

use crate::import_plan::{ENVIRONMENTS, Presence, Purpose, TargetEnvironment};

/// Environments of the target.
#[derive(Debug, Default)]
pub(super) struct Environments {
    by_id: BTreeMap<i64, Environment>,
    /// Those that every source shows which shows all of them; none where no source does.
    in_all: Option<BTreeSet<i64>>,
}

/// Everything that is said of one. Several names or purposes where sources contradict each other.
#[derive(Debug, Default)]
struct Environment {
    names: BTreeSet<String>,
    purposes: Vec<Purpose>,
}

impl Environment {
    fn is_disputed(&self) -> bool {
        self.names.len() > 1 || self.purposes.len() > 1
    }

    /// The name, where nobody says otherwise.
    fn name(&self) -> Option<&String> {
        self.names.first().filter(|_| self.names.len() == 1)
    }

    fn purpose(&self) -> Option<Purpose> {
        self.purposes
            .first()
            .copied()
            .filter(|_| self.purposes.len() == 1)
    }
}

/// An environment and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEnvironment {
    /// Its id on the target.
    pub id: i64,
    /// Its name, where known.
    pub name: Option<String>,
    /// What it is for, where known.
    pub purpose: Option<Purpose>,
}

impl Environments {
    pub(super) fn add(&mut self, id: i64, name: Option<&str>, purpose: Option<Purpose>) {
        let known = self.by_id.entry(id).or_default();
        known.names.extend(name.map(str::to_owned));
        known
            .purposes
            .extend(purpose.filter(|purpose| !known.purposes.contains(purpose)));
    }

    /// Adds that some source shows these environments and that there are no others.
    pub(super) fn are_all(&mut self, ids: BTreeSet<i64>) {
        self.in_all = Some(match self.in_all.take() {
            Some(others) => &others & &ids,
            None => ids,
        });
    }

    fn are_known(&self) -> bool {
        self.in_all.is_some()
    }

    /// Whether a source that shows all environments doesn't show this one.
    fn is_denied(&self, id: i64) -> bool {
        self.in_all.as_ref().is_some_and(|ids| !ids.contains(&id))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.by_id.iter().map(|(id, environment)| NamedEnvironment {
            id: *id,
            name: environment.name().cloned(),
            purpose: environment.purpose(),
        })
    }

    pub(super) fn named(&self, name: &str) -> Presence<i64> {
        let named = |environment: &Environment| environment.names.contains(name);
        let mut found = self.by_id.iter().filter(|(_, environment)| named(environment));
        let nameless = self
            .by_id
            .values()
            .any(|environment| environment.names.is_empty());
        match found.next() {
            // Names are unique: of two, one is of another time.
            Some((id, environment))
                if !environment.is_disputed() && !self.is_denied(*id) && found.next().is_none() =>
            {
                Presence::Present(*id)
            }
            None if self.are_known() && !nameless => Presence::Absent,
            _ => unknown(),
        }
    }

    pub(super) fn find(&self, id: i64) -> Presence<TargetEnvironment> {
        match self.by_id.get(&id) {
            Some(environment) if !self.is_denied(id) => Presence::Present(TargetEnvironment {
                purpose: environment.purpose().filter(|_| !environment.is_disputed()),
            }),
            None if self.are_known() => Presence::Absent,
            _ => unknown(),
        }
    }
}

fn unknown<T>() -> Presence<T> {
    Presence::Unknown {
        needs: ENVIRONMENTS.to_owned(),
    }
}
