//! The extension module `exportdoc._native`: the library, both programs, and engines.
//!
//! It compiles the sources of the command line. So reports have the members of `--format json`, and the programs of the
//! package are those of the repository. The library itself stays without files, clock and terminal.
//!
//! Python's side, in `lib/exportdoc/`, has the signatures, the documentation and the time.

#[path = "../../src/cli/mod.rs"]
mod cli;
#[path = "../../src/outcome/mod.rs"]
mod outcome;
#[path = "../../src/render/mod.rs"]
mod render;

mod engines;
mod failure;
mod given;
mod making;
mod planning;
mod programs;
mod reports;
mod value;

use pyo3::prelude::*;

/// The compiled part of the package.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::engines::Engines;
    #[pymodule_export]
    use super::making::{decrypt, encrypt, extract, merge, new_key, redact, seal};
    #[pymodule_export]
    use super::planning::plan;
    #[pymodule_export]
    use super::programs::{run_exportdoc, run_mock_engine};
    #[pymodule_export]
    use super::reports::{audit, diff, documents, inspect, verify};
}
