//! Escapes text from a document for terminals, Markdown, HTML and JSON.
//! Invariant: text from a document cannot move a cursor, hide or reorder text, break out of a table cell or a log
//! line, or open a tag. Escapes are visible (`\u{202e}`).

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

/// For one line of Markdown, table cells included: as [`terminal`], and without markup, links, mentions, references to
/// issues or commits, or emoji. Code hosts search the rendered text for these, after escapes are gone, but not code.
/// So everything but plain words is written as code.
pub fn markdown(text: &str) -> String {
    let text = terminal(text);
    if is_plain(&text) {
        return text.replace('_', "\\_").replace('(', "\\(").replace(')', "\\)");
    }
    // A bar ends a table cell even in code, and a backslash doesn't always prevent it.
    let text = text.replace('|', "\\u{7c}");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    match text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// Whether text is plain words, with only the punctuation that ends or joins words.
fn is_plain(text: &str) -> bool {
    let mut next = text.chars().skip(1).chain([' ']);
    let words = text.chars().all(|c| {
        let next = next.next().unwrap_or(' ');
        match c {
            // `:tada:` is an emoji.
            ':' => next == ' ',
            // `GH-12` is an issue.
            '-' => !next.is_ascii_digit(),
            ' ' | '.' | ',' | ';' | '\'' | '"' | '?' | '/' | '(' | ')' | '_' | '…' | '→' | '–' => true,
            c => c.is_alphanumeric(),
        }
    });
    let hex = |word: &str| word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit());
    words
        && !text.starts_with([' ', '-'])
        && !text.to_ascii_lowercase().contains("www.")
        && !text.split(|c: char| !c.is_alphanumeric()).any(hex)
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

/// For JSON text that may reach a terminal: `\\u` escapes for what [`terminal`] escapes, which mean the same to a JSON
/// parser. Line breaks between values stay.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| c != '\n' && is_unsafe(c);
    // Most text has only printable ASCII and line breaks. One look at all bytes shows that sooner than its characters do.
    let odd = |byte: u8| ((byte < 0x20) & (byte != b'\n')) | (byte >= 0x7f);
    if !text.bytes().fold(false, |found, byte| found | odd(byte)) || !text.chars().any(is_hidden) {
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
    if c.is_ascii() {
        return c.is_ascii_control();
    }
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
    fn plain_words_stay_words_in_markdown() {
        for (text, shown) in [
            ("2 errors, 1 warning", "2 errors, 1 warning"),
            (
                "MASKING_JOB 4 (Nightly): host db",
                "MASKING\\_JOB 4 \\(Nightly\\): host db",
            ),
            ("exports/a-b.json", "exports/a-b.json"),
        ] {
            assert_eq!(markdown(text), shown);
        }
    }

    #[test]
    fn what_could_be_markup_or_a_link_is_code_in_markdown() {
        for (text, shown) in [
            ("a|b\n<script>", "`a\\u{7c}b\\n<script>`"),
            ("@team", "`@team`"),
            ("`@team`", "`` `@team` ``"),
            ("GH-12", "`GH-12`"),
            ("www.example.com", "`www.example.com`"),
            ("at 0123abc", "`at 0123abc`"),
            (":tada:", "`:tada:`"),
            (" x", "`  x `"),
            ("- x", "`- x`"),
        ] {
            assert_eq!(markdown(text), shown);
        }
    }

    #[test]
    fn html_cannot_open_a_tag_or_attribute() {
        assert_eq!(html("<a href=\"'&\">"), "&lt;a href=&quot;&#39;&amp;&quot;&gt;");
    }
}
