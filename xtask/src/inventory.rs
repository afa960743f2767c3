//! Writes a sealed export document with everything that a made-up engine of a given size holds.
//!
//! Lookups and domains under GLOBAL_OBJECT; connectors, rulesets and jobs under one ENVIRONMENT; references between the
//! two. The same arguments give the same bytes.

use std::error::Error;
use std::fs;

use exportdoc::internal::build::{in_record_order, seal};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec, Draft};
use exportdoc::internal::object::{ObjectKey, ObjectType, SyncObject, reference_to, type_by_name};
use exportdoc::internal::sample::{INSTALLED, export_facts, key_bytes, revision_pair};
use exportdoc::internal::signature::{KeySize, SigningKey};

use crate::Outcome;

/// A lookup, its domain, a reference to each, a connector, a ruleset that needs both references, and its job.
const PER_UNIT: usize = 7;

pub(crate) fn write(file: &str, objects: &str) -> Outcome {
    let count: usize = objects.parse()?;

    let (mut objects, mut global, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..=count / PER_UNIT {
        let id = i64::try_from(n)?;
        let name = format!("Lookup{n}");
        let info = AlgorithmInfo {
            name: &name,
            description: "Secure lookup",
            date: "2018-02-12",
        };
        let lookup = finish(draft::lookup(info, ["A", "B"], key_bytes(&name), INSTALLED, &[]))?;
        let algorithms = [lookup.key().clone()];
        let domain = finish(draft::domain(
            &format!("DOMAIN_{n}"),
            "Made up",
            &name,
            None,
            &algorithms,
        ))?;
        let references = [reference_to(&domain)?, reference_to(&lookup)?];
        let named = format!("Connector {n}");
        let spec = ConnectorSpec {
            database_type: "postgres",
            name: &named,
            host: Some("db.example.com"),
            port: Some(5432),
            ..ConnectorSpec::default()
        };
        let connector = finish(draft::connector(id, &spec))?;
        let rules = format!("Rules {n}");
        let keys: Vec<ObjectKey> = references
            .iter()
            .map(|reference| reference.key().clone())
            .collect();
        let ruleset = finish(draft::ruleset(id, &rules, (connector.key(), &named), &[], &keys))?;
        let job = format!("Job {n}");
        let job = finish(draft::masking_job(
            id,
            &job,
            (ruleset.key(), &rules),
            None,
            "masking@example.com",
            INSTALLED,
        ))?;
        global.extend([&lookup, &domain].map(|object| object.key().clone()));
        bound.extend([&connector, &ruleset, &job].map(|object| object.key().clone()));
        objects.extend([lookup, domain, connector, ruleset, job]);
        objects.extend(references);
    }
    let key = finish(draft::global_key(key_bytes("global")))?;
    global.push(key.key().clone());
    let environment_type = type_by_name("ENVIRONMENT")
        .and_then(ObjectType::number)
        .ok_or("ENVIRONMENT has a type number")?;
    let environment = finish(Draft {
        key: ObjectKey::new(environment_type, Identifier::Integer(1)),
        dependencies: bound,
        data_type: "EmptyData",
        data: Vec::new(),
    })?;
    let bundle = finish(draft::global_object(&global))?;
    let roots = [bundle.key().clone(), environment.key().clone()];
    objects.extend([key, environment, bundle]);

    let objects = in_record_order(objects, &roots)?;
    let facts = export_facts("inventory");
    let key = SigningKey::from_seed(KeySize::Dsa512, b"inventory")?;
    let document = seal(&facts, &objects, &key, KeySize::Dsa512.default_rule())?;
    Ok(fs::write(file, document)?)
}

/// Gives the object its first revision, derived from its key.
fn finish(draft: Draft) -> Result<SyncObject<'static>, Box<dyn Error>> {
    let label = draft.key.to_string();
    Ok(draft.finish(revision_pair(&label, 1), INSTALLED, INSTALLED)?)
}
