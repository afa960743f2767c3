//! Saved answers of list requests: pages, one after another or in arrays, or their bare entries.
//!
//! Invariant: a list is complete only if it has as many entries as the engine counted. An answer doesn't show the filter
//! of its request, so entries that have a type or an environment in common cover no more than that.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::coverage::Extent;
use super::entry::ListEntry;
use super::objects::ObjectId;
use super::{Source, StateError, TargetStateBuilder, without_mark};
use crate::identifier::Identifier;
use crate::object::{ObjectType, Scope, type_by_name};

/// A page of a list.
#[derive(Debug)]
pub(super) struct Page {
    source: Source,
    /// The type of its rows; `None` for syncable objects.
    rows: Option<String>,
    /// The number of entries of the whole list, as the engine counted them.
    total: u64,
    objects: HashSet<ObjectId>,
    /// The applications of the environments in it.
    applications: BTreeSet<Option<i64>>,
}

/// The types of a page's objects, and the environments of its rows, or the applications of its environments. A list may be
/// filtered by either.
type Filter = (BTreeSet<String>, BTreeSet<Option<i64>>);

impl TargetStateBuilder {
    /// Reads the values of a source: pages, entries, or arrays of both.
    pub(super) fn add_lists(&mut self, source: &Source, bytes: &[u8]) -> Result<usize, StateError> {
        let before = self.entries;
        let mut counted = true;
        let values = serde_json::Deserializer::from_slice(without_mark(bytes)).into_iter::<Value>();
        for (n, value) in values.enumerate() {
            let value = value.map_err(|error| StateError::malformed("a saved list", error))?;
            let root = match n {
                0 => "$".to_owned(),
                n => format!("value {}: $", n + 1),
            };
            let Value::Array(parts) = value else {
                counted &= self.add_part(&value, source, &root)?;
                continue;
            };
            counted &= !parts.is_empty();
            for (at, part) in parts.iter().enumerate() {
                counted &= self.add_part(part, source, &format!("{root}[{at}]"))?;
            }
        }
        if !counted {
            let note = "a list without the engine's count of its entries; the target may have more";
            self.facts.notes.push(format!("{source}: {note}"));
        }
        Ok(self.entries - before)
    }

    /// Adds a page or a bare entry. Returns whether it is a page with the engine's count.
    fn add_part(&mut self, part: &Value, source: &Source, path: &str) -> Result<bool, StateError> {
        let Some(list) = part.get("responseList") else {
            self.add_entry(part, source, path)?;
            return Ok(false);
        };
        let path = format!("{path}.responseList");
        let list = list
            .as_array()
            .ok_or_else(|| StateError::malformed(&path, "not an array"))?;
        let mut page = Page {
            source: Source::clone(source),
            rows: None,
            total: 0,
            objects: HashSet::new(),
            applications: BTreeSet::new(),
        };
        for (at, entry) in list.iter().enumerate() {
            let entry = self.add_entry(entry, source, &format!("{path}[{at}]"))?;
            if entry.is_row {
                page.rows = Some(entry.object.0.clone());
            }
            page.applications.insert(entry.application);
            page.objects.insert(entry.object);
        }
        let total = part.get("_pageInfo").and_then(|info| info.get("total")?.as_u64());
        self.pages.extend(total.map(|total| Page { total, ..page }));
        Ok(total.is_some())
    }

    fn add_entry(&mut self, entry: &Value, source: &Source, path: &str) -> Result<ListEntry, StateError> {
        self.entries += 1;
        if self.entries > self.max_entries {
            return Err(StateError::TooManyEntries {
                limit: self.max_entries,
            });
        }
        let read = entry.as_object().ok_or("neither a page nor an entry of a list");
        let mut entry = read
            .and_then(ListEntry::read)
            .map_err(|reason| StateError::malformed(path, reason))?;
        let seen = std::mem::take(&mut entry.seen);
        let environment = environment_id(&entry.object);
        if let Some(id) = environment {
            let name = seen.name.clone();
            self.facts.environments.add(id, name, entry.purpose, source)?;
        }
        // An environment's row doesn't show whether there is a syncable object of it.
        let is_object = !entry.is_row || environment.is_none();
        if is_object && !type_by_name(&entry.object.0).is_some_and(ObjectType::is_reference) {
            self.objects.add(&entry.object, seen, source)?;
        }
        Ok(entry)
    }

    /// Adds what complete lists cover, once all objects are located. Pages belong together if their rows have one type and
    /// their lists one length.
    pub(super) fn finish_lists(&mut self) {
        let mut parts: BTreeMap<(Option<String>, u64), Vec<Page>> = BTreeMap::new();
        for page in std::mem::take(&mut self.pages) {
            if page.objects.len() as u64 == page.total {
                self.cover(page);
            } else {
                let list = (page.rows.clone(), page.total);
                parts.entry(list).or_default().push(page);
            }
        }
        for ((_, total), pages) in parts {
            let shown = pages.iter().filter(|page| !page.objects.is_empty());
            let filters: HashSet<Filter> = shown.map(|page| self.filter(page)).collect();
            let labels: BTreeSet<String> = pages.iter().map(|page| page.source.to_string()).collect();
            let Some(list) = pages.into_iter().reduce(Page::and) else {
                continue;
            };
            let have = list.objects.len() as u64;
            // Pages that are uniform in different ways may be of several lists with different filters.
            let unfiltered = |(types, places): &Filter| types.len() > 1 || places.len() > 1;
            if have == total && (filters.len() == 1 || filters.iter().any(unfiltered)) {
                self.cover(list);
            } else {
                let labels = Vec::from_iter(labels).join(", ");
                let note = format!("{have} of the list's {total} entries; the target may have more");
                self.facts.notes.push(format!("{labels}: {note}"));
            }
        }
    }

    fn filter(&self, page: &Page) -> Filter {
        let types = page
            .objects
            .iter()
            .map(|(type_name, _)| type_name.clone())
            .collect();
        let places = match page.rows.as_deref() {
            None => BTreeSet::new(),
            Some("ENVIRONMENT") => page.applications.clone(),
            Some(_) => page
                .objects
                .iter()
                .map(|object| self.objects.environment(object))
                .collect(),
        };
        (types, places)
    }

    fn cover(&mut self, list: Page) {
        let (types, places) = self.filter(&list);
        let is_row = list.rows.is_some();
        let extent = match (types.len(), types.into_iter().next()) {
            // Every engine has syncable objects of several types, so a list with several types isn't filtered by type.
            (2.., _) if !is_row => Extent::Objects,
            (1, Some(name)) => match &*name {
                // The list of one application's environments looks like the list of an engine with one application.
                "ENVIRONMENT" => {
                    if places.len() > 1 {
                        let ids = list.objects.iter().filter_map(environment_id);
                        self.facts.environments.add_complete(ids.collect());
                    }
                    return;
                }
                // The list of drivers has a filter that rows don't show: built-in or not.
                "JDBC_DRIVER" if is_row => return,
                _ if !is_row || type_by_name(&name).is_some_and(|known| known.scope == Scope::Global) => {
                    Extent::Type(name)
                }
                _ => match (places.len(), places.first()) {
                    // An object whose environment is unknown; `None` is the first.
                    (_, None | Some(None)) => return,
                    // Rows may be filtered by environment.
                    (1, Some(Some(environment))) => Extent::TypeIn(name, *environment),
                    _ => Extent::Type(name),
                },
            },
            _ => return,
        };
        self.facts
            .coverage
            .add(extent, &list.source, &Arc::new(list.objects));
    }
}

impl Page {
    fn and(mut self, other: Self) -> Self {
        self.objects.extend(other.objects);
        self.applications.extend(other.applications);
        self
    }
}

/// The environment that an object itself is.
fn environment_id((type_name, id): &ObjectId) -> Option<i64> {
    match id {
        Identifier::Integer(id) if type_name == "ENVIRONMENT" => Some(*id),
        _ => None,
    }
}
