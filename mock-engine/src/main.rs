//! The program `mock-engine`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    mock_engine::main()
}
