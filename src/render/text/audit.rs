//! An audit, document by document.

use std::io::{self, Write};

use anstyle::Style;
use exportdoc::internal::audit::{AuditFinding, Level, Suppressed};
use exportdoc::internal::finding::FindingRule;

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::render::Printer;
use crate::render::style::{BOLD, DIM, RED, YELLOW, safe, styled};
use crate::render::text::infos::Infos;
use crate::render::text::inspect::unreadable;
use crate::render::text::tables::paragraph;
use crate::render::words::audit::{self as words, tally};
use crate::render::words::counted;

/// Findings of one rule to show; the others are counted.
const SHOWN: usize = 20;

/// Messages of one rule to show for all documents together.
const COMMON: usize = 5;

/// Where texts below the name of a rule begin.
const INDENT: (usize, usize) = (10, 10);

/// Prints each document by rule, and a summary by rule at the end.
pub(crate) struct Text {
    many: bool,
    /// Collects the infos of all documents for the summary; `None` if each document shows its own.
    infos: Option<Infos>,
    /// The width of the terminal; `None` for other outputs.
    width: Option<usize>,
}

impl Text {
    /// With `many`, the summary follows the documents, and shows the infos unless the run fails on them.
    pub(crate) fn new(many: bool, fail_on: Level, width: Option<usize>) -> Self {
        Self {
            many,
            infos: (many && fail_on > Level::Info).then(Infos::default),
            width,
        }
    }
}

impl Printer for Text {
    fn needs_lines(&self) -> bool {
        false
    }

    fn document(&mut self, mut out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        let audited = match &document.outcome {
            Ok(audited) => audited,
            Err(error) => return unreadable(&mut out, &document.path, error),
        };
        let report = &audited.report;
        let policy = match &audited.policy {
            Some(path) => format!("policy {}", safe(path)),
            None => "default policy".to_owned(),
        };
        let first = format!(
            "{}: {}, {} {}",
            styled(BOLD, safe(&document.path)),
            report.verdict.as_str(),
            tally(&report.findings, report.suppressed.len() as u64),
            styled(DIM, format_args!("({policy})"))
        );
        paragraph(out, &first, self.width, (0, 2))?;
        if !report.complete {
            writeln!(out, "  read only in part: there may be more than is listed here")?;
        } else if !report.objects_seen {
            writeln!(out, "  encrypted: its objects weren't audited")?;
        }
        // Sorted by level.
        let infos = report
            .findings
            .partition_point(|finding| finding.level > Level::Info);
        let (important, infos) = match &self.infos {
            Some(_) => report.findings.split_at(infos),
            None => (report.findings.as_slice(), &[][..]),
        };
        if let Some(common) = &mut self.infos {
            infos.iter().for_each(|info| common.add(info));
        }
        by_rule(out, important, self.width)?;
        for suppressed in &report.suppressed {
            self::suppressed(out, suppressed, self.width)?;
        }
        if self.infos.is_some() && important.is_empty() && report.suppressed.is_empty() {
            Ok(())
        } else {
            writeln!(out)
        }
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        policies(out, run, self.width)?;
        match &self.infos {
            Some(infos) => rules(out, run, infos),
            None if self.many => rules(out, run, &Infos::default()),
            None => Ok(()),
        }
    }
}

/// Prints the summary for formats that have no place for it.
pub(crate) fn summary(out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
    policies(out, run, None)?;
    rules(out, run, &Infos::default())
}

fn policies(out: &mut dyn Write, run: &AuditRun, width: Option<usize>) -> io::Result<()> {
    for policy in run.policies.iter().filter(|policy| !policy.findings.is_empty()) {
        writeln!(
            out,
            "{}: {}",
            styled(BOLD, safe(&policy.path)),
            tally(&policy.findings, 0)
        )?;
        by_rule(out, &policy.findings, width)?;
        writeln!(out)?;
    }
    Ok(())
}

fn rules(out: &mut dyn Write, run: &AuditRun, infos: &Infos) -> io::Result<()> {
    writeln!(out, "{}", words::documents(run))?;
    for count in run.summary.rules() {
        let ignored = match count.suppressed {
            0 => String::new(),
            ignored => format!(", {ignored} ignored"),
        };
        let (findings, documents) = (count.findings, counted(count.documents, "document"));
        writeln!(
            out,
            "  {} {}: {findings} in {documents}{ignored}",
            level(count.level),
            count.rule.id
        )?;
        if count.level == Level::Info {
            common(out, count.rule, infos)?;
        }
    }
    Ok(())
}

/// The messages of a rule over all documents.
fn common(out: &mut dyn Write, rule: &FindingRule, infos: &Infos) -> io::Result<()> {
    let (messages, more) = infos.of(rule, COMMON);
    for (text, count) in messages {
        let times = match count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        writeln!(out, "          {}{}", safe(text), styled(DIM, times))?;
    }
    if more > 0 {
        writeln!(out, "          and {more} more; --format json lists all")?;
    }
    Ok(())
}

fn level(level: Level) -> String {
    let style = match level {
        Level::Error => RED,
        Level::Warning => YELLOW,
        Level::Info | Level::Off => Style::new(),
    };
    styled(style, format_args!("{level:<7}"))
}

/// The findings by rule, with meaning and remedy once per rule.
fn by_rule(out: &mut dyn Write, findings: &[AuditFinding], width: Option<usize>) -> io::Result<()> {
    for (rule, own) in words::by_rule(findings) {
        let highest = own.first().map_or(Level::Off, |finding| finding.level);
        writeln!(out, "  {} {}", level(highest), styled(BOLD, rule.id))?;
        for finding in own.iter().take(SHOWN) {
            let said = format!("{}{}", safe(&finding.message), place(finding));
            paragraph(out, &said, width, INDENT)?;
        }
        let more: u64 = own.iter().skip(SHOWN).map(|finding| finding.count).sum();
        if more > 0 {
            writeln!(out, "          and {more} more")?;
        }
        for sentence in [rule.meaning, rule.action] {
            paragraph(out, &styled(DIM, sentence), width, INDENT)?;
        }
    }
    Ok(())
}

fn suppressed(out: &mut dyn Write, suppressed: &Suppressed, width: Option<usize>) -> io::Result<()> {
    let finding = &suppressed.finding;
    let said = format!(
        "{} {}: {}{}",
        styled(DIM, "ignored"),
        finding.id(),
        safe(&finding.message),
        place(finding)
    );
    paragraph(out, &said, width, (2, 10))?;
    let why = format!("because: {}", safe(&suppressed.reason));
    paragraph(out, &why, width, INDENT)
}

fn place(finding: &AuditFinding) -> String {
    match &finding.at {
        Some(place) => styled(DIM, format_args!(" [{}]", safe(&place.to_string()))),
        None => String::new(),
    }
}
