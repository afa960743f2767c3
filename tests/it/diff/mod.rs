//! `exportdoc diff`.

mod command;
mod properties;
