//! Colours of the terminal, and text that is safe to print there.

use std::borrow::Cow;
use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use exportdoc::internal::escape;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default();

/// Puts a text into a style. The caller escapes it.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Escapes a text that comes out of a document.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    escape::terminal(text)
}
