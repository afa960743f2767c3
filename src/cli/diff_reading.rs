//! Reads the two documents of a comparison.
//!
//! Invariant: files that can be read twice are never held, and of their objects only those that a comparison looks into.
//! What is read but once, can't be compared as objects or is compared as bytes is held whole.

use std::collections::BTreeMap;

use exportdoc::diff::{DiffOptions, Objects, Side, is_comparable, to_look_into};
use exportdoc::object::SyncObject;
use exportdoc::passphrase::Passphrase;
use exportdoc::report::{
    Digests, DocumentReport, ExamineOptions, Examined, Keep, examine_bytes, examine_source,
};

use super::input::Input;
use super::text::changed;
use super::{CliError, Unreadable};

/// One of the two documents.
pub(crate) struct ComparedSide {
    /// The path as given.
    pub(crate) path: String,
    pub(crate) report: DocumentReport,
    held: Held,
}

enum Held {
    /// The file and all of its objects.
    Whole(Vec<u8>, Vec<SyncObject<'static>>),
    /// The objects that are looked into.
    Some(BTreeMap<usize, SyncObject<'static>>),
}

impl ComparedSide {
    pub(super) fn side(&self) -> Side<'_> {
        let (bytes, objects) = match &self.held {
            Held::Whole(bytes, objects) => (Some(&bytes[..]), Objects::All(objects)),
            Held::Some(objects) => (None, Objects::Some(objects)),
        };
        Side {
            bytes,
            report: &self.report,
            objects,
        }
    }
}

/// A document to be compared.
pub(super) struct DiffInput {
    pub(super) input: Input,
    pub(super) max_size: u64,
    pub(super) passphrase: Option<Passphrase>,
}

/// Reads both documents.
pub(super) fn read_both(
    inputs: &[DiffInput; 2],
    options: &DiffOptions,
) -> Result<[ComparedSide; 2], CliError> {
    let [old, new] = inputs;
    if !options.strict_bytes && old.input.can_be_read_again() && new.input.can_be_read_again() {
        let (before, after) = both(|| old.look(), || new.look())?;
        if is_comparable(&before) && is_comparable(&after) {
            let (of_old, of_new) = to_look_into(&before, &after, options.match_by);
            let (before, after) = both(|| old.some(before, &of_old), || new.some(after, &of_new))?;
            return Ok([before, after]);
        }
    }
    let (before, after) = both(|| old.whole(), || new.whole())?;
    Ok([before, after])
}

fn both<T: Send>(
    old: impl FnOnce() -> Result<T, CliError> + Send,
    new: impl FnOnce() -> Result<T, CliError> + Send,
) -> Result<(T, T), CliError> {
    let (old, new) = rayon::join(old, new);
    Ok((old?, new?))
}

impl DiffInput {
    fn reading(&self) -> ExamineOptions {
        ExamineOptions {
            passphrase: self.passphrase.clone(),
            digests: true,
            ..ExamineOptions::default()
        }
    }

    fn whole(&self) -> Result<ComparedSide, CliError> {
        let bytes = self.readable(self.input.read(self.max_size))?;
        let examined = self.readable(examine_bytes(&bytes, &self.reading(), Keep::Objects))?;
        Ok(ComparedSide {
            path: self.input.label(),
            report: examined.report,
            held: Held::Whole(bytes, examined.contents.objects),
        })
    }

    fn look(&self) -> Result<DocumentReport, CliError> {
        Ok(self.examine(Keep::Nothing)?.report)
    }

    /// Reads the document again for the objects at these positions of its report.
    fn some(&self, report: DocumentReport, ids: &[usize]) -> Result<ComparedSide, CliError> {
        let mut objects = BTreeMap::new();
        if !ids.is_empty() {
            let wanted = ids.iter().map(|id| &report.objects[*id]);
            let digests: Digests = wanted
                .filter_map(|object| Some((object.record, object.digest?)))
                .collect();
            let found = self.examine(Keep::Only(&digests))?.contents.objects;
            if found.len() != ids.len() {
                return Err(changed(&self.input.label()));
            }
            objects.extend(ids.iter().copied().zip(found));
        }
        Ok(ComparedSide {
            path: self.input.label(),
            report,
            held: Held::Some(objects),
        })
    }

    fn examine(&self, keep: Keep<'_>) -> Result<Examined, CliError> {
        let (source, _) = self.readable(self.input.open(self.max_size))?;
        self.readable(examine_source(source, &self.reading(), keep))
    }

    fn readable<T>(&self, read: Result<T, impl Into<Unreadable>>) -> Result<T, CliError> {
        read.map_err(|error| CliError::unreadable(&self.input.label(), &error.into()))
    }
}
