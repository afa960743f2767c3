//! What `merge` and git's merge driver share: collecting documents, merging them, and the next document's facts.

use std::io::Write;
use std::path::Path;

use exportdoc::build::{ExportFacts, unsigned_to};
use exportdoc::compose;
use exportdoc::merge::{DerivedSave, MergeOptions, MergeOutcome, MergedDocument, Sources, merge};
use exportdoc::passphrase::Passphrase;
use exportdoc::signature::SigningKey;

use super::compose::{Source, build_failed, new_uuid, refused, seal_document};
use super::reading::Reading;
use super::{CliError, Exit, batch};

/// Documents on the way into a merge.
pub(super) struct Collected {
    sources: Sources,
    /// What opened the first encrypted one.
    pub(super) passphrase: Option<Passphrase>,
    started: jiff::Timestamp,
}

/// What a document is to a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Side,
    Base,
}

impl Collected {
    pub(super) fn new() -> Self {
        Self {
            sources: Sources::new(),
            passphrase: None,
            started: batch::now(),
        }
    }

    /// Reads one document more.
    pub(super) fn add(
        &mut self,
        reading: &Reading<'_>,
        path: &Path,
        label: &str,
        part: Part,
    ) -> Result<(), CliError> {
        let Source {
            report,
            contents,
            passphrase,
            ..
        } = reading.load(path, Some(label))?;
        if self.passphrase.is_none() {
            self.passphrase = passphrase;
        }
        let label = label.to_owned();
        match part {
            Part::Side => self.sources.add_side(label, &report, contents),
            Part::Base => self.sources.set_base(label, &report, contents),
        }
        .map_err(|error| fail(&error))
    }

    /// Merges what was read. Gives when the work began, too.
    pub(super) fn merge(self, options: &MergeOptions) -> Result<(MergeOutcome, jiff::Timestamp), CliError> {
        let outcome = merge(self.sources, options).map_err(|error| fail(&error))?;
        Ok((outcome, self.started))
    }
}

fn fail(error: &exportdoc::merge::MergeError) -> CliError {
    CliError::Refused {
        message: error.to_string(),
        help: error.help().map(str::to_owned),
        exit: Exit::Bad,
    }
}

/// Clock and chance for a merge.
pub(super) fn derived_save() -> Result<DerivedSave, CliError> {
    Ok(DerivedSave {
        save: new_uuid()?,
        modified: batch::now().as_millisecond(),
    })
}

/// Writes what came of a merge as it is made, sealed with the key or else not at all.
pub(super) fn write(
    writer: &mut dyn Write,
    document: &MergedDocument,
    started: jiff::Timestamp,
    passphrase: Option<Passphrase>,
    key: Option<&SigningKey>,
) -> Result<(), CliError> {
    let rows = document.requested.iter();
    let requested = rows
        .map(|key| compose::requested_row(key, &document.type_names))
        .collect::<Result<_, _>>()
        .map_err(|error| refused(&error))?;
    let facts = ExportFacts {
        host: document.host.clone().unwrap_or_default(),
        export_id: new_uuid()?,
        started,
        finished: batch::now(),
        format: document.format.unwrap_or(compose::OLDEST_FORMAT),
        requested,
        type_names: document.type_names.clone(),
        encryption: passphrase.map(super::compose::encryption).transpose()?,
        declare_rule: true,
    };
    match key {
        Some(key) => seal_document(writer, &facts, &document.extras, &document.objects, key),
        None => unsigned_to(writer, &facts, &document.extras, &document.objects).map_err(build_failed),
    }
}
