//! Finds the policy for each document, and records which ignores were used.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use exportdoc::Fingerprint;
use exportdoc::internal::audit::{AuditReport, Policy, policy_findings};
use exportdoc::internal::byte_order_mark::{LOOKS_LIKE_UTF_16, utf_16, without_mark};

use crate::cli::error::{CliError, user_error};
use crate::cli::io::input::Input;
use crate::outcome::audit::AuditedPolicy;

/// The name of policy files.
pub(crate) const FILE_NAME: &str = "exportdoc-policy.toml";
/// Larger files aren't read.
const MAX_BYTES: u64 = 1 << 20;

/// The policies of a run: one per file, and the default policy.
pub(crate) struct Policies {
    list: Vec<Loaded>,
    /// The position of each input's policy in the list.
    of_input: HashMap<Input, usize>,
}

struct Loaded {
    /// `None` for the default policy.
    path: Option<PathBuf>,
    /// The path in the output.
    shown: Option<String>,
    policy: Policy,
}

/// The ignores of each policy that were used.
#[derive(Default)]
pub(crate) struct Usage {
    /// By the policy's position.
    used: HashMap<usize, BTreeSet<usize>>,
    /// Policies of documents that couldn't be read in full: an ignore may cover something there.
    unclear: BTreeSet<usize>,
}

impl Usage {
    /// Records a document's report; `None` if it couldn't be read.
    pub(crate) fn note(&mut self, policy: usize, report: Option<&AuditReport>) {
        match report {
            Some(report) => {
                let ignores = report
                    .suppressed
                    .iter()
                    .flat_map(|suppressed| &suppressed.ignores);
                self.used.entry(policy).or_default().extend(ignores);
                if !report.objects_seen || !report.complete {
                    self.unclear.insert(policy);
                }
            }
            None => {
                self.unclear.insert(policy);
            }
        }
    }
}

impl Policies {
    /// Reads the policies of all inputs. `given` holds for all of them; otherwise each has that of the nearest directory
    /// above it. The keys are trusted in addition to those in the policies.
    pub(crate) fn find(
        inputs: &[Input],
        given: Option<&Path>,
        keys: &[Fingerprint],
    ) -> Result<Self, CliError> {
        let mut policies = Self {
            list: Vec::new(),
            of_input: HashMap::new(),
        };
        let mut of_directory: HashMap<PathBuf, usize> = HashMap::new();
        for input in inputs {
            let directory = match (given, input.path()) {
                (Some(_), _) => PathBuf::new(),
                (None, None) => absolute(Path::new("."))?,
                (None, Some(path)) => absolute(path)?.parent().map(Path::to_owned).unwrap_or_default(),
            };
            let index = match of_directory.get(&directory) {
                Some(index) => *index,
                None => {
                    let path = match given {
                        Some(path) => Some(path.to_owned()),
                        None => directory
                            .ancestors()
                            .map(|at| at.join(FILE_NAME))
                            .find(|path| path.is_file()),
                    };
                    let index = policies.load(path, keys)?;
                    of_directory.insert(directory, index);
                    index
                }
            };
            policies.of_input.insert(input.clone(), index);
        }
        Ok(policies)
    }

    fn load(&mut self, path: Option<PathBuf>, keys: &[Fingerprint]) -> Result<usize, CliError> {
        if let Some(index) = self.list.iter().position(|loaded| loaded.path == path) {
            return Ok(index);
        }
        let mut policy = match &path {
            Some(path) => read(path)?,
            None => Policy::default(),
        };
        if !keys.is_empty() {
            policy.keys.get_or_insert_default().extend(keys);
        }
        let shown = path.as_deref().map(shown);
        self.list.push(Loaded { path, shown, policy });
        Ok(self.list.len() - 1)
    }

    /// Returns the policy of an input.
    pub(crate) fn of(&self, input: &Input) -> &Policy {
        &self.list[self.index(input)].policy
    }

    /// Returns the path of an input's policy; `None` for the default policy.
    pub(crate) fn path_of(&self, input: &Input) -> Option<String> {
        self.list[self.index(input)].shown.clone()
    }

    /// Returns the position of an input's policy.
    pub(crate) fn index(&self, input: &Input) -> usize {
        // `find` gave one to every input.
        self.of_input.get(input).copied().unwrap_or_default()
    }

    /// Returns the findings about the policy files, after all documents.
    pub(crate) fn audited(&self, usage: &Usage, now: jiff::Timestamp) -> Vec<AuditedPolicy> {
        let mut audited = Vec::new();
        for (index, loaded) in self.list.iter().enumerate() {
            if let Some(path) = &loaded.shown {
                let used = usage.used.get(&index).cloned().unwrap_or_default();
                let known = !usage.unclear.contains(&index);
                audited.push(AuditedPolicy {
                    path: path.clone(),
                    findings: policy_findings(&loaded.policy, known.then_some(&used), now),
                    lines: loaded.policy.ignores.iter().map(|ignore| ignore.at).collect(),
                });
            }
        }
        audited
    }
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|error| {
        user_error(error)
            .about(path.display())
            .hinted("name the policy with --policy")
    })
}

/// A path relative to the current directory, if it is below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<Policy, CliError> {
    let name = shown(path);
    let failed = |error: &dyn std::fmt::Display| {
        user_error(error)
            .about(&name)
            .hinted("'exportdoc audit --init' writes a first policy")
    };
    let length = fs::metadata(path).map_err(|error| failed(&error))?.len();
    if length > MAX_BYTES {
        return Err(failed(&"too large for a policy"));
    }
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    if utf_16(&bytes).is_some() {
        return Err(failed(&format_args!("can't be read, {LOOKS_LIKE_UTF_16}"))
            .hinted("save it as UTF-8: PowerShell's '>' writes UTF-16, 'Out-File -Encoding utf8' doesn't"));
    }
    let text = std::str::from_utf8(without_mark(&bytes)).map_err(|_| failed(&"not UTF-8 text"))?;
    Policy::parse(text).map_err(|error| {
        let rules = "'exportdoc audit --list-rules' lists the rules, --init writes a first policy";
        failed(&error).hinted(error.help.as_deref().unwrap_or(rules))
    })
}
