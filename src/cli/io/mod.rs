//! Input, output and everything around them: files, pipes, containers, batches, Ctrl-C.

pub(crate) mod batch;
pub(crate) mod comparing;
pub(crate) mod editor;
pub(crate) mod input;
pub(crate) mod interrupt;
pub(crate) mod merging;
pub(crate) mod output;
pub(crate) mod sealing;
pub(crate) mod shell;
pub(crate) mod source;
pub(crate) mod staging;
pub(crate) mod stdout;
pub(crate) mod unwrapping;
pub(crate) mod walking;
