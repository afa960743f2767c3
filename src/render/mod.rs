//! Turns reports into output, a directory or file for each format. Nothing here judges anything; what comes out of a
//! document is escaped on the way.

use std::io::{self, Write};

use crate::outcome::audit::{AuditRun, Audited};
use crate::outcome::document::Judged;

pub(crate) mod github;
pub(crate) mod graph;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
mod style;
pub(crate) mod text;
pub(crate) mod words;

/// Prints an audit: each document as soon as it is audited, then the whole run.
pub(crate) trait Printer {
    /// Whether it prints the lines of findings.
    fn needs_lines(&self) -> bool;
    /// Prints the next document, in the order of the inputs.
    fn document(&mut self, out: &mut dyn Write, document: &Judged<Audited>) -> io::Result<()>;
    /// Prints the end, after the last document.
    fn end(&mut self, out: &mut dyn Write, run: &AuditRun) -> io::Result<()>;
}
