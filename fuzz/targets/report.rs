//! Invariants of every report.

use exportdoc::internal::escape;
use exportdoc::internal::finding::{self, Finding};
use exportdoc::internal::report::{DocumentReport, Outcome, Verdict};

/// Findings are of the registry, point into the file and are harmless once escaped.
pub fn check_findings(findings: &[Finding], file: Option<usize>) {
    for found in findings {
        assert!(
            finding::by_id(found.id()).is_some(),
            "{} isn't registered",
            found.id()
        );
        check_escapes(&found.message);
        if let Some(place) = &found.at {
            check_escapes(&place.to_string());
            if let (Some(offset), Some(file)) = (place.file_offset, file) {
                assert!(
                    offset <= file as u64,
                    "{} points past the end: {offset}",
                    found.id()
                );
            }
        }
    }
}

pub fn check_escapes(text: &str) {
    assert!(!escape::terminal(text).chars().any(char::is_control));
    let markdown = escape::markdown(text);
    assert!(!markdown.contains(|c: char| c.is_control() || c == '|'));
    // Markup stands in code alone, which no shorter run of backticks ends.
    let fence = markdown.len() - markdown.trim_start_matches('`').len();
    let inside = markdown.trim_start_matches('`').trim_end_matches('`');
    assert!(fence > 0 || !markdown.contains(['<', '@', '#', '[', '*']));
    assert!(
        inside
            .split(|c| c != '`')
            .all(|run| run.len() < fence || fence == 0)
    );
    assert!(
        !escape::html(text)
            .chars()
            .any(|c| c.is_control() || matches!(c, '<' | '>' | '"' | '\''))
    );
}

/// A report doesn't contradict itself.
pub fn check_report(report: &DocumentReport, file: usize) {
    check_findings(&report.findings, Some(file));
    assert_eq!(report.objects.len(), report.graph.nodes().len());
    assert!(
        report
            .findings
            .is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity))
    );
    for (object, node) in report.objects.iter().zip(report.graph.nodes()) {
        assert_eq!(object.key, node.key);
        assert!(object.offset < report.blob.bytes);
        check_escapes(&object.type_name);
        check_escapes(object.name.as_deref().unwrap_or_default());
        assert!(object.secret_values.iter().all(|secret| secret.text.len() <= 64));
    }
    let fails = report
        .signature
        .checks
        .iter()
        .any(|check| check.outcome == Outcome::Fails);
    match report.signature.verdict {
        Verdict::Valid => {
            assert!(report.blob.complete && report.header.is_some());
            assert!(report.signature.key.is_some() && report.signature.r_and_s.is_some());
            assert!(
                report
                    .findings
                    .iter()
                    .any(|found| found.rule == &finding::SEALED_BY_TOOLKIT)
            );
        }
        Verdict::Undetermined => {
            assert!(report.blob.complete || report.hit_limit());
            assert!(report.header.is_some() || report.hit_limit());
            assert!(report.signature.key.is_some());
        }
        Verdict::Invalid => assert!(fails || !report.is_clean(), "invalid without a reason"),
    }
}
