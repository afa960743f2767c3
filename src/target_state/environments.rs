//! The target's environments, as far as they are known.

use std::collections::BTreeMap;

use crate::import_plan::{ENVIRONMENTS, Presence, Purpose, TargetEnvironment};

/// Environments of the target.
#[derive(Debug, Default)]
pub(super) struct Environments {
    by_id: BTreeMap<i64, Environment>,
    /// Whether these are all.
    pub(super) complete: bool,
}

#[derive(Debug, Clone)]
struct Environment {
    name: Option<String>,
    purpose: Option<Purpose>,
    disputed: bool,
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
        let known = self.by_id.entry(id).or_insert(Environment {
            name: None,
            purpose: None,
            disputed: false,
        });
        let other_name = known
            .name
            .as_deref()
            .zip(name)
            .is_some_and(|(known, name)| known != name);
        let other_purpose = known
            .purpose
            .zip(purpose)
            .is_some_and(|(known, purpose)| known != purpose);
        known.disputed |= other_name || other_purpose;
        known.name = known.name.take().or(name.map(str::to_owned));
        known.purpose = known.purpose.or(purpose);
    }

    pub(super) fn all(&self) -> impl Iterator<Item = NamedEnvironment> {
        self.by_id.iter().map(|(id, environment)| NamedEnvironment {
            id: *id,
            name: environment.name.clone(),
            purpose: environment.purpose,
        })
    }

    pub(super) fn named(&self, name: &str) -> Presence<i64> {
        let named = |environment: &Environment| environment.name.as_deref() == Some(name);
        let mut found = self.by_id.iter().filter(|(_, environment)| named(environment));
        let nameless = self.by_id.values().any(|environment| environment.name.is_none());
        match found.next() {
            // Names are unique: of two, one is of another time.
            Some((id, environment)) if !environment.disputed && found.next().is_none() => {
                Presence::Present(*id)
            }
            None if self.complete && !nameless => Presence::Absent,
            _ => unknown(),
        }
    }

    pub(super) fn find(&self, id: i64) -> Presence<TargetEnvironment> {
        match self.by_id.get(&id) {
            Some(environment) => Presence::Present(TargetEnvironment {
                purpose: environment.purpose.filter(|_| !environment.disputed),
            }),
            None if self.complete => Presence::Absent,
            None => unknown(),
        }
    }
}

fn unknown<T>() -> Presence<T> {
    Presence::Unknown {
        needs: ENVIRONMENTS.to_owned(),
    }
}
