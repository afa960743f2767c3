//! `exportdoc merge`.

mod command;
mod documents;
mod properties;
