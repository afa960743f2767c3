//! For people, on a terminal.

pub(crate) mod algorithms;
pub(crate) mod audit;
pub(crate) mod detached;
pub(crate) mod diff;
pub(crate) mod infos;
pub(crate) mod inspect;
pub(crate) mod listing;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod raw;
pub(crate) mod rules;
pub(crate) mod textconv;
pub(crate) mod tree;
