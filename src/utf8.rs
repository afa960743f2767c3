//! Checks that text in pieces is UTF-8.

/// Checks the pieces of one text, cut anywhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Utf8Check {
    /// The first bytes of an incomplete character.
    open: Vec<u8>,
    broken: bool,
}

impl Utf8Check {
    /// Checks the next piece.
    pub(crate) fn push(&mut self, mut piece: &[u8]) {
        while !self.broken && !self.open.is_empty() && !piece.is_empty() {
            self.open.push(piece[0]);
            piece = &piece[1..];
            match std::str::from_utf8(&self.open) {
                Ok(_) => self.open.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
        }
        if self.broken || piece.is_empty() {
            return;
        }
        if let Err(error) = std::str::from_utf8(piece) {
            self.broken = error.error_len().is_some();
            self.open.extend_from_slice(&piece[error.valid_up_to()..]);
        }
    }

    /// Whether the whole text was UTF-8, now that it has ended.
    pub(crate) fn is_valid(&self) -> bool {
        !self.broken && self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_give_the_same_answer_as_the_whole(
            text in "[a-zé€😀]{0,12}", damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
            size in 1_usize..5
        ) {
            let mut bytes = text.into_bytes();
            if let Some((at, byte)) = damage && !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let mut check = Utf8Check::default();
            bytes.chunks(size).for_each(|piece| check.push(piece));
            prop_assert_eq!(check.is_valid(), std::str::from_utf8(&bytes).is_ok());
        }
    }
}
