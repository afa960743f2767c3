//! Lines and columns of byte offsets, for formats whose readers know no bytes.

use std::collections::BTreeMap;

use exportdoc::audit::TextPlace;
use memchr::{memchr_iter, memrchr};

/// The lines and columns of some byte offsets in one file.
#[derive(Debug, Default)]
pub(crate) struct Lines(BTreeMap<u64, TextPlace>);

impl Lines {
    /// Looks the offsets up in one pass over the file. Offsets behind its end are left out.
    pub(crate) fn find(file: &[u8], offsets: impl Iterator<Item = u64>) -> Self {
        let mut lines: BTreeMap<u64, TextPlace> = offsets.map(|at| (at, TextPlace::default())).collect();
        let mut here = TextPlace {
            line: 1,
            column: 1,
            offset: 0,
        };
        lines.retain(|offset, place| {
            let Ok(offset) = usize::try_from(*offset) else {
                return false;
            };
            let Some(between) = file.get(here.offset..offset) else {
                return false;
            };
            let rest = match memrchr(b'\n', between) {
                Some(last) => {
                    here.line += memchr_iter(b'\n', between).count();
                    here.column = 1;
                    &between[last + 1..]
                }
                None => between,
            };
            here.column += characters(rest);
            here.offset = offset;
            *place = here;
            true
        });
        Self(lines)
    }

    /// The line and the column of an offset that was looked up.
    pub(crate) fn get(&self, offset: u64) -> Option<TextPlace> {
        self.0.get(&offset).copied()
    }
}

impl FromIterator<TextPlace> for Lines {
    fn from_iter<T: IntoIterator<Item = TextPlace>>(places: T) -> Self {
        Self(
            places
                .into_iter()
                .map(|place| (place.offset as u64, place))
                .collect(),
        )
    }
}

/// Code points of UTF-8: bytes that continue none.
fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_columns_in_characters() {
        let file = "{\n  \"é\": 1,\r\n\n}".as_bytes();
        let lines = Lines::find(file, [8, 0, 2, 14, 15, 16, 99].into_iter());
        let at = |offset| lines.get(offset).map(|place| (place.line, place.column));
        assert_eq!(at(0), Some((1, 1)));
        assert_eq!(at(2), Some((2, 1)));
        assert_eq!(at(8), Some((2, 6)), "behind a character of two bytes");
        assert_eq!(at(14), Some((3, 1)));
        assert_eq!(at(15), Some((4, 1)));
        assert_eq!(at(16), Some((4, 2)), "the end of the file");
        assert_eq!(at(99), None);
        assert_eq!(at(1), None, "nobody asked");
    }
}
