//! Saved answers of list requests: pages, one after another or in arrays, or their bare entries.
//!
//! Invariant: a list is complete only if it has as many entries as the engine counted. An answer doesn't show the filter
//! of its request, so entries that have a type or an environment in common cover no more than that.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::coverage::Extent;
use super::observations::{ObjectId, first};
use super::{MAX_ENTRIES, Source, StateError, TargetStateBuilder, entry, without_mark};
use crate::import_plan::Location;
use crate::object::{Scope, type_by_name};

/// A page of a list, or an entry without its page.
#[derive(Debug)]
pub(super) struct Page {
    source: Source,
    /// The type of its rows; `None` for syncable objects.
    rows: Option<String>,
    /// The number of entries of the whole list, if the engine counted them.
    total: Option<u64>,
    objects: HashSet<ObjectId>,
}

/// The types of objects, each with the environments of rows, or the applications of rows of environments. A list may be
/// filtered by either.
type Kinds = BTreeSet<(String, Option<i64>)>;

impl TargetStateBuilder {
    /// Reads the values of a source: pages, entries, or arrays of both.
    pub(super) fn add_lists(&mut self, source: &Source, bytes: &[u8]) -> Result<usize, StateError> {
        let (entries, pages) = (self.entries, self.pages.len());
        let values = serde_json::Deserializer::from_slice(without_mark(bytes)).into_iter::<Value>();
        for (n, value) in values.enumerate() {
            let value = value.map_err(|error| StateError::malformed("a saved list", error))?;
            let root = match n {
                0 => "$".to_owned(),
                n => format!("value {}: $", n + 1),
            };
            let Value::Array(parts) = value else {
                self.add_page(&value, source, &root)?;
                continue;
            };
            for (at, part) in parts.iter().enumerate() {
                self.add_page(part, source, &format!("{root}[{at}]"))?;
            }
        }
        let pages = &self.pages[pages..];
        if pages.is_empty() || pages.iter().any(|page| page.total.is_none()) {
            let note = "a list without the engine's count of its entries; the target may have more";
            self.state.notes.push(format!("{source}: {note}"));
        }
        Ok(self.entries - entries)
    }

    /// Adds a page or a bare entry.
    fn add_page(&mut self, part: &Value, source: &Source, path: &str) -> Result<(), StateError> {
        let mut page = Page {
            source: Source::clone(source),
            rows: None,
            total: part["_pageInfo"]["total"].as_u64(),
            objects: HashSet::new(),
        };
        match part.get("responseList") {
            Some(Value::Array(list)) => {
                for (at, entry) in list.iter().enumerate() {
                    self.add_entry(entry, &mut page, &format!("{path}.responseList[{at}]"))?;
                }
            }
            Some(_) => {
                return Err(StateError::malformed(
                    &format!("{path}.responseList"),
                    "not an array",
                ));
            }
            None => self.add_entry(part, &mut page, path)?,
        }
        self.pages.push(page);
        Ok(())
    }

    fn add_entry(&mut self, entry: &Value, page: &mut Page, path: &str) -> Result<(), StateError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(StateError::TooManyEntries);
        }
        let read = entry.as_object().ok_or("neither a page nor an entry of a list");
        let (seen, is_row) = read
            .and_then(|entry| entry::read(entry, &page.source))
            .map_err(|reason| StateError::malformed(path, reason))?;
        page.objects.insert(seen.object.clone());
        if is_row {
            page.rows = Some(seen.object.0.clone());
        }
        // An environment's row doesn't show whether there is a syncable object of it.
        if is_row && seen.object.0 == "ENVIRONMENT" {
            self.observe_environment(seen);
        } else {
            self.observe(seen);
        }
        Ok(())
    }

    /// Adds what complete lists cover, once all objects are located. Pages belong together if their rows have one type and
    /// their lists one length.
    pub(super) fn finish_lists(&mut self) {
        let mut lists: BTreeMap<_, Vec<Page>> = BTreeMap::new();
        for (n, page) in std::mem::take(&mut self.pages).into_iter().enumerate() {
            let Some(total) = page.total else { continue };
            // A complete page is a list of its own.
            let own = (page.objects.len() as u64 == total).then_some(n);
            lists
                .entry((own, page.rows.clone(), total))
                .or_default()
                .push(page);
        }
        for ((_, rows, total), pages) in lists {
            let kinds: Vec<Kinds> = pages.iter().map(|page| self.kinds(page)).collect();
            // Pages that are uniform in different ways may be of several lists with different filters.
            let is_unfiltered = kinds.iter().any(|kinds| kinds.len() > 1);
            let kinds: Kinds = kinds.into_iter().flatten().collect();
            let labels: BTreeSet<Source> = pages.iter().map(|page| Source::clone(&page.source)).collect();
            let objects: HashSet<ObjectId> = pages.into_iter().flat_map(|page| page.objects).collect();
            let have = objects.len() as u64;
            if have == total && (is_unfiltered || kinds.len() <= 1) {
                let source = labels.first().cloned().unwrap_or_default();
                self.state.coverage.add(extent(rows, kinds), &source, objects);
            } else {
                let labels = Vec::from_iter(labels).join(", ");
                let note = format!("{have} of the list's {total} entries; the target may have more");
                self.state.notes.push(format!("{labels}: {note}"));
            }
        }
    }

    fn kinds(&self, page: &Page) -> Kinds {
        let place = |object: &ObjectId| match page.rows.as_deref()? {
            "ENVIRONMENT" => first(self.environments.get(object)?, |one| one.application),
            _ => match first(self.objects.get(object)?, |one| one.location)? {
                Location::Environment(id) => Some(id),
                Location::Global => None,
            },
        };
        let objects = page.objects.iter();
        objects.map(|object| (object.0.clone(), place(object))).collect()
    }
}

/// What a complete list covers.
fn extent(rows: Option<String>, kinds: Kinds) -> Option<Extent> {
    let several = kinds.len() > 1;
    let Some(rows) = rows else {
        // Every engine has syncable objects of several types, so a list with several types isn't filtered by type.
        return match kinds.into_iter().next() {
            _ if several => Some(Extent::Objects),
            Some((name, _)) if name != "ENVIRONMENT" => Some(Extent::Type(name)),
            _ => None,
        };
    };
    let is_global = type_by_name(&rows).is_some_and(|known| known.scope == Scope::Global);
    match &*rows {
        _ if kinds.iter().any(|(name, _)| *name != rows) => None,
        // The list of one application's environments looks like the list of an engine with one application.
        "ENVIRONMENT" => several.then_some(Extent::Environments),
        // The list of drivers has a filter that rows don't show: built-in or not.
        "JDBC_DRIVER" => None,
        _ if is_global => Some(Extent::Type(rows)),
        // An object whose environment is unknown.
        _ if kinds.iter().any(|(_, place)| place.is_none()) => None,
        // Rows may be filtered by environment.
        _ => match kinds.first() {
            Some((_, Some(environment))) if !several => Some(Extent::TypeIn(rows, *environment)),
            _ => Some(Extent::Type(rows)),
        },
    }
}
