//! Redacts documents for sharing: replaces values that reveal data or people.
//!
//! Stand-ins replace keys, lookup rows, segment mappings, hosts, users, e-mail addresses, JDBC URLs, database and
//! schema names, setting values and free text. Kept: structure, object names, identifiers, UUIDs, times, and with them
//! the revision hashes. Unknown content is left out, because it may hold anything. An invalid UUID, identifier or type URL
//! gets a stand-in, too. A repeated singular field is written as readers see it.
//!
//! Invariants: stand-ins are numbered in order of appearance. They aren't computed from values, so guesses can't be tested
//! against them. Rows and mappings are numbered within their object, inputs separately from outputs: with common numbers, a
//! list sorted by input would reveal the mapping.

mod rewrite;
mod stand_in;
mod texts;

use std::collections::BTreeMap;

pub use crate::object::data::StandInKind;
use crate::object::{ObjectError, ObjectKey, SyncObject, type_name};
use crate::report::{DocumentReport, NamedBy};

use rewrite::Rewriter;
use stand_in::StandIns;
pub(crate) use stand_in::split_port;

pub use crate::blob::REDACTED as MARKER;

/// How to redact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedactOptions {
    /// Whether to keep unknown fields and data messages with all their content.
    pub keep_unknown: bool,
}

impl RedactOptions {
    /// Sets whether to keep unknown fields and data messages.
    pub fn keep_unknown(self, keep_unknown: bool) -> Self {
        Self { keep_unknown }
    }
}

/// What was redacted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedactReport {
    /// The number of different values of each kind that got a stand-in. Rows and mappings count per object.
    pub replaced: BTreeMap<StandInKind, u64>,
    /// Objects with unknown fields, and their number. [`RedactOptions::keep_unknown`] keeps these fields.
    pub unknown: Vec<(ObjectKey, u64)>,
    /// Objects with a kept name that contains a replaced value, and the value's stand-in.
    pub still_there: Vec<(ObjectKey, String)>,
}

/// Redacts objects, keeping their order.
///
/// # Errors
/// A redacted object that can't be parsed.
pub fn redact(
    objects: &[SyncObject<'_>],
    host: Option<&str>,
    options: RedactOptions,
) -> Result<Redacted, ObjectError> {
    let mut rewriter = Rewriter::new(options);
    let mut report = RedactReport::default();
    let host = host.map(|host| rewriter.stand_ins.host_and_port(host));
    let mut renamed = BTreeMap::new();
    let mut redacted = Vec::with_capacity(objects.len());
    for object in objects {
        let (copy, unknown) = rewriter.object(object)?;
        if unknown > 0 {
            report.unknown.push((object.key().clone(), unknown));
        }
        if copy.key() != object.key() {
            renamed.insert(object.key().clone(), copy.key().clone());
        }
        redacted.push(copy);
    }
    report.still_there = still_there(&redacted, &rewriter.stand_ins);
    report.replaced = rewriter.stand_ins.counts();
    Ok(Redacted {
        objects: redacted,
        host,
        renamed,
        report,
    })
}

/// The most bytes of a kept type name outside the table.
const TYPE_NAME_BYTES: usize = 64;

/// Replaces a type's name from the document by its number, unless it has the form of engines' names.
pub fn hide_odd_type_names(report: &mut DocumentReport) {
    let plain = |name: &str| {
        name.len() <= TYPE_NAME_BYTES
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    for object in &mut report.objects {
        if object.named_by != NamedBy::Number && !plain(&object.type_name) {
            object.type_name = type_name(object.key.type_number, &BTreeMap::new());
        }
    }
}

/// The redacted content.
#[derive(Debug, Clone)]
pub struct Redacted {
    /// The objects.
    pub objects: Vec<SyncObject<'static>>,
    /// `exportHost`.
    pub host: Option<String>,
    /// The new keys of objects whose keys changed.
    pub renamed: BTreeMap<ObjectKey, ObjectKey>,
    /// What was redacted.
    pub report: RedactReport,
}

/// The fewest bytes of a value to search for; shorter ones occur in names by chance.
const TELLING_BYTES: usize = 4;

/// Finds replaced values in kept text, ignoring case.
fn still_there(objects: &[SyncObject<'_>], stand_ins: &StandIns) -> Vec<(ObjectKey, String)> {
    let mut telling: Vec<(String, String)> = stand_ins
        .lasting()
        .filter(|(value, _)| value.len() >= TELLING_BYTES)
        .map(|(value, stand_in)| (value.to_ascii_lowercase(), stand_in))
        .collect();
    // The order of a hash map is random.
    telling.sort();
    let mut found = Vec::new();
    for object in objects {
        let bytes = object.as_bytes().to_ascii_lowercase();
        for (value, stand_in) in &telling {
            if memchr::memmem::find(&bytes, value.as_bytes()).is_some() {
                found.push((object.key().clone(), stand_in.clone()));
            }
        }
    }
    found
}
