//! What makes a document impossible to import anywhere (4.6, 4.7, 4.13, 4.16), and the order of an import.

use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{GivenEnvironment, ImportDocument, NameCheck, Verdict};
use crate::object::{ObjectKey, Revision, RevisionPair, SyncObject};

#[test]
fn rule_4_16_dependencies_are_imported_first() {
    let connector = connector(3, "Demo", "s1");
    let rules = ruleset(2, "Rules", &[&connector], "s1");
    let job = job(4, "Mask it", &[&rules, &connector], "s1");
    assert_eq!(
        import(&[&job, &rules, &connector]).told(),
        [
            "DATABASE_CONNECTOR Demo: create",
            "DATABASE_RULESET Rules: create",
            "MASKING_JOB Mask it: create",
            "would succeed"
        ]
    );
}

#[test]
fn rule_4_7_a_circle_is_refused() {
    let number = |name: &str| crate::object::type_by_name(name).unwrap().number().unwrap();
    let a = ObjectKey::new(number("DOMAIN"), Identifier::Text("A".into()));
    let b = ObjectKey::new(number("REDACTION"), Identifier::Algorithm("B".into()));
    let first = build(a.clone(), std::slice::from_ref(&b), "s1", ("EmptyData", vec![]));
    let second = build(b, &[a], "s1", ("EmptyData", vec![]));
    let import = import(&[&first, &second, &lookup("C", "s1")]).force();
    let told = import.told();
    assert_eq!(told[0], "DOMAIN A: blocked: depends on itself");
    assert_eq!(told[1], "REDACTION B: blocked: depends on itself");
    assert_eq!(told[2], "LOOKUP C: create");
    assert_eq!(
        import.refusal(),
        "objects depend on each other in a circle: DOMAIN A → REDACTION B → DOMAIN A"
    );
}

#[test]
fn a_long_circle_is_named_in_short() {
    let key = |n| ObjectKey::new(11, Identifier::Text(format!("d{n}")));
    let objects: Vec<_> = (0..100)
        .map(|n| build(key(n), &[key((n + 1) % 100)], "s1", ("EmptyData", vec![])))
        .collect();
    let objects: Vec<_> = objects.iter().collect();
    assert!(import(&objects).refusal().ends_with("DOMAIN d7 → 92 more"));
}

#[test]
fn an_object_whose_dependency_was_dropped_is_refused() {
    let names = lookup("Names", "s1");
    let import = import(&[&domain("NAME", &[&names], "s1")]).onto(vec![global(&names)]);
    assert_eq!(
        import.refusal(),
        "DOMAIN NAME depends on LOOKUP Names, which is not in the document"
    );
    assert_eq!(
        import.told()[0],
        "DOMAIN NAME: blocked: depends on LOOKUP Names, which is not in the document"
    );
}

#[test]
fn rule_4_6_the_same_name_twice_is_refused() {
    let import = import(&[&connector(3, "Demo", "s1"), &connector(4, "Demo", "s1")]);
    assert_eq!(
        import.refusal(),
        "DATABASE_CONNECTOR 3 (Demo) and DATABASE_CONNECTOR 4 (Demo) have the same name"
    );
    let algorithms = [lookup("Mix", "s1"), algorithm("SEGMENT", "Mix", "s1")];
    let algorithms: Vec<_> = algorithms.iter().collect();
    assert!(
        super::support::import(&algorithms)
            .refusal()
            .ends_with(" Mix have the same name")
    );
}

#[test]
fn rule_4_6_a_source_may_be_called_like_a_target() {
    assert_eq!(
        import(&[&connector(3, "Demo", "s1"), &source(4, "Demo", "s1")]).refusal(),
        ""
    );
}

#[test]
fn the_same_key_twice_is_refused() {
    let import = import(&[&lookup("Names", "s1"), &lookup("Names", "s2")]);
    assert_eq!(import.refusal(), "the document has LOOKUP Names twice");
    assert_eq!(
        import.told()[1],
        "LOOKUP Names: blocked: occurs in the document twice"
    );
}

#[test]
fn rule_4_13_a_newer_format_is_refused_before_anything_else() {
    let with_format = |format, max| {
        let mut import = import(&[&connector(3, "Demo", "s1")]).with(|o| {
            o.max_format = max;
            o.environment = GivenEnvironment::None;
        });
        import.document.format = format;
        import.refusal()
    };
    assert_eq!(
        with_format(Some(3), Some(2)),
        "document has format number 3, newer than 2, the newest that the target reads"
    );
    for (format, max) in [
        (Some(2), Some(2)),
        (Some(1), Some(2)),
        (Some(9), None),
        (None, Some(2)),
    ] {
        assert!(
            with_format(format, max).starts_with("environment_id"),
            "{format:?} {max:?}"
        );
    }
}

#[test]
fn rule_4_13_a_type_the_engine_does_not_have_is_blocked() {
    let key = ObjectKey::new(31, Identifier::Integer(1));
    let odd = build(key, &[], "s1", ("PluginData", vec![1]));
    let told = import(&[&odd]).force().told();
    assert_eq!(
        told,
        [
            "TYPE_31 1: blocked: objects of this type can't be imported here",
            "would fail at 0 with 409"
        ]
    );
}

#[test]
fn this_projects_numbers_count_only_in_its_own_documents() {
    let job = object(
        "PROFILE_JOB",
        Identifier::Integer(1),
        &[],
        "s1",
        ("ProfileJobData", vec![]),
    );
    let mut import = import(&[&job]);
    assert_eq!(import.told()[0], "PROFILE_JOB 1: create");
    import.document.sealed_by_toolkit = false;
    assert!(import.told()[0].starts_with("TYPE_9001 1: blocked"));
}

#[test]
fn unknown_number_is_named_by_metadata_or_revision() {
    let key = ObjectKey::new(31, Identifier::Algorithm("dlpx-core:CM Digits".into()));
    let revision = Revision {
        pair: RevisionPair {
            object: "a".into(),
            save: "b".into(),
        },
        json: Revision::json_text("USER_ALGORITHM", &key),
        ..Revision::default()
    };
    let stated = SyncObject::build(&key, &[], &revision, "ComponentData", &[]).unwrap();
    let told = import(&[&stated]).told();
    assert_eq!(told[0], "USER_ALGORITHM dlpx-core:CM Digits: create");

    let quiet = build(key, &[], "s1", ("ComponentData", vec![]));
    let mut import = import(&[&quiet]).with(|o| o.names = NameCheck::Off);
    import.document = ImportDocument {
        format: None,
        type_names: [(31, "REDACTION".to_owned())].into(),
        sealed_by_toolkit: false,
        ..import.document
    };
    let plan = import.plan();
    assert_eq!(plan.steps[0].type_name, "REDACTION");
    assert_eq!(plan.verdict, Verdict::WouldSucceed);
}

#[test]
fn an_object_that_nothing_identifies_is_blocked() {
    let key = ObjectKey::new(10, Identifier::Integer(1));
    let bare = SyncObject::build(&key, &[], &Revision::default(), "EmptyData", &[]).unwrap();
    assert_eq!(
        import(&[&bare]).told()[0],
        "DATABASE_CONNECTOR 1: blocked: has neither a name nor a revision to identify it"
    );
}

#[test]
fn unknown_number_without_data_is_a_reference() {
    let key = ObjectKey::new(31, Identifier::Text("SSN".into()));
    let revision = Revision {
        json: Revision::json_text("DOMAIN", &key),
        ..Revision::default()
    };
    let unclear = SyncObject::build(&key, &[], &revision, "EmptyData", &[]).unwrap();
    assert!(import(&[&unclear]).told()[0].starts_with("DOMAIN_REFERENCE SSN: "));
}

#[test]
fn rule_4_15_bad_signature_is_refused_first() {
    let mut import = import(&[&connector(3, "Demo", "s1"), &connector(4, "Demo", "s1")]).with(|o| {
        o.environment = GivenEnvironment::None;
        o.max_format = Some(0);
    });
    import.document.intact = false;
    assert_eq!(import.refusal(), "the document's signature is not valid");
    import.document.intact = true;
    assert!(import.refusal().starts_with("document has format number 1"));
}

#[test]
fn rule_4_2_domain_brings_its_algorithm() {
    let names = lookup("Names", "s1");
    let domain = domain("NAME", &[&names], "s1");
    assert_eq!(
        import(&[&domain, &names]).told(),
        ["LOOKUP Names: create", "DOMAIN NAME: create", "would succeed"]
    );
    let (domain, names) = (reference(&domain), reference(&names));
    let rules = ruleset(2, "Rules", &[&domain], "s1");
    assert_eq!(
        import(&[&rules, &domain, &names]).told().last().unwrap(),
        "would fail at 0 with 404"
    );
}
