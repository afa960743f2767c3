//! Small parts by themselves, where a whole engine would show less of them.

mod config;
mod engine;
mod headers_and_paths;
mod journal;
mod kept_things;
mod object_store;
mod panics;
mod recordings;
mod redaction;
