//! `exportdoc diff`.

mod command;
mod formats;
mod properties;
