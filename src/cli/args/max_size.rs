//! The option `--max-size`.

use std::str::FromStr;

/// The bound on the size of an input, by default some gibibytes: 16 for commands that stream their documents, 1 for
/// those that hold them in memory.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct MaxSize<const GIB: u64> {
    /// Refuse inputs larger than this many bytes, such as 512, 64K, 20M or 2G
    #[arg(long, value_name = "BYTES", default_value = if GIB == 1 { "1G" } else { "16G" })]
    max_size: Size,
}

impl<const GIB: u64> MaxSize<GIB> {
    /// The bound in bytes.
    pub(crate) fn bytes(self) -> u64 {
        self.max_size.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(u64);

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (digits, factor) = match text.char_indices().last() {
            Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
            Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
            Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
            _ => (text, 1),
        };
        let number: u64 = digits
            .parse()
            .map_err(|_| "expected a number of bytes such as 512, 64K or 1G")?;
        number.checked_mul(factor).map(Self).ok_or("too large")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        let read = |text: &str| text.parse::<Size>().map(|size| size.0);
        assert_eq!(read("512"), Ok(512));
        assert_eq!(read("2K"), Ok(2048));
        assert_eq!(read("1g"), Ok(1 << 30));
        assert!(read("x").is_err() && read("").is_err() && read("99999999999G").is_err());
    }
}
