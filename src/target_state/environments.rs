//! The target's environments, as far as they are known.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::ObjectId;
use super::snapshot::{Disagreement, Said};
use super::{Source, StateError};
use crate::identifier::Identifier;
use crate::import_plan::{ENVIRONMENTS, Presence, Purpose, TargetEnvironment};

/// Environments of the target.
#[derive(Debug, Default)]
pub(super) struct Environments {
    by_id: BTreeMap<i64, Environment>,
    /// The ids of each source that shows all environments.
    all: Vec<BTreeSet<i64>>,
}

/// What is said of one.
#[derive(Debug, Default)]
struct Environment {
    name: Said<String>,
    purpose: Said<Purpose>,
}

impl Environment {
    fn name(&self) -> Option<&String> {
        self.name.as_ref().map(|(name, _)| name)
    }

    fn purpose(&self) -> Option<Purpose> {
        self.purpose.as_ref().map(|(purpose, _)| *purpose)
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
    pub(super) fn add(
        &mut self,
        id: i64,
        name: Option<&str>,
        purpose: Option<Purpose>,
        source: &Source,
    ) -> Result<(), StateError> {
        let known = self.by_id.entry(id).or_default();
        let name = name.map(str::to_owned);
        Disagreement::Name.take(&mut known.name, name, source, &object(id))?;
        Disagreement::Purpose.take(&mut known.purpose, purpose, source, &object(id))
    }

    /// Adds that a source shows these environments and that there are no others.
    pub(super) fn are_all(&mut self, ids: BTreeSet<i64>) {
        self.all.push(ids);
    }

    /// Whether a source that shows all environments lacks one that another source shows.
    fn is_missing(&self, id: i64) -> bool {
        self.all.iter().any(|ids| !ids.contains(&id))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.by_id.iter().map(|(id, environment)| NamedEnvironment {
            id: *id,
            name: environment.name().cloned(),
            purpose: environment.purpose(),
        })
    }

    pub(super) fn named(&self, name: &str) -> Presence<i64> {
        let named = |environment: &Environment| environment.name().is_some_and(|known| known == name);
        let nameless = || self.by_id.values().any(|environment| environment.name.is_none());
        let mut found = self.by_id.iter().filter(|(_, environment)| named(environment));
        match (found.next(), found.next()) {
            (Some((id, _)), None) if !self.is_missing(*id) => Presence::Present(*id),
            (None, _) if !self.all.is_empty() && !nameless() => Presence::Absent,
            _ => unknown(),
        }
    }

    pub(super) fn find(&self, id: i64) -> Presence<TargetEnvironment> {
        match self.by_id.get(&id) {
            Some(environment) if !self.is_missing(id) => Presence::Present(TargetEnvironment {
                purpose: environment.purpose(),
            }),
            None if !self.all.is_empty() => Presence::Absent,
            _ => unknown(),
        }
    }
}

fn object(id: i64) -> ObjectId {
    ("ENVIRONMENT".to_owned(), Identifier::Integer(id))
}

fn unknown<T>() -> Presence<T> {
    Presence::Unknown {
        needs: ENVIRONMENTS.to_owned(),
    }
}
