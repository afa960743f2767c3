//! The index of objects by everything but their keys.
//!
//! Invariant: depends on the objects alone: [`Index::remove`] undoes [`Index::insert`].

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::TypeSelector;
use exportdoc::internal::object::ObjectKey;
use rpds::RedBlackTreeSetSync;

use super::StoredObject;
use super::bundle::is_bundle;
use super::kinds::is_algorithm;

/// A way to find objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// A name in a name space (`None`: all algorithms) and an environment (`None`: engine-wide).
    Name {
        space: Option<String>,
        environment: Option<i64>,
        name: String,
    },
    /// UUID A of an object that is not a reference.
    ObjectUuid(String),
    /// The ENVIRONMENT object of an environment.
    Environment(i64),
    /// The identifier of a dependency; bundles and references are not indexed.
    Dependency(Identifier),
}

impl Way {
    pub(super) fn named(wanted: TypeSelector<'_>, environment: Option<i64>, name: &str) -> Self {
        Self::Name {
            space: match wanted {
                TypeSelector::Type(type_name) if !is_algorithm(type_name) => Some(type_name.to_owned()),
                TypeSelector::Type(_) | TypeSelector::AnyAlgorithm => None,
            },
            environment,
            name: name.to_owned(),
        }
    }

    fn to(stored: &StoredObject) -> Vec<Self> {
        let name = stored.name.as_ref();
        let name =
            name.map(|name| Self::named(TypeSelector::Type(&stored.type_name), stored.environment, name));
        let mut ways = Vec::from_iter(name);
        if stored.is_reference() {
            return ways;
        }
        ways.push(Self::ObjectUuid(stored.object.revision().pair.object.clone()));
        if let Some(environment) = stored.environment.filter(|_| stored.type_name == "ENVIRONMENT") {
            ways.push(Self::Environment(environment));
        }
        if !is_bundle(&stored.type_name) {
            let dependencies = stored.object.dependencies().iter();
            ways.extend(dependencies.map(|key| Self::Dependency(key.identifier.clone())));
        }
        ways
    }
}

/// Object keys by the ways to find them.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(RedBlackTreeSetSync<(Way, ObjectKey)>);

impl Index {
    pub(super) fn insert(&mut self, stored: &StoredObject) {
        for way in Way::to(stored) {
            self.0.insert_mut((way, stored.key().clone()));
        }
    }

    pub(super) fn remove(&mut self, stored: &StoredObject) {
        for way in Way::to(stored) {
            self.0.remove_mut(&(way, stored.key().clone()));
        }
    }

    /// The keys behind a way, in order.
    pub(super) fn keys<'a>(&'a self, way: &Way) -> impl Iterator<Item = &'a ObjectKey> + use<'a> {
        let first = ObjectKey::new(0, Identifier::Integer(i64::MIN));
        let way = way.clone();
        let all = self.0.range((way.clone(), first)..);
        all.take_while(move |(other, _)| *other == way)
            .map(|(_, key)| key)
    }
}
