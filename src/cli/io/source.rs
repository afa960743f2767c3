//! Reads documents to make others of them.

use std::path::{Path, PathBuf};

use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{Contents, DocumentReport, Encryption, ExamineOptions, Examined, Examiner};
use exportdoc::internal::reuse;

use crate::cli::args::passphrase::{self, Asking};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch;
use crate::cli::io::batch::Unreadable;
use crate::cli::io::input::Input;

/// How documents are read to make others of them.
pub(crate) struct Reading<'a> {
    pub(crate) allow_invalid: bool,
    pub(crate) max_size: u64,
    /// Tried in this order; asked for on the terminal when there are none.
    pub(crate) passphrase_files: &'a [PathBuf],
}

/// A document that was read and may be worked on.
pub(crate) struct Source {
    /// What it is called.
    pub(crate) label: String,
    pub(crate) report: DocumentReport,
    pub(crate) contents: Contents,
    /// What opened it.
    pub(crate) passphrase: Option<Passphrase>,
    /// When it began to be read.
    pub(crate) started: jiff::Timestamp,
}

impl Reading<'_> {
    /// Reads a document with its objects, and refuses what can't be worked on. It is called by its path, or else by the
    /// name given. If it is encrypted, it is read again with the passphrases.
    pub(crate) fn load(&self, path: &Path, name: Option<&str>) -> Result<Source, CliError> {
        let started = batch::now();
        let input = Input::at(path);
        let label = name.map_or_else(|| input.label(), str::to_owned);
        let unreadable = |error: Unreadable| CliError::Refused {
            message: format!("could not read {label}: {error}"),
            help: error.help(),
            exit: Exit::Usage,
        };
        let bytes = input
            .read(self.max_size)
            .map_err(|error| unreadable(error.into()))?;
        let examine = |passphrases| {
            let options = ExamineOptions {
                passphrases,
                ..ExamineOptions::default()
            };
            let examined = Examiner::new(&options).keep_contents().read_bytes(&bytes);
            examined.map_err(|error| unreadable(error.into()))
        };
        let mut examined = examine(Vec::new())?;
        if let Encryption::Passphrase { .. } = examined.report.encryption {
            examined = examine(self.passphrases()?)?;
        }
        let Examined {
            report,
            contents,
            opened_by: passphrase,
            ..
        } = examined;
        reuse::usable(&report, self.allow_invalid).map_err(|error| CliError::Refused {
            message: format!("{label}: {error}"),
            help: Some(error.help().to_owned()),
            exit: Exit::Bad,
        })?;
        Ok(Source {
            label,
            report,
            contents,
            passphrase,
            started,
        })
    }

    fn passphrases(&self) -> Result<Vec<Passphrase>, CliError> {
        match self.passphrase_files {
            [] => Ok(vec![passphrase::from_file_or_terminal(None, Asking::Once)?]),
            files => files.iter().map(|file| passphrase::from_file(file)).collect(),
        }
    }
}
