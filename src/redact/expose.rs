//! Finds what redacting would replace, for those who want to know rather than to share.

use std::borrow::Cow;

use crate::object::SyncObject;
use crate::object::data::{FieldKind, FieldSpec, MessageSpec};
use crate::wire::{Field, Message};

use super::StandInKind;
use super::policy::{Treatment, treatment};

/// A text in an object's data that redacting would replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed<'a> {
    /// What it is.
    pub kind: StandInKind,
    /// The field it stands in.
    pub field: &'static str,
    /// The text itself.
    pub text: Cow<'a, str>,
}

/// Calls `found` with every text that redacting would replace by a stand-in, whatever it says; lookup rows apart, which
/// are replaced within one text.
pub fn each_exposed<'a>(object: &'a SyncObject<'_>, mut found: impl FnMut(Exposed<'a>)) {
    let spec = MessageSpec::by_name(object.data_type());
    if let (Some(spec), Ok(message)) = (spec, Message::parse(object.data_bytes())) {
        walk(spec, message, &mut found);
    }
}

/// Messages don't nest in circles, so neither does this.
fn walk<'a>(spec: &'static MessageSpec, message: Message<'a>, found: &mut impl FnMut(Exposed<'a>)) {
    for field in message.fields() {
        let Some(known) = spec.field(field.number) else {
            continue;
        };
        let inner = || field.bytes().and_then(|bytes| Message::parse(bytes).ok());
        match known.kind {
            FieldKind::Text | FieldKind::Secret => text(spec, known, &field, found),
            FieldKind::TextValue => {
                let wrapper = inner();
                for field in wrapper.iter().flat_map(|w| w.fields()).filter(|f| f.number == 1) {
                    text(spec, known, &field, found);
                }
            }
            FieldKind::Message(nested) | FieldKind::SecretMessage(nested) => {
                if let Some(message) = inner() {
                    walk(nested, message, found);
                }
            }
            FieldKind::Int | FieldKind::IntValue => {}
        }
    }
}

fn text<'a>(
    spec: &MessageSpec,
    known: &'static FieldSpec,
    field: &Field<'a>,
    found: &mut impl FnMut(Exposed<'a>),
) {
    let bytes = field.bytes().filter(|bytes| !bytes.is_empty());
    if let (Treatment::Replace(kind), Some(bytes)) = (treatment(spec.name, known.name), bytes) {
        found(Exposed {
            kind,
            field: known.name,
            text: String::from_utf8_lossy(bytes),
        });
    }
}
