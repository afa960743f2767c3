//! Saved answers of list requests: single pages, many behind each other, arrays of pages, or bare entries.
//!
//! Invariant: a list counts as complete only when its entries are as many as the engine said there are. Which filter a
//! list was asked for with doesn't show in the answer, so entries of a single type speak for that type alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::coverage::{Coverage, Extent, ObjectId};
use super::environments::Environments;
use super::rows::{Places, Row};
use super::shape::without_mark;
use super::snapshot::{Claim, Naming, Snapshot};
use super::{MAX_ENTRIES, Source, StateError, StateNote};
use crate::identifier::Identifier;
use crate::import_plan::Location;
use crate::object::{Scope, type_by_name};

/// One page, or entries without one.
#[derive(Debug)]
pub(super) struct Page {
    source: Source,
    /// Entries of the whole list, by the engine's count.
    pub(super) total: Option<u64>,
    pub(super) entries: Vec<Entry>,
}

/// An entry of a list.
#[derive(Debug)]
pub(super) enum Entry {
    Object(Listed),
    Row(Row),
}

/// An entry of the list of syncable objects.
#[derive(Debug)]
pub(super) struct Listed {
    type_name: String,
    id: Identifier,
    /// None where the engine says that the object can't be synced.
    hash: Option<String>,
}

impl Listed {
    fn object(&self) -> ObjectId {
        (self.type_name.clone(), self.id.clone())
    }
}

/// Reads all pages of a source.
pub(super) fn read(bytes: &[u8], source: &Source, limit: usize) -> Result<Vec<Page>, StateError> {
    let mut reader = Reader {
        source: Source::clone(source),
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
                    reader.part(part, &format!("{root}[{at}]"))?;
                }
            }
            value => reader.part(value, &root)?,
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
    source: Source,
    left: usize,
    pages: Vec<Page>,
    /// Entries that aren't on a page.
    bare: Vec<Entry>,
}

impl Reader {
    /// A page or a bare entry.
    fn part(&mut self, value: Value, path: &str) -> Result<(), StateError> {
        let Value::Object(mut members) = value else {
            return Err(refused(path, "neither a page nor an entry of a list"));
        };
        let Some(list) = members.remove("responseList") else {
            let entry = self.entry(&members, path)?;
            self.bare.push(entry);
            return Ok(());
        };
        let path = format!("{path}.responseList");
        let Value::Array(list) = list else {
            return Err(refused(&path, "not an array"));
        };
        let mut entries = Vec::with_capacity(list.len().min(self.left));
        for (at, entry) in list.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let Value::Object(entry) = entry else {
                return Err(refused(&path, "not an entry of a list"));
            };
            entries.push(self.entry(entry, &path)?);
        }
        self.pages.push(Page {
            source: Source::clone(&self.source),
            total: members
                .get("_pageInfo")
                .and_then(|info| info.get("total")?.as_u64()),
            entries,
        });
        Ok(())
    }

    fn entry(&mut self, entry: &Map<String, Value>, path: &str) -> Result<Entry, StateError> {
        let limit = MAX_ENTRIES;
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(StateError::TooManyEntries { limit })?;
        let type_name = entry.get("objectType").and_then(Value::as_str);
        if entry.contains_key("importStatus") {
            return Err(refused(
                path,
                "the result of an import, which doesn't show what else there is",
            ));
        }
        match (type_name, entry.get("objectIdentifier")) {
            (Some(type_name), Some(id)) => Ok(Entry::Object(Listed {
                type_name: type_name.to_owned(),
                id: Identifier::from_json(id),
                hash: entry
                    .get("revisionHash")
                    .and_then(Value::as_str)
                    .filter(|text| is_hash(text))
                    .map(str::to_owned),
            })),
            _ => Row::read(entry)
                .map(Entry::Row)
                .ok_or_else(|| refused(path, "neither a syncable object nor a row that names one")),
        }
    }
}

fn refused(path: &str, reason: &'static str) -> StateError {
    let path = path.to_owned();
    StateError::Entry { path, reason }
}

/// Objects that can't be synced have a sentence in its place.
fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Entry {
    fn type_name(&self) -> &str {
        match self {
            Self::Object(listed) => &listed.type_name,
            Self::Row(row) => row.resource.type_name,
        }
    }

    fn row(&self) -> Option<&Row> {
        match self {
            Self::Row(row) => Some(row),
            Self::Object(_) => None,
        }
    }

    fn is_row(&self) -> bool {
        self.row().is_some()
    }

    fn object(&self) -> ObjectId {
        match self {
            Self::Object(listed) => listed.object(),
            Self::Row(row) => row.object(),
        }
    }

    /// Counts an entry once, however often it was saved.
    fn key(&self) -> (bool, ObjectId) {
        (self.is_row(), self.object())
    }
}

/// Turns the pages of all sources into claims, and what they show in full into coverage.
pub(super) fn conclude(
    pages: &[Page],
    snapshot: &mut Snapshot,
    coverage: &mut Coverage,
    environments: &mut Environments,
) -> Result<Vec<StateNote>, StateError> {
    let rows = pages.iter().flat_map(|page| {
        let rows = page.entries.iter().filter_map(Entry::row);
        rows.map(|row| (row, &page.source))
    });
    let places = Places::of(rows)?;
    for page in pages {
        for entry in &page.entries {
            match entry {
                Entry::Row(row) => places.claim(row, &page.source, snapshot, environments)?,
                Entry::Object(listed) => claim(listed, &page.source, snapshot, environments)?,
            }
        }
    }
    let (complete, incomplete) = sort_out(pages, &places);
    for list in complete {
        cover(&list, &places, coverage, environments);
    }
    Ok(incomplete)
}

fn claim(
    listed: &Listed,
    source: &Source,
    snapshot: &mut Snapshot,
    environments: &mut Environments,
) -> Result<(), StateError> {
    let place = match (
        type_by_name(&listed.type_name).map(|known| known.scope),
        &listed.id,
    ) {
        (Some(Scope::Reference), _) => return Ok(()),
        (_, Identifier::Integer(id)) if listed.type_name == "ENVIRONMENT" => {
            environments.add(*id, None, None, source)?;
            Some(Location::Environment(*id))
        }
        (Some(Scope::Global), _) => Some(Location::Global),
        _ => None,
    };
    let claim = Claim {
        object: listed.object(),
        name: match &listed.id {
            Identifier::Text(name) | Identifier::Algorithm(name) | Identifier::EncryptionKey(name) => {
                Naming::of(Some(name.clone()))
            }
            // A number says nothing of the name behind it.
            _ => Naming::Unknown,
        },
        place,
        pair: None,
        dependencies: None,
        hash: listed.hash.clone(),
        own_hash: None,
    };
    snapshot.add(claim, source)
}

/// The pages of one list, all of them.
type Complete<'a> = Vec<&'a Page>;

/// What all entries of a page have in common, by which they may have been asked for: the type, and of rows the environment
/// or, of environments, the application.
type Filter<'a> = (&'a str, Option<i64>);

/// Puts pages together that make a whole list: a page that holds everything, else pages of one total, else those of them
/// that could be asked for together. In doubt a list isn't whole.
fn sort_out<'a>(pages: &'a [Page], places: &Places) -> (Vec<Complete<'a>>, Vec<StateNote>) {
    let mut complete = Vec::new();
    let mut parts: BTreeMap<(bool, u64), Vec<&Page>> = BTreeMap::new();
    for page in pages {
        let Some(total) = page.total else { continue };
        match distinct(&[page]) == total {
            true => complete.push(vec![page]),
            false => {
                let rows = page.entries.first().is_some_and(Entry::is_row);
                parts.entry((rows, total)).or_default().push(page);
            }
        }
    }
    let mut incomplete = Vec::new();
    for ((_, total), pages) in parts {
        let mut by_filter: BTreeMap<Option<Filter<'_>>, Vec<&Page>> = BTreeMap::new();
        for page in &pages {
            by_filter.entry(filter(page, places)).or_default().push(page);
        }
        // Pages that have something in common each may as well be of several lists that are equally long.
        let of_one_list = by_filter.len() == 1 || by_filter.contains_key(&None);
        if of_one_list && distinct(&pages) == total {
            complete.push(pages);
            continue;
        }
        for (filter, pages) in by_filter {
            let have = distinct(&pages);
            match filter.is_some() && have == total {
                true => complete.push(pages),
                false => {
                    let labels: BTreeSet<&str> = pages.iter().map(|page| &*page.source).collect();
                    let labels = Vec::from_iter(labels).join(", ");
                    incomplete.push(StateNote::IncompleteList { labels, have, total });
                }
            }
        }
    }
    (complete, incomplete)
}

fn filter<'a>(page: &'a Page, places: &Places) -> Option<Filter<'a>> {
    let type_name = only_type(&[page])?;
    let home = |entry: &Entry| match entry {
        Entry::Object(_) => None,
        Entry::Row(row) if type_name == "ENVIRONMENT" => row.application,
        Entry::Row(row) => places.environment(row),
    };
    let mut homes = page.entries.iter().map(home);
    let first = homes.next()?;
    homes.all(|other| other == first).then_some((type_name, first))
}

fn distinct(pages: &[&Page]) -> u64 {
    let entries = pages.iter().flat_map(|page| &page.entries);
    entries.map(Entry::key).collect::<HashSet<_>>().len() as u64
}

fn only_type<'a>(pages: &[&'a Page]) -> Option<&'a str> {
    let mut types = pages.iter().flat_map(|page| &page.entries).map(Entry::type_name);
    let first = types.next()?;
    types.all(|other| other == first).then_some(first)
}

fn cover(list: &Complete<'_>, places: &Places, coverage: &mut Coverage, environments: &mut Environments) {
    let Some(source) = list.first().map(|page| &page.source) else {
        return;
    };
    let entries = || list.iter().flat_map(|page| &page.entries);
    let rows = || entries().filter_map(Entry::row);
    let name = str::to_owned;
    let extent = match only_type(list) {
        // Every engine has objects of several types: this is no list of one type, so it is of all.
        None if entries().next().is_some() && entries().all(|entry| !entry.is_row()) => Extent::Objects,
        None => return,
        Some("ENVIRONMENT") => {
            // A list of one environment, or of one application's, looks like a list of all.
            let applications: HashSet<_> = rows().map(|row| row.application).collect();
            if applications.len() > 1 {
                environments.are_all(rows().map(|row| row.id).collect());
            }
            return;
        }
        Some(type_name) if entries().all(|entry| !entry.is_row()) => Extent::ObjectsOf(name(type_name)),
        // Drivers can be asked for by whether they are built in, which doesn't show.
        Some("JDBC_DRIVER") => return,
        Some(type_name) if type_by_name(type_name).is_some_and(|known| known.scope == Scope::Global) => {
            Extent::RowsOf(name(type_name))
        }
        Some(type_name) => {
            let homes: Option<BTreeSet<i64>> = rows().map(|row| places.environment(row)).collect();
            match homes.map(|homes| (homes.len(), homes.first().copied())) {
                // Rows of one environment can be asked for.
                Some((1, Some(home))) => Extent::RowsIn(name(type_name), home),
                Some(_) => Extent::RowsOf(name(type_name)),
                None => return,
            }
        }
    };
    coverage.add(extent, source, entries().map(Entry::object).collect());
}
