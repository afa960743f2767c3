//! `exportdoc plan` and the state of its target.

mod command;
mod target_contradictions;
mod target_gaps;
mod target_state;
