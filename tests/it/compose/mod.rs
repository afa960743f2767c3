//! The commands that make a document from another: `extract`, `redact`, `seal`.

mod extract;
mod redact;
mod reports;
mod seal;
