//! Saved answers of list requests: pages, one after another or in arrays, or their bare entries.
//!
//! Invariant: a list is complete only if it has as many entries as the engine counted. An answer doesn't show the filter
//! of its request, so entries that have a type or an environment in common cover no more than that.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::coverage::Extent;
use super::entry::{Homes, ListEntry};
use super::{MAX_ENTRIES, Source, StateError, StateNote, TargetStateBuilder, without_mark};
use crate::object::{Scope, type_by_name};

/// A page, or bare entries.
#[derive(Debug)]
pub(super) struct Page {
    source: Source,
    /// The number of entries of the whole list, as the engine counted them.
    total: Option<u64>,
    entries: Vec<ListEntry>,
}

impl TargetStateBuilder {
    pub(super) fn add_lists(&mut self, source: &Source, bytes: &[u8]) -> Result<usize, StateError> {
        let pages = read(bytes, source, MAX_ENTRIES - self.entries)?;
        let count = pages.iter().map(|page| page.entries.len()).sum();
        self.entries += count;
        if pages.iter().any(|page| page.total.is_none()) {
            let label = source.to_string();
            self.notes.push(StateNote::UncountedList { label });
        }
        self.pages.extend(pages);
        Ok(count)
    }

    /// Adds the objects of all pages, and what complete lists cover. The homes of rows may be on any page.
    pub(super) fn finish_lists(&mut self) -> Result<(), StateError> {
        let pages = std::mem::take(&mut self.pages);
        let mut homes = Homes::default();
        let entries = || {
            pages
                .iter()
                .flat_map(|page| page.entries.iter().map(|entry| (entry, &page.source)))
        };
        for (entry, source) in entries().filter(|(entry, _)| entry.is_row) {
            homes.add(entry, source)?;
        }
        for (entry, source) in entries() {
            if let Some(id) = entry.environment() {
                let name = entry.name.as_deref();
                self.environments.add(id, name, entry.purpose, source)?;
                if entry.is_row {
                    continue;
                }
            }
            if let Some(id) = homes.environment(entry) {
                self.environments.add(id, None, None, source)?;
            }
            if let Some(seen) = entry.observation(&homes) {
                self.objects.add(seen, source)?;
            }
        }
        for list in lists(&pages, &homes) {
            let have = distinct(&list.pages);
            if have == list.total {
                self.cover(&list, &homes);
            } else {
                let labels: BTreeSet<&str> = list.pages.iter().map(|page| &*page.source).collect();
                self.notes.push(StateNote::IncompleteList {
                    labels: Vec::from_iter(labels).join(", "),
                    have,
                    total: list.total,
                });
            }
        }
        Ok(())
    }

    fn cover(&mut self, list: &List<'_>, homes: &Homes) {
        let entries = || list.pages.iter().flat_map(|page| &page.entries);
        let Some(page) = list.pages.first() else { return };
        let rows = entries().any(|entry| entry.is_row);
        let extent = match only_type(&list.pages).map(|name| (name, type_by_name(name))) {
            // Every engine has syncable objects of several types, so a list with several types isn't filtered by type.
            None => {
                if rows || entries().next().is_none() {
                    return;
                }
                Extent::Objects
            }
            Some(("ENVIRONMENT", _)) => {
                // The list of one application's environments looks like the list of an engine with one application.
                let applications: HashSet<_> = entries().map(|row| row.application).collect();
                if applications.len() > 1 {
                    let ids = entries().filter_map(ListEntry::environment);
                    self.environments.add_complete(ids.collect());
                }
                return;
            }
            // The list of drivers has a filter that rows don't show: built-in or not.
            Some(("JDBC_DRIVER", _)) if rows => return,
            Some((name, known)) if !rows || known.is_some_and(|known| known.scope == Scope::Global) => {
                Extent::Type(name.to_owned())
            }
            Some((name, _)) => {
                let homes: Option<BTreeSet<i64>> = entries().map(|row| homes.environment(row)).collect();
                let Some(homes) = homes else { return };
                match (homes.len(), homes.first()) {
                    // Rows may be filtered by environment.
                    (1, Some(&home)) => Extent::TypeIn(name.to_owned(), home),
                    _ => Extent::Type(name.to_owned()),
                }
            }
        };
        let objects = entries().map(|entry| entry.object.clone());
        self.coverage.add(extent, &page.source, objects.collect());
    }
}

/// Reads all pages of a source. `limit` bounds the number of entries.
fn read(bytes: &[u8], source: &Source, limit: usize) -> Result<Vec<Page>, StateError> {
    let mut reader = Reader {
        left: limit,
        pages: Vec::new(),
        bare: Vec::new(),
    };
    let values = serde_json::Deserializer::from_slice(without_mark(bytes)).into_iter::<Value>();
    for (n, value) in values.enumerate() {
        let what = "a saved list";
        let value = value.map_err(|error| StateError::Form { what, error })?;
        let root = match n {
            0 => "$".to_owned(),
            n => format!("value {}: $", n + 1),
        };
        match value {
            Value::Array(parts) => {
                for (at, part) in parts.into_iter().enumerate() {
                    reader.part(part, source, &format!("{root}[{at}]"))?;
                }
            }
            value => reader.part(value, source, &root)?,
        }
    }
    if !reader.bare.is_empty() || reader.pages.is_empty() {
        reader.pages.push(Page {
            source: Source::clone(source),
            total: None,
            entries: reader.bare,
        });
    }
    Ok(reader.pages)
}

struct Reader {
    left: usize,
    pages: Vec<Page>,
    bare: Vec<ListEntry>,
}

impl Reader {
    /// Reads a page or a bare entry.
    fn part(&mut self, part: Value, source: &Source, path: &str) -> Result<(), StateError> {
        let Value::Object(mut page) = part else {
            return Err(refused(path, "neither a page nor an entry of a list"));
        };
        let Some(list) = page.remove("responseList") else {
            let entry = self.entry(&Value::Object(page), path)?;
            self.bare.push(entry);
            return Ok(());
        };
        let path = format!("{path}.responseList");
        let Value::Array(list) = list else {
            return Err(refused(&path, "not an array"));
        };
        let entries = list.iter().enumerate();
        let entries = entries.map(|(at, entry)| self.entry(entry, &format!("{path}[{at}]")));
        let entries = entries.collect::<Result<_, _>>()?;
        self.pages.push(Page {
            source: Source::clone(source),
            total: page.get("_pageInfo").and_then(|info| info.get("total")?.as_u64()),
            entries,
        });
        Ok(())
    }

    fn entry(&mut self, entry: &Value, path: &str) -> Result<ListEntry, StateError> {
        let limit = MAX_ENTRIES;
        let left = self.left.checked_sub(1);
        self.left = left.ok_or(StateError::TooManyEntries { limit })?;
        let entry = entry.as_object().ok_or("not an entry of a list");
        entry
            .and_then(ListEntry::read)
            .map_err(|reason| refused(path, reason))
    }
}

fn refused(path: &str, reason: &'static str) -> StateError {
    let path = path.to_owned();
    StateError::Entry { path, reason }
}

/// The pages of one list.
struct List<'a> {
    total: u64,
    pages: Vec<&'a Page>,
}

/// Assigns pages to lists: a page with all entries is a list; other pages belong together if they have the same total and
/// may be answers to one request.
fn lists<'a>(pages: &'a [Page], homes: &Homes) -> Vec<List<'a>> {
    let mut lists = Vec::new();
    let mut parts: BTreeMap<(bool, u64), Vec<&Page>> = BTreeMap::new();
    for page in pages {
        let Some(total) = page.total else { continue };
        if distinct(&[page]) == total {
            let pages = vec![page];
            lists.push(List { total, pages });
        } else {
            let rows = page.entries.first().is_some_and(|entry| entry.is_row);
            parts.entry((rows, total)).or_default().push(page);
        }
    }
    for ((_, total), pages) in parts {
        let mut by_filter: BTreeMap<Option<Filter<'_>>, Vec<&Page>> = BTreeMap::new();
        for page in &pages {
            by_filter.entry(filter(page, homes)).or_default().push(page);
        }
        // A page with several types belongs to an unfiltered list, and then the others of that total do, too.
        if by_filter.contains_key(&None) {
            lists.push(List { total, pages });
        } else {
            lists.extend(by_filter.into_values().map(|pages| List { total, pages }));
        }
    }
    lists
}

/// What all entries of a page have in common, and may have been requested by: the type; for rows the environment, too;
/// for environments the application.
type Filter<'a> = (&'a str, Option<i64>);

fn filter<'a>(page: &'a Page, homes: &Homes) -> Option<Filter<'a>> {
    let type_name = only_type(&[page])?;
    let mut values = page.entries.iter().map(|entry| match type_name {
        "ENVIRONMENT" => entry.application,
        _ => homes.environment(entry),
    });
    let first = values.next()?;
    values.all(|other| other == first).then_some((type_name, first))
}

fn distinct(pages: &[&Page]) -> u64 {
    let entries = pages.iter().flat_map(|page| &page.entries);
    let distinct: HashSet<_> = entries.map(|entry| (entry.is_row, &entry.object)).collect();
    distinct.len() as u64
}

fn only_type<'a>(pages: &[&'a Page]) -> Option<&'a str> {
    let mut types = pages
        .iter()
        .flat_map(|page| &page.entries)
        .map(|entry| &*entry.object.0);
    let first = types.next()?;
    types.all(|other| other == first).then_some(first)
}
