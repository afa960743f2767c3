//! Environments (4.12): which are needed, which are refused, and where sources of on-the-fly jobs go.

use super::memory::{Entry, MemoryInventory};
use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{GivenEnvironment, Location, Purpose, Todo};

#[test]
fn rule_4_12_local_object_needs_an_environment() {
    let import = import(&[&connector(3, "Demo", "s1")]).with(|o| o.environment = GivenEnvironment::None);
    assert_eq!(
        import.refusal(),
        "environment_id is needed: DATABASE_CONNECTOR 3 (Demo) lives in an environment"
    );
    assert!(import.plan().outcomes(|_| None).is_empty());
}

#[test]
fn rule_4_12_global_document_ignores_the_environment() {
    let names = lookup("Names", "s1");
    for environment in [None, Some(404)] {
        assert_eq!(
            import(&[&names])
                .with(|o| o.environment = environment.into())
                .told(),
            ["LOOKUP Names: create", "would succeed"]
        );
    }
}

#[test]
fn rule_4_12_an_unknown_environment_is_refused() {
    assert_eq!(
        import(&[&connector(3, "Demo", "s1")])
            .with(|o| o.environment = GivenEnvironment::Id(404))
            .refusal(),
        "no environment has id 404"
    );
}

#[test]
fn object_without_its_environment_is_blocked() {
    let (demo, names) = (connector(3, "Demo", "s1"), lookup("Names", "s1"));
    for (given, refusal, rule) in [
        (
            GivenEnvironment::None,
            "environment_id is needed: DATABASE_CONNECTOR 3 (Demo) lives in an environment",
            "lives in an environment, and none is given",
        ),
        (
            GivenEnvironment::Id(404),
            "no environment has id 404",
            "lives in an environment that the target lacks",
        ),
        (
            GivenEnvironment::NoneOfThatName,
            "no environment has that name",
            "lives in an environment that the target lacks",
        ),
    ] {
        let import = import(&[&demo, &names]).with(|o| o.environment = given);
        assert_eq!(import.refusal(), refusal);
        let told = import.told();
        assert!(
            told.contains(&format!("DATABASE_CONNECTOR Demo: blocked: {rule}")),
            "{told:?}"
        );
        assert!(told.contains(&"LOOKUP Names: create".to_owned()), "{told:?}");
    }
    // For the source of an on-the-fly job the same holds.
    let source = source(9, "Prod", "s1");
    let none = import(&[&source]).with(|o| o.source_environment = GivenEnvironment::NoneOfThatName);
    assert_eq!(none.refusal(), "no environment has that name, given for sources");
    assert!(none.told()[0].ends_with("blocked: lives in an environment that the target lacks"));
}

#[test]
fn unclear_environment_name_makes_local_objects_unknown() {
    let demo = connector(3, "Demo", "s1");
    let told = |objects: &[&Object]| {
        import(objects)
            .with(|o| o.environment = GivenEnvironment::Unclear)
            .told()
    };
    let needs = "the target's environments (GET /environments)";
    let open = told(&[&demo]);
    assert!(open.iter().all(|line| line.contains(needs)), "{open:?}");
    assert_eq!(
        told(&[&lookup("Names", "s1")]),
        ["LOOKUP Names: create", "would succeed"]
    );
}

#[test]
fn rule_4_12_source_and_target_environment_must_differ() {
    for object in [connector(3, "Demo", "s1"), lookup("Names", "s1")] {
        assert_eq!(
            import(&[&object])
                .with(|o| o.source_environment = o.environment)
                .refusal(),
            "Source environment cannot be the same as environment"
        );
    }
}

#[test]
fn rule_4_12_on_the_fly_job_needs_a_source_environment() {
    let source = source(9, "Prod", "s1");
    let job = job(4, "OTF", &[&source], "s1");
    let import = |id: Option<i64>| import(&[&job, &source]).with(|o| o.source_environment = id.into());
    assert!(
        import(None)
            .refusal()
            .starts_with("source_environment_id is needed: ")
    );
    assert_eq!(
        import(Some(404)).refusal(),
        "no environment has id 404, given as source_environment_id"
    );
    assert_eq!(
        import(Some(SOURCE)).told(),
        [
            "SOURCE_DATABASE_CONNECTOR Prod: create",
            "MASKING_JOB OTF: create",
            "would succeed"
        ]
    );
}

#[test]
fn rule_4_12_unneeded_source_environment_is_ignored() {
    let demo = connector(3, "Demo", "s1");
    for id in [None, Some(404)] {
        assert_eq!(
            import(&[&demo])
                .with(|o| o.source_environment = id.into())
                .told()
                .last()
                .unwrap(),
            "would succeed"
        );
    }
}

#[test]
fn sources_are_connectors_by_name_in_the_source_environment() {
    let incoming = source(9, "Prod", "s2");
    let target = || {
        vec![
            at(&connector(9, "Prod", "s2"), 5, ENVIRONMENT),
            at(&connector(9, "Prod", "s1"), 6, SOURCE),
        ]
    };
    assert_eq!(
        import(&[&incoming]).onto(target()).told()[0],
        "SOURCE_DATABASE_CONNECTOR Prod: conflict 6"
    );
    let forced = import(&[&incoming]).onto(target()).force();
    assert_eq!(forced.told()[0], "SOURCE_DATABASE_CONNECTOR Prod: overwrite 6");
    assert_eq!(forced.plan().steps[0].environment, Some(SOURCE));
}

#[test]
fn a_source_without_data_cannot_be_made_and_has_to_be_there() {
    let original = connector(9, "Prod", "s1");
    let bare = bare_source(&original);
    assert_eq!(
        import(&[&bare]).told(),
        ["SOURCE_DATABASE_CONNECTOR 9: missing", "would fail at 0 with 404"]
    );
    assert_eq!(
        import(&[&bare]).onto(vec![at(&original, 6, SOURCE)]).told()[0],
        "SOURCE_DATABASE_CONNECTOR 9: met by DATABASE_CONNECTOR 6"
    );
}

#[test]
fn an_on_the_fly_job_and_its_source_are_on_the_checklist() {
    let source = source(9, "Prod", "s1");
    let job = job(4, "OTF", &[&source], "s1");
    let plan = import(&[&job, &source]).plan();
    let todo: Vec<_> = plan.checklist.iter().map(|item| (item.step, item.todo)).collect();
    assert_eq!(todo, [(0, Todo::SetConnectorPassword), (1, Todo::SetJobSource)]);
}

#[test]
fn masking_job_is_blocked_in_a_tokenizing_environment() {
    let job = job(4, "Mask it", &[], "s1");
    let mut import = import(&[&job]);
    import.inventory = MemoryInventory::default().with_environment(ENVIRONMENT, Purpose::Tokenize);
    assert_eq!(
        import.told(),
        [
            "MASKING_JOB Mask it: blocked: jobs of this type don't run in environments for tokenizing",
            "would fail at 0 with 409"
        ]
    );
    for (type_name, blocked) in [
        ("TOKENIZATION_JOB", false),
        ("PROFILE_JOB", false),
        ("MASKING_JOB", true),
    ] {
        let job = object(type_name, Identifier::Integer(1), &[], "s1", ("X", vec![]));
        import.document.objects = vec![job];
        assert_eq!(import.told()[0].contains("blocked"), blocked, "{type_name}");
    }
}

#[test]
fn tokenizing_jobs_are_blocked_in_a_masking_environment() {
    for type_name in ["TOKENIZATION_JOB", "REIDENTIFICATION_JOB"] {
        let job = object(type_name, Identifier::Integer(1), &[], "s1", ("X", vec![]));
        assert_eq!(
            import(&[&job]).told()[0],
            format!("{type_name} 1: blocked: jobs of this type don't run in environments for masking")
        );
    }
}

#[test]
fn a_whole_environment_meets_the_one_it_is_imported_into() {
    let environment = |id, save| object("ENVIRONMENT", Identifier::Integer(id), &[], save, ("X", vec![]));
    let there = Entry::of(
        &environment(1, "s1"),
        "ENVIRONMENT",
        Identifier::Integer(ENVIRONMENT),
        Location::Environment(ENVIRONMENT),
    );
    let onto = || import(&[&environment(30, "s2")]).onto(vec![there.clone()]);
    assert_eq!(onto().told()[0], "ENVIRONMENT 30: conflict 1");
    assert_eq!(onto().force().told()[0], "ENVIRONMENT 30: overwrite 1");
    let none = onto().with(|o| o.environment = GivenEnvironment::None);
    assert!(none.refusal().starts_with("environment_id is needed"));
}

#[test]
fn an_unchanged_on_the_fly_job_keeps_the_source_it_has() {
    let source = source(9, "Prod", "s1");
    let job = job(4, "OTF", &[&source], "s1");
    let there = vec![
        at(&connector(9, "Prod", "s2"), 9, SOURCE),
        at(&job, 4, ENVIRONMENT),
    ];
    let plan = import(&[&job, &source]).onto(there).force().plan();
    assert_eq!(plan.checklist, []);
}
