//! Text for people on a terminal.

mod algorithms;
pub(crate) mod audit;
pub(crate) mod detached;
pub(crate) mod diff;
mod fitting;
mod infos;
pub(crate) mod inspect;
mod listing;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod raw;
pub(crate) mod rules;
mod tables;
pub(crate) mod textconv;
mod tree;
mod wrapping;
