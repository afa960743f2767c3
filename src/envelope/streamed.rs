//! Reads a document from a source: the blob is decoded as it comes, and everything around it is kept.
//!
//! Invariant: the parser sees the document as it stands, with gaps where the blob's text was; so a source gives the same
//! members, findings and errors as bytes in memory. Held are the JSON around the blob, up to a limit, and one piece of
//! the blob, however large either claims to be.

use std::io::{self, BufRead};

use super::base64_report::Base64Report;
use super::blob_text::BlobBytes;
use super::error::EnvelopeError;
use super::offset_map::OffsetMap;
use super::parse::Envelope;
use super::source::{PIECE, Scan, fill};
use super::structure::{Event, Structure};
use super::text::EnvelopeText;
use super::{MAX_AROUND_BLOB, MAX_MEMBERS};

/// Characters that are kept behind the document, to quote from.
const BEHIND_DOCUMENT: usize = 256;

/// A document that was read from a source. `B` is what was made of the blob.
#[derive(Debug)]
pub(crate) struct StreamedDocument<B> {
    around: EnvelopeText,
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
        let origin = OffsetMap {
            base: 0,
            gaps: scan.gaps,
        };
        Ok(Self {
            around: EnvelopeText::new(scan.text, origin),
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
            Envelope::parse_text(self.around.text(), self.around.origin(), self.length),
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

    /// What was made of the last string under the blob's name, and the text around it.
    pub(crate) fn into_parts(self) -> (Option<B>, EnvelopeText) {
        (self.blob.map(|(_, made, _)| made), self.around)
    }
}
