//! Tests of the library and the command through their public interfaces: a module per subject.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by a panic"
)]

mod architecture;
mod audit;
mod cli;
mod compose;
mod diff;
mod document;
mod envelope;
mod format_page;
mod fuzz_corpora;
mod git;
mod inputs;
mod merge;
mod pages;
mod plan;
mod signature;
mod support;
mod testdata;
