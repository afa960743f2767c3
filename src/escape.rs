//! Makes text from a document safe for where it goes.
//!
//! Invariant: nothing that comes out of a document can move a cursor, hide or reorder text, break out of a table cell or
//! a log line, or open a tag. Escaping is visible (`\u{202e}`), so a reader sees that something was there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// For terminals and log lines: control, bidirectional and other invisible formatting characters are shown as escapes,
/// and so is the backslash before what looks like one.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if is_unsafe(c) => {
                // Writing to a String can't fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// For one line of Markdown, table cells included: as [`terminal`], with what Markdown or HTML would read as markup
/// made literal.
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~'
            | ':' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

/// For HTML text and quoted attributes: as [`terminal`], with the five markup characters as entities.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// For JSON text that may end up on a terminal: what [`terminal`] would escape stands as `\\u` escapes, which mean the
/// same to a JSON parser. Line breaks between the values stay.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| c != '\n' && is_unsafe(c);
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Control characters, and those that reorder or hide text without showing: bidirectional controls, zero-width
/// characters, line and paragraph separators, variation selectors, tags; and the two noncharacters that XML can't hold.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_untouched() {
        assert!(matches!(terminal("Müller – 1 € \\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn terminal_control_and_bidi_characters_become_visible() {
        assert_eq!(
            terminal("a\u{1b}[31mb\nc\u{202e}d\u{7f}"),
            "a\\u{1b}[31mb\\nc\\u{202e}d\\u{7f}"
        );
    }

    #[test]
    fn noncharacters_that_xml_cannot_hold_become_visible() {
        assert_eq!(terminal("\u{fffe}\u{ffff}\u{fffd}"), "\\u{fffe}\\u{ffff}\u{fffd}");
    }

    #[test]
    fn json_means_the_same_with_hidden_characters_escaped() {
        let value = serde_json::json!({ "a\u{202e}": ["\u{9b}\u{7f}\u{e0041}", "plain é\n"] });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = json(&text);
        assert!(safe.contains(r"a\u202e") && safe.contains(r"\u009b\u007f\udb40\udc41"));
        assert!(!safe.chars().any(|c| c != '\n' && is_unsafe(c)));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }

    #[test]
    fn markdown_cannot_leave_its_cell() {
        assert_eq!(markdown("a|b\n<script>"), "a\\|b\\\\n&lt;script&gt;");
        assert_eq!(
            markdown("[x](http://e) @team"),
            "\\[x\\]\\(http\\://e\\) &#64;team"
        );
    }

    #[test]
    fn html_cannot_open_a_tag_or_attribute() {
        assert_eq!(html("<a href=\"'&\">"), "&lt;a href=&quot;&#39;&amp;&quot;&gt;");
    }
}
