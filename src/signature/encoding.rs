//! Decodes keys and signatures from PEM, DER or base64 text.
//!
//! Invariant: input is decoded, never repaired. For other input, the error names its apparent kind.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::byte_order_mark::{LOOKS_LIKE_UTF_16, utf_16, without_mark};

/// Size limit of a file. Keys and signatures are far smaller, even in PEM with explanatory text.
const MAX_BYTES: usize = 64 * 1024;

// Padding may be missing, since it says nothing about the content; stray bits at the end must be zero.
const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// The encoding of a key or signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoding {
    /// `-----BEGIN label-----`.
    Pem {
        /// The label.
        label: String,
    },
    /// Plain DER.
    Der,
    /// Base64 text, as in an export document.
    Base64,
}

/// Why input can't be unwrapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// Empty, or only white space.
    #[error("input is empty")]
    Empty,
    /// Far larger than a key or signature.
    #[error("input has {size} bytes, above the limit of {max}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// A PEM block whose end line is missing or has another label.
    #[error("PEM block {label:?} has no matching end line")]
    PemBreaksOff {
        /// The label of the begin line.
        label: String,
    },
    /// A malformed begin line of PEM.
    #[error("PEM begin line is malformed")]
    PemMalformed,
    /// PEM with encryption headers.
    #[error("PEM block {label:?} is encrypted")]
    PemEncrypted {
        /// The label.
        label: String,
    },
    /// A character that isn't base64.
    #[error("base64 text has an invalid byte 0x{byte:02x} at offset {offset}")]
    InvalidCharacter {
        /// Its offset in the base64 text without white space.
        offset: usize,
        /// The byte.
        byte: u8,
    },
    /// Base64 that breaks off, or whose last character has stray bits.
    #[error("base64 text of {length} characters breaks off or isn't canonical at its end")]
    IncompleteBase64 {
        /// Its length, without white space.
        length: usize,
    },
    /// UTF-16 text.
    #[error("input can't be read: {LOOKS_LIKE_UTF_16}")]
    Utf16,
    /// Hexadecimal digits.
    #[error("input is hexadecimal text")]
    HexText,
    /// A JSON document.
    #[error("input is JSON")]
    Json,
    /// Bytes that are neither text nor DER.
    #[error("input is neither PEM nor DER nor base64 text (first byte 0x{first:02x}, {size} bytes)")]
    NotRecognised {
        /// Its first byte.
        first: u8,
        /// Its size.
        size: usize,
    },
}

impl EncodingError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => "pass a file in PEM, DER or base64 form",
            Self::TooLarge { .. } => "check that this is the key or signature, not the signed data",
            Self::PemBreaksOff { .. } | Self::PemMalformed => {
                "copy the whole block, from its BEGIN line to its END line"
            }
            Self::PemEncrypted { .. } => "decrypt it first, for example with 'openssl pkcs8 -topk8 -nocrypt'",
            Self::InvalidCharacter { byte: b'.', .. } => {
                "samples in documentation break off in dots; get the complete text"
            }
            Self::InvalidCharacter { .. } | Self::IncompleteBase64 { .. } => {
                "get the complete text, without quotes"
            }
            Self::Utf16 => {
                "save it as UTF-8 or ASCII: PowerShell's '>' writes UTF-16, 'Out-File -Encoding ascii' doesn't"
            }
            Self::HexText => "turn it into bytes first, for example with 'xxd -r -p'",
            Self::Json => "pass the text of one member, or verify the document as a whole",
            Self::NotRecognised {
                size: 40 | 56 | 64, ..
            } => {
                "if this is a signature, it looks like raw r‖s; wrap it as SEQUENCE { INTEGER r, INTEGER s }"
            }
            Self::NotRecognised { .. } => "pass a file in PEM, DER or base64 form",
        }
    }
}

/// Unwraps PEM, DER or base64 text.
pub fn decode_any(input: &[u8]) -> Result<(Vec<u8>, Encoding), EncodingError> {
    if input.len() > MAX_BYTES {
        return Err(EncodingError::TooLarge {
            size: input.len(),
            max: MAX_BYTES,
        });
    }
    // Editors put a byte order mark before text; DER never begins with one.
    let input = without_mark(input);
    if is_utf_16_text(input) {
        return Err(EncodingError::Utf16);
    }
    let text = input.trim_ascii();
    let Some(first) = text.first() else {
        return Err(EncodingError::Empty);
    };
    let is_text = text
        .iter()
        .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    if !is_text {
        // In DER, white space is data, so this uses the untrimmed input.
        return match input.first() {
            Some(0x30) => Ok((input.to_vec(), Encoding::Der)),
            Some(first) => Err(EncodingError::NotRecognised {
                first: *first,
                size: input.len(),
            }),
            None => Err(EncodingError::Empty),
        };
    }
    if let Some(pem) = read_pem(text)? {
        return Ok(pem);
    }
    if matches!(first, b'{' | b'[') {
        return Err(EncodingError::Json);
    }
    let text = unquote(text);
    let hex_digits = text.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    // A DER SEQUENCE in hexadecimal starts with 30; base64 of one starts with M.
    if text.starts_with(b"30")
        && text.iter().all(|b| b.is_ascii_hexdigit() || is_separator(*b))
        && hex_digits > 8
    {
        return Err(EncodingError::HexText);
    }
    Ok((decode_base64(text)?, Encoding::Base64))
}

/// Whether this is ASCII text with two bytes per character. A bare signature may begin like a mark by chance, so all
/// of it is checked.
fn is_utf_16_text(input: &[u8]) -> bool {
    let (pairs, rest) = input.as_chunks::<2>();
    let is_text = |[first, second]: &[u8; 2]| {
        let byte = first | second;
        (*first == 0 || *second == 0) && (byte.is_ascii_graphic() || byte.is_ascii_whitespace())
    };
    let pairs = match pairs {
        [[0xff, 0xfe] | [0xfe, 0xff], behind @ ..] => behind,
        pairs => pairs,
    };
    utf_16(input).is_some() && rest.is_empty() && pairs.iter().all(is_text)
}

/// Unwraps every block of PEM text; DER and base64 text count as one block.
pub fn decode_all(input: &[u8]) -> Result<Vec<(Vec<u8>, Encoding)>, EncodingError> {
    let first = decode_any(input)?;
    let mut rest = match (&first.1, std::str::from_utf8(input)) {
        (Encoding::Pem { .. }, Ok(text)) => text,
        _ => "",
    };
    let mut all = vec![first];
    while let Some((_, behind)) = rest.split_once("-----END ")
        && let Some(block) = read_pem(behind.as_bytes())?
    {
        all.push(block);
        rest = behind;
    }
    Ok(all)
}

/// Whether text has a PEM block of any private key.
pub fn names_private_key(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let mut begins = text
        .lines()
        .filter(|line| line.trim_start().starts_with("-----BEGIN "));
    begins.any(|line| line.contains("PRIVATE KEY-----"))
}

fn read_pem(text: &[u8]) -> Result<Option<(Vec<u8>, Encoding)>, EncodingError> {
    const BEGIN: &str = "-----BEGIN ";
    let Ok(text) = std::str::from_utf8(text) else {
        return Ok(None);
    };
    // Some tools write explanatory text above the block.
    let Some((_, block)) = text.split_once(BEGIN) else {
        return Ok(None);
    };
    let (label, body) = block.split_once("-----").ok_or(EncodingError::PemMalformed)?;
    if label.is_empty() || label.len() > 64 || label.contains(['\n', '\r']) {
        return Err(EncodingError::PemMalformed);
    }
    let label = label.to_owned();
    let Some((body, _)) = body.split_once(&format!("-----END {label}-----")) else {
        return Err(EncodingError::PemBreaksOff { label });
    };
    if body.contains("Proc-Type:") || label == "ENCRYPTED PRIVATE KEY" {
        return Err(EncodingError::PemEncrypted { label });
    }
    Ok(Some((decode_base64(body.as_bytes())?, Encoding::Pem { label })))
}

/// Wraps DER in a PEM block. Wipes its buffers, since the DER may be a private key.
pub(super) fn write_pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(STANDARD.encode(der));
    // Reserved at once, because growing would leave a copy of the secret in freed memory.
    let mut pem = Zeroizing::new(String::with_capacity(text.len() * 2 + 128));
    pem.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = next;
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

fn decode_base64(text: &[u8]) -> Result<Vec<u8>, EncodingError> {
    // May be a private key.
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
    plain.extend(text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()));
    let url = plain.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url { URL_SAFE } else { STANDARD };
    engine.decode(plain.as_slice()).map_err(|error| match error {
        base64::DecodeError::InvalidByte(offset, byte) => EncodingError::InvalidCharacter { offset, byte },
        _ => EncodingError::IncompleteBase64 { length: plain.len() },
    })
}

fn unquote(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""))
        .unwrap_or(text)
}

fn is_separator(byte: u8) -> bool {
    byte == b':' || byte.is_ascii_whitespace()
}
