//! Plans, as `exportdoc plan --format json` prints them.

use std::path::PathBuf;

use exportdoc::internal::import_plan::{EngineVersion, ImportDocument, ImportOptions, import_plan};
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::Verdict;
use exportdoc::internal::reuse;
use exportdoc::internal::target_state::{TargetState, TargetStateBuilder};
use pyo3::prelude::*;

use crate::cli::hints::of_target;
use crate::cli::io::walking::{Listing, below};
use crate::failure::Failure;
use crate::given::{Given, passphrases as read_passphrases};
use crate::outcome::plan::{AskedEnvironment, Planned};
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
        let mut notes = match held.report.signature.verdict {
            Verdict::Undetermined => vec![
                "no known rule verifies the document's signature; the plan assumes that the engine accepts it"
                    .to_owned(),
            ],
            Verdict::Valid | Verdict::Invalid => Vec::new(),
        };
        let target = read_target(&target, target_version.as_deref(), &passphrases)?;
        let find = |given: String| AskedEnvironment::find(&target, &given);
        let (environment, source_environment) = (environment.map(find), source_environment.map(find));
        let asked = [&environment, &source_environment].into_iter().flatten();
        notes.extend(asked.filter_map(|asked| asked.note(&target)));
        let options = ImportOptions {
            force_overwrite: false,
            environment: AskedEnvironment::given(environment.as_ref()),
            source_environment: AskedEnvironment::given(source_environment.as_ref()),
            max_format: target.max_format(),
            names: target
                .version
                .unwrap_or(EngineVersion::CHECKS_NAMES)
                .name_check(strict_names),
            strict_references: false,
        };
        let forced = ImportOptions {
            force_overwrite: true,
            ..options
        };
        let document = ImportDocument::new(&held.report, held.contents.objects);
        let planned = Planned {
            document: given.label,
            notes,
            without_force: import_plan(&document, &target, &options),
            with_force: import_plan(&document, &target, &forced),
            target,
            environment,
            source_environment,
            force: force_overwrite,
            forbidden: Vec::new(),
            perhaps_forbidden: Vec::new(),
        };
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
