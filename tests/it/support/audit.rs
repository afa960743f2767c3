//! Runs `exportdoc audit`, and audits the two documents of each finding.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use exportdoc::internal::audit::{
    AuditFinding, AuditOptions, AuditReport, Policy, audit_bytes, policy_findings,
};
use exportdoc::internal::container::{Container, Kind, Utf16Reader};
use exportdoc::internal::diff::Side;
use exportdoc::internal::finding::Finding;
use exportdoc::internal::passphrase::Passphrase;
use exportdoc::internal::report::{ExamineOptions, Examiner};
use jiff::Timestamp;

use serde_json::Value;

use crate::support::{case_file, exportdoc, root};

/// The time of these tests: a day and a half after the documents were exported.
pub(crate) fn now() -> Timestamp {
    "2019-05-09T12:00:00Z".parse().unwrap()
}

/// One of a rule's two documents.
pub(crate) struct Case {
    pub(crate) document: Vec<u8>,
    pub(crate) policy: Policy,
    baseline: Option<Vec<u8>>,
    passphrase: Option<Passphrase>,
    notes: Vec<Finding>,
}

/// A document decoded from UTF-16, and the finding about it.
fn opened(bytes: Vec<u8>) -> (Vec<u8>, Vec<Finding>) {
    match Kind::of(&bytes) {
        Some(Kind::Utf16(order)) => {
            let mut document = Vec::new();
            Utf16Reader::new(&bytes[..], order)
                .read_to_end(&mut document)
                .unwrap();
            (document, vec![Container::Utf16.finding()])
        }
        _ => (bytes, Vec::new()),
    }
}

impl Case {
    /// Reads `fires` or `quiet` of a finding, with the policy, baseline, and passphrase that go with it.
    pub(crate) fn read(rule: &str, which: &str) -> Self {
        let text = |name: &str| case_file(rule, name).map(|file| String::from_utf8(file).unwrap());
        let policy = text(&format!("{which}.toml")).or_else(|| text("policy.toml"));
        let (document, notes) = opened(case_file(rule, &format!("{which}.json")).unwrap());
        Self {
            document,
            notes,
            policy: Policy::parse(&policy.unwrap_or_default()).unwrap(),
            baseline: case_file(rule, "baseline.json"),
            passphrase: text("passphrase").map(|line| Passphrase::new(line.trim_end()).unwrap()),
        }
    }

    /// The document's audit.
    pub(crate) fn audit(&self) -> AuditReport {
        let reading = ExamineOptions {
            passphrases: self.passphrase.iter().cloned().collect(),
            notes: self.notes.clone(),
            ..ExamineOptions::default()
        };
        let baseline = self.baseline.as_ref().map(|bytes| {
            (
                bytes,
                Examiner::new(&reading)
                    .keep_contents()
                    .read_bytes(bytes)
                    .unwrap()
                    .into_objects(),
            )
        });
        let side = baseline.as_ref().map(|(bytes, (report, objects))| Side {
            bytes: Some(bytes),
            report,
            objects,
        });
        let options = AuditOptions {
            policy: &self.policy,
            now: now(),
            baseline: side.as_ref(),
        };
        audit_bytes(&self.document, &reading, &options).unwrap().0
    }

    /// The findings in the document and in the policy.
    pub(crate) fn findings(&self) -> Vec<AuditFinding> {
        let report = self.audit();
        let used: BTreeSet<usize> = report
            .suppressed
            .iter()
            .flat_map(|suppressed| suppressed.ignores.clone())
            .collect();
        let of_policy = policy_findings(&self.policy, Some(&used), now());
        report.findings.into_iter().chain(of_policy).collect()
    }

    /// The ids of the findings.
    pub(crate) fn ids(&self) -> Vec<&'static str> {
        self.findings().iter().map(AuditFinding::id).collect()
    }
}

/// The result of a run of `exportdoc audit`.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run_in(directory: &Path, arguments: &[&str]) -> Ran {
    let output = exportdoc()
        .current_dir(directory)
        .env("COLUMNS", "100")
        .arg("audit")
        .args(arguments)
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    run_in(&root(), arguments)
}

pub(crate) fn json_of(directory: &Path, arguments: &[&str]) -> Value {
    let ran = run_in(directory, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
}

/// The ids of the findings in the first document.
pub(crate) fn ids(report: &Value) -> Vec<&str> {
    let findings = report["documents"][0]["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect()
}
