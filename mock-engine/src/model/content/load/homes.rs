//! Which environments the objects of documents live in.
//!
//! Documents don't say. What tells: an ENVIRONMENT object lists what is in it, an object lives where the objects live
//! that it depends on, and it stays there from export to export. What is left of one document is taken to be of one
//! environment.
//!
//! Invariant: every object that lives in an environment has exactly one home, and no home has two ENVIRONMENT objects of
//! one document.

use std::collections::{BTreeMap, HashMap};

use exportdoc::object::ObjectKey;

use super::document::{Document, Loaded};
use super::sets::Sets;

/// The homes of some documents' objects.
pub(super) struct Homes {
    /// The home of each object, by document and place.
    home_of: HashMap<(usize, usize), usize>,
    /// The homes.
    pub(super) homes: Vec<Home>,
}

/// One environment to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// The document that gives it its name: the first with its ENVIRONMENT object, else the first with anything in it.
    pub(super) document: usize,
    /// The latest ENVIRONMENT object: document and place.
    pub(super) object: Option<(usize, usize)>,
}

impl Homes {
    /// The home of an object.
    pub(super) fn of(&self, document: usize, place: usize) -> Option<usize> {
        self.home_of.get(&(document, place)).copied()
    }

    /// Finds the homes of all objects of documents that stand in the order of their exports.
    pub(super) fn find(documents: &[Document]) -> Self {
        let mut tenants = Tenants::of(documents);
        tenants.same_object_same_home();
        tenants.home_of_dependencies();
        tenants.one_home_for_the_rest();
        tenants.successors();
        tenants.homes()
    }
}

/// An object that lives in an environment.
struct Tenant<'a> {
    document: usize,
    place: usize,
    loaded: &'a Loaded,
}

impl Tenant<'_> {
    fn is_environment(&self) -> bool {
        self.loaded.type_name == "ENVIRONMENT"
    }
}

struct Tenants<'a> {
    documents: &'a [Document],
    all: Vec<Tenant<'a>>,
    sets: Sets,
}

impl<'a> Tenants<'a> {
    fn of(documents: &'a [Document]) -> Self {
        let mut all = Vec::new();
        for (document, whole) in documents.iter().enumerate() {
            for (place, loaded) in whole.objects.iter().enumerate() {
                if loaded.lives_in_environment() {
                    all.push(Tenant {
                        document,
                        place,
                        loaded,
                    });
                }
            }
        }
        let sets = Sets::of(all.len());
        Self { documents, all, sets }
    }

    fn same_object_same_home(&mut self) {
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        for (at, tenant) in self.all.iter().enumerate() {
            if let Some(uuid) = tenant.loaded.uuid() {
                self.sets
                    .join(*first.entry((&tenant.loaded.type_name, uuid)).or_insert(at), at);
            }
        }
    }

    fn home_of_dependencies(&mut self) {
        let mut by_key: HashMap<(usize, &ObjectKey), usize> = HashMap::new();
        for (at, tenant) in self.all.iter().enumerate() {
            by_key.insert((tenant.document, tenant.loaded.object.key()), at);
        }
        for (at, tenant) in self.all.iter().enumerate() {
            for key in tenant.loaded.object.dependencies() {
                if let Some(other) = by_key.get(&(tenant.document, key)) {
                    self.sets.join(at, *other);
                }
            }
        }
    }

    /// Whether a set has an ENVIRONMENT object, by the first of each set.
    fn with_environment(&self) -> Vec<bool> {
        let mut with = vec![false; self.all.len()];
        for (at, tenant) in self.all.iter().enumerate() {
            with[self.sets.first(at)] |= tenant.is_environment();
        }
        with
    }

    fn one_home_for_the_rest(&mut self) {
        let with_environment = self.with_environment();
        let mut rest: HashMap<usize, usize> = HashMap::new();
        for (at, tenant) in self.all.iter().enumerate() {
            if !with_environment[self.sets.first(at)] {
                self.sets.join(*rest.entry(tenant.document).or_insert(at), at);
            }
        }
    }

    /// An object that was made after an export, under the name of one in that export, takes its place. Where both were
    /// there at one time, they live apart.
    fn successors(&mut self) {
        let mut by_name: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
        for (at, tenant) in self.all.iter().enumerate() {
            if let Some(name) = tenant.loaded.name().filter(|_| !tenant.is_environment()) {
                let namesakes = by_name.entry((&tenant.loaded.type_name, name)).or_default();
                namesakes.push(at);
            }
        }
        let mut with_environment = self.with_environment();
        for namesakes in by_name.values() {
            for pair in namesakes.windows(2) {
                let (earlier, later) = (&self.all[pair[0]], &self.all[pair[1]]);
                let homes = (self.sets.first(pair[0]), self.sets.first(pair[1]));
                let exported = self.documents[earlier.document].exported;
                let made = later.loaded.object.revision().created;
                if homes.0 == homes.1
                    || made.is_none_or(|made| made <= exported)
                    || with_environment[homes.0] && with_environment[homes.1]
                {
                    continue;
                }
                self.sets.join(homes.0, homes.1);
                let first = self.sets.first(homes.0);
                with_environment[first] = with_environment[homes.0] || with_environment[homes.1];
            }
        }
    }

    fn homes(self) -> Homes {
        let mut number: HashMap<usize, usize> = HashMap::new();
        let (mut homes, mut home_of) = (Vec::new(), HashMap::new());
        for (at, tenant) in self.all.iter().enumerate() {
            let home = *number.entry(self.sets.first(at)).or_insert_with(|| {
                homes.push(Home {
                    document: tenant.document,
                    object: None,
                });
                homes.len() - 1
            });
            if tenant.is_environment() {
                let home: &mut Home = &mut homes[home];
                if home.object.is_none() {
                    home.document = tenant.document;
                }
                home.object = Some((tenant.document, tenant.place));
            }
            home_of.insert((tenant.document, tenant.place), home);
        }
        Homes { home_of, homes }
    }
}
