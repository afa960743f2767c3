//! An object of the document, and how to find it on the target.

use super::inventory::{Identity, Location, Lookup};
use super::kind::{Kind, Role};
use super::{GivenEnvironment, ImportOptions};
use crate::object::{Named, SyncObject};

/// An object to import.
pub(super) struct ImportObject<'a> {
    pub(super) object: &'a SyncObject<'a>,
    pub(super) kind: Kind,
    pub(super) name: Option<String>,
    /// The environment that it goes into, if it lives in one.
    pub(super) environment: Option<GivenEnvironment>,
    /// Its location on the target, if known.
    pub(super) location: Option<Location>,
}

impl<'a> ImportObject<'a> {
    pub(super) fn new(object: &'a SyncObject<'a>, kind: Kind, options: &ImportOptions) -> Self {
        let environment = match kind.role {
            Role::Environment | Role::EnvironmentItself => Some(options.environment),
            Role::Source => Some(options.source_environment),
            _ => None,
        };
        let location = match environment {
            None => Some(Location::Global),
            Some(GivenEnvironment::Id(id)) => Some(Location::Environment(id)),
            Some(_) => None,
        };
        Self {
            object,
            name: object.name().filter(|name| !name.is_empty()),
            environment,
            location,
            kind,
        }
    }

    /// Its name and key for messages.
    pub(super) fn named(&self) -> Named {
        Named {
            key: self.object.key().clone(),
            type_name: self.kind.type_name.clone(),
            name: self.name.clone(),
        }
    }

    /// Its identity on all engines: its name, else its revision's UUID A. Numbers are only labels.
    pub(super) fn identity(&self) -> Option<Identity<'_>> {
        if self.kind.role == Role::EnvironmentItself {
            return Some(Identity::EnvironmentItself);
        }
        let uuid = self.object.revision().pair.object.as_str();
        match &self.name {
            Some(name) => Some(Identity::Name(name)),
            None => (!uuid.is_empty()).then_some(Identity::Object(uuid)),
        }
    }

    /// The lookup of its counterpart on the target.
    pub(super) fn lookup(&self) -> Option<Lookup<'_>> {
        Some(Lookup {
            types: self.kind.counterpart_types(),
            location: self.location?,
            identity: self.identity()?,
        })
    }

    /// Whether it only refers to an object, which must exist: a reference, or a source connector without data.
    pub(super) fn only_refers(&self) -> bool {
        match self.kind.role {
            Role::Reference => true,
            Role::Source => self.object.data_bytes().is_empty(),
            _ => false,
        }
    }

    /// Whether importing it may write something.
    pub(super) fn is_written(&self) -> bool {
        !self.only_refers() && self.kind.role != Role::Bundle
    }
}
