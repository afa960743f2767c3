//! `exportdoc plan` and what it knows of a target.

mod command;
mod target_contradictions;
mod target_state;
