//! Reads documents to make others of them.
//!
//! Invariant: a file is never held, only objects are, and where a command can say which it needs, only those: the file is
//! then read twice, and both readings have to agree. What can be read but once, standard input and pipes, is held.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use exportdoc::compose;
use exportdoc::passphrase::Passphrase;
use exportdoc::report::{DocumentReport, ExamineOptions, Examined, Keep, examine_opening};

use super::compose::Source;
use super::input::Input;
use super::passphrase::{self, Asking};
use super::text::{Text, changed};
use super::{CliError, Exit, Unreadable, batch};

/// Says which records' objects a command needs, by a document's report.
pub(crate) type Select<'s> = &'s dyn Fn(&DocumentReport) -> Result<BTreeSet<u64>, CliError>;

/// How documents are read to make others of them.
pub(crate) struct Reading<'a> {
    pub(crate) allow_invalid: bool,
    pub(crate) max_size: u64,
    /// Tried in this order; asked for on the terminal when there are none.
    pub(crate) passphrase_files: &'a [PathBuf],
}

impl Reading<'_> {
    /// Reads a document and refuses what can't be worked on. It is called by its path, or else by the name given.
    pub(crate) fn load(&self, path: &Path, name: Option<&str>) -> Result<Source, CliError> {
        let read = self.text(path, name)?;
        self.open(&read, Keep::Objects)
    }

    /// As [`Reading::load`], and where the document can be read twice, only the objects in some records are held.
    pub(crate) fn load_some(&self, path: &Path, select: Select<'_>) -> Result<Source, CliError> {
        let read = self.text(path, None)?;
        if read.text.is_held() {
            return self.open(&read, Keep::Objects);
        }
        let first = self.open(&read, Keep::Nothing)?;
        let records = select(&first.report)?;
        let options = ExamineOptions {
            passphrase: first.passphrase.clone(),
            ..ExamineOptions::default()
        };
        let Examined { report, contents, .. } = read.examine(&options, Keep::Records(&records))?;
        self.usable(&report, &read.label)?;
        let export = |report: &DocumentReport| report.header.as_ref().map(|header| header.export_id.clone());
        if export(&report) != export(&first.report) || select(&report)? != records {
            return Err(changed(&read.label));
        }
        Ok(Source {
            report,
            contents,
            ..first
        })
    }

    fn text(&self, path: &Path, name: Option<&str>) -> Result<Labelled, CliError> {
        let input = Input::at(path);
        let label = name.map_or_else(|| input.label(), str::to_owned);
        match Text::of(input, self.max_size) {
            Ok(text) => Ok(Labelled { text, label }),
            Err(error) => Err(unreadable(&label, &error.into())),
        }
    }

    /// Reads a document; when it is encrypted, once more with each passphrase until one opens it.
    fn open(&self, read: &Labelled, keep: Keep<'_>) -> Result<Source, CliError> {
        let started = batch::now();
        let (examined, passphrase) = examine_opening(
            &ExamineOptions::default(),
            |options| read.examine(options, keep),
            || self.passphrases(),
        )?;
        let Examined { report, contents, .. } = examined;
        self.usable(&report, &read.label)?;
        Ok(Source {
            report,
            contents,
            passphrase,
            started,
            label: read.label.clone(),
        })
    }

    fn usable(&self, report: &DocumentReport, label: &str) -> Result<(), CliError> {
        compose::usable(report, self.allow_invalid).map_err(|error| CliError::Refused {
            message: format!("{label}: {error}"),
            help: Some(error.help().to_owned()),
            exit: Exit::Bad,
        })
    }

    fn passphrases(&self) -> Result<Vec<Passphrase>, CliError> {
        match self.passphrase_files {
            [] => Ok(vec![passphrase::from_file_or_terminal(None, Asking::Once)?]),
            files => files.iter().map(|file| passphrase::from_file(file)).collect(),
        }
    }
}

/// A document's text and what it is called.
struct Labelled {
    text: Text,
    label: String,
}

impl Labelled {
    fn examine(&self, options: &ExamineOptions, keep: Keep<'_>) -> Result<Examined, CliError> {
        let examined = self.text.examine(options, keep);
        examined.map_err(|error| unreadable(&self.label, &error))
    }
}

fn unreadable(label: &str, error: &Unreadable) -> CliError {
    CliError::Refused {
        message: format!("could not read {label}: {error}"),
        help: error.help(),
        exit: Exit::Usage,
    }
}
