//! Merging for `merge` and git's merge driver.

use std::io::Write;
use std::path::Path;

use exportdoc::internal::build::ExportFacts;
use exportdoc::internal::merge::{
    ConflictKind, DerivedSave, MergeOptions, MergeOutcome, MergedDocument, Sources, merge,
};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::reuse;
use exportdoc::internal::signature::SigningKey;
use jiff::Timestamp;

use crate::cli::error::{CliError, refused};
use crate::cli::io::clock;
use crate::cli::io::sealing::{encryption, write};
use crate::cli::io::source::Source;

/// The documents to merge.
pub(crate) struct Collected {
    sources: Sources,
    /// The passphrase of the first encrypted document.
    pub(crate) passphrase: Option<Passphrase>,
    started: Timestamp,
}

/// The role of a document in a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Side,
    Base,
}

impl Collected {
    pub(crate) fn new() -> Self {
        Self {
            sources: Sources::new(),
            passphrase: None,
            started: clock::now(),
        }
    }

    /// Adds a document. The base comes last.
    pub(crate) fn add(&mut self, source: Source, part: Part) -> Result<(), CliError> {
        if self.passphrase.is_none() {
            self.passphrase = source.passphrase;
        }
        let (label, report, contents) = (source.label, &source.report, source.contents);
        match part {
            Part::Side => self.sources.add_side(label, report, contents)?,
            Part::Base => self.sources.set_base(label, report, contents)?,
        }
        Ok(())
    }

    /// Merges the documents.
    pub(crate) fn merge(self, options: &MergeOptions) -> Result<Merged, CliError> {
        Ok(Merged {
            outcome: merge(self.sources, options)?,
            started: self.started,
        })
    }
}

/// A merge.
pub(crate) struct Merged {
    pub(crate) outcome: MergeOutcome,
    started: Timestamp,
}

impl Merged {
    /// Writes the merged document, sealed if there is a key.
    pub(crate) fn write(
        &self,
        writer: &mut dyn Write,
        document: &MergedDocument,
        passphrase: Option<Passphrase>,
        key: Option<&SigningKey>,
    ) -> Result<(), CliError> {
        let rows = document.requested.iter();
        let requested = rows
            .map(|key| reuse::requested_row(key, &document.type_names))
            .collect::<Result<_, _>>()
            .map_err(refused)?;
        let facts = ExportFacts {
            host: document.host.clone().unwrap_or_default(),
            export_id: clock::new_uuid()?,
            started: self.started,
            finished: clock::now(),
            format: document.format.unwrap_or(reuse::OLDEST_FORMAT),
            requested,
            type_names: document.type_names.clone(),
            encryption: passphrase.map(encryption).transpose()?,
            declare_rule: true,
        };
        write(writer, &facts, &document.extras, &document.objects, key)
    }
}

/// Revision and time for objects that the merge changes.
pub(crate) fn derived_save() -> Result<DerivedSave, CliError> {
    Ok(DerivedSave {
        save: clock::new_uuid()?,
        modified: clock::now().as_millisecond(),
    })
}

/// Whether the base is an empty file, as git passes when both sides added theirs.
pub(crate) fn is_empty(base: &Path) -> bool {
    std::fs::metadata(base).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

/// Whether only matching by name settles the conflicts.
pub(crate) fn has_namesakes(outcome: &MergeOutcome) -> bool {
    let mut kinds = outcome.conflicts.iter().map(|conflict| conflict.kind);
    kinds.any(|kind| kind == ConflictKind::SameName)
}
