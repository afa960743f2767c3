//! Where a text comes from: whole from a file, or from one of which parts were left out while it was read.
//!
//! Invariant: every offset that leaves this module counts bytes of the file.

/// Bytes of the file that the text doesn't have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Elision {
    /// Where in the text, its byte order mark included.
    pub(super) at: usize,
    /// How many.
    pub(super) length: u64,
    /// What they were, if they were the content of a string.
    pub(super) string: Option<ElidedString>,
}

impl Elision {
    /// How many characters are before a distance from its begin. Of a string, that is told for places that anything is said
    /// of: its end, its first escape, and base64 text, which is ASCII.
    pub(super) fn characters_before(&self, distance: u64, start: u64) -> u64 {
        let string = self.string.as_ref();
        let continuing = match string.and_then(|string| string.escape_at) {
            _ if distance == self.length => string.map_or(0, |string| string.continuing),
            Some((escape, before)) if start + distance == escape => before,
            _ => 0,
        };
        distance - continuing
    }
}

/// Bytes of a text that show whether it is base64.
pub(super) const BEGIN: usize = 16;

/// What is to be said of a string whose content was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ElidedString {
    /// File offset of its first escape, and how many of the bytes before it continue a character.
    pub(super) escape_at: Option<(u64, u64)>,
    /// Whether its escapes leave a lone surrogate, so that it stands for no text.
    pub(super) lone_surrogate: bool,
    /// How many of its bytes continue a character.
    pub(super) continuing: u64,
    /// Its first bytes, up to an escape and up to [`BEGIN`].
    pub(super) begin: Vec<u8>,
}

impl ElidedString {
    /// Keeps the next bytes that still belong to its beginning.
    pub(super) fn begin_with(&mut self, bytes: &[u8]) {
        if self.escape_at.is_none() {
            let room = BEGIN.saturating_sub(self.begin.len()).min(bytes.len());
            self.begin.extend_from_slice(&bytes[..room]);
        }
    }
}

/// The place of a text in its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OffsetMap {
    /// Bytes of the text that precede what is parsed: a byte order mark.
    pub(super) base: usize,
    /// In the order of the text.
    pub(super) gaps: Vec<Elision>,
}

impl OffsetMap {
    /// The file offset of a place in what is parsed.
    pub(super) fn offset(&self, at: usize) -> u64 {
        (self.base + at) as u64 + self.left_out(at)
    }

    /// How many bytes of the file before this place the text doesn't have.
    pub(super) fn left_out(&self, at: usize) -> u64 {
        let before = self.gaps.iter().take_while(|gap| gap.at <= self.base + at);
        before.map(|gap| gap.length).sum()
    }

    /// The string whose content was left out at this place, and its position among the gaps.
    pub(super) fn string_at(&self, at: usize) -> Option<(usize, &ElidedString)> {
        let index = self.gaps.iter().position(|gap| gap.at == self.base + at)?;
        Some((index, self.gaps[index].string.as_ref()?))
    }
}
