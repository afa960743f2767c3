//! Dependency graphs: as DOT and Mermaid for other programs, and as SVG that needs none.

pub(crate) mod dot;
mod layout;
pub(crate) mod mermaid;
pub(crate) mod svg;

use crate::outcome::picture::PictureBox;

/// The most characters of a name in a picture.
const LABEL: usize = 36;

/// A text of a document, escaped as for terminals and cut to fit a box.
fn short(text: &str) -> String {
    let safe = exportdoc::internal::escape::terminal(text);
    if safe.chars().count() <= LABEL {
        return safe.into_owned();
    }
    let start: String = safe.chars().take(LABEL - 1).collect();
    format!("{start}…")
}

/// The second line of a box: its sign and name, or how many objects it stands for.
fn label(shown: &PictureBox) -> String {
    let text = match shown.count() {
        1 => short(&shown.label),
        count => format!("{count} objects"),
    };
    match shown.mark.sign() {
        "" => text,
        sign => format!("{sign} {text}"),
    }
}

/// The third line of a folded box: the names that it begins with.
fn names(shown: &PictureBox) -> Option<String> {
    (!shown.folded.is_empty()).then(|| short(&shown.folded.join(", ")))
}
