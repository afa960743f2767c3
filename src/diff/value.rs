//! What a difference shows of a value.
//!
//! Invariant: no secret, and nothing that might be one, is ever held in clear here unless it was asked for. What is
//! held instead, counts and digests, is enough to see that it changed.

use sha2::{Digest, Sha256};

use crate::jdbc::{self, Secret};
use crate::object::data::{Configuration, FieldKind, FieldSpec, MessageSpec, Treatment};
use crate::wire::{Field, Message, Value as WireValue};

use super::DiffLimits;

/// Bytes of a SHA-256 digest that are shown: enough to tell values apart, too few to be mistaken for a proof.
const DIGEST_SHOWN: usize = 8;
/// Text of a field that this version doesn't know is shown up to here: flags and codes are shorter, keys are longer.
const UNKNOWN_TEXT: usize = 8;
/// Fields of an added or removed message that are shown.
const BRIEF_FIELDS: usize = 6;

/// A value as a report holds it. May quote the document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, cut at the limit.
    Text {
        /// The text.
        text: String,
        /// Bytes left out at the end.
        cut: u64,
    },
    /// A number of a known field.
    Int(i64),
    /// An instant, in milliseconds since 1970.
    Time(i64),
    /// A number of an unknown field.
    Unsigned(u64),
    /// Anything that is not to be shown, or can't be.
    Digest(ValueDigest),
    /// A nested message that is there on one side only.
    Message {
        /// How many fields it has.
        fields: u64,
        /// The first that are known, are no secrets and say something: name and value.
        brief: Vec<(&'static str, String)>,
    },
    /// Nothing but the order of a list.
    Order,
}

/// What is shown instead of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueDigest {
    /// Whether the value is known to be a secret.
    pub secret: bool,
    /// Rows, mappings, or occurrences of the field.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// The first bytes of their SHA-256 digest, in lower-case hex.
    pub sha256: String,
}

impl ValueDigest {
    /// Of parts, each with its length, so that no two lists of parts share a digest.
    pub(super) fn of<'a>(secret: bool, count: u64, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut sha = Sha256::new();
        let mut parts = parts.into_iter().peekable();
        let mut bytes = 0;
        let mut first = true;
        while let Some(part) = parts.next() {
            bytes += part.len() as u64;
            // One part alone is digested as it stands: anybody can check it with sha256sum.
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
    /// Text up to the limit.
    pub(super) fn text(text: &str, limits: &DiffLimits) -> Self {
        let end = text.floor_char_boundary(limits.text_bytes);
        Self::Text {
            text: text[..end].to_owned(),
            cut: (text.len() - end) as u64,
        }
    }

    /// A nested message that is there on one side only.
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

    /// The fields of a number that nothing is known of. `guarded` holds back all text: in a message of unknown type
    /// anything may be a secret.
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

/// A known field's value that is a text or a number, as it compares: an empty text and an absent one are one value in
/// this format, and so are zero and an absent number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Scalar {
    Text(String),
    Int(i64),
    /// A wrapper without value.
    Null,
}

impl Scalar {
    /// `None` where the bytes don't have the form the field should, or hold more than it.
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

    /// Whether it stands for the same as no field at all.
    pub(super) fn is_absent(&self, kind: FieldKind) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => kind == FieldKind::Text && text.is_empty(),
            Self::Int(n) => kind == FieldKind::Int && *n == 0,
        }
    }

    /// As it is shown under a field's name.
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

/// Engines leave the password out of a connector, but people write it into the URL.
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
