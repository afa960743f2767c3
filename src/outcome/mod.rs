//! What a run came to, as plain values that the command line makes and the renderers print.

pub(crate) mod lines;
