//! Plans, as `exportdoc plan --format json` prints them.

use std::path::PathBuf;

use exportdoc::internal::import_plan::{EngineVersion, ImportDocument};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::reuse;
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};
use pyo3::prelude::*;

use crate::cli::hints::of_target;
use crate::cli::io::walking::{Listing, below};
use crate::failure::Failure;
use crate::given::{Given, passphrases as read_passphrases};
use crate::outcome::plan::{Asked, Planned};
use crate::render::json;
use crate::reports::Held;
use crate::value::to_python;

/// The output of `exportdoc plan --format json`.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
pub(crate) fn plan<'py>(
    document: &Bound<'py, PyAny>,
    target: Vec<Bound<'py, PyAny>>,
    max_size: Option<u64>,
    passphrases: Vec<String>,
    environment: Option<String>,
    source_environment: Option<String>,
    force_overwrite: bool,
    target_version: Option<String>,
    strict_names: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let given = Given::new(document, None, max_size)?;
    let target: Vec<Given> = target
        .iter()
        .map(|source| Given::new(source, None, max_size))
        .collect::<PyResult<_>>()?;
    let value = py.detach(|| {
        let passphrases = read_passphrases(&passphrases)?;
        let held = Held::load(&given, passphrases.clone())?;
        reuse::readable(&held.report)
            .map_err(|error| Failure::from(exportdoc::Error::from(error)).about(&given.label))?;
        let target = read_target(&target, target_version.as_deref(), &passphrases)?;
        let document = ImportDocument::new(&held.report, held.contents.objects);
        let asked = Asked {
            environment,
            source_environment,
            force_overwrite,
            strict_names,
        };
        let planned = Planned::new(given.label, &held.report, &document, target, asked);
        Ok::<_, Failure>(json::plan::document(&planned))
    })?;
    to_python(py, &value)
}

/// Reads what describes the target; a directory stands for the files in it.
fn read_target(
    sources: &[Given],
    version: Option<&str>,
    passphrases: &[Passphrase],
) -> Result<TargetState, Failure> {
    let version: Option<EngineVersion> = version
        .map(|text| {
            text.parse()
                .map_err(|error| Failure::usage(format!("target_version: {error}")))
        })
        .transpose()?;
    if version.is_some_and(|version| version < EngineVersion::ALL_OR_NOTHING) {
        return Err(Failure::usage("engines before 5.3.0.0 imported object by object"));
    }
    let refused = |error| Failure::of_command("target", &error);
    let mut builder = TargetStateBuilder::new();
    let mut add = |label: &str, bytes: &[u8]| {
        builder
            .add(label, bytes, passphrases)
            .map_err(|error| refused(of_target(label, &error)))
    };
    for source in sources {
        match source.path() {
            Some(path) if path.is_dir() => {
                let inputs = below(path, false, Listing::Count).map_err(refused)?;
                for path in inputs.iter().filter_map(|input| input.path()) {
                    let given = Given::at(PathBuf::from(path));
                    add(&given.label, &given.read()?)?;
                }
            }
            _ => add(&source.label, &source.read()?)?,
        }
    }
    let finished = builder.finish();
    let mut target = finished.map_err(|error| refused(of_target("", &error)))?;
    target.version = version.or(target.version);
    Ok(target)
}
