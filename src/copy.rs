//! Takes objects from documents into the next one without holding them all: they are read again when it is their turn.
//!
//! Invariant: an object that is read again is, to the byte, the one that was outlined, or nothing is made of it; and no
//! more is held than one batch, or one object where that is larger.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::build::{BuildError, Objects};
use crate::object::{ObjectKey, SyncObject, follow};
use crate::report::{Contents, Digests, DocumentReport, Elsewhere, Encryption};

/// Bytes of objects that are held at a time. Each batch costs another reading of the documents.
pub const BATCH_BYTES: u64 = 64 << 20;

/// Whether a document's objects can be read again one by one. Those that are encrypted are all in one record.
pub fn can_be_copied(report: &DocumentReport) -> bool {
    report.encryption == Encryption::Clear
}

/// What has to be held all the same of a document that was outlined: the objects at `positions`, and those without an
/// outline. Objects whose digest wasn't taken can't be held, and then [`join`] gives nothing.
pub fn to_hold(
    report: &DocumentReport,
    outlines: &[Option<SyncObject<'static>>],
    positions: &BTreeSet<usize>,
) -> Digests {
    let objects = report.objects.iter().zip(outlines).enumerate();
    objects
        .filter(|(at, (_, outline))| outline.is_none() || positions.contains(at))
        .filter_map(|(_, (object, _))| Some((object.record, object.digest?)))
        .collect()
}

/// What a reading with [`crate::report::Keep::Outlines`] gave.
pub struct Outlined<'r> {
    /// The report.
    pub report: &'r DocumentReport,
    /// An outline for each of its objects that has one.
    pub outlines: Vec<Option<SyncObject<'static>>>,
    /// What there is beside the objects.
    pub contents: Contents,
}

/// Puts what one reading outlined together with what another one held ([`crate::report::Keep::Only`]), of the document of
/// number `source`. `None` where it isn't all that was to be held.
pub fn join(source: usize, outlined: Outlined<'_>, to_hold: &Digests, held: Contents) -> Option<Contents> {
    let Outlined {
        report,
        outlines,
        contents,
    } = outlined;
    if held.objects.len() != to_hold.len() {
        return None;
    }
    let mut joined = Contents {
        objects: Vec::with_capacity(outlines.len()),
        record_fields: held.record_fields,
        ..contents
    };
    let mut held = held.objects.into_iter();
    for (object, outline) in report.objects.iter().zip(outlines) {
        if to_hold.contains_key(&object.record) {
            joined.objects.push(held.next()?);
        } else {
            let elsewhere = Elsewhere {
                source,
                record: object.record,
                size: object.size,
                digest: object.digest?,
            };
            joined.elsewhere.insert(joined.objects.len(), elsewhere);
            joined.objects.push(outline?);
        }
    }
    Some(joined)
}

/// Only what stands in some records, of contents that have all objects of the report.
pub fn only(report: &DocumentReport, contents: Contents, records: &BTreeSet<u64>) -> Contents {
    let mut some = Contents {
        objects: Vec::new(),
        elsewhere: BTreeMap::new(),
        ..contents
    };
    for (at, (object, reported)) in contents.objects.into_iter().zip(&report.objects).enumerate() {
        if records.contains(&reported.record) {
            if let Some(elsewhere) = contents.elsewhere.get(&at) {
                some.elsewhere.insert(some.objects.len(), elsewhere.clone());
            }
            some.objects.push(object);
        }
    }
    some
}

/// Where the outlined objects of some contents stand, by their keys; each key has to be there but once.
pub fn by_key(contents: &Contents) -> HashMap<ObjectKey, Elsewhere> {
    let outlined = contents.elsewhere.iter();
    outlined
        .map(|(at, elsewhere)| (contents.objects[*at].key().clone(), elsewhere.clone()))
        .collect()
}

/// Where those of `objects` stand that were outlined, by position.
pub fn places(
    by_key: &HashMap<ObjectKey, Elsewhere>,
    objects: &[SyncObject<'_>],
) -> BTreeMap<usize, Elsewhere> {
    let objects = objects.iter().enumerate();
    objects
        .filter_map(|(at, object)| Some((at, by_key.get(object.key())?.clone())))
        .collect()
}

/// Objects on their way into the next document. `read` reads the objects of these digests from a document, in record order;
/// where it gives fewer, the document has changed.
pub struct Copying<'a, F> {
    /// The objects and outlines, in record order of the next document.
    pub objects: &'a [SyncObject<'static>],
    /// By position among them, where the outlined ones stand.
    pub elsewhere: &'a BTreeMap<usize, Elsewhere>,
    /// Bytes of objects that are held at a time, [`BATCH_BYTES`] unless there is a reason.
    pub batch_bytes: u64,
    /// Reads them.
    pub read: F,
}

impl<F, E> Objects for Copying<'_, F>
where
    F: Fn(usize, &Digests) -> Result<Vec<SyncObject<'static>>, E>,
    E: From<BuildError>,
{
    type Error = E;

    fn outlines(&self) -> &[SyncObject<'_>] {
        self.objects
    }

    fn each(&self, write: &mut dyn FnMut(&SyncObject<'_>) -> Result<(), BuildError>) -> Result<(), E> {
        let mut next = 0;
        while next < self.objects.len() {
            let end = self.batch_from(next);
            let mut batch = self.fetch(next, end)?;
            for at in next..end {
                match self.elsewhere.get(&at) {
                    None => write(&self.objects[at])?,
                    Some(elsewhere) => {
                        let Elsewhere { source, record, .. } = *elsewhere;
                        let found = batch.remove(&(source, record));
                        let found = found.ok_or(BuildError::Changed { source_id: source })?;
                        write(&follow(found, &self.objects[at]).map_err(BuildError::from)?)?;
                    }
                }
            }
            next = end;
        }
        Ok(())
    }
}

impl<F, E> Copying<'_, F>
where
    F: Fn(usize, &Digests) -> Result<Vec<SyncObject<'static>>, E>,
    E: From<BuildError>,
{
    /// Where the batch ends that begins here; it has at least one object.
    fn batch_from(&self, start: usize) -> usize {
        let mut room = self.batch_bytes;
        for (at, elsewhere) in self.elsewhere.range(start..) {
            match room.checked_sub(elsewhere.size) {
                Some(left) => room = left,
                None if room == self.batch_bytes => return at + 1,
                None => return *at,
            }
        }
        self.objects.len()
    }

    /// Reads the objects of a batch, by document and record.
    fn fetch(&self, start: usize, end: usize) -> Result<BTreeMap<(usize, u64), SyncObject<'static>>, E> {
        let mut wanted: BTreeMap<usize, Digests> = BTreeMap::new();
        for elsewhere in self.elsewhere.range(start..end).map(|(_, elsewhere)| elsewhere) {
            let of_source = wanted.entry(elsewhere.source).or_default();
            of_source.insert(elsewhere.record, elsewhere.digest);
        }
        let mut batch = BTreeMap::new();
        for (source, digests) in wanted {
            let found = (self.read)(source, &digests)?;
            if found.len() != digests.len() {
                return Err(BuildError::Changed { source_id: source }.into());
            }
            batch.extend(digests.into_keys().map(|record| (source, record)).zip(found));
        }
        Ok(batch)
    }
}
