//! Turns reports into output. Nothing here judges anything; what comes out of a document is escaped on the way.

pub(crate) mod audit_github;
pub(crate) mod audit_json;
pub(crate) mod audit_junit;
pub(crate) mod audit_markdown;
pub(crate) mod audit_rules;
pub(crate) mod audit_sarif;
pub(crate) mod audit_text;
mod audit_words;
pub(crate) mod detached;
pub(crate) mod diff_json;
pub(crate) mod diff_markdown;
pub(crate) mod diff_text;
pub(crate) mod diff_words;
pub(crate) mod json;
pub(crate) mod lines;
mod listing;
mod markdown;
pub(crate) mod merge_json;
pub(crate) mod merge_text;
pub(crate) mod outline;
pub(crate) mod raw;
pub(crate) mod text;
mod time;
mod tree;
