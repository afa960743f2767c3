//! A document that is held in memory with its objects: to compare it, to plan with it, to make another of it.

use exportdoc::internal::diff::Side;
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{Contents, DocumentReport, Encryption, ExamineOptions, Examined, Examiner};
use exportdoc::internal::reuse;
use jiff::Timestamp;

use crate::cli::error::CliError;
use crate::cli::io::clock;
use crate::cli::io::input::Input;
use crate::cli::io::progress::Metered;

/// A document with its objects.
pub(crate) struct Source {
    /// Its name in messages.
    pub(crate) label: String,
    /// The file's text; empty once the document is [usable](Self::usable).
    bytes: Vec<u8>,
    pub(crate) report: DocumentReport,
    pub(crate) contents: Contents,
    /// The passphrase that opened it.
    pub(crate) passphrase: Option<Passphrase>,
    /// When reading began.
    pub(crate) started: Timestamp,
}

impl Source {
    /// Reads the one document of an input. If it is encrypted, reads it again with the passphrases.
    pub(crate) fn load(
        input: &Input,
        label: String,
        max_size: u64,
        passphrases: impl FnOnce() -> Result<Vec<Passphrase>, CliError>,
    ) -> Result<Self, CliError> {
        let started = clock::now();
        let bytes = input
            .read(max_size)
            .map_err(|error| CliError::unreadable(&label, error.into()))?;
        let examine = |passphrases| {
            let options = ExamineOptions {
                passphrases,
                ..ExamineOptions::default()
            };
            let source = Metered::new(bytes.as_slice(), "examining", Some(bytes.len() as u64));
            let examined = Examiner::new(&options).keep_contents().read(source);
            examined.map_err(|error| CliError::unreadable(&label, error.into()))
        };
        let mut examined = examine(Vec::new())?;
        if let Encryption::Passphrase { .. } = examined.report.encryption {
            examined = examine(passphrases()?)?;
        }
        let Examined {
            report,
            contents,
            opened_by: passphrase,
            ..
        } = examined;
        Ok(Self {
            label,
            bytes,
            report,
            contents,
            passphrase,
            started,
        })
    }

    /// Stands in for a missing file.
    pub(crate) fn nothing(label: String) -> Self {
        Self {
            label,
            bytes: Vec::new(),
            report: DocumentReport::nothing(),
            contents: Contents::default(),
            passphrase: None,
            started: clock::now(),
        }
    }

    /// Refuses a document that no other document can be made of.
    pub(crate) fn usable(mut self, allow_invalid: bool) -> Result<Self, CliError> {
        self.bytes = Vec::new();
        match reuse::usable(&self.report, allow_invalid) {
            Ok(()) => Ok(self),
            Err(error) => Err(CliError::from(error).about(&self.label)),
        }
    }

    /// The form that comparisons take.
    pub(crate) fn side(&self) -> Side<'_> {
        Side {
            bytes: Some(&self.bytes),
            report: &self.report,
            objects: &self.contents.objects,
        }
    }
}
