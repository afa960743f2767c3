//! Finds the file offset of a finding's place.

use crate::envelope::{EnvelopeText, Locator};
use crate::finding::{self, Place};
use crate::report::{DocumentReport, Encryption};

/// Finds the file offsets of one document's findings.
pub(super) struct Places<'a> {
    locator: Locator<'a>,
    /// Whether the base64 text is as engines write it, so that four characters are three bytes.
    plain_text: bool,
    /// Whether blob offsets count in decrypted records.
    decrypted: bool,
}

impl<'a> Places<'a> {
    pub(super) fn new(report: &'a DocumentReport, around: &'a EnvelopeText) -> Self {
        let odd = [&finding::ESCAPED_TEXT, &finding::BASE64_LINE_BREAKS];
        Self {
            locator: Locator::new(around, &report.envelope.members),
            plain_text: !report.findings.iter().any(|finding| odd.contains(&finding.rule)),
            decrypted: matches!(report.encryption, Encryption::Passphrase { opened: true, .. }),
        }
    }

    /// Adds a file offset: the exact byte if the base64 text is as engines write it, otherwise the member's value. For
    /// a missing member it is the object that lacks it.
    pub(super) fn complete(&mut self, place: Place) -> Place {
        let Some(path) = place.path.as_deref().filter(|_| place.file_offset.is_none()) else {
            return place;
        };
        let found = self.locator.nearest(path);
        let offset = match place.decoded_offset {
            Some(decoded) if found.whole && self.plain_text && !(self.decrypted && path == "$.blob") => {
                // After the opening quote.
                (decoded / 3).saturating_mul(4).saturating_add(found.offset + 1)
            }
            _ => found.offset,
        };
        place.at_file_offset(offset)
    }
}
