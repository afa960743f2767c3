//! Reads documents to make others of them.
//!
//! Invariant: a file is never held, only objects are, and where a command can say which it needs, only those: the file is
//! then read twice, and both readings have to agree. What can be read but once, standard input and pipes, is held.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use exportdoc::compose;
use exportdoc::copy::{Outlined, can_be_copied, join, to_hold};
use exportdoc::merge::OutlinedDocument;
use exportdoc::object::SyncObject;
use exportdoc::passphrase::Passphrase;
use exportdoc::report::{Contents, DocumentReport, ExamineOptions, Examined, Keep, examine_opening};

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
        let looked = self.look_keeping(self.text(path, name)?, Keep::Objects)?;
        Ok(looked.source)
    }

    /// As [`Reading::load`], and where the document can be read twice, only the objects in some records are held.
    pub(crate) fn load_some(&self, path: &Path, select: Select<'_>) -> Result<Source, CliError> {
        let read = self.text(path, None)?;
        if read.text.is_held() {
            return Ok(self.look_keeping(read, Keep::Objects)?.source);
        }
        let first = self.look_keeping(read, Keep::Nothing)?.source;
        let records = select(&first.report)?;
        let options = ExamineOptions {
            passphrase: first.passphrase.clone(),
            ..ExamineOptions::default()
        };
        let Examined { report, contents, .. } = first.read.examine(&options, Keep::Records(&records))?;
        self.usable(&report, &first.read.label)?;
        let export = |report: &DocumentReport| report.header.as_ref().map(|header| header.export_id.clone());
        if export(&report) != export(&first.report) || select(&report)? != records {
            return Err(changed(&first.read.label));
        }
        Ok(Source {
            report,
            contents,
            ..first
        })
    }

    /// As [`Reading::load`], and where the document can be read again and again, its objects are outlined.
    pub(crate) fn look(&self, path: &Path, name: Option<&str>) -> Result<Looked, CliError> {
        let read = self.text(path, name)?;
        if read.text.is_held() {
            return self.look_keeping(read, Keep::Objects);
        }
        let looked = self.look_keeping(read, Keep::Outlines)?;
        match can_be_copied(&looked.source.report) {
            true => Ok(looked),
            false => looked.hold_all(),
        }
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
    fn look_keeping(&self, mut read: Labelled, keep: Keep<'_>) -> Result<Looked, CliError> {
        let started = batch::now();
        let (examined, passphrase) = examine_opening(
            &ExamineOptions::default(),
            |options| read.examine(options, keep),
            || self.passphrases(),
        )?;
        let Examined {
            report,
            contents,
            outlines,
            ..
        } = examined;
        self.usable(&report, &read.label)?;
        read.text.forget();
        Ok(Looked {
            source: Source {
                report,
                contents,
                passphrase,
                started,
                read,
            },
            outlines: matches!(keep, Keep::Outlines).then_some(outlines),
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

/// A document that was looked at: its objects are held, or else outlined.
pub(crate) struct Looked {
    pub(super) source: Source,
    outlines: Option<Vec<Option<SyncObject<'static>>>>,
}

impl Looked {
    /// What was outlined; nothing where the objects are held.
    pub(super) fn outlined(&self) -> Option<OutlinedDocument<'_>> {
        Some((&self.source.report, self.outlines.as_deref()?))
    }

    /// Holds the objects in some places of the report, and those without an outline. The document is number `id` of those
    /// that are read.
    pub(super) fn hold(self, id: usize, positions: &BTreeSet<usize>) -> Result<Source, CliError> {
        let Some(outlines) = self.outlines else {
            return Ok(self.source);
        };
        let Source {
            report,
            contents,
            read,
            ..
        } = self.source;
        let digests = to_hold(&report, &outlines, positions);
        let held = match digests.is_empty() {
            true => Contents::default(),
            false => {
                let options = ExamineOptions::default();
                read.examine(&options, Keep::Only(&digests))?.contents
            }
        };
        let outlined = Outlined {
            report: &report,
            outlines,
            contents,
        };
        let contents = join(id, outlined, &digests, held).ok_or_else(|| changed(&read.label))?;
        Ok(Source {
            report,
            contents,
            read,
            ..self.source
        })
    }

    /// Holds all objects, of a document that can be read again.
    pub(super) fn hold_all(self) -> Result<Self, CliError> {
        let Source { report, read, .. } = self.source;
        let options = ExamineOptions {
            passphrase: self.source.passphrase.clone(),
            digests: true,
            ..ExamineOptions::default()
        };
        let again = read.examine(&options, Keep::Objects)?;
        let digests = |report: &DocumentReport| {
            let objects = report.objects.iter();
            objects.map(|object| object.digest).collect::<Vec<_>>()
        };
        if digests(&again.report) != digests(&report) {
            return Err(changed(&read.label));
        }
        Ok(Self {
            source: Source {
                report,
                contents: again.contents,
                read,
                ..self.source
            },
            outlines: None,
        })
    }
}

/// A document's text and what it is called.
pub(crate) struct Labelled {
    text: Text,
    pub(super) label: String,
}

impl Labelled {
    pub(super) fn examine(&self, options: &ExamineOptions, keep: Keep<'_>) -> Result<Examined, CliError> {
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
