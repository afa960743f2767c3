//! Differences between a recorded answer and a present one.
//!
//! Values that differ from run to run by nature don't count: tokens, times, hashes, ids of tasks and of new rows, the
//! content of documents. Their types count.

use std::collections::{BTreeMap, HashMap, HashSet};

use exportdoc::internal::date::JavaDate;
use exportdoc::internal::redact::StandInKind;
use serde::Serialize;
use serde_json::Value;

use super::correlate;
use crate::engine::resources::ResourceSpec;
use crate::http::redact::{self, REDACTED};

/// Stand-ins of redacted documents.
const STAND_INS: &[StandInKind] = &[
    StandInKind::Host,
    StandInKind::User,
    StandInKind::Email,
    StandInKind::JdbcUrl,
    StandInKind::Database,
    StandInKind::Schema,
    StandInKind::Setting,
    StandInKind::Text,
];

/// The most characters of a value in a report.
const SHOWN: usize = 120;

/// Members whose values are made anew in every run, besides those of [`correlate::made`].
const BY_NATURE: &[&str] = &[
    "blob",
    "build",
    "checksum",
    "exportHost",
    "exportId",
    "fileSize",
    "fileUuid",
    "publicKey",
    "revisionHash",
    "signature",
];

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Status,
    ContentType,
    /// A member or an entry is only in the recorded answer.
    Missing,
    /// A member or an entry is only in the present answer.
    Added,
    Type,
    Value,
    Order,
}

/// A difference; equal ones at several entries of a list count as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    pub(crate) kind: Kind,
    /// Where, with `[]` for every entry of a list.
    pub(crate) place: String,
    pub(crate) recorded: Option<String>,
    pub(crate) present: Option<String>,
    pub(crate) count: usize,
}

/// Collects the differences of one answer.
pub(super) struct Comparison<'a> {
    /// Members whose values don't count.
    ignored: &'a [String],
    /// The resource of the request.
    spec: Option<&'static ResourceSpec>,
    /// Whether the request made a row.
    creates: bool,
    /// Whether values are those of a task under way.
    is_passing: bool,
    found: BTreeMap<(String, Kind), Difference>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(ignored: &'a [String], spec: Option<&'static ResourceSpec>, creates: bool) -> Self {
        Self {
            ignored,
            spec,
            creates,
            is_passing: false,
            found: BTreeMap::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Difference> {
        self.found.into_values().collect()
    }

    pub(super) fn add(&mut self, kind: Kind, place: &str, recorded: Option<String>, present: Option<String>) {
        let found = self.found.entry((place.to_owned(), kind));
        let difference = found.or_insert_with(|| Difference {
            kind,
            place: place.to_owned(),
            recorded,
            present,
            count: 0,
        });
        difference.count += 1;
    }

    /// Compares two values at a place; `member` is the name of the nearest member.
    pub(super) fn values(&mut self, place: &str, member: &str, recorded: &Value, present: &Value) {
        match (recorded, present) {
            (Value::Object(_), Value::Object(_)) if is_passing(recorded) || is_passing(present) => {
                self.passing(place, recorded, present);
            }
            (Value::Object(_), Value::Object(_)) => self.members(place, recorded, present),
            (Value::Array(recorded), Value::Array(present)) => {
                self.lists(&format!("{place}[]"), member, recorded, present);
            }
            _ if kind_of(recorded) != kind_of(present) => {
                let shown = |value| Some(format!("{} {}", kind_of(value), shown(member, value)));
                self.add(Kind::Type, place, shown(recorded), shown(present));
            }
            _ if recorded != present && !self.differs_by_nature(member, recorded, present) => {
                let (recorded, present) = (shown(member, recorded), shown(member, present));
                self.add(Kind::Value, place, Some(recorded), Some(present));
            }
            _ => {}
        }
    }

    /// Compares tasks under way. In different states they have different members.
    fn passing(&mut self, place: &str, recorded: &Value, present: &Value) {
        if recorded["status"] == present["status"] {
            let outside = std::mem::replace(&mut self.is_passing, true);
            self.members(place, recorded, present);
            self.is_passing = outside;
        }
    }

    fn members(&mut self, place: &str, recorded: &Value, present: &Value) {
        let (Value::Object(recorded), Value::Object(present)) = (recorded, present) else {
            return;
        };
        for (name, value) in recorded {
            let place = format!("{place}.{name}");
            match present.get(name) {
                Some(present) => self.values(&place, name, value, present),
                None => self.add(Kind::Missing, &place, Some(shown(name, value)), None),
            }
        }
        for (name, value) in present {
            if !recorded.contains_key(name) {
                let place = format!("{place}.{name}");
                self.add(Kind::Added, &place, None, Some(shown(name, value)));
            }
        }
    }

    fn lists(&mut self, place: &str, member: &str, recorded: &[Value], present: &[Value]) {
        let Some((known, here)) = self.keys(recorded, present) else {
            return self.by_index(place, member, recorded, present);
        };
        let places: HashMap<&str, usize> = here
            .iter()
            .enumerate()
            .map(|(at, key)| (key.as_str(), at))
            .collect();
        let mut order = Vec::new();
        for (key, value) in known.iter().zip(recorded) {
            match places.get(key.as_str()) {
                Some(at) => {
                    order.push(*at);
                    self.values(place, member, value, &present[*at]);
                }
                None => self.add(Kind::Missing, place, Some(key.clone()), None),
            }
        }
        let recorded: HashSet<&String> = known.iter().collect();
        for key in here.iter().filter(|key| !recorded.contains(key)) {
            self.add(Kind::Added, place, None, Some(key.clone()));
        }
        if !order.is_sorted() {
            let text = |keys: &mut dyn Iterator<Item = &String>| {
                let keys: Vec<&str> = keys.map(String::as_str).collect();
                cut(&keys.join(", "))
            };
            let mut known = known.iter().filter(|key| places.contains_key(key.as_str()));
            let known_here = text(&mut known);
            order.sort_unstable();
            let mut here = order.iter().map(|at| &here[*at]);
            self.add(Kind::Order, place, Some(known_here), Some(text(&mut here)));
        }
    }

    /// What identifies the entries of two lists: objects by type and identifier, rows by name or else by id.
    fn keys(&self, recorded: &[Value], present: &[Value]) -> Option<(Vec<String>, Vec<String>)> {
        let members = [
            Some("objectIdentifier"),
            self.spec.and_then(|spec| spec.name_field),
            self.spec.map(|spec| spec.id_field),
        ];
        members.into_iter().flatten().find_map(|member| {
            let keys = |list: &[Value]| {
                let keys: Option<Vec<String>> = list.iter().map(|entry| key(entry, member)).collect();
                keys.filter(|keys| keys.iter().collect::<HashSet<_>>().len() == keys.len())
            };
            Some((keys(recorded)?, keys(present)?))
        })
    }

    fn by_index(&mut self, place: &str, member: &str, recorded: &[Value], present: &[Value]) {
        for (recorded, present) in recorded.iter().zip(present) {
            self.values(place, member, recorded, present);
        }
        for value in recorded.iter().skip(present.len()) {
            self.add(Kind::Missing, place, Some(shown(member, value)), None);
        }
        for value in present.iter().skip(recorded.len()) {
            self.add(Kind::Added, place, None, Some(shown(member, value)));
        }
    }

    fn differs_by_nature(&self, member: &str, recorded: &Value, present: &Value) -> bool {
        let named = self.is_passing
            || BY_NATURE.contains(&member)
            || correlate::made(member).is_some()
            || (self.creates && self.spec.is_some_and(|spec| spec.id_field == member))
            || self.ignored.iter().any(|ignored| ignored == member);
        let (Some(recorded), Some(present)) = (recorded.as_str(), present.as_str()) else {
            return named;
        };
        let is_stand_in = |text| STAND_INS.iter().any(|kind| kind.is_stand_in(text));
        named
            || recorded.contains(REDACTED)
            || is_stand_in(recorded)
            || is_stand_in(present)
            || redact::is_secret(member)
            || (is_time(recorded) && is_time(present))
    }
}

/// The value of an identifying member, with the entry's type.
fn key(entry: &Value, member: &str) -> Option<String> {
    let value = entry.get(member).filter(|value| !value.is_null())?;
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(match entry.get("objectType").and_then(Value::as_str) {
        Some(object_type) => format!("{object_type} {value}"),
        None => value,
    })
}

/// Whether a value is a task or an execution that hasn't ended.
pub(super) fn is_under_way(value: &Value) -> bool {
    let status = value.get("status").and_then(Value::as_str);
    status.is_some_and(|status| ["QUEUED", "RUNNING", "WAITING"].contains(&status))
}

/// Whether the numbers in a value depend on the moment, as those of a cancelled execution do.
fn is_passing(value: &Value) -> bool {
    is_under_way(value) || value.get("status").is_some_and(|status| status == "CANCELLED")
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Whether a text begins with a date, as all times of engines do.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let iso = bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    iso || JavaDate::parse(text).is_ok()
}

/// A value for the report, without secrets.
fn shown(member: &str, value: &Value) -> String {
    let mut holder = serde_json::json!({ member: value });
    redact::json(&mut holder);
    cut(&holder[member].to_string())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
