//! Reads documents to make others of them.
//!
//! Invariant: a file is never held, only objects are, and where a command can say which it needs, only those: the file is
//! then read twice, and both readings have to agree. What can be read but once, standard input and pipes, is held.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use exportdoc::compose;
use exportdoc::passphrase::Passphrase;
use exportdoc::report::{
    Contents, DocumentReport, Encryption, ExamineOptions, examine_contents_source, examine_records,
    examine_source,
};

use super::compose::Source;
use super::input::Input;
use super::passphrase::{self, Asking};
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

/// Which objects a reading holds.
#[derive(Clone, Copy)]
enum Held<'h> {
    None,
    All,
    Of(&'h BTreeSet<u64>),
}

impl Reading<'_> {
    /// Reads a document and refuses what can't be worked on. It is called by its path, or else by the name given.
    pub(crate) fn load(&self, path: &Path, name: Option<&str>) -> Result<Source, CliError> {
        let text = self.text(path, name)?;
        self.open(&text, Held::All)
    }

    /// As [`Reading::load`], and where the document can be read twice, only the objects in some records are held.
    pub(crate) fn load_some(&self, path: &Path, select: Select<'_>) -> Result<Source, CliError> {
        let text = self.text(path, None)?;
        if text.bytes.is_some() {
            return self.open(&text, Held::All);
        }
        let first = self.open(&text, Held::None)?;
        let records = select(&first.report)?;
        let options = ExamineOptions {
            passphrase: first.passphrase.clone(),
            ..ExamineOptions::default()
        };
        let (report, contents) = text.examine(&options, Held::Of(&records))?;
        self.usable(&report, &text.label)?;
        let export = |report: &DocumentReport| report.header.as_ref().map(|header| header.export_id.clone());
        if export(&report) != export(&first.report) || select(&report)? != records {
            return Err(CliError::Refused {
                message: format!("{}: it changed while it was read", text.label),
                help: Some("run the command again when nothing writes to it".to_owned()),
                exit: Exit::Usage,
            });
        }
        Ok(Source {
            report,
            contents,
            ..first
        })
    }

    fn text(&self, path: &Path, name: Option<&str>) -> Result<Text, CliError> {
        let input = match path.as_os_str() {
            name if name == "-" => Input::Stdin,
            _ => Input::File(path.to_owned()),
        };
        let mut text = Text {
            label: name.map_or_else(|| input.label(), str::to_owned),
            max_size: self.max_size,
            input,
            bytes: None,
        };
        if !text.input.can_be_read_again() {
            let read = text.input.read(self.max_size);
            text.bytes = Some(read.map_err(|error| text.unreadable(&error.into()))?);
        }
        Ok(text)
    }

    /// Reads a document; when it is encrypted, once more with each passphrase until one opens it.
    fn open(&self, text: &Text, held: Held<'_>) -> Result<Source, CliError> {
        let started = batch::now();
        let mut options = ExamineOptions::default();
        let (mut report, mut contents) = text.examine(&options, held)?;
        if let Encryption::Passphrase { .. } = report.encryption {
            for given in self.passphrases()? {
                options.passphrase = Some(given);
                (report, contents) = text.examine(&options, held)?;
                if let Encryption::Passphrase { opened: true, .. } = report.encryption {
                    break;
                }
            }
        }
        self.usable(&report, &text.label)?;
        Ok(Source {
            report,
            contents,
            passphrase: options.passphrase,
            started,
            label: text.label.clone(),
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

/// A document's text, which may be asked for again.
struct Text {
    input: Input,
    label: String,
    max_size: u64,
    /// What could be read but once.
    bytes: Option<Vec<u8>>,
}

impl Text {
    fn examine(
        &self,
        options: &ExamineOptions,
        held: Held<'_>,
    ) -> Result<(DocumentReport, Contents), CliError> {
        let source: Box<dyn Read + '_> = match &self.bytes {
            Some(bytes) => Box::new(&bytes[..]),
            None => {
                let opened = self.input.open(self.max_size);
                Box::new(opened.map_err(|error| self.unreadable(&error.into()))?.0)
            }
        };
        let examined = match held {
            Held::None => examine_source(source, options).map(|report| (report, Contents::default())),
            Held::All => examine_contents_source(source, options),
            Held::Of(records) => examine_records(source, options, records),
        };
        examined.map_err(|error| self.unreadable(&error.into()))
    }

    fn unreadable(&self, error: &Unreadable) -> CliError {
        CliError::Refused {
            message: format!("could not read {}: {error}", self.label),
            help: error.help(),
            exit: Exit::Usage,
        }
    }
}
