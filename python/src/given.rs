//! What callers give: paths, bytes, and open files.

use std::io::{BufReader, Cursor, Read};
use std::path::PathBuf;

use exportdoc::Fingerprint;
use exportdoc::internal::container::{Container, Documents, OneDocument};
use exportdoc::internal::finding::Finding;
use exportdoc::internal::passphrase::Passphrase;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::cli::args::trusted_key;
use crate::cli::io::input::Input;
use crate::cli::io::reading::Bounded;
use crate::cli::io::unwrapping::{Raw, unwrap};
use crate::failure::Failure;

/// The most bytes of a document that is judged while it is read.
const STREAMED: u64 = 16 << 30;
/// The most bytes of a document that is held in memory.
const HELD: u64 = 1 << 30;

type Stream = BufReader<Box<dyn Read>>;

/// Where a document comes from.
enum Source {
    Path(PathBuf),
    Bytes(PyBackedBytes),
}

/// A document, its name in reports, and a limit on its size.
pub(crate) struct Given {
    source: Source,
    pub(crate) label: String,
    max_size: Option<u64>,
}

impl Given {
    /// Takes bytes, a path, or a file that is open in binary mode.
    pub(crate) fn new(
        value: &Bound<'_, PyAny>,
        name: Option<String>,
        max_size: Option<u64>,
    ) -> PyResult<Self> {
        let source = if value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() {
            Source::Bytes(value.extract()?)
        } else if value.is_instance_of::<PyString>() || value.hasattr("__fspath__")? {
            Source::Path(value.extract()?)
        } else if value.hasattr("read")? {
            let content = value.call_method0("read")?;
            let bytes = content.extract().map_err(|_| {
                PyTypeError::new_err("a document is bytes: open its file in binary mode, open(path, 'rb')")
            })?;
            Source::Bytes(bytes)
        } else if let Ok(view) = value.py().get_type::<PyMemoryView>().call1((value,)) {
            // Anything else that has a buffer.
            Source::Bytes(view.call_method0("tobytes")?.extract()?)
        } else {
            return Err(wrong_type(value));
        };
        let label = name.unwrap_or_else(|| match &source {
            Source::Path(path) => path.to_string_lossy().into_owned(),
            Source::Bytes(_) => "-".to_owned(),
        });
        Ok(Self {
            source,
            label,
            max_size,
        })
    }

    /// The document in a file.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self {
            label: path.to_string_lossy().into_owned(),
            source: Source::Path(path),
            max_size: None,
        }
    }

    /// The path, if it was given as one.
    pub(crate) fn path(&self) -> Option<&PathBuf> {
        match &self.source {
            Source::Path(path) => Some(path),
            Source::Bytes(_) => None,
        }
    }

    /// Reads the one document whole.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        let max_size = self.max_size.unwrap_or(HELD);
        match &self.source {
            Source::Path(path) => Ok(Input::File(path.clone()).read(max_size)?),
            Source::Bytes(bytes) => {
                let unwrapped = unwrap(raw(bytes, max_size), max_size)?;
                let mut document = Vec::with_capacity(bytes.len());
                OneDocument::new(unwrapped.source, &unwrapped.head)?.read_to_end(&mut document)?;
                Ok(document)
            }
        }
        .map_err(|failure: Failure| failure.about(&self.label))
    }

    /// Reads all bytes without opening containers.
    pub(crate) fn read_raw(&self, max_size: u64) -> Result<Vec<u8>, Failure> {
        match &self.source {
            Source::Path(path) => Ok(Input::File(path.clone()).read_raw(max_size)?),
            Source::Bytes(bytes) => Ok(bytes.to_vec()),
        }
        .map_err(|failure: Failure| failure.about(&self.label))
    }

    /// Calls `work` with the one document, as a stream, and the findings about its containers. Returns its name in the
    /// report, too.
    pub(crate) fn judge<T>(
        &self,
        work: impl FnOnce(&mut dyn Read, &[Finding]) -> Result<T, Failure>,
    ) -> Result<(String, T), Failure> {
        let judge = || {
            let (mut documents, notes) = self.open()?;
            let Some(mut document) = documents.next_document()? else {
                return Err(Failure::new("not-a-document", "there is no document in it"));
            };
            let done = work(&mut document, &notes)?;
            if documents.has_more()? {
                return Err(Failure::new("several", "it holds several documents")
                    .hinted("documents() takes them out, one by one"));
            }
            Ok((documents.is_list(), done))
        };
        let (is_list, done) = judge().map_err(|failure: Failure| failure.about(&self.label))?;
        let label = if is_list {
            format!("{}[0]", self.label)
        } else {
            self.label.clone()
        };
        Ok((label, done))
    }

    /// The bytes of every document in it.
    pub(crate) fn all(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let all = || {
            let (mut documents, _) = self.open()?;
            let mut found = Vec::new();
            while let Some(mut document) = documents.next_document()? {
                let mut bytes = Vec::new();
                document.read_to_end(&mut bytes)?;
                found.push(bytes);
            }
            Ok(found)
        };
        all().map_err(|failure: Failure| failure.about(&self.label))
    }

    fn open(&self) -> Result<(Documents<Stream>, Vec<Finding>), Failure> {
        let max_size = self.max_size.unwrap_or(STREAMED);
        match &self.source {
            Source::Path(path) => Ok(Input::File(path.clone()).open_all(max_size)?),
            Source::Bytes(bytes) => {
                let unwrapped = unwrap(raw(bytes, max_size), max_size)?;
                let notes = unwrapped.containers.iter().map(Container::finding).collect();
                Ok((Documents::new(unwrapped.source, &unwrapped.head)?, notes))
            }
        }
    }
}

fn raw(bytes: &PyBackedBytes, max_size: u64) -> Raw {
    // Another reference to Python's bytes, not a copy.
    let shared = Python::attach(|py| bytes.clone_ref(py));
    Raw::Stream(Box::new(Bounded::new(Cursor::new(shared), max_size)))
}

fn wrong_type(value: &Bound<'_, PyAny>) -> PyErr {
    let kind = value.get_type();
    PyTypeError::new_err(format!(
        "a document is bytes, a path or a file in binary mode, not {kind}"
    ))
}

pub(crate) fn passphrases(texts: &[String]) -> Result<Vec<Passphrase>, Failure> {
    texts.iter().map(|text| passphrase(text)).collect()
}

pub(crate) fn passphrase(text: &str) -> Result<Passphrase, Failure> {
    Passphrase::new(text)
        .map_err(|error| Failure::usage(error).hinted("passphrases have 1 to 1024 characters"))
}

/// Fingerprints, and those of the keys in files.
pub(crate) fn trusted(keys: &[String]) -> Result<Vec<Fingerprint>, Failure> {
    let of_each: Result<Vec<_>, _> = keys.iter().map(|key| trusted_key::of(key)).collect();
    Ok(of_each
        .map_err(|error| Failure::of_command("usage", &error))?
        .concat())
}
