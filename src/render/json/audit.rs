//! The JSON of `exportdoc audit`; its contract is `docs/schema/audit-v1.schema.json`.

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, AuditReport, Level, RuleCount, Summary};
use serde_json::{Value, json};

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::render::Printer;
use crate::render::json::{self, unreadable};

/// The version of the contract.
const SCHEMA_VERSION: u32 = 1;

/// One JSON value over all documents, written document by document.
#[derive(Default)]
pub(crate) struct Json {
    written: u64,
}

impl Printer for Json {
    fn needs_lines(&self) -> bool {
        false
    }

    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        self.begin(out)?;
        if self.written > 0 {
            out.write_all(b",\n")?;
        }
        self.written += 1;
        json::pretty(out, &self::document(document))
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        self.begin(out)?;
        out.write_all(b"\n],\n\"policies\": ")?;
        let policies: Vec<Value> = run
            .policies
            .iter()
            .map(|policy| {
                let findings: Vec<Value> = policy.findings.iter().map(finding).collect();
                json!({ "path": policy.path, "findings": findings })
            })
            .collect();
        json::pretty(out, &policies.into())?;
        out.write_all(b",\n\"summary\": ")?;
        json::pretty(out, &summary(run))?;
        out.write_all(b"}\n")
    }
}

/// One JSON line per document.
pub(crate) struct Ndjson;

impl Printer for Ndjson {
    fn needs_lines(&self) -> bool {
        false
    }

    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        json::line(out, &line(document))
    }

    fn end(&mut self, _: &mut dyn Write, _: &AuditRun) -> io::Result<()> {
        Ok(())
    }
}

impl Json {
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.written {
            0 => writeln!(out, "{{\"schema_version\": {SCHEMA_VERSION}, \"documents\": ["),
            _ => Ok(()),
        }
    }
}

/// One document that stands for itself.
pub(crate) fn line(document: &Judged<Audited>) -> Value {
    let mut line = self::document(document);
    line["schema_version"] = SCHEMA_VERSION.into();
    line
}

/// One document.
fn document(document: &Judged<Audited>) -> Value {
    let audited = match &document.outcome {
        Ok(audited) => audited,
        Err(error) => return unreadable(&document.path, error),
    };
    let report: &AuditReport = &audited.report;
    let suppressed: Vec<Value> = report
        .suppressed
        .iter()
        .map(|suppressed| {
            let mut value = finding(&suppressed.finding);
            value["ignored_because"] = suppressed.reason.as_str().into();
            value["ignore"] = suppressed.ignores.first().copied().into();
            value
        })
        .collect();
    json!({
        "path": document.path,
        "policy": audited.policy,
        "worst": worst(report.worst()),
        "verdict": report.verdict.as_str(),
        "complete": report.complete,
        "objects_seen": report.objects_seen,
        "hit_limit": report.hit_limit,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "suppressed": suppressed,
        "rules": Summary::of(report).rules().iter().map(rule_count).collect::<Vec<_>>(),
    })
}

fn worst(level: Level) -> Option<&'static str> {
    (level > Level::Off).then_some(level.as_str())
}

fn finding(finding: &AuditFinding) -> Value {
    json!({
        "id": finding.id(),
        "severity": finding.level.as_str(),
        // The member's old name, until the next version of the contract.
        "level": finding.level.as_str(),
        "message": finding.message,
        "reason": finding.reason(),
        "remedy": finding.remedy(),
        "object": finding.object.as_ref().map(|object| json!({
            "type": object.type_name,
            "type_number": object.type_number,
            "identifier": object.identifier.to_json(),
            "name": object.name,
        })),
        "at": finding.at.as_ref().map(|place| json!({
            "path": place.path,
            "file_offset": place.file_offset,
            "decoded_offset": place.decoded_offset,
        })),
        "count": finding.count,
    })
}

fn summary(run: &AuditRun) -> Value {
    let summary = &run.summary;
    json!({
        "documents": summary.documents,
        "failing": run.failing,
        "unreadable": run.unreadable,
        "interrupted": run.is_interrupted(),
        "fail_on": run.fail_on.as_str(),
        "errors": summary.findings(Level::Error),
        "warnings": summary.findings(Level::Warning),
        "infos": summary.findings(Level::Info),
        "suppressed": summary.suppressed(),
        "rules": summary.rules().iter().map(rule_count).collect::<Vec<_>>(),
    })
}

fn rule_count(count: &RuleCount) -> Value {
    json!({
        "id": count.rule.id,
        "severity": count.level.as_str(),
        "level": count.level.as_str(),
        "findings": count.findings,
        "suppressed": count.suppressed,
        "documents": count.documents,
    })
}
