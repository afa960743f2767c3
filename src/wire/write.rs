//! Writes protobuf messages as engines do: with minimal varints, and fields in the order of the calls.

/// Collects the bytes of one message.
#[derive(Debug, Default, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    fn raw_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A varint field.
    pub fn varint(&mut self, number: u32, value: u64) -> &mut Self {
        self.raw_varint(u64::from(number) << 3);
        self.raw_varint(value);
        self
    }

    /// A varint field of a signed number (ten bytes if negative, as protobuf's int64).
    pub fn int(&mut self, number: u32, value: i64) -> &mut Self {
        self.varint(number, value.cast_unsigned())
    }

    /// A length-delimited field.
    pub fn bytes(&mut self, number: u32, value: &[u8]) -> &mut Self {
        self.bytes_head(number, value.len());
        self.bytes.extend_from_slice(value);
        self
    }

    /// Tag and length of a length-delimited field.
    pub fn bytes_head(&mut self, number: u32, length: usize) -> &mut Self {
        self.raw_varint(u64::from(number) << 3 | 2);
        self.raw_varint(length as u64);
        self
    }

    /// A text field.
    pub fn text(&mut self, number: u32, value: &str) -> &mut Self {
        self.bytes(number, value.as_bytes())
    }

    /// A nested message, written by `fill`.
    pub fn message(&mut self, number: u32, fill: impl FnOnce(&mut Writer)) -> &mut Self {
        let mut inner = Writer::new();
        fill(&mut inner);
        self.bytes(number, &inner.bytes)
    }

    /// A wrapper message around a text.
    pub fn wrapped_text(&mut self, number: u32, value: &str) -> &mut Self {
        self.message(number, |w| {
            w.text(1, value);
        })
    }

    /// A wrapper message around a number.
    pub fn wrapped_int(&mut self, number: u32, value: i64) -> &mut Self {
        self.message(number, |w| {
            w.int(1, value);
        })
    }

    /// Encoded fields, unchanged.
    pub fn raw(&mut self, fields: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(fields);
        self
    }

    /// The finished message.
    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}
