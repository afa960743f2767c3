//! Finds the environments of loaded objects.
//!
//! Documents don't name environments. An ENVIRONMENT object lists its content; an object lives with its dependencies
//! and stays there from export to export. The rest is taken for one environment, as far as names allow.
//!
//! Invariant: every environment-bound object has exactly one home, and no home has two ENVIRONMENT objects of one
//! document.

use std::collections::{BTreeMap, HashMap};

use exportdoc::internal::object::ObjectKey;

use super::document::{Document, Loaded};
use super::sets::Sets;

/// The homes of the objects of some documents.
pub(super) struct Homes {
    /// The home of each object, by document and index.
    home_of: HashMap<(usize, usize), usize>,
    /// The homes.
    pub(super) homes: Vec<Home>,
}

/// A future environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// The document that names it: the first with its ENVIRONMENT object, or else with any of its objects.
    pub(super) document: usize,
    /// Its latest ENVIRONMENT object: document and index.
    pub(super) object: Option<(usize, usize)>,
}

impl Homes {
    /// Returns the home of an object.
    pub(super) fn of(&self, document: usize, place: usize) -> Option<usize> {
        self.home_of.get(&(document, place)).copied()
    }

    /// Finds the homes of all objects of documents in export order.
    pub(super) fn find(documents: &[Document]) -> Self {
        let mut tenants = Tenants::of(documents);
        tenants.same_object_same_home();
        tenants.home_of_dependencies();
        tenants.one_home_per_document();
        tenants.one_home_for_the_rest();
        tenants.homes()
    }
}

/// An environment-bound object.
struct Tenant<'a> {
    document: usize,
    place: usize,
    loaded: &'a Loaded,
}

impl<'a> Tenant<'a> {
    fn is_environment(&self) -> bool {
        self.loaded.type_name == "ENVIRONMENT"
    }

    /// Type and name, if it has one.
    fn full_name(&self) -> Option<(&'a str, String)> {
        let loaded = self.loaded;
        Some((loaded.type_name.as_str(), loaded.name()?)).filter(|_| !self.is_environment())
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

    /// Whether each set has an ENVIRONMENT object, by its first member.
    fn with_environment(&mut self) -> Vec<bool> {
        let mut with = vec![false; self.all.len()];
        for (at, tenant) in self.all.iter().enumerate() {
            with[self.sets.first(at)] |= tenant.is_environment();
        }
        with
    }

    fn one_home_per_document(&mut self) {
        let with_environment = self.with_environment();
        let mut rest: HashMap<usize, usize> = HashMap::new();
        for (at, tenant) in self.all.iter().enumerate() {
            if !with_environment[self.sets.first(at)] {
                self.sets.join(*rest.entry(tenant.document).or_insert(at), at);
            }
        }
    }

    fn one_home_for_the_rest(&mut self) {
        let with_environment = self.with_environment();
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.all.len() {
            sets.entry(self.sets.first(at)).or_default().push(at);
        }
        let (known, rest): (Vec<_>, Vec<_>) =
            sets.into_iter().partition(|(first, _)| with_environment[*first]);
        let mut homes: Vec<Names> = Vec::new();
        for (first, tenants) in known {
            let mut home = Names::of(first, true);
            home.add(&self.all, &tenants);
            homes.push(home);
        }
        for (first, tenants) in rest {
            let fits = |home: &Names| home.fit(self.documents, &self.all, &tenants);
            let found = homes.iter().position(|home| fits(home) == Fit::Successor);
            let free = |home: &Names| !home.has_environment && fits(home) == Fit::Free;
            let at = found.or_else(|| homes.iter().position(free)).unwrap_or_else(|| {
                homes.push(Names::of(first, false));
                homes.len() - 1
            });
            self.sets.join(homes[at].first, first);
            homes[at].add(&self.all, &tenants);
        }
    }

    fn homes(mut self) -> Homes {
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

/// The names in a home.
struct Names<'a> {
    first: usize,
    has_environment: bool,
    latest: HashMap<(&'a str, String), usize>,
}

/// How objects fit into a home.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// No object there has their names.
    Free,
    /// The objects there with their names were exported before these were made, so these replace them.
    Successor,
    /// An object there had one of their names while they existed.
    Apart,
}

impl<'a> Names<'a> {
    fn of(first: usize, has_environment: bool) -> Self {
        Self {
            first,
            has_environment,
            latest: HashMap::new(),
        }
    }

    fn add(&mut self, all: &[Tenant<'a>], tenants: &[usize]) {
        for at in tenants {
            if let Some(name) = all[*at].full_name() {
                self.latest.insert(name, *at);
            }
        }
    }

    fn fit(&self, documents: &[Document], all: &[Tenant<'a>], tenants: &[usize]) -> Fit {
        let mut fit = Fit::Free;
        for at in tenants {
            let Some(other) = all[*at].full_name().and_then(|name| self.latest.get(&name)) else {
                continue;
            };
            // Tenants are in export order.
            let (earlier, later) = (&all[*at.min(other)], &all[*at.max(other)]);
            let exported = documents[earlier.document].exported;
            let made = later.loaded.object.revision().created;
            let known = earlier.loaded.uuid().is_some() && later.loaded.uuid().is_some();
            if known && made.is_none_or(|made| made <= exported) {
                return Fit::Apart;
            }
            fit = Fit::Successor;
        }
        fit
    }
}
