//! What a run came to, as plain values: the command line makes them, the renderers print them.

pub(crate) mod audit;
pub(crate) mod comparison;
pub(crate) mod document;
pub(crate) mod lines;
pub(crate) mod picture;
pub(crate) mod plan;
