//! What the comments on pull requests have in common.
//!
//! Invariant: no page is longer than the large code hosts take a comment, and it says so when something is left out.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod plan;

use exportdoc::internal::escape;

use crate::render::words::diff::counted;

/// Comments of 65 536 characters are taken; the rest is for the notes at the end.
pub(crate) const LIMIT: usize = 60_000;
/// Text of a document longer than this hides its table.
const CELL: usize = 300;

/// A page whose less important parts are left out when it is full.
#[derive(Default)]
pub(crate) struct Page {
    text: String,
    left_out: u64,
}

impl Page {
    /// A part that is always there.
    pub(crate) fn required(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// A part that is left out when the page is full.
    pub(crate) fn optional(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= LIMIT;
        if fits {
            self.text.push_str(part);
        } else {
            self.left_out += 1;
        }
        fits
    }

    /// Parts that were never made, because they would not fit.
    pub(crate) fn leave_out(&mut self, parts: u64) {
        self.left_out += parts;
    }

    /// The text; `everything` is the command that shows what is left out.
    pub(crate) fn finish(mut self, everything: &str) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!(
                "\n{} left out here for length; `{everything}` shows everything.\n",
                counted(self.left_out, "part")
            ));
        }
        self.text
    }
}

/// Text of a document, cut to what a cell can hold.
pub(crate) fn cell(text: &str) -> String {
    let end = text.floor_char_boundary(CELL);
    let note = if end < text.len() { "…" } else { "" };
    format!("{}{note}", escape::markdown(&text[..end]))
}

/// Text inside a `<summary>`, where no Markdown is read, but names and numbers become links outside of code.
pub(crate) fn summary_html(text: &str) -> String {
    let end = text.floor_char_boundary(CELL);
    format!("<code>{}</code>", escape::html(&text[..end]))
}
