//! Engines on threads of this process.

use std::ffi::OsString;

use mock_engine::InProcess;
use pyo3::prelude::*;

use crate::failure::Failure;

/// Running engines. What a test asks of them goes over HTTP, as from other processes.
#[pyclass(module = "exportdoc._native")]
pub(crate) struct Engines(InProcess);

#[pymethods]
impl Engines {
    /// Starts the engines that options of `mock-engine` describe.
    #[new]
    fn start(py: Python<'_>, options: Vec<OsString>) -> PyResult<Self> {
        let started = py.detach(|| InProcess::start(options));
        Ok(Self(started.map_err(|message| refused(&message))?))
    }

    /// The names and URLs, in the order of the options.
    fn engines(&self) -> Vec<(String, String)> {
        self.0.engines()
    }

    /// Stops them. Does nothing the second time.
    fn stop(&mut self, py: Python<'_>) {
        py.detach(|| self.0.stop());
    }
}

/// Takes the first paragraph: the rest is about the usage of the program.
fn refused(message: &str) -> Failure {
    let first = message.split("\n\n").next().unwrap_or_default();
    Failure::new("engine", first.trim_start_matches("error: ").trim_end())
        .hinted("options are those of 'mock-engine --help', with underscores")
}
