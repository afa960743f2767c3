//! Copies of documents that can be shared: what gives away data or people is replaced, the rest stays to be looked at.
//!
//! Replaced by stand-ins: keys, lookup rows, segment mappings, hosts, users, e-mail addresses, JDBC URLs, database and
//! schema names, setting values and free text. Kept: structure, object names, identifiers, UUIDs, times, and with them
//! the revision hashes. What this version doesn't know is left out, since nothing can tell what it holds. A text that
//! stands in the place of a UUID, an identifier or a type URL and is none gets a stand-in, too. A field that repeats is
//! written as readers see it.
//!
//! Invariants: a stand-in is a number, given out in order of appearance. It is no function of the value, so that no
//! guess can be tried against it. Rows and mappings are numbered within their object, inputs apart from outputs: were
//! an input's stand-in to appear among the outputs, a list sorted by input would give the whole mapping away.

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
pub struct RedactOptions {
    /// Keep fields and data messages that this version doesn't know, whatever they hold.
    pub keep_unknown: bool,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedactReport {
    /// How many different values of each kind got a stand-in. Rows and mappings count per object.
    pub replaced: BTreeMap<StandInKind, u64>,
    /// Objects that held something unknown, and how many fields of it. With [`RedactOptions::keep_unknown`] it is
    /// still there.
    pub unknown: Vec<(ObjectKey, u64)>,
    /// Objects in which a replaced value still stands, as part of a name that is kept, and the value's stand-in.
    pub still_there: Vec<(ObjectKey, String)>,
}

/// The redacted objects, in the same order.
///
/// # Errors
/// Only what reading the results back finds.
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

/// Longest name of a type outside the table that is kept.
const TYPE_NAME_BYTES: usize = 64;

/// Replaces a type's name by its number where the name comes from the document and lacks the form of engines' names.
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

/// A redacted copy's content.
#[derive(Debug, Clone)]
pub struct Redacted {
    /// The objects.
    pub objects: Vec<SyncObject<'static>>,
    /// `exportHost`.
    pub host: Option<String>,
    /// The keys of objects that are called otherwise in the copy.
    pub renamed: BTreeMap<ObjectKey, ObjectKey>,
    /// What was done.
    pub report: RedactReport,
}

/// Shorter values are part of every other name by chance.
const TELLING_BYTES: usize = 4;

/// Looks for replaced values in what was kept, upper and lower case alike.
fn still_there(objects: &[SyncObject<'_>], stand_ins: &StandIns) -> Vec<(ObjectKey, String)> {
    let mut telling: Vec<(String, String)> = stand_ins
        .lasting()
        .filter(|(value, _)| value.len() >= TELLING_BYTES)
        .map(|(value, stand_in)| (value.to_ascii_lowercase(), stand_in))
        .collect();
    // Hash maps give them in another order each time.
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
