//! Which environments the objects of documents live in.
//!
//! Documents don't say. What tells: an ENVIRONMENT object lists what is in it, an object lives where the objects live
//! that it depends on, and it stays there from export to export. All that is left is taken to be of one environment, as
//! far as its names allow.
//!
//! Invariant: every object that lives in an environment has exactly one home, and no home has two ENVIRONMENT objects of
//! one document.

use std::collections::{BTreeMap, HashMap};

use exportdoc::internal::object::ObjectKey;

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
        tenants.one_home_per_document();
        tenants.one_home_for_the_rest();
        tenants.homes()
    }
}

/// An object that lives in an environment.
struct Tenant<'a> {
    document: usize,
    place: usize,
    loaded: &'a Loaded,
}

impl<'a> Tenant<'a> {
    fn is_environment(&self) -> bool {
        self.loaded.type_name == "ENVIRONMENT"
    }

    /// Type and name, as far as documents have one.
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

    /// Whether a set has an ENVIRONMENT object, by the first of each set.
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
    /// Nothing there has a name of theirs.
    Free,
    /// What has a name of theirs was exported before they were made, so that they take its place.
    Successor,
    /// Something of the same name was there when they were.
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
            // Tenants stand in the order of the exports.
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
