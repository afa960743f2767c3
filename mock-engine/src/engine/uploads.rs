//! Uploaded files.
//!
//! Invariant: an upload of any size takes a few hundred bytes. No endpoint returns the content, so only name and size
//! are kept.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::Serialize;

use super::{Engine, EngineError};
use crate::engine::defaults;
use crate::engine::locking::lock;

/// An upload as the API shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// The reference in other requests.
    pub file_reference_id: String,
    /// The reference in its own endpoints.
    pub file_uuid: String,
    /// The client's name for it.
    pub filename: String,
    /// In bytes.
    pub file_size: u64,
    /// PERMANENT or OBJECT/TEMPORARY.
    pub persistence_type: &'static str,
}

/// All uploads, oldest first.
#[derive(Debug, Default)]
pub struct Uploads {
    files: Mutex<VecDeque<Upload>>,
}

impl Uploads {
    /// All of them.
    pub fn list(&self) -> Vec<Upload> {
        lock(&self.files).iter().cloned().collect()
    }

    /// One of them.
    pub fn get(&self, uuid: &str) -> Result<Upload, EngineError> {
        let files = lock(&self.files);
        let found = files.iter().find(|upload| upload.file_uuid == uuid).cloned();
        found.ok_or_else(|| EngineError::not_found("file upload", uuid))
    }

    /// Removes one.
    pub fn delete(&self, uuid: &str) -> Result<(), EngineError> {
        self.get(uuid)?;
        lock(&self.files).retain(|upload| upload.file_uuid != uuid);
        Ok(())
    }

    /// Removes the permanent ones, the temporary ones, or all.
    pub fn purge(&self, permanent: Option<bool>) {
        lock(&self.files)
            .retain(|upload| permanent.is_some_and(|p| persistence(p) != upload.persistence_type));
    }

    /// Removes all.
    pub fn clear(&self) {
        self.purge(None);
    }
}

impl Engine {
    /// Adds an uploaded file.
    pub fn add_upload(&self, filename: &str, file_size: u64, permanent: bool) -> Upload {
        // The name becomes part of the reference, so it must not be a path.
        let filename = filename.rsplit(['/', '\\']).next().unwrap_or_default();
        let filename = if filename.is_empty() { "file" } else { filename };
        let upload = Upload {
            file_reference_id: format!("delphix-file://upload/f_{}/{filename}", self.ids.hex32()),
            file_uuid: self.ids.uuid(),
            filename: filename.to_owned(),
            file_size,
            persistence_type: persistence(permanent),
        };
        let mut files = lock(&self.uploads.files);
        files.push_back(upload.clone());
        while files.len() > defaults::UPLOADS_KEPT {
            files.pop_front();
        }
        upload
    }
}

fn persistence(permanent: bool) -> &'static str {
    if permanent {
        "PERMANENT"
    } else {
        "OBJECT/TEMPORARY"
    }
}
