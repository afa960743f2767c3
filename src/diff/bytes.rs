//! The common prefix and suffix of byte strings. Compares blocks, because most inputs are large and nearly equal.

const BLOCK: usize = 4 * 1024;

/// The length of the common prefix.
pub(super) fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.chunks(BLOCK).zip(other.chunks(BLOCK));
    let equal: usize = blocks
        .take_while(|(a, b)| a == b)
        .map(|(block, _)| block.len())
        .sum();
    let rest = one[equal..].iter().zip(&other[equal..]);
    equal + rest.take_while(|(a, b)| a == b).count()
}

/// The length of the common suffix.
pub(super) fn common_suffix(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.rchunks(BLOCK).zip(other.rchunks(BLOCK));
    let equal: usize = blocks
        .take_while(|(a, b)| a == b)
        .map(|(block, _)| block.len())
        .sum();
    let rest = one[..one.len() - equal]
        .iter()
        .rev()
        .zip(other[..other.len() - equal].iter().rev());
    equal + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_difference_are_found_anywhere() {
        let one = vec![7; 3 * BLOCK + 5];
        for at in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 3, one.len() - 1] {
            let mut other = one.clone();
            other[at] = 8;
            assert_eq!(common_prefix(&one, &other), at);
            assert_eq!(common_suffix(&one, &other), one.len() - 1 - at);
        }
        assert_eq!(common_prefix(&one, &one[..BLOCK + 1]), BLOCK + 1);
        assert_eq!(common_suffix(&one[..9], &one), 9);
    }
}
