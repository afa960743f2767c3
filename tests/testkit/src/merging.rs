//! Small documents for the examples of `docs/merge.md`: one engine before and after changes on two sides, another engine
//! that uses the same numbers, and two bundles.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec, Draft};
use exportdoc::internal::object::{ObjectKey, SyncObject, reference_to, rename};
use exportdoc::internal::sample::{self, INSTALLED};
use exportdoc::internal::signature::KeySize;

use crate::sound::Recipe;
use crate::{Named, Result};

const MINUTE: i64 = 60_000;

/// A draft in its n-th save, under the UUIDs that go with a label.
pub(crate) fn saved(draft: Draft, label: &str, save: u32) -> Result<SyncObject<'static>> {
    let modified = INSTALLED + i64::from(save) * 60 * MINUTE;
    Ok(draft.finish(sample::revision_pair(label, save), INSTALLED, modified)?)
}

/// A connector and a ruleset on it.
pub(crate) struct Place {
    pub(crate) connector: SyncObject<'static>,
    pub(crate) ruleset: SyncObject<'static>,
    name: &'static str,
}

impl Place {
    pub(crate) fn new(
        id: i64,
        connector: &str,
        ruleset: &'static str,
        references: &[ObjectKey],
    ) -> Result<Self> {
        let spec = ConnectorSpec {
            database_type: "POSTGRES",
            name: connector,
            host: Some("db.example.com"),
            port: Some(5432),
            ..ConnectorSpec::default()
        };
        let connector_draft = draft::connector(id, &spec);
        let place = (&connector_draft.key, connector);
        let ruleset_draft = draft::ruleset(id, ruleset, place, &[], references);
        Ok(Self {
            connector: saved(connector_draft, connector, 1)?,
            ruleset: saved(ruleset_draft, ruleset, 1)?,
            name: ruleset,
        })
    }

    pub(crate) fn job(&self, id: i64, name: &str, email: &str, save: u32) -> Result<SyncObject<'static>> {
        self.job_of(&format!("{name} of {}", self.name), id, name, email, save)
    }

    fn job_of(
        &self,
        label: &str,
        id: i64,
        name: &str,
        email: &str,
        save: u32,
    ) -> Result<SyncObject<'static>> {
        let ruleset = (self.ruleset.key(), self.name);
        let job = draft::masking_job(id, name, ruleset, None, email, INSTALLED);
        saved(job, label, save)
    }

    fn with(&self, jobs: &[SyncObject<'static>]) -> Vec<SyncObject<'static>> {
        let place = [self.ruleset.clone(), self.connector.clone()];
        jobs.iter().cloned().chain(place).collect()
    }
}

pub(crate) fn documents() -> Result<Named> {
    let clinic = Place::new(1, "Clinic", "Patients", &[])?;
    let nightly = |email, save| clinic.job(1, "Nightly", email, save);
    let weekly = clinic.job(2, "Weekly", "team@example.com", 1)?;
    let hourly = clinic.job(3, "Hourly", "team@example.com", 1)?;
    let elsewhere = |id| clinic.job_of("Nightly elsewhere", id, "Nightly", "test@example.com", 5);
    // Under the number that another engine gave it.
    let synced = clinic.job(8, "Nightly", "team@example.com", 1)?;
    let shop = Place::new(1, "Shop", "Orders", &[])?;
    let orders = shop.job(1, "Mask orders", "shop@example.com", 1)?;

    let lookup = lookup("Names")?;
    let reference = reference_to(&lookup)?;
    let later = lookup_saved("Names", 2)?;
    let other_key = ObjectKey::new(9, Identifier::EncryptionKey("other".to_owned()));
    let names = Place::new(4, "Archive", "People", &[reference.key().clone()])?;
    let later_reference = reference_to(&later)?;

    let old = nightly("team@example.com", 1)?;
    let both = |first: &SyncObject<'static>| clinic.with(&[first.clone(), weekly.clone()]);
    let sets = [
        ("base", 2, both(&old)),
        (
            "ours",
            3,
            clinic.with(&[nightly("ours@example.com", 2)?, weekly.clone(), hourly]),
        ),
        ("theirs", 1, clinic.with(std::slice::from_ref(&old))),
        ("theirs-too", 2, both(&nightly("theirs@example.com", 3)?)),
        ("test-engine", 1, clinic.with(&[elsewhere(8)?])),
        ("namesake", 1, clinic.with(&[elsewhere(1)?])),
        ("synced", 1, clinic.with(&[synced])),
        ("saved-again", 2, both(&nightly("team@example.com", 2)?)),
        ("altered", 2, both(&nightly("altered@example.com", 1)?)),
        (
            "weekly",
            1,
            clinic.with(&[clinic.job(2, "Weekly", "weekly@example.com", 2)?]),
        ),
        (
            "hourly-too",
            3,
            clinic.with(&[
                old.clone(),
                weekly.clone(),
                clinic.job(3, "Hourly", "too@example.com", 2)?,
            ]),
        ),
        ("other-engine", 1, shop.with(&[orders])),
        (
            "reference-later",
            1,
            vec![names.ruleset.clone(), names.connector.clone(), later_reference],
        ),
        ("reference", 1, vec![names.ruleset, names.connector, reference]),
        ("lookup", 1, vec![lookup.clone()]),
        ("lookup-later", 1, vec![later]),
        (
            "two-keys",
            2,
            vec![
                global_key("one")?,
                rename(&global_key("two")?, &other_key, |_| None)?,
            ],
        ),
        ("bundle", 1, bundle(&[lookup, global_key("one")?])?),
        (
            "other-bundle",
            1,
            bundle(&[self::lookup("Cities")?, global_key("two")?])?,
        ),
    ];
    sets.into_iter()
        .map(|(name, roots, objects)| {
            let roots: Vec<ObjectKey> = objects[..roots]
                .iter()
                .map(|object| object.key().clone())
                .collect();
            let recipe = Recipe::of_roots(&format!("merge/{name}"), &roots, objects, KeySize::Dsa512)?;
            Ok((name, recipe.document()?))
        })
        .collect()
}

pub(crate) fn lookup(name: &str) -> Result<SyncObject<'static>> {
    lookup_saved(name, 1)
}

fn lookup_saved(name: &str, save: u32) -> Result<SyncObject<'static>> {
    let info = AlgorithmInfo {
        name,
        description: "",
        date: "2018-02-12",
    };
    let rows = vec![format!("{name} one"), format!("{name} two")];
    saved(
        draft::lookup(info, rows, sample::key_bytes(name), INSTALLED, &[]),
        name,
        save,
    )
}

pub(crate) fn global_key(label: &str) -> Result<SyncObject<'static>> {
    saved(draft::global_key(sample::key_bytes(label)), label, 1)
}

/// The members behind the object that bundles them.
pub(crate) fn bundle(members: &[SyncObject<'static>]) -> Result<Vec<SyncObject<'static>>> {
    let keys: Vec<ObjectKey> = members.iter().map(|member| member.key().clone()).collect();
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let global = saved(draft::global_object(&keys), &names.join(", "), 1)?;
    Ok(std::iter::once(global).chain(members.iter().cloned()).collect())
}
