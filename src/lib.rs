//! Read, judge and build the signed *export documents* that data-masking engines sync with.
//!
//! Data flows one way: bytes → [`envelope`] → [`blob`] records → [`object`]s → [`graph`] → [`report`]. Each module
//! knows only the ones before it. Nothing in here knows a terminal, an argument parser, a socket or a clock: whoever
//! calls passes what it read and the time it is, and renders the report it gets back.
//!
//! Every byte is taken as hostile: parsers are bounded in depth, count and size, and answer with a typed error that
//! carries a JSON path or a byte offset, never with a panic.

pub mod audit;
pub mod blob;
mod buffered;
pub mod build;
pub mod byte_order_mark;
pub mod compose;
pub mod container;
pub mod date;
pub mod diff;
pub mod envelope;
pub mod escape;
pub mod extract;
pub mod finding;
pub mod graph;
pub mod identifier;
pub mod import_plan;
pub mod jdbc;
pub mod merge;
pub mod object;
pub mod passphrase;
mod possible_key;
pub mod redact;
pub mod report;
pub mod revision_hash;
pub mod sample;
pub mod signature;
pub mod target_state;
mod utf8;
pub mod wire;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
