//! Phrases that several formats share. Callers escape what comes out of documents.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod plan;
pub(crate) mod time;
