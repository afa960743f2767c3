//! Turns reports into output. Nothing here judges anything; what comes out of a document is escaped on the way.

pub(crate) mod detached;
pub(crate) mod json;
pub(crate) mod raw;
pub(crate) mod text;
mod time;
mod tree;
