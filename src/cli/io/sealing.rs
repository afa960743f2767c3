//! Makes one document of another: its facts, its encryption, its seal.

use std::io::Write;

use exportdoc::internal::build::{BuildError, ExportFacts, Extras, seal_to, unsigned_to};
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::passphrase::{DEFAULT_ITERATIONS, EncryptionParams, Passphrase, SALT_BYTES};
use exportdoc::internal::reuse::{self, Stamp};
use exportdoc::internal::signature::{KeySize, SigningKey};
use serde_json::value::RawValue;

use crate::cli::args::key::Sealer;
use crate::cli::error::{CliError, refused, user_error};
use crate::cli::io::clock;
use crate::cli::io::notes::say_written;
use crate::cli::io::output::Output;
use crate::cli::io::source::Source;

/// The parts of the new document that a command chooses; the rest is the old document's.
pub(crate) struct Draft<'a> {
    pub(crate) objects: &'a [SyncObject<'static>],
    pub(crate) requested: Vec<Box<RawValue>>,
    pub(crate) extras: Extras,
    pub(crate) host: Option<String>,
    pub(crate) encryption: Option<(Passphrase, EncryptionParams)>,
}

impl Source {
    /// A draft with these objects, made for the objects `roots`.
    pub(crate) fn draft<'a>(
        &self,
        objects: &'a [SyncObject<'static>],
        roots: &[ObjectKey],
    ) -> Result<Draft<'a>, CliError> {
        let names = reuse::type_names(&self.report);
        let rows = roots.iter().map(|root| reuse::requested_row(root, &names));
        Ok(Draft {
            objects,
            requested: rows.collect::<Result<_, _>>().map_err(refused)?,
            extras: reuse::extras(&self.report, &self.contents),
            host: self.report.envelope.host.clone(),
            encryption: None,
        })
    }

    /// The old document's passphrase with a new salt; `None` if the document isn't encrypted.
    pub(crate) fn same_encryption(&self) -> Result<Option<(Passphrase, EncryptionParams)>, CliError> {
        self.passphrase.clone().map(encryption).transpose()
    }

    /// Writes a sealed document to its place, keeps the key and reports the result.
    pub(crate) fn write_sealed(
        &self,
        output: &Output,
        draft: Draft<'_>,
        sealer: &Sealer,
    ) -> Result<(), CliError> {
        let objects = draft.objects.len();
        let made = output.stage(|writer| self.seal(writer, draft, &sealer.key))?;
        sealer.keep()?;
        made.put()?;
        say_written(output, objects, &sealer.describe());
        Ok(())
    }

    /// Writes a sealed document.
    pub(crate) fn seal(
        &self,
        writer: &mut dyn Write,
        draft: Draft<'_>,
        key: &SigningKey,
    ) -> Result<(), CliError> {
        let stamp = Stamp {
            export_id: clock::new_uuid()?,
            started: self.started,
            finished: clock::now(),
        };
        let mut facts = reuse::facts(&self.report, stamp, draft.requested);
        facts.host = draft.host.unwrap_or_default();
        facts.encryption = draft.encryption;
        write(writer, &facts, &draft.extras, draft.objects, Some(key))
    }
}

/// Writes a document, sealed under the rule for the key's size, or unsigned without a key.
pub(crate) fn write(
    writer: &mut dyn Write,
    facts: &ExportFacts,
    extras: &Extras,
    objects: &[SyncObject<'_>],
    key: Option<&SigningKey>,
) -> Result<(), CliError> {
    let written = match key {
        Some(key) => {
            let size = KeySize::from_bits(key.public_key().facts().bits);
            let rule = size.map(KeySize::default_rule).ok_or_else(|| {
                user_error("no signing rule exists for a key of this size")
                    .hinted("use a key of 512, 1024 or 2048 bits; 'exportdoc keygen' makes one")
            })?;
            seal_to(writer, facts, extras, objects, key, rule)
        }
        None => unsigned_to(writer, facts, extras, objects),
    };
    written.map_err(|error| match error {
        BuildError::Write(error) => CliError::Output(error),
        other => refused(other),
    })
}

/// Encryption with a new salt.
pub(crate) fn encryption(passphrase: Passphrase) -> Result<(Passphrase, EncryptionParams), CliError> {
    let params =
        EncryptionParams::new(clock::random::<SALT_BYTES>()?, DEFAULT_ITERATIONS).map_err(refused)?;
    Ok((passphrase, params))
}
