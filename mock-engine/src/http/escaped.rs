//! Text of clients, made safe for logs and terminals.

use std::fmt::{self, Write as _};

/// Text of unknown origin, safe for a terminal and for one line.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            // Besides control characters: characters that reorder or hide text on a terminal.
            if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        let text = "a\r\nINFO forged \u{1b}[31m \u{202e}ä";
        assert_eq!(
            Escaped(text).to_string(),
            r"a\u{d}\u{a}INFO forged \u{1b}[31m \u{202e}ä"
        );
    }
}
