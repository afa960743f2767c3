//! Writes documents whose objects are read again when it is their turn.

use std::collections::BTreeMap;
use std::io::Write;

use exportdoc::build::{BuildError, ExportFacts, Extras, seal_to, unsigned_to};
use exportdoc::copy::{BATCH_BYTES, Copying};
use exportdoc::object::SyncObject;
use exportdoc::report::{Elsewhere, ExamineOptions, Keep};
use exportdoc::signature::{KeySize, SigningKey};

use super::CliError;
use super::compose::refused;
use super::reading::Labelled;
use super::text::changed;

/// The objects of a document to be written.
pub(crate) struct Objects<'a> {
    /// The objects, or outlines of them, in record order.
    pub(crate) list: &'a [SyncObject<'static>],
    /// By position among them, where the outlined ones stand.
    pub(crate) elsewhere: &'a BTreeMap<usize, Elsewhere>,
    /// The documents that this is said of.
    pub(crate) sources: &'a [&'a Labelled],
}

/// Writes a document as it is made, sealed under the rule that goes with the key, or without one not at all.
pub(crate) fn write(
    writer: &mut dyn Write,
    facts: &ExportFacts,
    extras: &Extras,
    objects: &Objects<'_>,
    key: Option<&SigningKey>,
) -> Result<(), CliError> {
    let copying = Copying {
        objects: objects.list,
        elsewhere: objects.elsewhere,
        batch_bytes: BATCH_BYTES,
        read: |source: usize, digests: &_| {
            let examined = objects.sources[source].examine(&ExamineOptions::default(), Keep::Only(digests));
            Ok::<_, WriteError>(examined.map_err(WriteError::Read)?.contents.objects)
        },
    };
    let written = match key {
        Some(key) => {
            // The gate of a key lets only sizes through that some rule takes, but not all of them.
            let size = KeySize::from_bits(key.public_key().facts().bits);
            let rule = size.map(KeySize::default_rule).ok_or_else(|| {
                CliError::usage(
                    "no signing rule is meant for a key of this size",
                    "use a key of 512, 1024 or 2048 bits; 'exportdoc keygen' makes one",
                )
            })?;
            seal_to(writer, facts, extras, &copying, key, rule)
        }
        None => unsigned_to(writer, facts, extras, &copying),
    };
    written.map_err(|error| match error {
        WriteError::Read(error) => error,
        WriteError::Build(BuildError::Changed { source_id }) => changed(&objects.sources[source_id].label),
        // The output's fault.
        WriteError::Build(BuildError::Write(error)) => CliError::Output(error),
        WriteError::Build(other) => refused(&other),
    })
}

enum WriteError {
    Build(BuildError),
    Read(CliError),
}

impl From<BuildError> for WriteError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}
