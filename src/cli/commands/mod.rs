//! The subcommands: a file for each, with its arguments and its `run`. None imports another.

pub(crate) mod audit;
pub(crate) mod completions;
pub(crate) mod decrypt;
pub(crate) mod diff;
pub(crate) mod encrypt;
pub(crate) mod explain;
pub(crate) mod extract;
pub(crate) mod git_setup;
pub(crate) mod inspect;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod merge;
pub(crate) mod merge_driver;
pub(crate) mod plan;
pub(crate) mod redact;
pub(crate) mod seal;
pub(crate) mod textconv;
pub(crate) mod verify_signature;
