//! Finds the policy that a document is held against, and remembers which ignores were of use.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use exportdoc::internal::audit::{AuditFinding, AuditReport, Policy, policy_findings};
use exportdoc::internal::byte_order_mark::{LOOKS_LIKE_UTF_16, utf_16, without_mark};

use crate::cli::error::CliError;
use crate::cli::io::input::Input;
use crate::outcome::lines::Lines;

/// What a policy file is called.
pub(crate) const FILE_NAME: &str = "exportdoc-policy.toml";
/// A policy larger than this is no policy.
const MAX_BYTES: u64 = 1 << 20;

/// The policies of a run: one per file, and the default for documents that have none.
pub(crate) struct Policies {
    list: Vec<Loaded>,
    /// The position of each input's.
    of_input: HashMap<Input, usize>,
}

struct Loaded {
    /// `None` for the default.
    path: Option<PathBuf>,
    /// The path as it is told.
    shown: Option<String>,
    policy: Policy,
}

/// Which ignores of each policy were of use, by its position.
#[derive(Default)]
pub(crate) struct Usage {
    used: HashMap<usize, BTreeSet<usize>>,
    /// Policies of documents that couldn't be looked into: what covers nothing there, nobody can tell.
    unclear: BTreeSet<usize>,
}

impl Usage {
    /// Notes what a document with a policy made use of; `None` when it couldn't be read.
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

/// A policy file and what is to be said of it.
pub(crate) struct AuditedPolicy {
    /// Its path.
    pub(crate) path: String,
    /// Ignores that have expired, or covered nothing.
    pub(crate) findings: Vec<AuditFinding>,
    /// Where in lines they are.
    pub(crate) lines: Lines,
}

impl Policies {
    /// Reads the policies of all inputs before any work is done. `given` is for all of them; otherwise each has that of
    /// the nearest directory above it. Keys come on top of those in the policies.
    pub(crate) fn find(inputs: &[Input], given: Option<&Path>, keys: &[[u8; 32]]) -> Result<Self, CliError> {
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

    fn load(&mut self, path: Option<PathBuf>, keys: &[[u8; 32]]) -> Result<usize, CliError> {
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

    /// The policy of an input.
    pub(crate) fn of(&self, input: &Input) -> &Policy {
        &self.list[self.index(input)].policy
    }

    /// Where the policy of an input was found; `None` for the default.
    pub(crate) fn path_of(&self, input: &Input) -> Option<String> {
        self.list[self.index(input)].shown.clone()
    }

    /// The position of an input's policy.
    pub(crate) fn index(&self, input: &Input) -> usize {
        // Every input got one when the policies were found.
        self.of_input.get(input).copied().unwrap_or_default()
    }

    /// What is to be said of the policy files, once every document was audited.
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
        let message = format!("{}: {error}", path.display());
        CliError::usage(message, "name the policy with --policy")
    })
}

/// A path as short as it is clear: below the current directory, from there on.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<Policy, CliError> {
    let name = shown(path);
    let failed = |error: &dyn std::fmt::Display| {
        CliError::usage(
            format!("{name}: {error}"),
            "'exportdoc audit --init' writes a policy to begin with",
        )
    };
    let length = fs::metadata(path).map_err(|error| failed(&error))?.len();
    if length > MAX_BYTES {
        return Err(failed(&"too large for a policy"));
    }
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    if utf_16(&bytes).is_some() {
        return Err(CliError::usage(
            format!("{name}: can't be read, {LOOKS_LIKE_UTF_16}"),
            "save it as UTF-8: PowerShell's '>' writes UTF-16, 'Out-File -Encoding utf8' doesn't",
        ));
    }
    let text = std::str::from_utf8(without_mark(&bytes)).map_err(|_| failed(&"not UTF-8 text"))?;
    Policy::parse(text).map_err(|error| CliError::Refused {
        message: format!("{name}: {error}"),
        help: error.help,
        exit: crate::cli::exit::Exit::Usage,
    })
}
