//! What force decides: failure bodies (4.9), overwriting and the global key (4.10), all or nothing (4.16).

use serde_json::json;

use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{Irreversible, Todo};

#[test]
fn empty_target_gets_everything() {
    let (connector, lookup) = (connector(3, "Demo", "s1"), lookup("Names", "s1"));
    assert_eq!(
        import(&[&connector, &lookup]).told(),
        [
            "LOOKUP Names: create",
            "DATABASE_CONNECTOR Demo: create",
            "would succeed"
        ]
    );
    assert_eq!(import(&[]).told(), ["would succeed"]);
}

#[test]
fn rule_4_10_identical_object_is_unchanged_in_both_modes() {
    let (connector, lookup, key) = (connector(3, "Demo", "s1"), lookup("Names", "s1"), key("s1"));
    let again = || {
        import(&[&connector, &lookup, &key]).onto(vec![
            at(&connector, 7, ENVIRONMENT),
            global(&lookup),
            global(&key),
        ])
    };
    let expected = [
        "LOOKUP Names: unchanged Names",
        "KEY global: unchanged global",
        "DATABASE_CONNECTOR Demo: unchanged 7",
        "would succeed",
    ];
    assert_eq!(again().told(), expected);
    assert_eq!(again().force().told(), expected);
    assert_eq!(again().force().plan().irreversible().count(), 0);
}

#[test]
fn rule_4_10_a_changed_object_fails_with_409_without_force() {
    let (old, new) = (domain("SSN", &[], "s1"), domain("SSN", &[], "s2"));
    assert_eq!(
        import(&[&new]).onto(vec![global(&old)]).told(),
        ["DOMAIN SSN: conflict SSN", "would fail at 0 with 409"]
    );
}

#[test]
fn rule_4_10_changed_object_is_overwritten_with_force() {
    let (old, new) = (ruleset(9, "Rules", &[], "s1"), ruleset(2, "Rules", &[], "s2"));
    let forced = import(&[&new]).onto(vec![at(&old, 40, ENVIRONMENT)]).force();
    assert_eq!(
        forced.told(),
        ["DATABASE_RULESET Rules: overwrite 40", "would succeed"]
    );
    let rows = forced.plan().outcomes(|_| None);
    assert_eq!(
        rows[0].imported,
        Some(Identifier::Integer(40)),
        "the target's id is kept"
    );
}

#[test]
fn an_object_without_revision_is_never_taken_for_identical() {
    let empty = domain("SSN", &[], "");
    assert_eq!(
        import(&[&empty]).onto(vec![global(&empty)]).told()[0],
        "DOMAIN SSN: conflict SSN"
    );
}

#[test]
fn rule_4_10_other_key_is_replaced_only_with_force() {
    let (theirs, ours) = (key("s1"), key("s2"));
    let onto = || import(&[&ours]).onto(vec![global(&theirs)]);
    assert_eq!(
        onto().told(),
        ["KEY global: key conflict", "would fail at 0 with 409"]
    );
    assert_eq!(
        onto().force().told(),
        ["KEY global: overwrite global", "would succeed"]
    );
    let existing = onto().plan().steps[0].action.existing().map(|key| key.id.clone());
    assert_eq!(existing.as_ref(), Some(&theirs.key().identifier));
    let plan = onto().force().plan();
    let steps: Vec<_> = plan.irreversible().map(|s| s.irreversible).collect();
    assert_eq!(steps, [Some(Irreversible::GlobalKey)]);
}

#[test]
fn rule_4_10_an_engine_that_shows_no_key_still_has_one() {
    assert_eq!(import(&[&key("s1")]).told()[0], "KEY global: key conflict");
    let forced = import(&[&key("s1")]).force();
    assert_eq!(forced.told(), ["KEY global: create", "would succeed"]);
    assert_eq!(forced.plan().steps[0].irreversible, Some(Irreversible::GlobalKey));
}

#[test]
fn rule_4_10_first_global_import_needs_force() {
    let (lookup, ours) = (lookup("Names", "s1"), key("s1"));
    let all = global_object(&[&lookup, &ours]);
    let onto = || import(&[&all, &lookup, &ours]).onto(vec![global(&key("other"))]);
    assert_eq!(
        onto().told(),
        [
            "LOOKUP Names: create",
            "KEY global: key conflict",
            "GLOBAL_OBJECT global: derived",
            "would fail at 1 with 409"
        ]
    );
    assert_eq!(onto().force().told().last().unwrap(), "would succeed");
}

#[test]
fn overwriting_an_algorithm_is_irreversible() {
    let user = |save| algorithm("USER_ALGORITHM", "acme:Names", save);
    let onto = vec![
        global(&lookup("Names", "s1")),
        global(&user("s1")),
        global(&domain("SSN", &[], "s1")),
    ];
    let plan = import(&[
        &lookup("Names", "s2"),
        &user("s2"),
        &domain("SSN", &[], "s2"),
        &lookup("New", "s1"),
    ])
    .onto(onto)
    .force()
    .plan();
    let found: Vec<_> = plan.irreversible().map(|s| (s.label(), s.irreversible)).collect();
    let lost = |name: &str| (name.to_owned(), Some(Irreversible::Algorithm));
    assert_eq!(found, [lost("Names"), lost("acme:Names")]);
}

#[test]
fn rule_4_10_only_new_connectors_arrive_without_a_password() {
    let (kept, new) = (connector(1, "Kept", "s2"), connector(2, "New", "s1"));
    let plan = import(&[&kept, &new])
        .onto(vec![at(&connector(1, "Kept", "s1"), 5, ENVIRONMENT)])
        .force()
        .plan();
    let todo: Vec<_> = plan
        .checklist
        .iter()
        .map(|item| (plan.steps[item.step].label(), item.todo))
        .collect();
    assert_eq!(todo, [("New".to_owned(), Todo::SetConnectorPassword)]);
}

#[test]
fn rule_4_9_rows_after_the_failing_object_are_skipped() {
    let (lookup, domain) = (lookup("Names", "s1"), domain("NAME", &[], "s2"));
    let connector = connector(3, "Demo", "s1");
    let plan = import(&[&connector, &lookup, &domain])
        .onto(vec![
            global(&super::support::domain("NAME", &[], "s1")),
            global(&lookup),
        ])
        .plan();
    let rows: Vec<_> = plan
        .outcomes(|_| panic!("nothing was imported"))
        .iter()
        .map(|row| serde_json::to_value(row).unwrap())
        .collect();
    assert_eq!(
        rows,
        [
            json!({"objectIdentifier": {"algorithmName": "Names"}, "objectType": "LOOKUP", "importStatus": "SUCCESS"}),
            json!({"objectIdentifier": {"id": "NAME"}, "objectType": "DOMAIN", "importStatus": "FAILED",
                "failureMessage": "DOMAIN NAME has another revision here; force_overwrite is false"}),
            json!({"objectIdentifier": {"id": 3}, "objectType": "DATABASE_CONNECTOR",
                "importStatus": "SKIPPED"}),
        ]
    );
}

#[test]
fn rule_4_9_first_failing_object_decides_the_status() {
    let missing = reference(&lookup("Gone", "s1"));
    let changed = connector(3, "Demo", "s2");
    let target = || vec![at(&connector(3, "Demo", "s1"), 3, ENVIRONMENT)];
    assert_eq!(
        import(&[&changed, &missing]).onto(target()).told(),
        [
            "ALGORITHM_REFERENCE Gone: missing",
            "DATABASE_CONNECTOR Demo: conflict 3",
            "would fail at 0 with 404"
        ]
    );
    let rules = ruleset(1, "Rules", &[&changed], "s1");
    assert_eq!(
        import(&[&rules, &changed]).onto(target()).told().last().unwrap(),
        "would fail at 0 with 409"
    );
}

#[test]
fn rule_4_11_rows_of_a_success_report_the_targets_ids() {
    let (lookup, connector) = (lookup("Names", "s1"), connector(3033, "Demo", "s1"));
    let rules = ruleset(5421, "Rules", &[&connector], "s1");
    let all = global_object(&[&lookup]);
    let plan = import(&[&rules, &connector, &all, &lookup])
        .onto(vec![at(&rules, 8, ENVIRONMENT)])
        .plan();
    let rows: Vec<_> = plan
        .outcomes(|step| match step.type_name.as_str() {
            "LOOKUP" => Some(step.key.identifier.clone()),
            _ => Some(Identifier::Integer(1)),
        })
        .into_iter()
        .map(|row| (row.identifier.to_string(), row.imported.unwrap().to_string()))
        .collect();
    let expected = [
        ("Names", "Names"),
        ("global", "global"),
        ("3033", "1"),
        ("5421", "8"),
    ];
    assert_eq!(rows, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}
