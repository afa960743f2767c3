//! An audit as JUnit XML for CI servers.
//!
//! A document is a suite. It has a case for its readability and one for each rule with findings, which fails if they reach
//! the level that the run fails on.

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, Level, Suppressed};
use exportdoc::internal::escape;
use exportdoc::internal::finding::FindingRule;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::render::Printer;
use crate::render::words::audit::{by_rule, with_place};

/// Prints a suite per document.
pub(crate) struct Junit {
    fail_on: Level,
    begun: bool,
}

/// One test case.
struct Case {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// Findings below the level that fails.
    Noted(String),
    Skipped(String),
    Failed {
        message: String,
        level: Level,
        text: String,
    },
    Error {
        message: String,
    },
}

impl Junit {
    /// `fail_on` is the lowest level that fails a case.
    pub(crate) fn new(fail_on: Level) -> Self {
        Self {
            fail_on,
            begun: false,
        }
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let mut writer = Writer::new(&mut *out);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root = BytesStart::new("testsuites").with_attributes([("name", "exportdoc audit")]);
        writer.write_event(Event::Start(root))?;
        out.write_all(b"\n")
    }

    fn cases(&self, findings: &[AuditFinding]) -> Vec<Case> {
        let case = |(rule, own): (&'static FindingRule, Vec<&AuditFinding>)| {
            let level = own
                .iter()
                .map(|finding| finding.level)
                .max()
                .unwrap_or(Level::Off);
            let mut lines: Vec<String> = own.iter().map(|finding| safe(&with_place(finding))).collect();
            let message = lines.first().cloned().unwrap_or_default();
            lines.extend([rule.meaning.to_owned(), rule.action.to_owned()]);
            let text = lines.join("\n");
            let outcome = if level >= self.fail_on {
                Outcome::Failed { message, level, text }
            } else {
                Outcome::Noted(format!("{level}: {text}"))
            };
            Case {
                name: rule.id.to_owned(),
                outcome,
            }
        };
        by_rule(findings).into_iter().map(case).collect()
    }
}

impl Printer for Junit {
    fn needs_lines(&self) -> bool {
        false
    }

    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        self.begin(out)?;
        let mut cases = vec![Case {
            name: "readable".to_owned(),
            outcome: match &document.outcome {
                Ok(_) => Outcome::Passed,
                Err(error) => Outcome::Error {
                    message: safe(&error.message),
                },
            },
        }];
        if let Ok(audited) = &document.outcome {
            cases.extend(self.cases(&audited.report.findings));
            cases.extend(audited.report.suppressed.iter().map(skipped));
        }
        suite(out, &document.path, &cases)
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        self.begin(out)?;
        for policy in run.policies.iter().filter(|policy| !policy.findings.is_empty()) {
            suite(out, &policy.path, &self.cases(&policy.findings))?;
        }
        if run.is_interrupted() {
            let message = format!("interrupted: {} documents were not audited", run.left());
            let case = Case {
                name: "complete".to_owned(),
                outcome: Outcome::Error { message },
            };
            suite(out, "exportdoc audit", &[case])?;
        }
        Writer::new(&mut *out).write_event(Event::End(BytesEnd::new("testsuites")))?;
        out.write_all(b"\n")
    }
}

fn skipped(suppressed: &Suppressed) -> Case {
    let finding = safe(&with_place(&suppressed.finding));
    Case {
        name: suppressed.finding.id().to_owned(),
        outcome: Outcome::Skipped(format!("ignored because {}: {finding}", safe(&suppressed.reason))),
    }
}

/// Escapes control characters, which XML can't hold. The writer escapes markup.
fn safe(text: &str) -> String {
    escape::terminal(text).into_owned()
}

fn suite(out: &mut dyn Write, path: &str, cases: &[Case]) -> io::Result<()> {
    let count = |is: fn(&Outcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count().to_string();
    let path = safe(path);
    Writer::new_with_indent(&mut *out, b' ', 2)
        .create_element("testsuite")
        .with_attributes([
            ("name", &*path),
            ("tests", &cases.len().to_string()),
            ("failures", &count(|case| matches!(case, Outcome::Failed { .. }))),
            ("errors", &count(|case| matches!(case, Outcome::Error { .. }))),
            ("skipped", &count(|case| matches!(case, Outcome::Skipped(_)))),
        ])
        .write_inner_content(|writer| {
            for case in cases {
                let element = writer
                    .create_element("testcase")
                    .with_attributes([("classname", &*path), ("name", &case.name)]);
                match &case.outcome {
                    Outcome::Passed => {
                        element.write_empty()?;
                    }
                    outcome => {
                        element.write_inner_content(|writer| inside(writer, outcome))?;
                    }
                }
            }
            Ok(())
        })?;
    out.write_all(b"\n")
}

fn inside<W: Write>(writer: &mut Writer<W>, outcome: &Outcome) -> io::Result<()> {
    match outcome {
        Outcome::Passed => {}
        Outcome::Noted(text) => {
            writer
                .create_element("system-out")
                .write_text_content(BytesText::new(text))?;
        }
        Outcome::Skipped(reason) => {
            writer
                .create_element("skipped")
                .with_attribute(("message", &**reason))
                .write_empty()?;
        }
        Outcome::Failed { message, level, text } => {
            writer
                .create_element("failure")
                .with_attributes([("message", &**message), ("type", level.as_str())])
                .write_text_content(BytesText::new(text))?;
        }
        Outcome::Error { message } => {
            writer
                .create_element("error")
                .with_attributes([("message", &**message), ("type", "unreadable")])
                .write_empty()?;
        }
    }
    Ok(())
}
