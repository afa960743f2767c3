//! What references need (4.9) and by what they are met.

use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::Todo;

/// Walk-through: a job whose ruleset uses a domain and an algorithm.
fn job_document() -> (Object, Object, Vec<Object>) {
    let names = lookup("FirstNameLookup", "s1");
    let domain = domain("FIRST_NAME", &[&names], "s1");
    let (names_ref, domain_ref) = (reference(&names), reference(&domain));
    let connector = connector(3, "Demo", "s1");
    let rules = ruleset(
        2,
        "Rules",
        &[&connector, &domain_ref, &names_ref, &domain_ref],
        "s1",
    );
    let job = job(4, "Mask it", &[&rules], "s1");
    (names, domain, vec![job, rules, connector, domain_ref, names_ref])
}

#[test]
fn rule_4_9_a_job_whose_algorithm_is_absent_fails_with_404() {
    let (_, domain, objects) = job_document();
    let objects: Vec<_> = objects.iter().collect();
    let import = import(&objects).onto(vec![global(&domain)]);
    assert_eq!(
        import.told(),
        [
            "ALGORITHM_REFERENCE FirstNameLookup: missing",
            "DOMAIN_REFERENCE FIRST_NAME: met by DOMAIN FIRST_NAME",
            "DATABASE_CONNECTOR Demo: create",
            "DATABASE_RULESET Rules: create",
            "MASKING_JOB Mask it: create",
            "would fail at 0 with 404"
        ]
    );
    let plan = import.plan();
    let rows = plan.outcomes(|_| None);
    assert_eq!(
        rows[0].failure_message.as_deref(),
        Some("ALGORITHM_REFERENCE FirstNameLookup refers to an object that is not on this engine")
    );
    assert_eq!(plan.checklist[0].todo, Todo::SyncFirst);
}

#[test]
fn force_does_not_help_against_a_missing_reference() {
    let (_, _, objects) = job_document();
    let objects: Vec<_> = objects.iter().collect();
    assert_eq!(
        import(&objects).force().told().last().unwrap(),
        "would fail at 0 with 404"
    );
}

#[test]
fn walk_through_b_a_job_goes_in_where_its_references_are_met() {
    let (names, domain, objects) = job_document();
    let objects: Vec<_> = objects.iter().collect();
    assert_eq!(
        import(&objects)
            .onto(vec![global(&domain), global(&names)])
            .told()
            .last()
            .unwrap(),
        "would succeed"
    );
}

#[test]
fn an_algorithm_reference_is_met_by_any_type_of_algorithm() {
    let target = vec![global(&algorithm("SEGMENT", "Mix", "s1"))];
    assert_eq!(
        import(&[&reference(&lookup("Mix", "s1"))]).onto(target).told()[0],
        "ALGORITHM_REFERENCE Mix: met by another revision of SEGMENT Mix"
    );
    let target = vec![global(&domain("Mix", &[], "s1"))];
    assert_eq!(
        import(&[&reference(&lookup("Mix", "s1"))]).onto(target).told()[0],
        "ALGORITHM_REFERENCE Mix: missing"
    );
}

#[test]
fn a_profile_set_reference_shows_no_name_and_is_met_by_revision() {
    let original = profile_set(7, "HIPAA", "s1");
    let mut theirs = global(&original);
    theirs.object.id = Identifier::Integer(12);
    assert_eq!(
        import(&[&reference(&original)]).onto(vec![theirs]).told()[0],
        "PROFILE_SET_REFERENCE 7: met by PROFILE_SET 12"
    );
    let namesake = vec![global(&profile_set(8, "HIPAA", "s1"))];
    assert_eq!(
        import(&[&reference(&original)]).onto(namesake).told()[0],
        "PROFILE_SET_REFERENCE 7: missing"
    );
}

#[test]
fn rule_4_9_stale_reference_resolves_unless_strict() {
    let target = || vec![global(&lookup("Names", "s1"))];
    let stale = reference(&lookup("Names", "s2"));
    let met = "ALGORITHM_REFERENCE Names: met by another revision of LOOKUP Names";
    let plain = import(&[&stale]).onto(target());
    assert_eq!(plain.told(), [met, "would succeed"]);
    assert_eq!(plain.plan().checklist[0].todo, Todo::SyncAgain);
    let strict = || {
        import(&[&stale])
            .onto(target())
            .with(|o| o.strict_references = true)
    };
    assert_eq!(
        strict().told(),
        [
            "ALGORITHM_REFERENCE Names: conflict Names",
            "would fail at 0 with 409"
        ]
    );
    assert_eq!(strict().force().told(), [met, "would succeed"]);
}

#[test]
fn a_strict_reference_to_the_same_revision_is_met() {
    let names = lookup("Names", "s1");
    let strict = import(&[&reference(&names)])
        .onto(vec![global(&names)])
        .with(|o| o.strict_references = true);
    assert_eq!(strict.told()[0], "ALGORITHM_REFERENCE Names: met by LOOKUP Names");
}

#[test]
fn a_reference_is_met_by_what_the_same_document_brings() {
    let names = lookup("Names", "s1");
    let set = profile_set(7, "HIPAA", "s1");
    let rules = ruleset(2, "Rules", &[&reference(&names)], "s1");
    assert_eq!(
        import(&[&rules, &reference(&names), &reference(&set), &set, &names]).told(),
        [
            "PROFILE_SET HIPAA: create",
            "LOOKUP Names: create",
            "ALGORITHM_REFERENCE Names: met by object 4",
            "PROFILE_SET_REFERENCE 7: met by object 3",
            "DATABASE_RULESET Rules: create",
            "would succeed"
        ]
    );
}

#[test]
fn what_is_to_be_done_before_the_import_leads_the_checklist() {
    let mount = object(
        "MOUNT_INFORMATION",
        Identifier::Integer(1),
        &[],
        "s1",
        ("X", vec![]),
    );
    let plan = import(&[&mount, &reference(&lookup("Gone", "s1"))]).plan();
    let todo: Vec<_> = plan.checklist.iter().map(|item| (item.step, item.todo)).collect();
    assert_eq!(todo, [(1, Todo::SyncFirst), (0, Todo::SetMountPassword)]);
}
