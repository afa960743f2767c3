//! Each finding has a document that has it and one that doesn't: `testkit::audit`.

use std::collections::BTreeSet;

use crate::support::audit::Case;
use exportdoc::internal::audit::Level;
use exportdoc::internal::finding::{self, FindingRule, Needs, REGISTRY};

#[test]
#[ignore = "ci/long runs it"]
fn every_finding_has_a_fires_and_a_quiet_document() {
    let findings: BTreeSet<&str> = REGISTRY.iter().map(|rule| rule.id).collect();
    let cases: BTreeSet<&str> = testkit::audit::cases().iter().map(|case| case.rule).collect();
    assert_eq!(cases, findings);
}

/// The ids of what was found in a rule's two documents.
struct Found {
    rule: &'static FindingRule,
    fires: Vec<&'static str>,
    quiet: Vec<&'static str>,
}

fn both_documents() -> Vec<Found> {
    let read = |rule: &&'static FindingRule| Found {
        rule,
        fires: Case::read(rule.id, "fires").ids(),
        quiet: Case::read(rule.id, "quiet").ids(),
    };
    REGISTRY.iter().map(read).collect()
}

/// The findings that are missing in `fires` or present in `quiet`.
fn wrong(found: &[Found]) -> Vec<&'static str> {
    let wrong =
        |found: &&Found| !found.fires.contains(&found.rule.id) || found.quiet.contains(&found.rule.id);
    found.iter().filter(wrong).map(|found| found.rule.id).collect()
}

#[test]
fn each_finding_is_only_in_its_fires_document() {
    let none: [&str; 0] = [];
    assert_eq!(wrong(&both_documents()), none);
}

/// Each finding names its registry entry, so removing a rule's findings from the results equals removing its code. Then
/// only the case of that rule may fail.
#[test]
fn removing_a_finding_fails_only_its_own_case() {
    let mut found = both_documents();
    for removed in REGISTRY {
        let whole: Vec<_> = found
            .iter()
            .map(|found| (found.fires.clone(), found.quiet.clone()))
            .collect();
        for found in &mut found {
            found.fires.retain(|id| *id != removed.id);
            found.quiet.retain(|id| *id != removed.id);
        }
        assert_eq!(wrong(&found), [removed.id]);
        for (found, whole) in found.iter_mut().zip(whole) {
            (found.fires, found.quiet) = whole;
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn rule_turned_off_removes_only_its_findings() {
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
        let messages = |findings: &[exportdoc::internal::audit::AuditFinding]| -> Vec<String> {
            findings
                .iter()
                .map(|finding| format!("{}: {}", finding.id(), finding.message))
                .collect()
        };
        assert_eq!(messages(&without), messages(&expected), "{}", rule.id);
    }
}

#[test]
fn policy_rule_needs_a_policy() {
    for rule in REGISTRY {
        if matches!(rule.needs, Needs::Policy(_)) {
            let mut case = Case::read(rule.id, "fires");
            case.policy = Default::default();
            assert!(!case.ids().contains(&rule.id), "{}", rule.id);
        }
    }
}

#[test]
fn finding_points_into_the_file() {
    let mut placed = 0;
    for rule in REGISTRY {
        let case = Case::read(rule.id, "fires");
        for finding in case.audit().findings {
            let place = finding.at.unwrap();
            let path = place.path.unwrap();
            let offset = place.file_offset.unwrap();
            assert!(
                offset < case.document.len() as u64,
                "{}: {path} at {offset}",
                rule.id
            );
            placed += 1;
        }
    }
    assert!(placed > 300, "{placed}");
}
