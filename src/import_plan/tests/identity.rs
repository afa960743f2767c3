//! Who is who (4.11): names identify, ids are labels, and some names are refused.

use super::memory::MemoryInventory;
use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{NameCheck, NameFault, Purpose, name_fault};

#[test]
fn rule_4_11_the_id_in_the_document_is_only_a_label() {
    let incoming = connector(5, "testConnector", "s2");
    let target = vec![
        at(&connector(5, "other", "s1"), 5, ENVIRONMENT),
        at(&connector(9, "testConnector", "s1"), 1, ENVIRONMENT),
    ];
    assert_eq!(
        import(&[&incoming]).onto(target).force().told()[0],
        "DATABASE_CONNECTOR testConnector: overwrite 1"
    );
}

#[test]
fn rule_4_11_name_identifies_within_its_environment() {
    let incoming = connector(5, "Demo", "s2");
    let elsewhere = vec![at(&connector(5, "Demo", "s1"), 5, 77)];
    assert_eq!(
        import(&[&incoming]).onto(elsewhere).told()[0],
        "DATABASE_CONNECTOR Demo: create"
    );
}

#[test]
fn rule_4_11_names_are_unique_within_a_type_only() {
    let incoming = ruleset(5, "Demo", &[], "s1");
    let target = vec![at(&connector(5, "Demo", "s1"), 5, ENVIRONMENT)];
    assert_eq!(
        import(&[&incoming]).onto(target).told()[0],
        "DATABASE_RULESET Demo: create"
    );
}

#[test]
fn rule_4_11_global_objects_with_numeric_ids_are_known_by_name() {
    let mut theirs = global(&profile_set(1, "HIPAA", "s1"));
    theirs.object.id = Identifier::Integer(12);
    assert_eq!(
        import(&[&profile_set(7, "HIPAA", "s2")])
            .onto(vec![theirs])
            .force()
            .told()[0],
        "PROFILE_SET HIPAA: overwrite 12"
    );
}

#[test]
fn name_of_another_algorithm_type_is_blocked_with_force() {
    let target = vec![global(&algorithm("SEGMENT", "Names", "s1"))];
    assert_eq!(
        import(&[&lookup("Names", "s1")]).onto(target).force().told(),
        [
            "LOOKUP Names: blocked: name is taken by an object of type SEGMENT",
            "would fail at 0 with 409"
        ]
    );
}

#[test]
fn an_object_without_a_name_is_known_by_its_revision() {
    let file = |id, save| {
        object(
            "FILE_CONNECTOR",
            Identifier::Integer(id),
            &[],
            save,
            ("X", vec![]),
        )
    };
    let theirs = vec![at(&file(4, "s1"), 30, ENVIRONMENT)];
    assert_eq!(
        import(&[&file(4, "s2"), &file(5, "s1")])
            .onto(theirs)
            .force()
            .told(),
        [
            "FILE_CONNECTOR 4: overwrite 30",
            "FILE_CONNECTOR 5: create",
            "would succeed"
        ]
    );
}

#[test]
fn rule_4_11_each_forbidden_character_is_refused_in_a_name() {
    for c in [
        '[', ']', '(', ')', '{', '}', '~', '!', '@', '#', '$', '%', '^', '*', '"', '?', ':', ';', ',', '/',
        '\\', '`', '+', '=', '<', '>', '\'', '|',
    ] {
        assert_eq!(
            name_fault("DATABASE_RULESET", &format!("a{c}b")),
            Some(NameFault::Character(c))
        );
    }
    assert_eq!(name_fault("DATABASE_RULESET", "Abc 1-2_3.4&é"), None);
}

#[test]
fn rule_4_11_leading_and_trailing_blanks_are_refused_in_a_name() {
    for name in [" a", "a ", "\ta", " "] {
        assert_eq!(name_fault("DOMAIN", name), Some(NameFault::Blank), "{name:?}");
    }
    assert_eq!(name_fault("DOMAIN", "CREDIT CARD"), None);
}

#[test]
fn rule_4_11_names_of_an_engines_own_content_are_accepted() {
    for name in ["Certificate Number ", "Data - Address "] {
        assert_eq!(name_fault("PROFILE_EXPRESSION", name), None, "{name:?}");
        let strict = NameCheck::Strict.fault("PROFILE_EXPRESSION", name);
        assert_eq!(strict, Some(NameFault::Blank), "{name:?}");
        assert_eq!(name_fault("DOMAIN", name), Some(NameFault::Blank), "{name:?}");
    }
    let own = name_fault("PROFILE_EXPRESSION", "Mine ");
    assert_eq!(own, Some(NameFault::Blank));
}

#[test]
fn rule_4_11_prefix_of_built_in_algorithm_is_accepted() {
    assert_eq!(name_fault("USER_ALGORITHM", "dlpx-core:CM Digits"), None);
    assert_eq!(name_fault("LOOKUP", "dlpx-core:FirstName"), None);
    assert_eq!(name_fault("USER_ALGORITHM", "myplugin:Mine"), None);
    for (type_name, name) in [
        ("LOOKUP", "my:Lookup"),
        ("USER_ALGORITHM", ":Mine"),
        ("USER_ALGORITHM", "a:b:c"),
        ("USER_ALGORITHM", "a(:b"),
    ] {
        assert!(name_fault(type_name, name).is_some(), "{name}");
    }
}

#[test]
fn rule_4_11_types_that_nobody_names_are_exempt() {
    assert_eq!(name_fault("APPLICATION_SETTINGS", "general/Passwords"), None);
    assert_eq!(name_fault("KEY", "global"), None);
}

#[test]
fn rule_4_11_forbidden_name_blocks_new_objects_only() {
    let (old, new) = (domain("A/B", &[], "s1"), domain("A/B", &[], "s2"));
    let blocked = "DOMAIN A/B: blocked: name contains the forbidden character '/'";
    assert_eq!(import(&[&new]).told(), [blocked, "would fail at 0 with 409"]);
    assert_eq!(
        import(&[&new]).onto(vec![global(&old)]).force().told()[0],
        "DOMAIN A/B: overwrite A/B"
    );
    let strict = import(&[&new]).onto(vec![global(&old)]).force();
    assert_eq!(strict.with(|o| o.names = NameCheck::Strict).told()[0], blocked);
    assert_eq!(
        import(&[&old]).onto(vec![global(&old)]).told()[0],
        "DOMAIN A/B: unchanged A/B"
    );
    assert_eq!(
        import(&[&reference(&old)]).onto(vec![global(&old)]).told()[0],
        "DOMAIN_REFERENCE A/B: met by DOMAIN A/B"
    );
    assert_eq!(
        import(&[&new]).with(|o| o.names = NameCheck::Off).told()[0],
        "DOMAIN A/B: create"
    );
}

#[test]
fn every_type_has_a_part_to_play() {
    let numbered = crate::object::OBJECT_TYPES
        .iter()
        .filter(|known| known.number().is_some());
    for known in numbered {
        let identifier = Identifier::Text("x".into());
        let one = object(known.name, identifier, &[], "s1", ("EmptyData", vec![]));
        let mut import = import(&[&one]).force();
        if known.purpose == Some(Purpose::Tokenize) {
            import.inventory = MemoryInventory::default().with_environment(ENVIRONMENT, Purpose::Tokenize);
        }
        let told = import.told();
        assert!(
            ["create", "derived", "missing"]
                .iter()
                .any(|end| told[0].ends_with(end)),
            "{told:?}"
        );
    }
}

#[test]
fn an_empty_name_identifies_nobody() {
    let (theirs, ours) = (connector(4, "", "s1"), connector(5, "", "s1"));
    assert_eq!(
        import(&[&ours]).onto(vec![at(&theirs, 30, ENVIRONMENT)]).told()[0],
        "DATABASE_CONNECTOR 5: create"
    );
}
