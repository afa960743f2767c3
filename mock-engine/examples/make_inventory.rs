//! Writes a sealed export document of a whole made-up engine, as large as wanted, for measurements.
//!
//! ```sh
//! cargo run --release --locked --example make_inventory -- FILE OBJECTS
//! ```
//!
//! Lookups and domains under GLOBAL_OBJECT; connectors, rulesets and jobs under one ENVIRONMENT; the references between
//! the two. The same arguments give the same bytes.

#![allow(clippy::expect_used)] // a generator that can't run says so and ends

use std::fs;

use exportdoc::internal::build::{in_record_order, seal};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec, Draft};
use exportdoc::internal::object::{ObjectKey, ObjectType, SyncObject, reference_to, type_by_name};
use exportdoc::internal::sample::{INSTALLED, export_facts, key_bytes, revision_pair};
use exportdoc::internal::signature::{KeySize, SigningKey};

/// Lookup, its domain, a reference to each, a connector, a ruleset on it that needs the references, and its job.
const PER_UNIT: usize = 7;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("FILE");
    let count: usize = arguments.next().expect("OBJECTS").parse().expect("a number");

    let (mut objects, mut global, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for n in 1..=count / PER_UNIT {
        let id = i64::try_from(n).expect("a count");
        let name = format!("Lookup{n}");
        let info = AlgorithmInfo {
            name: &name,
            description: "Secure lookup",
            date: "2018-02-12",
        };
        let lookup = finish(draft::lookup(info, ["A", "B"], key_bytes(&name), INSTALLED, &[]));
        let algorithms = [lookup.key().clone()];
        let domain = finish(draft::domain(
            &format!("DOMAIN_{n}"),
            "Made up",
            &name,
            None,
            &algorithms,
        ));
        let references = [&domain, &lookup].map(|original| reference_to(original).expect("a reference"));
        let named = format!("Connector {n}");
        let spec = ConnectorSpec {
            database_type: "postgres",
            name: &named,
            host: Some("db.example.com"),
            port: Some(5432),
            ..ConnectorSpec::default()
        };
        let connector = finish(draft::connector(id, &spec));
        let rules = format!("Rules {n}");
        let keys = references.each_ref().map(|reference| reference.key().clone());
        let ruleset = finish(draft::ruleset(id, &rules, (connector.key(), &named), &[], &keys));
        let job = format!("Job {n}");
        let job = finish(draft::masking_job(
            id,
            &job,
            (ruleset.key(), &rules),
            None,
            "masking@example.com",
            INSTALLED,
        ));
        global.extend([&lookup, &domain].map(|object| object.key().clone()));
        bound.extend([&connector, &ruleset, &job].map(|object| object.key().clone()));
        objects.extend([lookup, domain, connector, ruleset, job]);
        objects.extend(references);
    }
    let key = finish(draft::global_key(key_bytes("global")));
    global.push(key.key().clone());
    let environment = finish(Draft {
        key: ObjectKey::new(
            type_by_name("ENVIRONMENT")
                .and_then(ObjectType::number)
                .expect("a known type"),
            Identifier::Integer(1),
        ),
        dependencies: bound,
        data_type: "EmptyData",
        data: Vec::new(),
    });
    let bundle = finish(draft::global_object(&global));
    let roots = [bundle.key().clone(), environment.key().clone()];
    objects.extend([key, environment, bundle]);

    let objects = in_record_order(objects, &roots).expect("every dependency is there");
    let facts = export_facts("inventory");
    let key = SigningKey::from_seed(KeySize::Dsa512, b"inventory").expect("a key");
    let document = seal(&facts, &objects, &key, KeySize::Dsa512.default_rule()).expect("a document");
    fs::write(file, document).expect("the file can be written");
}

/// The first revision, derived from the key.
fn finish(draft: Draft) -> SyncObject<'static> {
    let label = draft.key.to_string();
    draft
        .finish(revision_pair(&label, 1), INSTALLED, INSTALLED)
        .expect("a well-formed object")
}
