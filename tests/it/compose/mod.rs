//! The commands that make a document of one: `extract`, `redact`, `seal`.

mod extract;
mod redact;
mod reports;
mod seal;
