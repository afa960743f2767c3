//! Turns reports into output. Nothing here judges anything; what comes out of a document is escaped on the way.

pub(crate) mod detached;
pub(crate) mod diff_json;
pub(crate) mod diff_markdown;
pub(crate) mod diff_text;
pub(crate) mod diff_words;
pub(crate) mod json;
mod listing;
pub(crate) mod merge_json;
pub(crate) mod merge_text;
pub(crate) mod outline;
mod page;
pub(crate) mod plan_json;
pub(crate) mod plan_markdown;
pub(crate) mod plan_text;
mod plan_words;
pub(crate) mod raw;
pub(crate) mod text;
mod time;
mod tree;
