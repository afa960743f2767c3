//! Reads the header record.

use crate::blob::{Header, NEWEST_KNOWN_FORMAT, REDACTED, RecordError, RecordHead};
use crate::date;
use crate::finding;
use crate::passphrase::{EncryptionParams, SCHEME};
use crate::possible_key;

use super::collect::Findings;
use super::{Encryption, HeaderReport};

/// The header record of a document, as far as it was read.
#[derive(Debug)]
pub(super) struct HeaderPart {
    /// The header, unless it is unreadable.
    pub(super) report: Option<HeaderReport>,
    /// The encryption that it announces.
    pub(super) encryption: Encryption,
    /// How to decrypt, if this version knows the scheme.
    pub(super) params: Option<EncryptionParams>,
    /// Texts that look like keys.
    pub(super) possible_keys: u64,
    /// The unknown fields, encoded.
    pub(super) unknown_fields: Vec<u8>,
}

impl Default for HeaderPart {
    fn default() -> Self {
        Self {
            report: None,
            encryption: Encryption::Clear,
            params: None,
            possible_keys: 0,
            unknown_fields: Vec::new(),
        }
    }
}

impl HeaderPart {
    /// Takes the parsed header of the given message.
    pub(super) fn read(header: Header, message: &[u8], head: &RecordHead, findings: &mut Findings) -> Self {
        let mut part = Self {
            possible_keys: possible_key::in_bytes(message),
            ..Self::default()
        };
        if !header.unknown_fields.is_empty() {
            part.unknown_fields = Header::unknown_bytes(message);
        }
        if header.marker.as_deref() == Some(REDACTED) {
            findings.in_blob(&finding::REDACTED, 0, || {
                "the header says so, and the signature covers it".to_owned()
            });
        }
        if let Some(format) = header.format.filter(|format| *format > NEWEST_KNOWN_FORMAT) {
            findings.in_blob(&finding::FORMAT_NEWER, 0, || {
                format!("format {format}; the newest known format is {NEWEST_KNOWN_FORMAT}")
            });
        }
        for number in &header.unknown_fields {
            findings.in_blob(&finding::UNKNOWN_FIELD, head.offset, || {
                format!("header: field {number}")
            });
        }
        if let Some(field) = &header.encryption {
            part.params = EncryptionParams::parse(field).ok();
            part.encryption = match &part.params {
                Some(_) => Encryption::Passphrase {
                    scheme: SCHEME.to_owned(),
                    opened: false,
                },
                None => Encryption::Unknown,
            };
        }
        part.report = Some(HeaderReport {
            started: date::parse_iso(&header.started).ok(),
            export_id: header.export_id,
            started_text: header.started,
            object_count: header.object_count,
            format: header.format,
            rule: header.rule,
            marker: header.marker,
        });
        part
    }

    /// Notes a header that cannot be read.
    pub(super) fn unreadable(error: &RecordError, findings: &mut Findings) {
        findings.in_blob(&finding::HEADER_MISSING, 0, || error.to_string());
    }

    /// Whether this toolkit sealed the document, so that its provisional type numbers apply.
    pub(super) fn declares_own_rule(&self) -> bool {
        let rule = self.report.as_ref().and_then(|header| header.rule.as_deref());
        rule.and_then(crate::signature::by_name)
            .is_some_and(|rule| rule.own)
    }
}
