//! Field tables of the messages around an object's data, so that the same code reads all levels.

use super::schema::{FieldKind, FieldSpec, MessageSpec};

/// An object message.
pub static OBJECT: MessageSpec = MessageSpec {
    name: "object",
    summary: "An object message.",
    fields: &[
        FieldSpec::new(1, "identifier", FieldKind::Message(&IDENTIFIER), false),
        FieldSpec::new(2, "dependencies", FieldKind::Message(&IDENTIFIER), true),
        FieldSpec::new(3, "revision", FieldKind::Message(&REVISION), false),
        FieldSpec::new(4, "data", FieldKind::Message(&ANY), false),
    ],
};

/// Type number and identifier of an object.
pub static IDENTIFIER: MessageSpec = MessageSpec {
    name: "identifier",
    summary: "Type number and identifier of an object.",
    fields: &[
        FieldSpec::new(1, "type_number", FieldKind::Int, false),
        FieldSpec::new(2, "value", FieldKind::Message(&ANY), false),
    ],
};

/// A message with the name of its type. Its value is listed as a text, because it is replaced as a whole.
pub static ANY: MessageSpec = MessageSpec {
    name: "any",
    summary: "A message with the name of its type.",
    fields: &[
        FieldSpec::new(1, "type_url", FieldKind::Text, false),
        FieldSpec::new(2, "value", FieldKind::Text, false),
    ],
};

/// The revision record.
pub static REVISION: MessageSpec = MessageSpec {
    name: "revision",
    summary: "The revision record.",
    fields: &[
        FieldSpec::new(1, "object_uuid", FieldKind::Text, false),
        FieldSpec::new(2, "save_uuid", FieldKind::Text, false),
        FieldSpec::new(3, "json", FieldKind::Text, false),
        FieldSpec::new(5, "created", FieldKind::Int, false),
        FieldSpec::new(6, "modified", FieldKind::Int, false),
    ],
};

/// A wrapped text.
pub(super) static TEXT_WRAPPER: MessageSpec = MessageSpec {
    name: "wrapper",
    summary: "A wrapped value.",
    fields: &[FieldSpec::new(1, "text", FieldKind::Text, false)],
};

/// A wrapped number.
pub(super) static NUMBER_WRAPPER: MessageSpec = MessageSpec {
    name: "wrapper",
    summary: "A wrapped value.",
    fields: &[FieldSpec::new(1, "number", FieldKind::Int, false)],
};

static TEXT_IDENTIFIER: MessageSpec = MessageSpec {
    name: "identifier",
    summary: "Type number and identifier of an object.",
    fields: &[FieldSpec::new(1, "text", FieldKind::Text, false)],
};

static NUMBER_IDENTIFIER: MessageSpec = MessageSpec {
    name: "identifier",
    summary: "Type number and identifier of an object.",
    fields: &[FieldSpec::new(1, "number", FieldKind::Int, false)],
};

/// The message in an `Any` by the name of its type: data, or an identifier.
pub(crate) fn by_type_name(name: &str) -> Option<&'static MessageSpec> {
    match name {
        "IntegerIdentifier" => Some(&NUMBER_IDENTIFIER),
        "StringIdentifier" | "AlgorithmIdentifier" | "EncryptionKeyIdentifier" => Some(&TEXT_IDENTIFIER),
        _ => MessageSpec::by_name(name),
    }
}

/// The name of a type: what follows the last slash of its URL.
pub(crate) fn type_name(type_url: &str) -> &str {
    type_url.rsplit('/').next().unwrap_or(type_url)
}
