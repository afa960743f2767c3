//! The target's environments.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::{ObjectId, Sourced, agree};
use super::{Source, StateError};
use crate::identifier::Identifier;
use crate::import_plan::{ENVIRONMENTS, Presence, Purpose, TargetEnvironment};

/// The known environments.
#[derive(Debug, Default)]
pub(super) struct Environments {
    /// Names and purposes by id.
    known: BTreeMap<i64, (Sourced<String>, Sourced<Purpose>)>,
    /// The ids that every complete list has; `None` without such a list.
    complete: Option<BTreeSet<i64>>,
}

/// An environment of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEnvironment {
    /// Its id on the target.
    pub id: i64,
    /// Its name, if known.
    pub name: Option<String>,
    /// Its purpose, if known.
    pub purpose: Option<Purpose>,
}

impl Environments {
    pub(super) fn add(
        &mut self,
        id: i64,
        name: Option<String>,
        purpose: Option<Purpose>,
        source: &Source,
    ) -> Result<(), StateError> {
        let object: ObjectId = ("ENVIRONMENT".to_owned(), Identifier::Integer(id));
        let (known_name, known_purpose) = self.known.entry(id).or_default();
        agree(known_name, name, source, "the name of", &object)?;
        agree(known_purpose, purpose, source, "the purpose of", &object)
    }

    /// Adds an environment that an object lives in.
    pub(super) fn add_home(&mut self, id: i64) {
        self.known.entry(id).or_default();
    }

    /// Adds the ids of a complete list.
    pub(super) fn add_complete(&mut self, mut ids: BTreeSet<i64>) {
        if let Some(others) = &self.complete {
            ids.retain(|id| others.contains(id));
        }
        self.complete = Some(ids);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.known.iter().map(|(id, (name, purpose))| NamedEnvironment {
            id: *id,
            name: name.as_ref().map(|(name, _)| name.clone()),
            purpose: purpose.as_ref().map(|(purpose, _)| *purpose),
        })
    }

    pub(super) fn named(&self, name: &str) -> Presence<i64> {
        let mut found = self.iter().filter(|known| known.name.as_deref() == Some(name));
        match (found.next(), found.next()) {
            (Some(only), None) => self.presence(Some(only.id)),
            (None, _) if self.iter().all(|known| known.name.is_some()) => self.presence(None),
            _ => unknown(),
        }
    }

    pub(super) fn find(&self, id: i64) -> Presence<TargetEnvironment> {
        let known = self.known.get(&id);
        self.presence(known.map(|_| id)).map(|_| TargetEnvironment {
            purpose: known.and_then(|(_, purpose)| Some(purpose.as_ref()?.0)),
        })
    }

    /// A known environment is present if no complete list lacks it. An unknown one is absent if a complete list exists.
    fn presence(&self, known: Option<i64>) -> Presence<i64> {
        match (known, &self.complete) {
            (Some(id), None) => Presence::Present(id),
            (Some(id), Some(complete)) if complete.contains(&id) => Presence::Present(id),
            (None, Some(_)) => Presence::Absent,
            _ => unknown(),
        }
    }
}

fn unknown<T>() -> Presence<T> {
    Presence::Unknown {
        needs: ENVIRONMENTS.to_owned(),
    }
}
