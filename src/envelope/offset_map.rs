//! Maps places in a text to offsets in the file, for text from which parts were omitted while it was read.
//!
//! Invariant: every offset that leaves this module counts bytes of the file.

/// Bytes of the file that the text lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Elision {
    /// Their place in the text, counted from before a byte order mark.
    pub(super) at: usize,
    /// Their number.
    pub(super) length: u64,
    /// Facts about them if they are the content of a string.
    pub(super) string: Option<ElidedString>,
}

impl Elision {
    /// Characters before byte `distance` of the elision, which begins at file offset `start`. Exact only at the
    /// elision's end, at its first escape, and in ASCII.
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

/// Bytes at the start of a text that show whether it is base64.
pub(super) const BEGIN: usize = 16;

/// Facts about a string whose content was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ElidedString {
    /// File offset of its first escape, and the number of bytes before it that continue a character.
    pub(super) escape_at: Option<(u64, u64)>,
    /// Whether an escape is half of a surrogate pair, so that the string isn't text.
    pub(super) lone_surrogate: bool,
    /// Number of its bytes that continue a character.
    pub(super) continuing: u64,
    /// Its first bytes, up to an escape and up to [`BEGIN`].
    pub(super) begin: Vec<u8>,
}

impl ElidedString {
    /// Keeps the next bytes as long as they belong to its beginning.
    pub(super) fn begin_with(&mut self, bytes: &[u8]) {
        if self.escape_at.is_none() {
            let room = BEGIN.saturating_sub(self.begin.len()).min(bytes.len());
            self.begin.extend_from_slice(&bytes[..room]);
        }
    }
}

/// How a text relates to its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OffsetMap {
    /// Bytes of a byte order mark before the text.
    pub(super) base: usize,
    /// In the order of the text.
    pub(super) elisions: Vec<Elision>,
    /// Bytes of the file.
    pub(super) file_length: u64,
}

impl OffsetMap {
    /// The map of a text that is a whole file.
    pub(super) fn whole(text: &[u8]) -> Self {
        Self {
            file_length: text.len() as u64,
            ..Self::default()
        }
    }

    /// The file offset of a place in the text.
    pub(super) fn offset(&self, at: usize) -> u64 {
        (self.base + at) as u64 + self.left_out(at)
    }

    /// Bytes of the file before this place that the text lacks.
    pub(super) fn left_out(&self, at: usize) -> u64 {
        let before = self.elisions.iter().take_while(|part| part.at <= self.base + at);
        before.map(|part| part.length).sum()
    }

    /// The string whose content was left out at this place, and its index among the elisions.
    pub(super) fn string_at(&self, at: usize) -> Option<(usize, &ElidedString)> {
        let index = self.elisions.iter().position(|part| part.at == self.base + at)?;
        Some((index, self.elisions[index].string.as_ref()?))
    }
}
