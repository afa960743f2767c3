//! A document to load.

use std::fs;
use std::path::{Path, PathBuf};

use exportdoc::internal::object::{Scope, SyncObject, type_by_name};
use exportdoc::internal::report::{
    DocumentReport, Encryption, ExamineOptions, Examined, Examiner, NamedBy, Verdict,
};

use super::refused;
use crate::engine::ContentError;
use crate::engine::objects::is_reference;

/// The objects of a document that was checked for loading.
pub(super) struct Document {
    /// The file.
    pub(super) path: PathBuf,
    /// Its host; people edit it.
    pub(super) host: String,
    /// Format number.
    pub(super) format: Option<u64>,
    /// Time of the export, in milliseconds since 1970: from the header, or else of the last save.
    pub(super) exported: i64,
    /// Time of the last save in it.
    pub(super) saved: i64,
    /// Its objects.
    pub(super) objects: Vec<Loaded>,
}

/// An object with the name of its type.
pub(super) struct Loaded {
    pub(super) type_name: String,
    pub(super) object: SyncObject<'static>,
}

impl Loaded {
    /// Its UUID A, if it has one.
    pub(super) fn uuid(&self) -> Option<&str> {
        Some(self.object.revision().pair.object.as_str()).filter(|uuid| !uuid.is_empty())
    }

    /// Its name, if it has one.
    pub(super) fn name(&self) -> Option<String> {
        self.object.name().filter(|name| !name.is_empty())
    }

    pub(super) fn is_reference(&self) -> bool {
        is_reference(&self.type_name)
    }

    pub(super) fn lives_in_environment(&self) -> bool {
        type_by_name(&self.type_name).is_some_and(|known| known.scope == Scope::Environment)
    }
}

impl Document {
    pub(super) fn read(path: PathBuf) -> Result<Self, ContentError> {
        let bytes = fs::read(&path).map_err(|error| refused(&path, error))?;
        let (report, objects) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(&bytes)
            .map(Examined::into_objects)
            .map_err(|error| refused(&path, error))?;
        if let Some(why) = obstacle(&report, objects.len()) {
            return Err(refused(&path, why));
        }
        let saves = objects.iter().filter_map(|object| object.revision().modified);
        let saved = saves.max().unwrap_or_default();
        let names = report.objects.iter().map(|object| match object.named_by {
            NamedBy::Number => format!("TYPE_{}", object.key.type_number),
            _ => object.type_name.clone(),
        });
        let objects = names.zip(objects);
        let header = report.header.as_ref();
        Ok(Self {
            host: report.envelope.host.clone().unwrap_or_default(),
            format: header.and_then(|header| header.format),
            exported: header
                .and_then(|header| header.started)
                .map_or(saved, |exported| exported.as_millisecond()),
            saved,
            objects: objects
                .map(|(type_name, object)| Loaded { type_name, object })
                .collect(),
            path,
        })
    }

    /// The file name without its extension.
    pub(super) fn stem(&self) -> String {
        let stem = self
            .path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        stem.unwrap_or_default()
    }
}

/// The reason why a document can't be loaded.
fn obstacle(report: &DocumentReport, objects: usize) -> Option<&'static str> {
    if report.signature.verdict == Verdict::Invalid {
        return Some("the signature is not valid, so the document is not loaded");
    }
    if report.encryption != Encryption::Clear {
        return Some("the document is encrypted; only documents in clear can be loaded");
    }
    if !report.blob.complete || objects != report.objects.len() || objects == 0 {
        return Some("the document has no objects, or some of them can't be read");
    }
    None
}

/// Reads the documents at paths; returns them in the order of their exports.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Document>, ContentError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(json_files(path)?);
        } else {
            files.push(path.clone());
        }
    }
    let documents = files.into_iter().map(Document::read);
    let mut documents = documents.collect::<Result<Vec<_>, _>>()?;
    documents.sort_by(|a, b| (a.exported, a.saved, &a.path).cmp(&(b.exported, b.saved, &b.path)));
    Ok(documents)
}

/// The `.json` files of a directory.
fn json_files(directory: &Path) -> Result<Vec<PathBuf>, ContentError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| refused(directory, error))? {
        let file = entry.map_err(|error| refused(directory, error))?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    Ok(files)
}
