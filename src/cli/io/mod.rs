//! Input and output: files, pipes, containers, batches, Ctrl-C, time and randomness.

pub(crate) mod batch;
pub(crate) mod clock;
pub(crate) mod input;
pub(crate) mod interrupt;
pub(crate) mod merging;
pub(crate) mod notes;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod reading;
pub(crate) mod record;
pub(crate) mod sealing;
pub(crate) mod shell;
pub(crate) mod source;
pub(crate) mod staging;
pub(crate) mod stdout;
pub(crate) mod unwrapping;
pub(crate) mod walking;
