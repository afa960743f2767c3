//! Two documents for each finding: one that has it, and one, as similar as possible, that doesn't.
//!
//! The time of the audit is 2019-05-09 12:00 UTC, a day and a half after the documents were exported.

mod blob;
mod envelope;
mod holding;
mod metadata;
mod policy;
mod seal;

use std::sync::LazyLock;

use exportdoc::internal::blob::Header;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec};
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase};
use exportdoc::internal::sample::{self, INSTALLED};
use exportdoc::internal::signature::KeySize;

use crate::Result;
use crate::merging::saved;
use crate::parts::Parts;
use crate::sound::Recipe;

/// Opens what is encrypted here, where it can be opened.
const PASSPHRASE: &str = "made up for the audit";

/// The documents of one finding, and the policy, baseline, or passphrase that it needs.
#[derive(Debug, Clone)]
pub struct Case {
    pub rule: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let groups = [
        envelope::cases(),
        blob::cases(),
        holding::cases(),
        metadata::cases(),
        seal::cases(),
        policy::cases(),
    ];
    let made = groups
        .into_iter()
        .map(|cases| cases.expect("the documents can be made"));
    made.flatten().collect()
});

/// Returns the cases of all findings.
pub fn cases() -> &'static [Case] {
    &CASES
}

/// Returns the case of one finding.
pub fn case(rule: &str) -> &'static Case {
    let found = CASES.iter().find(|case| case.rule == rule);
    found.unwrap_or_else(|| panic!("no documents for the finding {rule}"))
}

impl Case {
    fn new(rule: &'static str, fires: Vec<u8>, quiet: Vec<u8>) -> Self {
        Self {
            rule,
            files: vec![("fires.json", fires), ("quiet.json", quiet)],
        }
    }

    fn with(mut self, name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((name, bytes.into()));
        self
    }

    /// Returns all files with their names; see [`Case::file`].
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (*name, bytes.as_slice()))
    }

    /// Returns `fires.json` or `quiet.json`, or what a case may have beside them: `policy.toml` for both documents,
    /// `fires.toml`, `quiet.toml`, `baseline.json`, `passphrase`.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let found = self.files.iter().find(|(known, _)| *known == name);
        found.map(|(_, bytes)| bytes.as_slice())
    }
}

/// A connector that tells nothing about its database.
const SILENT: ConnectorSpec<'static> = ConnectorSpec {
    database_type: "POSTGRES",
    name: "Clinic",
    database: None,
    schema: None,
    jdbc_url: None,
    host: None,
    port: None,
    user: None,
};

fn connector(id: i64, spec: &ConnectorSpec<'_>) -> Result<SyncObject<'static>> {
    saved(draft::connector(id, spec), &format!("audited connector {id}"), 1)
}

/// Some objects, all of them requested.
fn recipe(name: &str, objects: Vec<SyncObject<'static>>) -> Result<Recipe> {
    let roots: Vec<ObjectKey> = objects.iter().map(|object| object.key().clone()).collect();
    Recipe::of_roots(&format!("audit/{name}"), &roots, objects, KeySize::Dsa512)
}

/// A document with a silent connector and nothing else.
fn plain(name: &str) -> Result<Recipe> {
    recipe(name, vec![connector(1, &SILENT)?])
}

/// A job on a ruleset on a silent connector; only the job is requested.
fn job(name: &str, email: &str) -> Result<Recipe> {
    let connector = connector(1, &SILENT)?;
    let place = (connector.key(), "Clinic");
    let ruleset = saved(
        draft::ruleset(1, "Patients", place, &[], &[]),
        "audited ruleset",
        1,
    )?;
    let job = draft::masking_job(1, "Nightly", (ruleset.key(), "Patients"), None, email, INSTALLED);
    let job = saved(job, "audited job", 1)?;
    let root = job.key().clone();
    Recipe::new(
        &format!("audit/{name}"),
        &root,
        vec![job, ruleset, connector],
        KeySize::Dsa512,
    )
}

/// A lookup with two rows in its n-th save, and the words its key is made of.
fn lookup(save: u32, key: &str) -> Result<SyncObject<'static>> {
    let info = AlgorithmInfo {
        name: "Names",
        description: "",
        date: "2018-02-12",
    };
    let draft = draft::lookup(info, ["Ann", "Bob"], sample::key_bytes(key), INSTALLED, &[]);
    saved(draft, "audited lookup", save)
}

/// The same document encrypted.
fn encrypted(mut recipe: Recipe, passphrase: &str) -> Result<Vec<u8>> {
    let params = EncryptionParams::new(*b"8 bytes!", 1_000)?;
    recipe.facts.encryption = Some((Passphrase::new(passphrase)?, params));
    recipe.document()
}

/// The same document with another header, sealed like that.
fn with_header(recipe: &Recipe, change: impl FnOnce(&mut Header)) -> Result<Vec<u8>> {
    let mut header = recipe.header();
    change(&mut header);
    recipe
        .resealed(|messages| messages[0] = header.encode())?
        .to_json()
}

/// A plain document changed after it was sealed.
fn altered(name: &str, change: impl FnOnce(&mut Parts)) -> Result<Vec<u8>> {
    let mut parts = plain(name)?.parts()?;
    change(&mut parts);
    parts.to_json()
}

/// A document with a piece of its text replaced, which must be there.
fn replaced(document: Vec<u8>, old: &str, new: &str) -> Result<Vec<u8>> {
    let text = String::from_utf8(document)?;
    if !text.contains(old) {
        return Err(format!("no {old:?} to replace").into());
    }
    Ok(text.replacen(old, new, 1).into_bytes())
}
