//! Texts in the columns of a terminal.

use comfy_table::Table;

/// The columns that a text takes. Colours take none.
pub(super) fn measure(text: &str) -> usize {
    if text.contains('\x1b') {
        return measure(&anstream::adapter::strip_str(text).to_string());
    }
    if text.is_ascii() {
        return text.len();
    }
    // The same measure as in the tables.
    let mut table = Table::new();
    table.add_row([text]);
    table
        .column_max_content_widths()
        .first()
        .map_or(0, |width| usize::from(*width))
}

/// Lines of at most `width` columns, broken between words. A longer word has its own line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for (at, word) in text.split(' ').enumerate() {
        let wide = measure(word);
        if at > 0 && taken + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        } else if at > 0 {
            line.push(' ');
            taken += 1;
        }
        line.push_str(word);
        taken += wide;
    }
    lines.push(line);
    lines
}

/// A text of at most `width` columns: both ends say more than the beginning alone, since names often differ at the end.
pub(super) fn cut(text: &str, width: usize) -> String {
    if measure(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = taken(text.chars(), room.div_ceil(2));
    let tail: String = taken(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{head}…{tail}")
}

/// The characters that `room` columns hold.
fn taken(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut left = room;
    let mut text = String::new();
    for char in chars {
        let wide = measure(char.encode_utf8(&mut [0; 4]));
        if wide > left {
            break;
        }
        left -= wide;
        text.push(char);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_only() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("extraordinary two", 5), ["extraordinary", "two"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("\x1b[31mone\x1b[0m two", 7).len(), 1);
    }

    #[test]
    fn cut_text_keeps_both_ends() {
        assert_eq!(cut("FirstNameLookup_v2", 9), "Firs…p_v2");
        assert_eq!(cut("short", 5), "short");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(measure("日本"), 4);
        assert_eq!(cut("日本日本", 5), "日…本");
    }
}
