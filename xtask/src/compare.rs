//! Runs a measurement: the Python programs in `xtask/compare/`.

use std::path::Path;
use std::process::Command;

use crate::Outcome;

pub(crate) fn run(name: &str, arguments: &[&str]) -> Outcome {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("compare")
        .join(name)
        .with_extension("py");
    if !script.is_file() {
        return Err(format!(
            "no comparison '{name}'; there are benches, costs, growth, memory, mock and verify"
        )
        .into());
    }
    let status = Command::new("python3").arg(script).args(arguments).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the comparison '{name}' failed").into())
    }
}
