//! Read, judge and build the signed *export documents* that data-masking engines sync with.
//!
//! Data flows one way: bytes → [`envelope`] → [`blob`] records → [`object`]s → [`graph`] → [`report`]. Each module
//! knows only the ones before it. Nothing in here knows a terminal, an argument parser, a socket or a clock: whoever
//! calls passes what it read and the time it is, and renders the report it gets back.
//!
//! Every byte is taken as hostile: parsers are bounded in depth, count and size, and answer with a typed error that
//! carries a JSON path or a byte offset, never with a panic.

mod audit;
mod blob;
mod buffered;
mod build;
mod byte_order_mark;
mod container;
mod date;
mod diff;
mod envelope;
mod escape;
mod extract;
mod finding;
mod graph;
mod identifier;
mod import_plan;
#[doc(hidden)]
pub mod internal;
mod jdbc;
mod merge;
mod object;
mod passphrase;
mod possible_key;
mod redact;
mod report;
mod reuse;
mod revision_hash;
mod sample;
mod signature;
mod target_state;
mod utf8;
mod wire;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
