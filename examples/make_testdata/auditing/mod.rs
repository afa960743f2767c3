//! Two documents for every rule of `exportdoc audit`: one in which it finds something, and one, as like it as can be, in
//! which it doesn't. Beside them, where a rule needs it, a policy, a baseline or a passphrase.
//!
//! `tests/it/audit/rules.rs` says how the files of a rule belong together, and what time it is there.

mod blob;
mod envelope;
mod holding;
mod metadata;
mod policy;
mod seal;

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

/// The files of every rule, by their path.
pub(crate) fn files() -> Result<Vec<(String, Vec<u8>)>> {
    let mut cases = Vec::new();
    cases.extend(envelope::cases()?);
    cases.extend(blob::cases()?);
    cases.extend(holding::cases()?);
    cases.extend(metadata::cases()?);
    cases.extend(seal::cases()?);
    cases.extend(policy::cases()?);
    let files = cases.into_iter().flat_map(|case| {
        let files = case.files.into_iter();
        files.map(move |(name, bytes)| (format!("{}/{name}", case.rule), bytes))
    });
    Ok(files.collect())
}

/// What goes with one rule.
struct Case {
    rule: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
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
