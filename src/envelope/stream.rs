//! Reads a document from a source: the blob is decoded as it comes, and everything around it is kept.
//!
//! Invariant: the parser sees the document as it stands, with gaps where the blob's text was; so a source gives the same
//! members, findings and errors as bytes in memory. Held are the JSON around the blob, up to a limit, and one piece of
//! the blob, however large either claims to be.

use std::io::{self, BufRead, Read};

use super::base64_decoder::Base64Decoder;
use super::base64_report::Base64Report;
use super::error::EnvelopeError;
use super::origin::{Gap, Origin, StringGap};
use super::parse::Envelope;
use super::structure::{Event, Structure};
use super::{MAX_AROUND_BLOB, MAX_MEMBERS};

/// Bytes of text decoded at a time: what they become stays in the processor's cache.
const PIECE: usize = 64 * 1024;
/// Bytes that are kept behind a syntax error, for the parser to see what follows.
const BEHIND_ERROR: usize = 16;
/// Bytes that are kept behind the document, to quote from.
const BEHIND_DOCUMENT: usize = 1024;

/// A document that was read from a source. `B` is what was made of the blob.
#[derive(Debug)]
pub(crate) struct StreamedDocument<B> {
    text: Vec<u8>,
    origin: Origin,
    length: u64,
    /// The limit on what is held, if it ended the reading.
    cut: Option<usize>,
    /// The last string under the blob's name: which gap it is, what was made of it, what was odd in its text.
    blob: Option<(usize, B, Base64Report)>,
}

impl<B> StreamedDocument<B> {
    /// Reads a source to its end. `blob` is given every string that may turn out to be the blob, and may leave of it what
    /// it doesn't want.
    ///
    /// # Errors
    /// A source that fails.
    pub(crate) fn read<S: BufRead>(
        source: S,
        blob: impl FnMut(&mut BlobBytes<'_, S>) -> B,
    ) -> io::Result<Self> {
        Self::read_up_to(source, MAX_AROUND_BLOB, blob)
    }

    fn read_up_to<S: BufRead>(
        source: S,
        limit: usize,
        mut blob: impl FnMut(&mut BlobBytes<'_, S>) -> B,
    ) -> io::Result<Self> {
        let mut scan = Scan::new(source);
        let mut structure = Structure::default();
        let (mut last, mut blobs) = (None, 0);
        while !scan.over {
            let piece = fill(&mut scan.source, &mut scan.failed);
            if piece.is_empty() || scan.text.len() > limit {
                break;
            }
            let (used, event) = structure.follow(&piece[..piece.len().min(PIECE)]);
            scan.text.extend_from_slice(&piece[..used]);
            scan.consume(used);
            match event {
                // A document with more of them is refused, so they needn't be understood.
                Event::Blob if blobs <= MAX_MEMBERS => {
                    blobs += 1;
                    let gap = scan.open_string();
                    let mut bytes = BlobBytes::new(&mut scan);
                    let made = blob(&mut bytes);
                    last = Some((gap, made, bytes.into_report()));
                    structure.after_blob();
                }
                Event::Blob => structure.enter_blob(),
                Event::More => {}
                Event::End => {
                    scan.skip_white_space();
                    scan.keep(BEHIND_DOCUMENT);
                    scan.drain();
                }
                Event::TooDeep => scan.drain(),
            }
        }
        let cut = (scan.text.len() > limit).then_some(limit);
        if let Some(error) = scan.failed {
            return Err(error);
        }
        Ok(Self {
            text: scan.text,
            origin: Origin {
                base: 0,
                gaps: scan.gaps,
            },
            length: scan.position,
            cut,
            blob: last,
        })
    }

    /// Bytes of the document.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The JSON; its blob has no text.
    ///
    /// # Errors
    /// As [`Envelope::parse`], and a limit on the JSON around the blob.
    pub(crate) fn envelope(&self) -> Result<Envelope<'_>, EnvelopeError> {
        match (
            Envelope::parse_text(&self.text, &self.origin, self.length),
            self.cut,
        ) {
            (Ok(_) | Err(EnvelopeError::Truncated { .. } | EnvelopeError::Empty), Some(limit)) => {
                Err(EnvelopeError::TooLarge { limit })
            }
            (answer, _) => answer,
        }
    }

    /// What was odd in the text of the string that the envelope takes for the blob.
    pub(crate) fn blob_text(&self, envelope: &Envelope<'_>) -> Option<&Base64Report> {
        let gap = envelope.blob()?.gap?;
        let (last, _, report) = self.blob.as_ref()?;
        (*last == gap).then_some(report)
    }

    /// What was made of the last string under the blob's name.
    pub(crate) fn into_blob(self) -> Option<B> {
        self.blob.map(|(_, made, _)| made)
    }
}

/// The source's next bytes; none at its end, or where it fails.
fn fill<'s, S: BufRead>(source: &'s mut S, failed: &mut Option<io::Error>) -> &'s [u8] {
    if failed.is_some() {
        return &[];
    }
    // Asked twice, since the borrow of a first answer can't be given up again.
    loop {
        match source.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                *failed = Some(error);
                return &[];
            }
        }
    }
    source.fill_buf().unwrap_or_default()
}

#[derive(Debug)]
struct Scan<S> {
    source: S,
    /// Bytes taken from the source.
    position: u64,
    failed: Option<io::Error>,
    text: Vec<u8>,
    gaps: Vec<Gap>,
    /// What has been read decides already that this is no document.
    over: bool,
}

impl<S: BufRead> Scan<S> {
    fn new(source: S) -> Self {
        Self {
            source,
            position: 0,
            failed: None,
            text: Vec::new(),
            gaps: Vec::new(),
            over: false,
        }
    }

    fn consume(&mut self, amount: usize) {
        self.source.consume(amount);
        self.position += amount as u64;
    }

    fn peek(&mut self) -> Option<u8> {
        fill(&mut self.source, &mut self.failed).first().copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.consume(1);
        Some(byte)
    }

    /// The content of a string begins here and will be left out; gives its position among the gaps.
    fn open_string(&mut self) -> usize {
        self.gaps.push(Gap {
            at: self.text.len(),
            length: 0,
            string: Some(StringGap::default()),
        });
        self.gaps.len() - 1
    }

    /// So many bytes, already taken, are left out here.
    fn left_out(&mut self, amount: usize) {
        let at = self.text.len();
        match self.gaps.last_mut() {
            Some(gap) if gap.at == at => gap.length += amount as u64,
            _ => self.gaps.push(Gap {
                at,
                length: amount as u64,
                string: None,
            }),
        }
    }

    fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.consume(1);
            self.left_out(1);
        }
    }

    /// Keeps the next bytes, and the rest of the character that they may end in.
    fn keep(&mut self, count: usize) {
        for _ in 0..count {
            let Some(byte) = self.take() else { return };
            self.text.push(byte);
        }
        for _ in 0..3 {
            let Some(byte @ 0x80..=0xbf) = self.peek() else {
                return;
            };
            self.text.push(byte);
            self.consume(1);
        }
    }

    /// The parser will fail at what comes next, which is kept so that it sees why; the rest only has to be UTF-8.
    fn fail(&mut self) {
        self.keep(BEHIND_ERROR);
        self.drain();
    }

    /// Leaves the rest out, but for bytes that aren't UTF-8.
    fn drain(&mut self) {
        while !self.over {
            let piece = fill(&mut self.source, &mut self.failed);
            if piece.is_empty() {
                self.over = true;
                return;
            }
            let piece = &piece[..piece.len().min(PIECE)];
            let valid = match std::str::from_utf8(piece) {
                Ok(_) => piece.len(),
                Err(error) => error.valid_up_to(),
            };
            self.consume(valid);
            self.left_out(valid);
            if valid == 0
                && let Some((_, length)) = self.character()
            {
                self.left_out(length);
            }
        }
    }

    /// Takes the next character and its length in bytes. What is no character is kept for the parser, and all is over.
    fn character(&mut self) -> Option<([u8; 4], usize)> {
        let (mut bytes, mut length) = ([0; 4], 0);
        while let (Some(slot), Some(byte)) = (
            bytes.get_mut(length),
            fill(&mut self.source, &mut self.failed).first(),
        ) {
            *slot = *byte;
            length += 1;
            self.consume(1);
            match std::str::from_utf8(&bytes[..length]) {
                Ok(_) => return Some((bytes, length)),
                Err(error) if error.error_len().is_some() => break,
                Err(_) => {}
            }
        }
        self.text.extend_from_slice(&bytes[..length]);
        // Whether these bytes are wrong or merely break off shows from those behind them.
        self.keep(4);
        self.over = true;
        None
    }
}

/// The bytes that the string under the blob's name stands for.
#[derive(Debug)]
pub(crate) struct BlobBytes<'s, S> {
    scan: &'s mut Scan<S>,
    decoder: Base64Decoder,
    /// Decoded, and how much of it was taken.
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
    /// The first half of a character that is written as two escapes.
    half: Option<u16>,
}

impl<'s, S: BufRead> BlobBytes<'s, S> {
    fn new(scan: &'s mut Scan<S>) -> Self {
        Self {
            scan,
            decoder: Base64Decoder::new(),
            ready: Vec::new(),
            taken: 0,
            ended: false,
            half: None,
        }
    }

    /// Reads what is left of the string, since damage further on is still worth naming.
    fn into_report(mut self) -> Base64Report {
        while !self.ended {
            self.ready.clear();
            self.piece();
        }
        self.decoder.report().clone()
    }

    /// Decodes the next piece of the string's text.
    fn piece(&mut self) {
        let piece = fill(&mut self.scan.source, &mut self.scan.failed);
        let piece = &piece[..piece.len().min(PIECE)];
        let run = memchr::memchr2(b'"', b'\\', piece).unwrap_or(piece.len());
        let run = plain(&piece[..run]);
        if run > 0 {
            self.decoder.push(&piece[..run], &mut self.ready);
            self.scan.consume(run);
            self.scan.left_out(run);
            self.whole_characters();
            return;
        }
        match piece.first() {
            None => {
                self.scan.over = true;
                self.end();
            }
            Some(b'"') => {
                self.scan.consume(1);
                self.scan.text.push(b'"');
                self.end();
            }
            Some(b'\\') => self.escape(),
            Some(0..0x20) => self.fail(),
            Some(_) => match self.scan.character() {
                Some((bytes, length)) => {
                    self.decoder.push(&bytes[..length], &mut self.ready);
                    self.scan.left_out(length);
                    self.whole_characters();
                }
                None => self.end(),
            },
        }
    }

    /// No second half follows.
    fn whole_characters(&mut self) {
        if self.half.take().is_some() {
            self.note(|string| string.lone_surrogate = true);
        }
    }

    fn note(&mut self, note: impl FnOnce(&mut StringGap)) {
        let string = self.scan.gaps.last_mut().and_then(|gap| gap.string.as_mut());
        if let Some(string) = string {
            note(string);
        }
    }

    fn end(&mut self) {
        self.whole_characters();
        self.decoder.finish(&mut self.ready);
        self.ended = true;
    }

    fn fail(&mut self) {
        self.scan.fail();
        self.end();
    }

    /// Reads an escape, which begins here.
    fn escape(&mut self) {
        let start = self.scan.position;
        let mut raw = Vec::with_capacity(6);
        let unit = self.escaped_unit(&mut raw);
        let Some(unit) = unit else {
            self.scan.text.extend_from_slice(&raw);
            self.fail();
            return;
        };
        self.scan.left_out(raw.len());
        self.note(|string| _ = string.escape_at.get_or_insert(start));
        let text = match (self.half, unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                self.half = None;
                String::from_utf16_lossy(&[high, unit])
            }
            (_, 0xd800..=0xdbff) => {
                self.whole_characters();
                self.half = Some(unit);
                return;
            }
            (_, 0xdc00..=0xdfff) => {
                self.note(|string| string.lone_surrogate = true);
                return;
            }
            (_, unit) => {
                self.whole_characters();
                String::from_utf16_lossy(&[unit])
            }
        };
        self.decoder.push(text.as_bytes(), &mut self.ready);
    }

    /// The UTF-16 unit that an escape stands for; the bytes taken go into `raw`.
    fn escaped_unit(&mut self, raw: &mut Vec<u8>) -> Option<u16> {
        let mut next = || {
            let byte = self.scan.take()?;
            raw.push(byte);
            Some(byte)
        };
        next()?;
        let unit = match next()? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut unit = 0_u16;
                for _ in 0..4 {
                    let digit = char::from(next()?).to_digit(16)?;
                    unit = unit << 4 | u16::try_from(digit).ok()?;
                }
                return Some(unit);
            }
            _ => return None,
        };
        Some(u16::from(unit))
    }
}

/// How many bytes at the start are printable ASCII.
fn plain(text: &[u8]) -> usize {
    let odd = |byte: u8| !(0x20..0x80).contains(&byte);
    // Without a way out, the loop is one of vector instructions.
    if text.iter().fold(false, |found, byte| found | odd(*byte)) {
        text.iter().position(|byte| odd(*byte)).unwrap_or(text.len())
    } else {
        text.len()
    }
}

impl<S: BufRead> BufRead for BlobBytes<'_, S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.ready.len() && !self.ended {
            self.ready.clear();
            self.taken = 0;
            self.piece();
        }
        Ok(self.ready.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.ready.len());
    }
}

impl<S: BufRead> Read for BlobBytes<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let held = self.fill_buf()?;
        let length = held.len().min(buffer.len());
        buffer[..length].copy_from_slice(&held[..length]);
        self.consume(length);
        Ok(length)
    }
}
