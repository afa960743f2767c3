//! Converts UTF-16 text to UTF-8.

use std::io::{self, BufRead, BufReader, Read};

use crate::byte_order_mark::Utf16;

use super::ContainerError;

/// Reads UTF-16 text as UTF-8, without a byte order mark.
#[derive(Debug)]
pub struct Utf16Reader<R> {
    source: BufReader<R>,
    order: Utf16,
    /// Bytes taken from the source.
    position: u64,
    /// Decoded bytes, and the number of them that were given.
    ready: Vec<u8>,
    given: usize,
}

/// Units decoded at a time.
const UNITS: usize = 8 * 1024;

impl<R: Read> Utf16Reader<R> {
    /// A reader of text in this byte order.
    pub fn new(source: R, order: Utf16) -> Self {
        Self {
            source: BufReader::new(source),
            order,
            position: 0,
            ready: Vec::new(),
            given: 0,
        }
    }

    fn unit(&mut self) -> io::Result<Option<u16>> {
        let mut bytes = [0; 2];
        for (have, slot) in bytes.iter_mut().enumerate() {
            match self.source.fill_buf()?.first() {
                Some(byte) => *slot = *byte,
                None => return if have == 0 { Ok(None) } else { Err(self.broken()) },
            }
            self.source.consume(1);
            self.position += 1;
        }
        Ok(Some(match self.order {
            Utf16::LittleEndian => u16::from_le_bytes(bytes),
            Utf16::BigEndian => u16::from_be_bytes(bytes),
        }))
    }

    fn broken(&self) -> io::Error {
        let offset = self.position.saturating_sub(2);
        ContainerError::Utf16 { offset }.into()
    }

    fn decode_more(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        for _ in 0..UNITS {
            let at = self.position;
            let Some(first) = self.unit()? else { break };
            if at == 0 && first == 0xfeff {
                continue;
            }
            let second = match first {
                0xd800..=0xdbff => Some(self.unit()?.ok_or_else(|| self.broken())?),
                _ => None,
            };
            for character in char::decode_utf16(std::iter::once(first).chain(second)) {
                let character = character.map_err(|_| self.broken())?;
                self.ready
                    .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.decode_more()?;
        }
        let rest = self.ready.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], order: Utf16) -> io::Result<String> {
        let mut text = String::new();
        Utf16Reader::new(bytes, order).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn both_byte_orders_are_read_beyond_one_buffer() {
        let text = "\u{1f511} Schlüssel, ".repeat(3000);
        let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&little, Utf16::LittleEndian).unwrap(), text);
        assert_eq!(decoded(&big, Utf16::BigEndian).unwrap(), text);
    }

    #[test]
    fn half_a_character_is_an_error() {
        for bytes in [&b"a\0b"[..], b"a\0\x3d\xd8", b"a\0\x3d\xd8b\0", b"a\0\x11\xdd"] {
            let error = decoded(bytes, Utf16::LittleEndian).unwrap_err();
            assert!(error.to_string().contains("damaged UTF-16 text"), "{error}");
        }
    }
}
