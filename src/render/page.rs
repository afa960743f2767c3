//! A page of Markdown no longer than the large code hosts take a comment.

use exportdoc::escape;

use super::diff_words as words;

/// Comments of 65 536 characters are taken; the rest is for the notes at the end.
pub(super) const LIMIT: usize = 60_000;
/// A cell longer than this hides its table.
pub(super) const CELL: usize = 300;

/// A page on its way.
pub(super) struct Page {
    text: String,
    left_out: u64,
    command: &'static str,
}

impl Page {
    /// An empty one of a command, which shows everything where the page can't.
    pub(super) fn of(command: &'static str) -> Self {
        Self {
            text: String::new(),
            left_out: 0,
            command,
        }
    }

    /// A part that can't be missing.
    pub(super) fn required(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// A part that is left out when the page is full.
    pub(super) fn optional(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= LIMIT;
        if fits {
            self.text.push_str(part);
        } else {
            self.left_out += 1;
        }
        fits
    }

    /// The text, with a count of what was left out.
    pub(super) fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!(
                "\n{} left out here for length; `{}` shows everything.\n",
                words::counted(self.left_out, "part"),
                self.command
            ));
        }
        self.text
    }
}

/// Text of a document.
pub(super) fn markdown(text: &str) -> String {
    escape::markdown(text)
}

/// Text of a document, cut to what a cell can hold.
pub(super) fn cell(text: &str) -> String {
    let end = text.floor_char_boundary(CELL);
    let note = if end < text.len() { "…" } else { "" };
    format!("{}{note}", escape::markdown(&text[..end]))
}
