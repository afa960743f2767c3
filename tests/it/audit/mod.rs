//! `exportdoc audit`.

mod archive;
mod bounds;
mod command;

mod formats;
mod policy;
mod properties;
mod rules;
mod schema;
mod snippets;
