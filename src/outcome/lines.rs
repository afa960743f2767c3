//! Lines and columns of byte offsets, for formats whose readers don't count bytes.

use std::collections::BTreeMap;

use exportdoc::internal::audit::TextPlace;
use exportdoc::internal::envelope::LineColumn;

/// Lines and columns of some byte offsets in one file.
#[derive(Debug, Default)]
pub(crate) struct Lines(BTreeMap<u64, LineColumn>);

impl Lines {
    /// The line and column of an offset that was looked up before.
    pub(crate) fn get(&self, offset: u64) -> Option<LineColumn> {
        self.0.get(&offset).copied()
    }
}

impl FromIterator<(u64, LineColumn)> for Lines {
    fn from_iter<T: IntoIterator<Item = (u64, LineColumn)>>(places: T) -> Self {
        Self(places.into_iter().collect())
    }
}

impl FromIterator<TextPlace> for Lines {
    fn from_iter<T: IntoIterator<Item = TextPlace>>(places: T) -> Self {
        let place = |place: TextPlace| {
            let TextPlace { line, column, offset } = place;
            (offset as u64, LineColumn { line, column })
        };
        places.into_iter().map(place).collect()
    }
}
