//! Comments on pull requests.
//!
//! Invariant: a comment is never longer than the large code hosts accept, and it says so if parts are omitted.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod plan;

use exportdoc::internal::escape;

use crate::render::words::counted;

/// The hosts accept 65,536 characters; the rest is for the notes at the end.
pub(crate) const LIMIT: usize = 60_000;
/// The longest text of a document in a table cell.
const CELL: usize = 300;

/// A comment whose less important parts are omitted when it is full.
#[derive(Default)]
pub(crate) struct Page {
    text: String,
    omitted: u64,
}

impl Page {
    /// Adds a part in any case.
    pub(crate) fn required(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// Adds a part if it fits.
    pub(crate) fn optional(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= LIMIT;
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

/// Text of a document, cut to fit a cell.
pub(crate) fn cell(text: &str) -> String {
    let end = text.floor_char_boundary(CELL);
    let note = if end < text.len() { "…" } else { "" };
    format!("{}{note}", escape::markdown(&text[..end]))
}

/// Text of a document inside a `<summary>`: as code, because hosts turn names and numbers elsewhere into links.
pub(crate) fn summary_html(text: &str) -> String {
    let end = text.floor_char_boundary(CELL);
    format!("<code>{}</code>", escape::html(&text[..end]))
}
