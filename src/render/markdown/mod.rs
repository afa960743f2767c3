//! Comments on pull requests: a headline with the outcome, what matters most, and the rest folded.
//!
//! Invariant: a comment is never longer than the large code hosts accept, and it says so if parts are omitted. Nothing
//! in it becomes markup, a link or a mention because a document says so.

pub(crate) mod audit;
mod changes;
pub(crate) mod diff;
pub(crate) mod merge;
pub(crate) mod plan;

use exportdoc::internal::escape;

use crate::render::words::{Tone, counted};

/// The hosts accept 65,536 characters.
pub(crate) const LIMIT: usize = 60_000;
/// Room for the ends of tables and the note about omitted parts.
const END: usize = 500;
/// The longest text of a document in a table cell, before it is escaped.
const CELL: usize = 300;
/// The longest value beside others in one cell.
const SHORT: usize = 80;
/// Objects in a table that isn't folded.
const SERIOUS: usize = 10;
/// The longest folded table.
const TABLE: usize = 16_000;
/// Lines that a list shows; the others are counted.
const LISTED: usize = 20;

/// A comment whose less important parts are omitted when it is full.
#[derive(Default)]
pub(crate) struct Page {
    text: String,
    omitted: u64,
}

impl Page {
    /// A page that begins with the outcome.
    pub(crate) fn new((tone, headline): (Tone, String)) -> Self {
        let text = format!("### {} {}\n\n", sign(tone), escape::markdown(&headline));
        Self { text, omitted: 0 }
    }

    /// Adds a part in any case.
    pub(crate) fn required(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// Adds a part if it fits.
    pub(crate) fn optional(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() + END <= LIMIT;
        if fits {
            self.text.push_str(part);
        } else {
            self.omitted += 1;
        }
        fits
    }

    /// Counts parts that weren't made because they wouldn't fit.
    pub(crate) fn omit(&mut self, parts: u64) {
        self.omitted += parts;
    }

    /// Adds a table if one row fits at least. Rows that don't fit are omitted.
    pub(crate) fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = String>) {
        let mut started = false;
        for row in rows {
            let head = if started { String::new() } else { table_head(head) };
            started |= self.optional(&format!("{head}{row}"));
        }
        if started {
            self.required("\n");
        }
    }

    /// Adds a list with a title if it fits. It shows some lines and counts the others.
    pub(crate) fn list(&mut self, title: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.optional(&format!("**{title}:**\n\n{}\n", bullets("-", lines)));
        }
    }

    /// Adds a list whose summary has the title and the number of lines, if it fits. The bullet may be a task's.
    pub(crate) fn folded_list(&mut self, title: &str, bullet: &str, lines: &[String]) {
        if !lines.is_empty() {
            let summary = format!("{title} ({})", lines.len());
            self.optional(&folded(&summary, &bullets(bullet, lines)));
        }
    }

    /// Returns the text; `everything` is the command that shows omitted parts.
    pub(crate) fn finish(mut self, everything: &str) -> String {
        if self.omitted > 0 {
            self.text.push_str(&format!(
                "\n{} omitted here for length; `{everything}` shows everything.\n",
                counted(self.omitted, "part")
            ));
        }
        self.text
    }
}

/// A sign whose shape says as much as its colour.
fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "✅",
        Tone::Bad => "❌",
        Tone::Unsure => "⚠️",
        Tone::Plain => "ℹ️",
    }
}

fn table_head(head: &[&str]) -> String {
    format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()))
}

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A table for a folded part: as many rows as leave room for other parts, and the number of the others.
fn bounded_table(head: &[&str], rows: impl IntoIterator<Item = String>) -> String {
    let mut text = table_head(head);
    let mut more = 0;
    for row in rows {
        if more > 0 || text.len() + row.len() > TABLE {
            more += 1;
        } else {
            text.push_str(&row);
        }
    }
    if more > 0 {
        text.push_str(&format!("\n… and {more} more\n"));
    }
    text
}

fn bullets(bullet: &str, lines: &[String]) -> String {
    let shown = lines.iter().take(LISTED);
    let mut text: String = shown.map(|line| format!("{bullet} {}\n", cell(line))).collect();
    if let Some(more @ 1..) = lines.len().checked_sub(LISTED) {
        text.push_str(&format!("- … and {more} more\n"));
    }
    text
}

/// A part that a reader opens. The summary is HTML and the body Markdown.
fn folded(summary: &str, body: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{body}\n</details>\n\n")
}

/// Text of a document, cut to fit a cell.
pub(crate) fn cell(text: &str) -> String {
    cut(text, CELL)
}

/// Text of a document, cut to fit a cell beside other text.
fn short(text: &str) -> String {
    cut(text, SHORT)
}

/// Text of a document of at most about this length. Escapes are longer than what they show, so they count, too.
fn cut(text: &str, length: usize) -> String {
    let mut kept = length;
    loop {
        let end = text.floor_char_boundary(kept);
        let safe = escape::markdown(&text[..end]);
        if safe.len() <= 2 * length || kept <= 16 {
            let note = if end < text.len() { "…" } else { "" };
            return format!("{safe}{note}");
        }
        kept /= 2;
    }
}

/// Text of a document inside a `<summary>`: as code, because hosts turn names and numbers elsewhere into links.
pub(crate) fn summary_html(text: &str) -> String {
    let end = text.floor_char_boundary(CELL);
    format!("<code>{}</code>", escape::html(&text[..end]))
}
