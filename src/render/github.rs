//! An audit as GitHub's workflow commands: findings become annotations of the file.
//!
//! Invariant: text of a document never begins a line, so it can't form a command.

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, Level};
use exportdoc::internal::escape;

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::outcome::lines::Lines;
use crate::render::Printer;
use crate::render::words::audit::{documents, run_tally, with_place};

/// Prints a command per finding and a summary line.
pub(crate) struct Github;

impl Printer for Github {
    fn needs_lines(&self) -> bool {
        true
    }

    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        match &document.outcome {
            Ok(audited) => {
                for finding in &audited.report.findings {
                    annotation(out, document.file(), finding, &audited.lines)?;
                }
                Ok(())
            }
            Err(error) => {
                let text: Vec<String> = [error.message.clone()]
                    .into_iter()
                    .chain(error.help.clone())
                    .collect();
                command(
                    out,
                    "error",
                    &properties(document.file(), None, "unreadable"),
                    &text,
                )
            }
        }
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        for policy in &run.policies {
            for finding in &policy.findings {
                annotation(out, &policy.path, finding, &policy.lines)?;
            }
        }
        writeln!(out, "{}: {}", documents(run), run_tally(run))
    }
}

fn annotation(out: &mut dyn Write, path: &str, finding: &AuditFinding, lines: &Lines) -> io::Result<()> {
    let name = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "notice",
    };
    let offset = finding.at.as_ref().and_then(|place| place.file_offset);
    let at = offset
        .and_then(|offset| lines.get(offset))
        .map(|place| (place.line, place.column));
    let text = [
        with_place(finding),
        finding.reason().to_owned(),
        finding.remedy().to_owned(),
    ];
    command(out, name, &properties(path, at, finding.id()), &text)
}

/// The properties of a command; without a file for standard input.
fn properties(path: &str, at: Option<(usize, usize)>, title: &str) -> String {
    let mut properties = Vec::new();
    if path != "-" {
        properties.push(format!("file={}", property(path)));
        if let Some((line, column)) = at {
            properties.push(format!("line={line},col={column}"));
        }
    }
    properties.push(format!("title={}", property(title)));
    properties.join(",")
}

fn command(out: &mut dyn Write, name: &str, properties: &str, text: &[String]) -> io::Result<()> {
    let text: Vec<String> = text.iter().map(|line| data(line)).collect();
    writeln!(out, "::{name} {properties}::{}", text.join("%0A"))
}

/// Escapes a command's text.
fn data(text: &str) -> String {
    escape::terminal(text).replace('%', "%25")
}

/// Escapes a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_in_its_property_and_line() {
        let hostile = "a%0A,line=1::x\r\n::stop-commands::y\u{202e}";
        assert_eq!(data(hostile), r"a%250A,line=1::x\r\n::stop-commands::y\u{202e}");
        assert_eq!(
            property(hostile),
            r"a%250A%2Cline=1%3A%3Ax\r\n%3A%3Astop-commands%3A%3Ay\u{202e}"
        );
    }
}
