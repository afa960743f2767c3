//! An audit as a comment on a pull request: the outcome, a table of broken rules, each document folded.
//!
//! Invariant: keeps only as much as a page can hold; failing documents come first.

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, AuditReport, Level, RuleCount};
use exportdoc::internal::escape;

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::render::Printer;
use crate::render::markdown::{LIMIT, Page, bounded_table, cell, folded, row, summary_html, table_head};
use crate::render::words::audit::{by_rule, documents, headline, run_tally, tally};
use crate::render::words::counted;

/// The columns of a table of rules.
const HEAD: [&str; 5] = ["", "Rule", "Found", "Documents", "What to do"];
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
                self.failing.push(|| details("❌", path, &audited.report));
            }
            Ok(audited) => self.others.push(|| details("✅", path, &audited.report)),
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        let mut page = Page::new(headline(run));
        page.required(&format!(
            "{}: {}\n\n",
            escape::markdown(&documents(run)),
            escape::markdown(&run_tally(run))
        ));
        let rules = run.summary.rules();
        let (serious, infos): (Vec<_>, Vec<_>) = rules.iter().partition(|count| {
            matches!(count.level, Level::Error | Level::Warning) || count.level >= run.fail_on
        });
        page.table(&HEAD, serious.into_iter().map(rule));
        for policy in run.policies.iter().filter(|policy| !policy.findings.is_empty()) {
            let fails = policy.findings.iter().any(|finding| finding.level >= run.fail_on);
            let sign = if fails { "❌" } else { "✅" };
            page.optional(&details_of(sign, &policy.path, &policy.findings, 0, ""));
        }
        self.failing.onto(&mut page);
        if !infos.is_empty() {
            let title = format!("{} with information only", counted(infos.len() as u64, "rule"));
            let table = bounded_table(&HEAD, infos.into_iter().map(rule));
            page.optional(&folded(&format!("ℹ️ {title}"), &table));
        }
        self.others.onto(&mut page);
        out.write_all(page.finish("exportdoc audit").as_bytes())
    }
}

fn rule(count: &RuleCount) -> String {
    let mut found = count.findings.to_string();
    if count.suppressed > 0 {
        found.push_str(&format!(", {} ignored", count.suppressed));
    }
    row(&[
        mark(count.level),
        &format!("`{}`", count.rule.id),
        &found,
        &count.documents.to_string(),
        &cell(count.rule.action),
    ])
}

fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "❌ error",
        Level::Warning => "⚠️ warning",
        Level::Info | Level::Off => "ℹ️ info",
    }
}

fn details(sign: &str, path: &str, report: &AuditReport) -> String {
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
    details_of(
        sign,
        path,
        &report.findings,
        report.suppressed.len() as u64,
        &notes,
    )
}

fn details_of(sign: &str, path: &str, findings: &[AuditFinding], suppressed: u64, notes: &str) -> String {
    let tally = tally(findings, suppressed);
    if findings.is_empty() && notes.is_empty() {
        return format!("{sign} {}: {tally}\n\n", cell(path));
    }
    let mut text = String::new();
    if !findings.is_empty() {
        text.push_str(&table_head(&["", "Rule", "What", "Where"]));
    }
    let sorted = by_rule(findings);
    let rows = sorted.iter().flat_map(|(_, own)| own);
    for finding in rows.clone().take(SHOWN) {
        let place = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
        text.push_str(&row(&[
            mark(finding.level),
            &format!("`{}`", finding.id()),
            &cell(&finding.message),
            &cell(&place),
        ]));
    }
    let more: u64 = rows.skip(SHOWN).map(|finding| finding.count).sum();
    if more > 0 {
        text.push_str(&format!("\n{more} more\n"));
    }
    if !notes.is_empty() {
        text.push_str(&format!("\n{notes}"));
    }
    folded(&format!("{sign} {}: {tally}", summary_html(path)), &text)
}
