//! The values that a difference shows.
//!
//! Invariant: a secret, or a value that may be one, appears in clear only on request. Otherwise counts and digests show
//! whether it changed.

use sha2::{Digest, Sha256};

use crate::jdbc::{self, Secret};
use crate::object::data::{Configuration, FieldKind, FieldSpec, MessageSpec, Treatment};
use crate::wire::{Field, Message, Value as WireValue};

use super::DiffLimits;

/// The number of bytes shown of a SHA-256 digest: enough to distinguish values, too few to prove that they are equal.
const DIGEST_SHOWN: usize = 8;
/// The most bytes of an unknown field's text that are shown: flags and codes are shorter, keys are longer.
const UNKNOWN_TEXT: usize = 8;
/// The most fields shown of an added or removed message.
const BRIEF_FIELDS: usize = 6;

/// A value in a report. May quote the document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, cut at the limit.
    Text {
        /// The text.
        text: String,
        /// The number of bytes left out at the end.
        cut: u64,
    },
    /// A number of a known field.
    Int(i64),
    /// A time, in milliseconds since 1970.
    Time(i64),
    /// A number of an unknown field.
    Unsigned(u64),
    /// A value that isn't shown.
    Digest(ValueDigest),
    /// A nested message that only one side has.
    Message {
        /// The number of its fields.
        fields: u64,
        /// Name and value of the first known fields that aren't secrets.
        brief: Vec<(&'static str, String)>,
    },
    /// The order of a list.
    Order,
}

/// A digest shown instead of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueDigest {
    /// Whether the value is known to be a secret.
    pub secret: bool,
    /// The number of rows, mappings, or occurrences of the field.
    pub count: u64,
    /// The number of their bytes.
    pub bytes: u64,
    /// The first bytes of their SHA-256 digest, in lower-case hex.
    pub sha256: String,
}

impl ValueDigest {
    /// Digests parts with their lengths, so that different lists of parts have different digests.
    pub(super) fn of<'a>(secret: bool, count: u64, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut sha = Sha256::new();
        let mut parts = parts.into_iter().peekable();
        let mut bytes = 0;
        let mut first = true;
        while let Some(part) = parts.next() {
            bytes += part.len() as u64;
            // Without the length, so that sha256sum gives the same digest of a single part.
            if !first || parts.peek().is_some() {
                sha.update((part.len() as u64).to_le_bytes());
            }
            first = false;
            sha.update(part);
        }
        Self {
            secret,
            count,
            bytes,
            sha256: hex::encode(&sha.finalize()[..DIGEST_SHOWN]),
        }
    }
}

impl Value {
    /// Shows a text up to the limit.
    pub(super) fn text(text: &str, limits: &DiffLimits) -> Self {
        let end = text.floor_char_boundary(limits.text_bytes);
        Self::Text {
            text: text[..end].to_owned(),
            cut: (text.len() - end) as u64,
        }
    }

    /// A nested message that only one side has.
    pub(super) fn message(spec: &MessageSpec, message: Message<'_>) -> Self {
        let brief = spec
            .fields
            .iter()
            .filter_map(|field| {
                let mut fields = message.all(field.number);
                let shown = Scalar::read(field.kind, &fields.next()?)?.to_string();
                (fields.next().is_none() && !shown.is_empty()).then(|| {
                    let end = shown.floor_char_boundary(80);
                    (field.name, shown[..end].to_owned())
                })
            })
            .take(BRIEF_FIELDS)
            .collect();
        Self::Message {
            fields: message.fields().count() as u64,
            brief,
        }
    }

    /// Shows an unknown field. `guarded` hides all text, because in a message of unknown type any text may be a secret.
    pub(super) fn unknown(fields: &[Field<'_>], guarded: bool, limits: &DiffLimits) -> Option<Self> {
        let (first, rest) = fields.split_first()?;
        if rest.is_empty() {
            match first.value {
                WireValue::Varint(n) | WireValue::Fixed64(n) => return Some(Self::Unsigned(n)),
                WireValue::Fixed32(n) => return Some(Self::Unsigned(n.into())),
                WireValue::Bytes(bytes) => {
                    let short = if guarded { 0 } else { UNKNOWN_TEXT };
                    if let Ok(text) = std::str::from_utf8(bytes)
                        && (limits.show_secrets
                            || (bytes.len() <= short && jdbc::secret_within(text) == Secret::None))
                        && !text.chars().any(|c| c.is_control() && c != '\n')
                    {
                        return Some(Self::text(text, limits));
                    }
                }
                WireValue::Group(_) => {}
            }
        }
        let parts = fields.iter().map(|field| field.bytes().unwrap_or(field.raw));
        Some(Self::Digest(ValueDigest::of(false, fields.len() as u64, parts)))
    }
}

/// A text or a number of a known field. Absent texts equal empty ones, and absent numbers equal zero.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Scalar {
    Text(String),
    Int(i64),
    /// A wrapper without value.
    Null,
}

impl Scalar {
    /// Reads a field; `None` if its bytes have another form, or contain more.
    pub(super) fn read(kind: FieldKind, field: &Field<'_>) -> Option<Self> {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
        match (kind, field.value) {
            (FieldKind::Text, WireValue::Bytes(bytes)) => text(bytes).map(Self::Text),
            (FieldKind::Int, WireValue::Varint(n)) => Some(Self::Int(n.cast_signed())),
            (
                FieldKind::TextValue | FieldKind::IntValue | FieldKind::NumberTextValue,
                WireValue::Bytes(bytes),
            ) => {
                let message = Message::parse(bytes).ok()?;
                let mut fields = message.fields();
                let Some(inner) = fields.next() else {
                    return Some(Self::Null);
                };
                if inner.number != 1 || fields.next().is_some() {
                    return None;
                }
                match (kind, inner.value) {
                    (FieldKind::TextValue | FieldKind::NumberTextValue, WireValue::Bytes(bytes)) => {
                        text(bytes).map(Self::Text)
                    }
                    (FieldKind::IntValue, WireValue::Varint(n)) => Some(Self::Int(n.cast_signed())),
                    (FieldKind::NumberTextValue, WireValue::Varint(n)) => {
                        Some(Self::Text(n.cast_signed().to_string()))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether an absent field has the same meaning.
    pub(super) fn is_absent(&self, kind: FieldKind) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => kind == FieldKind::Text && text.is_empty(),
            Self::Int(n) => kind == FieldKind::Int && *n == 0,
        }
    }

    /// Shows the value of a field.
    pub(super) fn shown(&self, field: &FieldSpec, limits: &DiffLimits) -> Value {
        match self {
            Self::Text(text) if !limits.show_secrets && holds_password(field.name, text) => {
                Value::Digest(ValueDigest::of(true, 1, [text.as_bytes()]))
            }
            Self::Text(text)
                if !limits.show_secrets
                    && field.treatment == Treatment::Configuration
                    && Configuration::hides_key(text) =>
            {
                Value::Digest(ValueDigest::of(true, 1, [text.as_bytes()]))
            }
            Self::Text(text) => Value::text(text, limits),
            Self::Int(n) if field.time => Value::Time(*n),
            Self::Int(n) => Value::Int(*n),
            Self::Null => Value::text("", limits),
        }
    }
}

/// Hides a password in a URL. Engines omit passwords from connectors, but users put them into URLs.
fn holds_password(field: &str, text: &str) -> bool {
    let secret = match field {
        "jdbc_url" => jdbc::secret(text),
        _ => jdbc::secret_within(text),
    };
    secret != Secret::None
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Int(n) => write!(f, "{n}"),
            Self::Null => Ok(()),
        }
    }
}
