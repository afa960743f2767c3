//! Reports as one HTML file each: no network, no other file, readable without scripts, in light and dark and on paper.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod inspect;
pub(crate) mod merge;
pub(crate) mod page;
pub(crate) mod plan;
