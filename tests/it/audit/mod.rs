//! `exportdoc audit`.

mod archive;
mod bounds;
mod command;
mod documentation;
mod formats;
mod policy;
mod properties;
mod rules;
