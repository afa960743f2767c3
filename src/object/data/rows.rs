//! Counts the rows of a lookup.

use memchr::memmem;

/// Counts lookup rows in pieces of XML text, without parsing it.
#[derive(Default)]
pub(super) struct RowCount {
    pub(super) count: u64,
    /// The end of the previous piece, shorter than a tag.
    tail: Vec<u8>,
}

const ROW: &[u8] = b"<row ";

impl RowCount {
    pub(super) fn push(&mut self, piece: &[u8]) {
        let overlap = ROW.len() - 1;
        self.tail.extend_from_slice(&piece[..piece.len().min(overlap)]);
        self.count += count_rows(&self.tail);
        if piece.len() >= overlap {
            self.count += count_rows(piece);
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - overlap..]);
        } else {
            let surplus = self.tail.len().saturating_sub(overlap);
            self.tail.drain(..surplus);
        }
    }
}

/// Counts lookup rows without copying or parsing the XML text: it can be megabytes.
pub(super) fn count_rows(text: &[u8]) -> u64 {
    memmem::find_iter(text, ROW).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_across_the_pieces_of_their_text() {
        let text = br#"<rows><row id="1" value="<row"/><ro<row id="2"/></rows><row "#;
        for size in 1..text.len() {
            let mut rows = RowCount::default();
            text.chunks(size).for_each(|piece| rows.push(piece));
            assert_eq!(rows.count, 3, "pieces of {size}");
        }
    }
}
