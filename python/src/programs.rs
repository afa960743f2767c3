//! The programs `exportdoc` and `mock-engine`, which the package's scripts call.

use std::ffi::OsString;
use std::process::ExitCode;

use pyo3::prelude::*;

/// Runs `exportdoc` with a command line and returns its exit code.
#[pyfunction]
pub(crate) fn run_exportdoc(py: Python<'_>, words: Vec<OsString>) -> u8 {
    number(py.detach(|| crate::cli::main(words)))
}

/// Runs `mock-engine` with a command line and returns its exit code.
#[pyfunction]
pub(crate) fn run_mock_engine(py: Python<'_>, words: Vec<OsString>) -> u8 {
    number(py.detach(|| mock_engine::run_program(words)))
}

/// The number of an exit code, which the standard library shows only by comparison.
fn number(code: ExitCode) -> u8 {
    (0..=u8::MAX)
        .find(|number| ExitCode::from(*number) == code)
        .unwrap_or(1)
}
