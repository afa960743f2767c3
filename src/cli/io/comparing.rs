//! Reads the two documents of a comparison.

use exportdoc::internal::diff::Side;
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examined, Examiner};

use crate::cli::error::CliError;
use crate::cli::io::batch::Unreadable;
use crate::cli::io::input::Input;

/// One of the two documents.
pub(crate) struct ComparedSide {
    /// The path as given.
    pub(crate) path: String,
    pub(crate) report: DocumentReport,
    bytes: Vec<u8>,
    objects: Vec<SyncObject<'static>>,
}

impl ComparedSide {
    pub(crate) fn side(&self) -> Side<'_> {
        Side {
            bytes: Some(&self.bytes),
            report: &self.report,
            objects: &self.objects,
        }
    }
}

/// A document to be compared.
pub(crate) struct DiffInput {
    pub(crate) input: Input,
    pub(crate) max_size: u64,
    pub(crate) passphrase: Option<Passphrase>,
    /// Whether an empty file is no document, rather than a broken one.
    pub(crate) empty_as_none: bool,
}

/// Reads both documents.
pub(crate) fn read_both([old, new]: &[DiffInput; 2]) -> Result<[ComparedSide; 2], CliError> {
    let (old, new) = rayon::join(|| old.read(), || new.read());
    Ok([old?, new?])
}

impl DiffInput {
    fn read(&self) -> Result<ComparedSide, CliError> {
        let path = self.input.label();
        if self.input.is_null() {
            return Ok(nothing(path));
        }
        let unreadable = |error: Unreadable| CliError::unreadable(&path, &error);
        let options = ExamineOptions {
            passphrases: self.passphrase.iter().cloned().collect(),
            ..ExamineOptions::default()
        };
        let bytes = self
            .input
            .read(self.max_size)
            .map_err(|error| unreadable(error.into()))?;
        if bytes.is_empty() && self.empty_as_none {
            return Ok(nothing(path));
        }
        let (report, objects) = Examiner::new(&options)
            .keep_contents()
            .read_bytes(&bytes)
            .map(Examined::into_objects)
            .map_err(|error| unreadable(error.into()))?;
        CliError::if_more_follows(&path, &report)?;
        Ok(ComparedSide {
            path,
            report,
            bytes,
            objects,
        })
    }
}

/// What stands for a file that was added or removed.
fn nothing(path: String) -> ComparedSide {
    ComparedSide {
        path,
        report: DocumentReport::nothing(),
        bytes: Vec::new(),
        objects: Vec::new(),
    }
}
