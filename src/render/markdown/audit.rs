//! An audit as a comment on a pull request: a summary, a table of rules, each document folded.
//!
//! Invariant: keeps only as much as a page can hold; failing documents come first.

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, AuditReport, Level};
use exportdoc::internal::escape;

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::render::Printer;
use crate::render::markdown::{LIMIT, Page, cell, summary_html};
use crate::render::words::audit::{by_rule, documents, run_tally, tally};

/// Findings of one document to show; the others are counted.
const SHOWN: usize = 50;

/// Collects the parts and prints the page at the end.
pub(crate) struct Markdown {
    fail_on: Level,
    failing: Parts,
    others: Parts,
}

/// As many parts as fit on a page.
#[derive(Default)]
struct Parts {
    parts: Vec<String>,
    bytes: usize,
    omitted: u64,
}

impl Parts {
    fn push(&mut self, part: impl FnOnce() -> String) {
        if self.bytes > LIMIT {
            self.omitted += 1;
            return;
        }
        let part = part();
        self.bytes += part.len();
        self.parts.push(part);
    }

    fn onto(&self, page: &mut Page) {
        for part in &self.parts {
            page.optional(part);
        }
        page.omit(self.omitted);
    }
}

impl Markdown {
    /// `fail_on` is the level at which a document fails.
    pub(crate) fn new(fail_on: Level) -> Self {
        Self {
            fail_on,
            failing: Parts::default(),
            others: Parts::default(),
        }
    }
}

impl Printer for Markdown {
    fn needs_lines(&self) -> bool {
        false
    }

    fn document(&mut self, _: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        let path = &document.path;
        match &document.outcome {
            Err(error) => self
                .failing
                .push(|| format!("⛔ {}: {}\n\n", cell(path), cell(&error.message))),
            Ok(audited) if audited.report.reaches(self.fail_on) => {
                self.failing.push(|| details(path, &audited.report));
            }
            Ok(audited) => self.others.push(|| details(path, &audited.report)),
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        let mut page = Page::default();
        let verdict = if run.fails() {
            format!("❌ findings of level `{}` or higher", run.fail_on)
        } else if run.unreadable > 0 || run.is_interrupted() {
            "⛔ not all documents could be audited".to_owned()
        } else {
            format!("✅ no findings of level `{}` or higher", run.fail_on)
        };
        page.required(&format!(
            "**Export document audit: {}**\n\n{verdict}; {}\n\n",
            escape::markdown(&run_tally(run)),
            escape::markdown(&documents(run))
        ));
        rules(&mut page, run);
        for policy in run.policies.iter().filter(|policy| !policy.findings.is_empty()) {
            page.optional(&folded(&policy.path, &policy.findings, 0, String::new()));
        }
        self.failing.onto(&mut page);
        self.others.onto(&mut page);
        out.write_all(page.finish("exportdoc audit").as_bytes())
    }
}

fn rules(page: &mut Page, run: &AuditRun) {
    let rules = run.summary.rules();
    if rules.is_empty() {
        return;
    }
    page.required("| | Rule | Found | Documents | What to do |\n|---|---|---|---|---|\n");
    for count in rules {
        let mut found = count.findings.to_string();
        if count.suppressed > 0 {
            found.push_str(&format!(", {} ignored", count.suppressed));
        }
        page.optional(&format!(
            "| {} | `{}` | {found} | {} | {} |\n",
            mark(count.level),
            count.rule.id,
            count.documents,
            cell(count.rule.action)
        ));
    }
    page.required("\n");
}

fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "❌ error",
        Level::Warning => "⚠️ warning",
        Level::Info | Level::Off => "ℹ️ info",
    }
}

fn details(path: &str, report: &AuditReport) -> String {
    let mut notes = String::new();
    if !report.complete {
        notes.push_str("Read only in part: there may be more than is listed here.\n\n");
    } else if !report.objects_seen {
        notes.push_str("Encrypted: its objects weren't audited.\n\n");
    }
    for suppressed in report.suppressed.iter().take(SHOWN) {
        notes.push_str(&format!(
            "- ignored `{}`: {}, because: {}\n",
            suppressed.finding.id(),
            cell(&suppressed.finding.message),
            cell(&suppressed.reason)
        ));
    }
    folded(path, &report.findings, report.suppressed.len() as u64, notes)
}

fn folded(path: &str, findings: &[AuditFinding], suppressed: u64, notes: String) -> String {
    let tally = tally(findings, suppressed);
    if findings.is_empty() && notes.is_empty() {
        return format!("{}: {tally}\n\n", cell(path));
    }
    let mut text = format!("<details><summary>{}: {tally}</summary>\n\n", summary_html(path));
    if !findings.is_empty() {
        text.push_str("| | Rule | What | Where |\n|---|---|---|---|\n");
    }
    let sorted = by_rule(findings);
    let rows = sorted.iter().flat_map(|(_, own)| own);
    for finding in rows.clone().take(SHOWN) {
        let place = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!(
            "| {} | `{}` | {} | {} |\n",
            finding.level,
            finding.id(),
            cell(&finding.message),
            cell(&place)
        ));
    }
    let more: u64 = rows.skip(SHOWN).map(|finding| finding.count).sum();
    if more > 0 {
        text.push_str(&format!("\n{more} more\n"));
    }
    if !notes.is_empty() {
        text.push_str(&format!("\n{notes}"));
    }
    text.push_str("\n</details>\n\n");
    text
}
