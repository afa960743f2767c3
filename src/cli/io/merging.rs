//! What `merge` and git's merge driver share: collecting documents, merging them, and the next document's facts.

use std::io::Write;
use std::path::Path;

use exportdoc::internal::build::ExportFacts;
use exportdoc::internal::merge::{
    ConflictKind, DerivedSave, MergeOptions, MergeOutcome, MergedDocument, Sources, merge,
};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::reuse;
use exportdoc::internal::signature::SigningKey;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch;
use crate::cli::io::sealing::{new_uuid, refused, write};
use crate::cli::io::source::Reading;

/// Documents on the way into a merge.
pub(crate) struct Collected {
    sources: Sources,
    /// What opened the first encrypted one.
    pub(crate) passphrase: Option<Passphrase>,
    started: jiff::Timestamp,
}

/// What a document is to a merge.
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
            started: batch::now(),
        }
    }

    /// Reads one document more. The base comes last.
    pub(crate) fn add(
        &mut self,
        reading: &Reading<'_>,
        path: &Path,
        label: &str,
        part: Part,
    ) -> Result<(), CliError> {
        let source = reading.load(path, Some(label))?;
        if self.passphrase.is_none() {
            self.passphrase.clone_from(&source.passphrase);
        }
        match part {
            Part::Side => self
                .sources
                .add_side(source.label, &source.report, source.contents),
            Part::Base => self
                .sources
                .set_base(source.label, &source.report, source.contents),
        }
        .map_err(|error| fail(&error))
    }

    /// Merges what was read.
    pub(crate) fn merge(self, options: &MergeOptions) -> Result<Merged, CliError> {
        Ok(Merged {
            outcome: merge(self.sources, options).map_err(|error| fail(&error))?,
            started: self.started,
        })
    }
}

/// What came of it.
pub(crate) struct Merged {
    pub(crate) outcome: MergeOutcome,
    /// When the work began.
    started: jiff::Timestamp,
}

impl Merged {
    /// Writes a document that came of the merge as it is made, sealed with the key or else not at all.
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
            .map_err(|error| refused(&error))?;
        let facts = ExportFacts {
            host: document.host.clone().unwrap_or_default(),
            export_id: new_uuid()?,
            started: self.started,
            finished: batch::now(),
            format: document.format.unwrap_or(reuse::OLDEST_FORMAT),
            requested,
            type_names: document.type_names.clone(),
            encryption: passphrase.map(crate::cli::io::sealing::encryption).transpose()?,
            declare_rule: true,
        };
        write(writer, &facts, &document.extras, &document.objects, key)
    }
}

fn fail(error: &exportdoc::internal::merge::MergeError) -> CliError {
    CliError::Refused {
        message: error.to_string(),
        help: error.help().map(str::to_owned),
        exit: Exit::Bad,
    }
}

/// Clock and chance for a merge.
pub(crate) fn derived_save() -> Result<DerivedSave, CliError> {
    Ok(DerivedSave {
        save: new_uuid()?,
        modified: batch::now().as_millisecond(),
    })
}

/// Whether a base is there but empty: git gives such a file when both sides added theirs.
pub(crate) fn is_empty(base: &Path) -> bool {
    std::fs::metadata(base).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0)
}

/// Whether matching by name alone settles the conflicts.
pub(crate) fn has_namesakes(outcome: &MergeOutcome) -> bool {
    let mut kinds = outcome.conflicts.iter().map(|conflict| conflict.kind);
    kinds.any(|kind| kind == ConflictKind::SameName)
}
