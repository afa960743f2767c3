//! Documents of async tasks, for download.
//!
//! Invariant: bounded by number and bytes; the oldest go first.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use bytes::Bytes;

use crate::engine::defaults;
use crate::engine::locking::lock;

/// The task that made a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// An export; the document is the export document.
    Export,
    /// An import; the document is the list of outcomes.
    Import,
}

/// A document.
#[derive(Debug, Clone)]
pub struct Document {
    /// The task that made it.
    pub kind: DocumentKind,
    /// The file.
    pub bytes: Bytes,
}

/// All documents, by reference.
#[derive(Debug, Default)]
pub struct Documents {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    by_reference: HashMap<String, Document>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Documents {
    /// Adds a document.
    pub fn insert(&self, reference: String, document: Document) {
        let mut inner = lock(&self.inner);
        inner.bytes += document.bytes.len();
        inner.order.push_back(reference.clone());
        inner.by_reference.insert(reference, document);
        // The newest stays even above the limit, since a client is about to fetch it.
        while inner.order.len() > 1
            && (inner.order.len() > defaults::DOCUMENTS_KEPT || inner.bytes > defaults::DOCUMENT_BYTES_KEPT)
        {
            if let Some(oldest) = inner.order.pop_front()
                && let Some(gone) = inner.by_reference.remove(&oldest)
            {
                inner.bytes -= gone.bytes.len();
            }
        }
    }

    /// A document.
    pub fn get(&self, reference: &str) -> Option<Document> {
        lock(&self.inner).by_reference.get(reference).cloned()
    }

    /// Removes a document.
    pub fn remove(&self, reference: &str) {
        let mut inner = lock(&self.inner);
        if let Some(gone) = inner.by_reference.remove(reference) {
            inner.bytes -= gone.bytes.len();
            inner.order.retain(|other| other != reference);
        }
    }

    /// Returns the size of all documents.
    pub fn bytes(&self) -> usize {
        lock(&self.inner).bytes
    }

    /// Removes the documents of a kind.
    pub fn purge(&self, kind: DocumentKind) {
        let mut inner = lock(&self.inner);
        let inner = &mut *inner;
        inner.by_reference.retain(|_, document| document.kind != kind);
        inner
            .order
            .retain(|reference| inner.by_reference.contains_key(reference));
        inner.bytes = inner
            .by_reference
            .values()
            .map(|document| document.bytes.len())
            .sum();
    }

    /// Removes all documents.
    pub fn clear(&self) {
        *lock(&self.inner) = Inner::default();
    }
}
