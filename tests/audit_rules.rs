//! Every rule has a document in which it finds something and one in which it doesn't, in `testdata/generated/audit/`.

#![allow(clippy::unwrap_used, reason = "tests")]

mod audit_support;
mod common;

use std::collections::BTreeSet;

use audit_support::{Case, directory};
use common::testdata;
use exportdoc::audit::{Level, Needs, needs};
use exportdoc::finding::{self, REGISTRY};

#[test]
fn every_rule_has_its_two_documents_and_every_directory_is_named_after_a_rule() {
    let rules: BTreeSet<String> = REGISTRY.iter().map(|rule| rule.id.to_owned()).collect();
    let directories: BTreeSet<String> = std::fs::read_dir(testdata("generated/audit"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(directories, rules);
    for rule in REGISTRY {
        for name in ["fires.json", "quiet.json"] {
            assert!(directory(rule.id).join(name).is_file(), "{}: no {name}", rule.id);
        }
    }
}

#[test]
fn every_rule_finds_something_in_the_one_and_nothing_in_the_other() {
    let mut wrong = Vec::new();
    for rule in REGISTRY {
        let (fires, quiet) = (
            Case::read(rule.id, "fires").ids(),
            Case::read(rule.id, "quiet").ids(),
        );
        if !fires.contains(&rule.id) {
            wrong.push(format!("{} finds nothing: {fires:?}", rule.id));
        }
        if quiet.contains(&rule.id) {
            wrong.push(format!("{} finds something in the quiet one: {quiet:?}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_a_rule_what_it_found_is_gone_and_everything_else_stays() {
    for rule in REGISTRY {
        let mut case = Case::read(rule.id, "fires");
        let with = case.findings();
        let mut removed = vec![*rule];
        // These two never weigh less than what a genuine document has instead.
        if *rule == &finding::SEALED_BY_TOOLKIT || *rule == &finding::ENGINE_SIGNATURE_MISSING {
            removed.extend([&finding::SIGNATURE_UNDETERMINED, &finding::KEY_WEAK]);
        }
        for rule in &removed {
            case.policy.levels.insert(rule.id, Level::Off);
        }
        let without = case.findings();
        let expected: Vec<_> = with
            .into_iter()
            .filter(|finding| !removed.contains(&finding.rule))
            .collect();
        let messages = |findings: &[exportdoc::audit::AuditFinding]| -> Vec<String> {
            findings
                .iter()
                .map(|finding| format!("{}: {}", finding.id(), finding.message))
                .collect()
        };
        assert_eq!(messages(&without), messages(&expected), "{}", rule.id);
    }
}

#[test]
fn a_rule_that_judges_by_the_policy_is_silent_without_one() {
    for rule in REGISTRY {
        if matches!(needs(rule), Needs::Policy(_)) {
            let mut case = Case::read(rule.id, "fires");
            case.policy = Default::default();
            assert!(!case.ids().contains(&rule.id), "{}", rule.id);
        }
    }
}

#[test]
fn a_finding_points_into_the_file_where_its_path_leads() {
    let mut placed = 0;
    for rule in REGISTRY {
        let case = Case::read(rule.id, "fires");
        for finding in case.audit().findings {
            let Some(place) = finding.at.filter(|place| place.path.is_some()) else {
                continue;
            };
            let path = place.path.unwrap_or_default();
            match place.file_offset {
                Some(offset) => {
                    assert!(
                        offset < case.document.len() as u64,
                        "{}: {path} at {offset}",
                        rule.id
                    );
                    placed += 1;
                }
                // A member that isn't there is nowhere.
                None => assert!(
                    matches!(
                        finding.rule.id,
                        "missing-member" | "requested-list-missing" | "hand-edited"
                    ) || !String::from_utf8_lossy(&case.document).contains(path.rsplit('.').next().unwrap()),
                    "{}: {} at {path} has no place",
                    rule.id,
                    finding.rule.id
                ),
            }
        }
    }
    assert!(placed > 300, "{placed}");
}
