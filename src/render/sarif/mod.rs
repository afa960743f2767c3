//! An audit as SARIF 2.1.0, which code hosts and editors show next to the file.
//!
//! Invariants: a log has at most as many results as code hosts accept, and counts those omitted. A result has its place in
//! four forms for different readers: line and column, byte offset, JSON path, and object. Text of a document never becomes
//! markup.

mod results;

use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, Level};
use exportdoc::internal::escape;
use exportdoc::internal::finding::{FindingRule, REGISTRY};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;
use crate::outcome::lines::Lines;
use crate::render::Printer;
use crate::render::sarif::results::{Fingerprints, LIMIT, Results};
use crate::render::words::counted;

/// The URL of the schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The documentation of the rules.
const RULES: &str = concat!(
    "https://docs.rs/exportdoc/",
    env!("CARGO_PKG_VERSION"),
    "/exportdoc/finding"
);
/// The name of standard input without `--stdin-name`: code scanning refuses results without a file.
const STDIN_NAME: &str = "stdin.json";
/// Unreadable documents to list; the others are counted. The list is held until the end.
const NOTIFICATIONS: usize = 1000;
/// Characters that a path in a URI keeps.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Prints one log with one run.
#[derive(Default)]
pub(crate) struct Sarif {
    begun: bool,
    results: Results,
    notifications: Vec<Value>,
    more_notifications: u64,
}

impl Printer for Sarif {
    fn needs_lines(&self) -> bool {
        true
    }

    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()> {
        self.begin(out)?;
        let path = match document.file() {
            "-" => STDIN_NAME,
            path => path,
        };
        let audited = match &document.outcome {
            Ok(audited) => audited,
            Err(error) => {
                let text = format!("{}: {}", document.path, error.message);
                self.notify(&text, Some(physical(path, None)));
                return Ok(());
            }
        };
        let mut file = File::new(path, &audited.lines);
        for finding in &audited.report.findings {
            self.result(&mut file, finding, None)?;
        }
        for suppressed in &audited.report.suppressed {
            self.result(&mut file, &suppressed.finding, Some(&suppressed.reason))?;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()> {
        for policy in &run.policies {
            let mut file = File::new(&policy.path, &policy.lines);
            for finding in &policy.findings {
                self.result(&mut file, finding, None)?;
            }
        }
        self.begin(out)?;
        self.results.write(out)?;
        if run.is_interrupted() {
            let text = format!("interrupted: {} documents were not audited", run.left());
            self.notifications.push(notification("error", &text, None));
        }
        if self.more_notifications > 0 {
            let text = format!("{} more documents couldn't be read", self.more_notifications);
            self.notifications.push(notification("error", &text, None));
        }
        if self.results.omitted() > 0 {
            let text = format!(
                "{} omitted, the least severe: code hosts accept {LIMIT} in one file. --format json lists all",
                counted(self.results.omitted(), "result")
            );
            self.notifications.push(notification("warning", &text, None));
        }
        let invocation = json!({
            "executionSuccessful": run.unreadable == 0 && !run.is_interrupted(),
            "toolExecutionNotifications": self.notifications,
        });
        write!(
            out,
            "\n],\n\"columnKind\": \"unicodeCodePoints\",\n\"invocations\": ["
        )?;
        out.write_all(line(&invocation)?.as_bytes())?;
        out.write_all(b"]\n}]}\n")
    }
}

/// A file, its lines, and its fingerprints so far.
struct File<'a> {
    path: &'a str,
    lines: &'a Lines,
    fingerprints: Fingerprints<'a>,
}

impl<'a> File<'a> {
    fn new(path: &'a str, lines: &'a Lines) -> Self {
        Self {
            path,
            lines,
            fingerprints: Fingerprints::of(path),
        }
    }
}

impl Sarif {
    /// Writes everything before the results.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        write!(
            out,
            "{{\"$schema\": \"{SCHEMA}\", \"version\": \"2.1.0\", \"runs\": [{{\n\"tool\": {{\"driver\": {{\
         \"name\": \"exportdoc\", \"semanticVersion\": \"{}\", \"rules\": [",
            env!("CARGO_PKG_VERSION")
        )?;
        let mut separator = "\n";
        for rule in REGISTRY {
            write!(out, "{separator}{}", line(&descriptor(rule))?)?;
            separator = ",\n";
        }
        out.write_all(b"\n]}},\n\"results\": [")
    }

    fn result(
        &mut self,
        file: &mut File<'_>,
        finding: &AuditFinding,
        suppressed_because: Option<&str>,
    ) -> io::Result<()> {
        let suppressions: Vec<Value> = suppressed_because
            .map(|reason| {
                json!({ "kind": "external", "status": "accepted", "justification": escape::terminal(reason) })
            })
            .into_iter()
            .collect();
        let mut result = json!({
            "ruleId": finding.id(),
            "ruleIndex": REGISTRY.iter().position(|rule| *rule == finding.rule),
            "level": level(finding.level),
            "message": { "text": message(&finding.message) },
            "locations": [location(file.path, finding, file.lines)],
            // The only name that GitHub reads.
            "partialFingerprints": { "primaryLocationLineHash": file.fingerprints.next(finding) },
            "suppressions": suppressions,
        });
        if finding.count > 1 {
            result["occurrenceCount"] = finding.count.into();
        }
        let result = line(&result)?;
        self.results
            .push(finding.level, suppressed_because.is_some(), result);
        Ok(())
    }

    fn notify(&mut self, text: &str, physical: Option<Value>) {
        if self.notifications.len() < NOTIFICATIONS {
            self.notifications.push(notification("error", text, physical));
        } else {
            self.more_notifications += 1;
        }
    }
}

fn line(value: &Value) -> io::Result<String> {
    let text = serde_json::to_string(value)?;
    Ok(escape::json(&text).into_owned())
}

fn descriptor(rule: &FindingRule) -> Value {
    let default = Level::default_of(rule);
    json!({
        "id": rule.id,
        "shortDescription": { "text": message(rule.meaning) },
        "fullDescription": { "text": message(&format!("{} {}", rule.meaning, rule.action)) },
        "help": { "text": message(rule.action) },
        "helpUri": format!("{RULES}/static.{}.html", rule.id.replace('-', "_").to_uppercase()),
        "defaultConfiguration": { "level": level(default) },
        "properties": { "tags": ["security", rule.topic], "security-severity": security_severity(default) },
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
        Level::Off => "none",
    }
}

/// The severity by which code hosts sort, on the scale of CVSS: high, medium, low.
fn security_severity(level: Level) -> &'static str {
    match level {
        Level::Error => "8.0",
        Level::Warning => "5.0",
        Level::Info | Level::Off => "2.0",
    }
}

fn notification(level: &str, text: &str, physical: Option<Value>) -> Value {
    let locations: Vec<Value> = physical
        .map(|place| json!({ "physicalLocation": place }))
        .into_iter()
        .collect();
    json!({ "level": level, "message": { "text": message(text) }, "locations": locations })
}

/// The place of a finding.
fn location(path: &str, finding: &AuditFinding, lines: &Lines) -> Value {
    let region = finding
        .at
        .as_ref()
        .and_then(|place| place.file_offset)
        .map(|offset| region(offset, lines));
    let mut location = json!({ "physicalLocation": physical(path, region) });
    let logical = logical(finding);
    if !logical.is_empty() {
        location["logicalLocations"] = logical.into();
    }
    location
}

/// The file.
fn physical(path: &str, region: Option<Value>) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(path) } });
    if let Some(region) = region {
        physical["region"] = region;
    }
    physical
}

/// One byte, by offset and, if known, by line and column.
fn region(offset: u64, lines: &Lines) -> Value {
    let mut region = json!({ "byteOffset": offset, "byteLength": 1 });
    if let Some(place) = lines.get(offset) {
        region["startLine"] = place.line.into();
        region["startColumn"] = place.column.into();
        region["endColumn"] = (place.column + 1).into();
    }
    region
}

/// A path as a URI; relative paths stay relative.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let encoded = utf8_percent_encode(path.strip_prefix("./").unwrap_or(&path), IN_PATH).to_string();
    match encoded.strip_prefix('/') {
        Some(_) => format!("file://{encoded}"),
        None if cfg!(windows) && encoded.get(1..4) == Some("%3A") => {
            format!("file:///{}", encoded.replacen("%3A", ":", 1))
        }
        None => encoded,
    }
}

/// The JSON path, the offset after base64 decoding, and the object.
fn logical(finding: &AuditFinding) -> Vec<Value> {
    let mut places = Vec::new();
    if let Some(place) = &finding.at
        && let Some(path) = &place.path
    {
        let path = escape::terminal(path);
        places.push(json!({ "fullyQualifiedName": path, "kind": "property" }));
        if let Some(offset) = place.decoded_offset {
            places.push(json!({
                "fullyQualifiedName": format!("{path} decoded byte {offset}"),
                "kind": "value",
                "properties": { "decodedOffset": offset },
            }));
        }
    }
    if let Some(object) = &finding.object {
        let full = format!("{}:{}", object.type_name, object.identifier);
        let mut place = json!({ "fullyQualifiedName": escape::terminal(&full), "kind": "object" });
        if let Some(name) = &object.name {
            place["name"] = escape::terminal(name).into();
        }
        places.push(place);
    }
    places
}

/// Escapes SARIF's links and placeholders: a backslash before brackets and backslashes, doubled braces.
fn message(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in escape::terminal(text).chars() {
        match c {
            '\\' | '[' | ']' => safe.extend(['\\', c]),
            '{' | '}' => safe.extend([c, c]),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::document::Ended;
    use exportdoc::internal::audit::Summary;

    #[test]
    fn omitted_results_are_counted_in_a_notification() {
        let mut sarif = Sarif {
            results: Results::limited(2),
            ..Sarif::default()
        };
        for name in ["a", "b", "c", "d", "e"] {
            sarif
                .results
                .push(Level::Info, false, format!("{{\"ruleId\": {name:?}}}"));
        }
        let run = AuditRun {
            summary: Summary::default(),
            failing: 0,
            unreadable: 0,
            inputs: 1,
            ended: Ended::Whole,
            policies: Vec::new(),
            fail_on: Level::Error,
        };
        let mut out = Vec::new();
        sarif.end(&mut out, &run).unwrap();
        let log: Value = serde_json::from_slice(&out).unwrap();
        let run = &log["runs"][0];
        assert_eq!(run["results"], json!([{ "ruleId": "a" }, { "ruleId": "b" }]));
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], true);
        let notified = &invocation["toolExecutionNotifications"][0];
        assert_eq!(notified["level"], "warning");
        let said = notified["message"]["text"].as_str().unwrap();
        assert!(
            said.starts_with("3 results omitted, the least severe: "),
            "{said}"
        );
    }

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("./exports/a b#1.json"), "exports/a%20b%231.json");
        assert_eq!(uri("/srv/ö.json"), "file:///srv/%C3%B6.json");
        assert_eq!(uri("../x%41:y.json"), "../x%2541%3Ay.json");
    }

    #[test]
    fn messages_hold_no_links_and_no_placeholders() {
        assert_eq!(
            message("[x](http://e) {0} \u{202e}"),
            r"\[x\](http://e) {{0}} \\u{{202e}}"
        );
    }
}
