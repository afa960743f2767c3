//! Turns reports into output. Nothing here judges anything; what comes out of a document is escaped on the way.

pub(crate) mod github;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
pub(crate) mod text;
pub(crate) mod words;
