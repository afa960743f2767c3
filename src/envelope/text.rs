//! The text of a document without its blob, which maps file offsets to lines and columns.
//!
//! Invariant: offsets count bytes of the file.

use std::collections::BTreeMap;

use memchr::{memchr_iter, memrchr};

use super::offset_map::OffsetMap;

/// A document's text without its blob.
#[derive(Debug, Default)]
pub struct EnvelopeText {
    text: Vec<u8>,
    map: OffsetMap,
}

/// A line and a column, both from one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineColumn {
    /// Lines end with a line feed.
    pub line: usize,
    /// In characters.
    pub column: usize,
}

impl EnvelopeText {
    pub(super) fn new(text: Vec<u8>, map: OffsetMap) -> Self {
        Self { text, map }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn map(&self) -> &OffsetMap {
        &self.map
    }

    /// The place of a file offset in the text. For an omitted part, the place where it was.
    pub(super) fn position(&self, offset: u64) -> usize {
        let mut left_out = 0;
        for elision in &self.map.elisions {
            let start = elision.at as u64 + left_out;
            if offset <= start {
                break;
            }
            if offset < start + elision.length {
                return elision.at;
            }
            left_out += elision.length;
        }
        usize::try_from(offset - left_out).map_or(self.text.len(), |at| at.min(self.text.len()))
    }

    /// Lines and columns of file offsets, in one pass, without offsets behind the file's end. The blob's text has no line
    /// breaks, as every string in JSON.
    pub fn lines(&self, offsets: impl Iterator<Item = u64>) -> BTreeMap<u64, LineColumn> {
        let mut lines: BTreeMap<u64, LineColumn> =
            offsets.map(|offset| (offset, LineColumn::default())).collect();
        let mut left_out = 0;
        let mut elisions = self
            .map
            .elisions
            .iter()
            .map(|elision| {
                let start = elision.at as u64 + left_out;
                left_out += elision.length;
                (elision, start)
            })
            .collect::<Vec<_>>()
            .into_iter()
            .peekable();
        let length = self.text.len() as u64 + left_out;
        let mut here = Here {
            text: &self.text,
            at: 0,
            place: LineColumn { line: 1, column: 1 },
        };
        lines.retain(|offset, place| {
            if *offset > length {
                return false;
            }
            while let Some((elision, start)) =
                elisions.next_if(|(elision, start)| start + elision.length <= *offset)
            {
                here.go_to(elision.at);
                here.place = here.after(elision.characters_before(elision.length, start));
            }
            match elisions.peek().filter(|(_, start)| start <= offset) {
                Some((elision, start)) => {
                    here.go_to(elision.at);
                    *place = here.after(elision.characters_before(offset - start, *start));
                }
                None => {
                    here.go_to(self.position(*offset));
                    *place = here.place;
                }
            }
            true
        });
        lines
    }
}

/// A place in the text and its line and column in the file.
struct Here<'a> {
    text: &'a [u8],
    at: usize,
    place: LineColumn,
}

impl Here<'_> {
    /// Moves forward in the text; callers go through offsets in order.
    fn go_to(&mut self, at: usize) {
        let between = &self.text[self.at..at];
        let rest = match memrchr(b'\n', between) {
            Some(last) => {
                self.place.line += memchr_iter(b'\n', between).count();
                self.place.column = 1;
                &between[last + 1..]
            }
            None => between,
        };
        // Counts bytes that begin a character.
        self.place.column += rest.iter().filter(|byte| (**byte & 0xc0) != 0x80).count();
        self.at = at;
    }

    fn after(&self, characters: u64) -> LineColumn {
        let characters = usize::try_from(characters).unwrap_or(usize::MAX);
        LineColumn {
            column: self.place.column.saturating_add(characters),
            ..self.place
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::StreamedDocument;
    use super::*;

    fn around(file: &str) -> EnvelopeText {
        let document = StreamedDocument::read(file.as_bytes(), |blob| {
            std::io::copy(blob, &mut std::io::sink()).unwrap();
        });
        document.unwrap().into_parts().1
    }

    #[test]
    fn columns_count_characters_from_one() {
        let file = "{\n  \"é\": 1,\r\n\n}";
        let lines = around(file).lines([8, 0, 2, 14, 15, 16, 99].into_iter());
        let at = |offset| lines.get(&offset).map(|place| (place.line, place.column));
        assert_eq!(at(0), Some((1, 1)));
        assert_eq!(at(2), Some((2, 1)));
        assert_eq!(at(8), Some((2, 6)), "behind a character of two bytes");
        assert_eq!(at(14), Some((3, 1)));
        assert_eq!(at(15), Some((4, 1)));
        assert_eq!(at(16), Some((4, 2)), "the end of the file");
        assert_eq!(at(99), None);
        assert_eq!(at(1), None, "not asked for");
    }

    #[test]
    fn columns_count_the_blob() {
        let file = "{\"blob\": \"AAAABBBB\",\n \"x\": \"é\", \"blob\": \"CCC€\", \"y\": 1}";
        let around = around(file);
        assert!(around.text().len() < file.len() - 8, "both blobs are gone");
        let places = around.lines(0..=file.len() as u64);
        // The middle of a character has no column.
        for (offset, place) in places
            .into_iter()
            .filter(|(offset, _)| file.is_char_boundary(*offset as usize))
        {
            let before = &file.as_bytes()[..offset as usize];
            let line = before.iter().filter(|byte| **byte == b'\n').count();
            let start = before
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let column = before[start..]
                .iter()
                .filter(|byte| (**byte & 0xc0) != 0x80)
                .count();
            assert_eq!((place.line, place.column), (line + 1, column + 1), "{offset}");
        }
    }

    #[test]
    fn escape_behind_a_wide_character_has_its_column() {
        let file = "{\"blob\": \"A€A\\/\"}";
        let at = file.find('\\').map(|at| at as u64).unwrap();
        assert_eq!(
            around(file).lines([at].into_iter())[&at],
            LineColumn { line: 1, column: 14 }
        );
    }

    #[test]
    fn text_behind_the_document_has_its_line() {
        let file = "{\"blob\": \"AAAA\"}\n \n  x";
        let at = file.len() as u64 - 1;
        assert_eq!(
            around(file).lines([at].into_iter())[&at],
            LineColumn { line: 3, column: 3 }
        );
    }
}
