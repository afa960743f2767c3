//! JSON for programs. Within one `schema_version`, members are only added, never removed or changed.

pub(crate) mod audit;
pub(crate) mod detached;
pub(crate) mod diff;
pub(crate) mod inspect;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod rules;

use std::io::{self, Write};

use exportdoc::internal::escape;
use exportdoc::internal::finding::Finding;
use serde_json::{Value, json};

use crate::outcome::document::Unreadable;

/// The version of the contract of `inspect` and `verify-signature`.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// Writes a value over several lines, without a newline at the end.
pub(crate) fn pretty(out: &mut (impl Write + ?Sized), value: &Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    out.write_all(escape::json(&text).as_bytes())
}

/// Writes a value as a line.
pub(crate) fn line(out: &mut (impl Write + ?Sized), value: &Value) -> io::Result<()> {
    let text = serde_json::to_string(value)?;
    writeln!(out, "{}", escape::json(&text))
}

/// Writes `{"schema_version": 1, "documents": […]}` document by document, or one line each.
pub(crate) struct DocumentList {
    lines: bool,
    written: usize,
}

impl DocumentList {
    pub(crate) fn new(lines: bool) -> Self {
        Self { lines, written: 0 }
    }

    /// Writes the next document.
    pub(crate) fn push(&mut self, out: &mut impl Write, document: &Value) -> io::Result<()> {
        if self.lines {
            let mut line = document.clone();
            line["schema_version"] = SCHEMA_VERSION.into();
            return self::line(out, &line);
        }
        if self.written == 0 {
            writeln!(out, "{{\"schema_version\": {SCHEMA_VERSION}, \"documents\": [")?;
        } else {
            out.write_all(b",\n")?;
        }
        self.written += 1;
        pretty(out, document)
    }

    /// Closes the list.
    pub(crate) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.written == 0 {
            return writeln!(out, "{{\"schema_version\": {SCHEMA_VERSION}, \"documents\": []}}");
        }
        out.write_all(b"\n]}\n")
    }
}

/// An input without a report.
pub(crate) fn unreadable(path: &str, error: &Unreadable) -> Value {
    json!({
        "path": path,
        "error": { "message": error.message, "help": error.help },
    })
}

pub(crate) fn finding(finding: &Finding) -> Value {
    let place = finding.at.as_ref();
    json!({
        "id": finding.id(),
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "at": place.map(|place| json!({
            "path": place.path,
            "file_offset": place.file_offset,
            "decoded_offset": place.decoded_offset,
        })),
    })
}
