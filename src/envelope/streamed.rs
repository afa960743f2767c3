//! Reads a document from a source: decodes the blob on the way and keeps the text around it.
//!
//! Invariant: a source gives the same members, findings and errors as bytes in memory, because the parser sees the same
//! text without the blob's. Memory holds the JSON around the blob, up to a limit, and one piece of the blob.

use std::io::{self, BufRead};

use super::base64_report::Base64Report;
use super::blob_text::BlobBytes;
use super::error::EnvelopeError;
use super::find_blob::{BlobFinder, Event};
use super::offset_map::OffsetMap;
use super::parse::Envelope;
use super::source::{PIECE, Scan, fill};
use super::text::EnvelopeText;
use super::{MAX_AROUND_BLOB, MAX_MEMBERS};

/// Characters behind the document that are kept to quote from.
const BEHIND_DOCUMENT: usize = 256;

/// A document read from a source. `B` is the caller's result of reading the blob.
#[derive(Debug)]
pub(crate) struct StreamedDocument<B> {
    around: EnvelopeText,
    /// The limit on the text, if reading stopped there.
    cut: Option<usize>,
    /// The last `blob` member: its elision, the caller's value and the report on its base64 text.
    blob: Option<(usize, B, Base64Report)>,
}

impl<B> StreamedDocument<B> {
    /// Reads a source to its end. Calls `blob` with every string that may be the blob; it may stop before the string's end.
    ///
    /// # Errors
    /// The source fails.
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
        let mut finder = BlobFinder::default();
        let (mut last, mut blobs) = (None, 0);
        while !scan.over {
            let piece = fill(&mut scan.source, &mut scan.failed);
            if piece.is_empty() || scan.text.len() > limit {
                break;
            }
            let (used, event) = finder.follow(&piece[..piece.len().min(PIECE)]);
            scan.text.extend_from_slice(&piece[..used]);
            scan.consume(used);
            match event {
                // Documents with more members are refused, so this string is kept like any other text.
                Event::Blob if blobs <= MAX_MEMBERS => {
                    blobs += 1;
                    let index = scan.open_string();
                    let mut bytes = BlobBytes::new(&mut scan);
                    let made = blob(&mut bytes);
                    last = Some((index, made, bytes.into_report()));
                    finder.after_blob();
                }
                Event::Blob | Event::More => {}
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
        let map = OffsetMap {
            base: 0,
            elisions: scan.elisions,
            file_length: scan.position,
        };
        Ok(Self {
            around: EnvelopeText::new(scan.text, map),
            cut,
            blob: last,
        })
    }

    /// Bytes of the document.
    pub(crate) fn length(&self) -> u64 {
        self.around.map().file_length
    }

    /// The envelope, without the blob's text.
    ///
    /// # Errors
    /// Those of [`Envelope::parse`], and a limit on the JSON around the blob.
    pub(crate) fn envelope(&self) -> Result<Envelope<'_>, EnvelopeError> {
        let envelope = Envelope::parse_text(self.around.text(), self.around.map());
        match (envelope, self.cut) {
            (Ok(_) | Err(EnvelopeError::Truncated { .. } | EnvelopeError::Empty), Some(limit)) => {
                Err(EnvelopeError::TooLarge { limit })
            }
            (answer, _) => answer,
        }
    }

    /// The report on the blob's base64 text.
    pub(crate) fn blob_text(&self, envelope: &Envelope<'_>) -> Option<&Base64Report> {
        let elision = envelope.blob()?.elision?;
        let (last, _, report) = self.blob.as_ref()?;
        (*last == elision).then_some(report)
    }

    /// The caller's result for the last `blob` member, and the text around the blob.
    pub(crate) fn into_parts(self) -> (Option<B>, EnvelopeText) {
        (self.blob.map(|(_, made, _)| made), self.around)
    }
}
