//! The page on an audit: the outcome, the rules that were broken, then each document. Failing documents come first.
//!
//! Invariant: keeps a bounded number of documents' details; the others are rows of a table.

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, Level};

use super::page::{Block, FindingView, Page, Row, Tone};
use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::render::Printer;
use crate::render::words::audit::{documents, headline, run_tally, tally};
use crate::render::words::capitalised;

/// Documents whose findings are shown in full.
const SHOWN: usize = 500;
/// Ignored findings of one document.
const IGNORED: usize = 200;

/// Collects the documents and prints the page at the end.
pub(crate) struct Html {
    fail_on: Level,
    failing: Vec<Block>,
    others: Vec<Block>,
    rows: Vec<Row>,
}

impl Html {
    /// `fail_on` is the level at which a document fails.
    pub(crate) fn new(fail_on: Level) -> Self {
        Self {
            fail_on,
            failing: Vec::new(),
            others: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn folded(
        id: Option<usize>,
        path: &str,
        findings: &[AuditFinding],
        suppressed: u64,
        notes: Vec<String>,
    ) -> Block {
        let blocks = vec![
            Block::list("Notes", Tone::Plain, notes),
            Block::Findings(views(findings)),
        ];
        Block::Folded {
            id,
            title: format!("{path}: {}", tally(findings, suppressed)),
            blocks,
        }
    }
}

fn views(findings: &[AuditFinding]) -> Vec<FindingView> {
    let mut views = Vec::new();
    for finding in findings {
        let place = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
        FindingView::add(
            &mut views,
            finding.level.as_str(),
            finding.rule,
            (finding.message.clone(), place),
        );
    }
    views
}

impl Printer for Html {
    fn needs_lines(&self) -> bool {
        false
    }

    fn document(&mut self, _: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        let path = &document.path;
        let (fails, row) = match &document.outcome {
            Err(error) => (
                true,
                vec![path.clone(), "unreadable".to_owned(), error.message.clone()],
            ),
            Ok(audited) => {
                let fails = audited.report.reaches(self.fail_on);
                let word = if fails { "fails" } else { "passes" };
                let report = &audited.report;
                (
                    fails,
                    vec![
                        path.clone(),
                        word.to_owned(),
                        tally(&report.findings, report.suppressed.len() as u64),
                    ],
                )
            }
        };
        let details = self.failing.len() + self.others.len();
        let has_details = match &document.outcome {
            Ok(audited) => details < SHOWN && !audited.report.findings.is_empty(),
            Err(_) => false,
        };
        let id = has_details.then_some(details);
        self.rows.push(Row {
            tone: if fails { Tone::Bad } else { Tone::Good },
            cells: row,
            link: id,
        });
        let Ok(Audited { report, .. }) = &document.outcome else {
            return Ok(());
        };
        if id.is_none() {
            return Ok(());
        }
        let mut notes = Vec::new();
        if !report.complete {
            notes.push("Read only in part: there may be more than is listed here.".to_owned());
        } else if !report.objects_seen {
            notes.push("Encrypted: its objects weren't audited.".to_owned());
        }
        for ignored in report.suppressed.iter().take(IGNORED) {
            let finding = &ignored.finding;
            notes.push(format!(
                "ignored {}: {}, because: {}",
                finding.id(),
                finding.message,
                ignored.reason
            ));
        }
        let block = Self::folded(id, path, &report.findings, report.suppressed.len() as u64, notes);
        let list = if fails {
            &mut self.failing
        } else {
            &mut self.others
        };
        list.push(block);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        let (tone, headline) = headline(run);
        let rules = run.summary.rules();
        let rules = rules.iter().map(|count| Row {
            tone: match count.level {
                Level::Error => Tone::Bad,
                Level::Warning => Tone::Unsure,
                Level::Info | Level::Off => Tone::Plain,
            },
            cells: vec![
                count.level.as_str().to_owned(),
                count.rule.id.to_owned(),
                count.findings.to_string(),
                count.documents.to_string(),
                count.rule.meaning.to_owned(),
                count.rule.action.to_owned(),
            ],
            link: None,
        });
        let mut blocks = vec![
            Block::Table {
                title: "Rules that were broken".to_owned(),
                head: vec!["Level", "Rule", "Found", "Documents", "Meaning", "What to do"],
                rows: rules.collect(),
            },
            Block::Table {
                title: "Documents".to_owned(),
                head: vec!["Document", "Outcome", "Findings"],
                rows: std::mem::take(&mut self.rows),
            },
        ];
        for policy in run.policies.iter().filter(|policy| !policy.findings.is_empty()) {
            blocks.push(Self::folded(None, &policy.path, &policy.findings, 0, Vec::new()));
        }
        blocks.append(&mut self.failing);
        blocks.append(&mut self.others);
        let page = Page {
            kind: "Audit of export documents",
            title: documents(run),
            tone,
            headline,
            lead: format!("{}.", capitalised(&run_tally(run))),
            blocks,
        };
        page.print(out)
    }
}
