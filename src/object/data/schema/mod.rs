//! The table of data fields. Each row has the field's type, whether it is secret, how it is redacted, what engines
//! change in it by themselves, and its member in REST rows. Invariant: everything about a field is here. The rows are
//! in [`messages`].

mod messages;
mod treatment;

use std::borrow::Cow;

use crate::wire::Message;

use super::SecretKind;

use messages::DATA_MESSAGES;
pub use messages::*;
pub use treatment::{StandInKind, Treatment};

/// How a field's value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// A number.
    Int,
    /// Text in a one-field wrapper message.
    TextValue,
    /// A number in a one-field wrapper message.
    IntValue,
    /// A number that engines write as text in a wrapper. This toolkit's first versions wrote a number.
    NumberTextValue,
    /// Secret text: with it a reader can repeat or undo the masking.
    Secret(SecretKind),
    /// A nested message (possibly repeated).
    Message(&'static MessageSpec),
    /// A nested message that is secret as a whole.
    SecretMessage(&'static MessageSpec, SecretKind),
}

impl FieldKind {
    /// Whether the field itself is text (not wrapped, not nested).
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Secret(_))
    }

    /// Whether the field is a wrapper message around its value.
    pub fn is_wrapper(self) -> bool {
        matches!(self, Self::TextValue | Self::IntValue | Self::NumberTextValue)
    }

    /// The secret that the field is.
    pub fn secret(self) -> Option<SecretKind> {
        match self {
            Self::Secret(kind) | Self::SecretMessage(_, kind) => Some(kind),
            _ => None,
        }
    }
}

/// The member of a REST row with a field's value: a path with dots, and the form of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestMember {
    /// The field's text or number.
    AsIs(&'static str),
    /// A boolean: the field has `Y` and `N`, or a number that is omitted if false.
    Truth(&'static str),
    /// A text in upper case; the field has it in lower case.
    UpperCase(&'static str),
    /// A date: the field has milliseconds. It is read-only.
    Time(&'static str),
}

impl RestMember {
    /// Path in the row.
    pub fn path(self) -> &'static str {
        match self {
            Self::AsIs(path) | Self::Truth(path) | Self::UpperCase(path) | Self::Time(path) => path,
        }
    }
}

/// One field of a data message.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Field number.
    pub number: u32,
    /// This toolkit's name for it.
    pub name: &'static str,
    /// How to read it.
    pub kind: FieldKind,
    /// Whether it is a list.
    pub repeated: bool,
    /// Whether it is a list without order: engines reorder it in every export.
    pub set: bool,
    /// Whether engines change the value under an unchanged revision.
    pub volatile: bool,
    /// Whether it is an instant, in milliseconds since 1970.
    pub time: bool,
    /// The value that an engine upgrade adds if the field is absent, under an unchanged revision.
    pub added_by_upgrade: Option<&'static str>,
    /// How its text is redacted. The default replaces it as free text, so that a new field cannot leak.
    pub treatment: Treatment,
    /// Its member in REST rows.
    pub rest: Option<RestMember>,
}

impl FieldSpec {
    pub(super) const fn new(number: u32, name: &'static str, kind: FieldKind, repeated: bool) -> Self {
        Self {
            number,
            name,
            kind,
            repeated,
            set: false,
            volatile: false,
            time: false,
            added_by_upgrade: None,
            treatment: Treatment::Replace(StandInKind::Text),
            rest: None,
        }
    }

    const fn set(mut self) -> Self {
        self.set = true;
        self
    }

    const fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    const fn time(mut self) -> Self {
        self.time = true;
        self
    }

    const fn added_by_upgrade(mut self, value: &'static str) -> Self {
        self.added_by_upgrade = Some(value);
        self
    }

    const fn rest(mut self, member: RestMember) -> Self {
        self.rest = Some(member);
        self
    }

    const fn redact(mut self, treatment: Treatment) -> Self {
        self.treatment = treatment;
        self
    }
}

/// The known fields of a message type.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageSpec {
    /// Message name, as in the type URL for top-level messages.
    pub name: &'static str,
    /// What it holds, in sentences.
    pub summary: &'static str,
    /// Known fields by number.
    pub fields: &'static [FieldSpec],
}

impl MessageSpec {
    /// The data message with a name (without URL prefix).
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::all().iter().copied().find(|spec| spec.name == name)
    }

    /// All data messages.
    pub fn all() -> &'static [&'static Self] {
        DATA_MESSAGES
    }

    /// The field with a number.
    pub fn field(&self, number: u32) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.number == number)
    }
}

/// Generates, from one list, the view type with an accessor per field and the table entry.
macro_rules! data_messages {
    ($($(#[doc = $doc:literal])* $view:ident as $spec:ident {
        $($number:literal $field:ident: $kind:ident $(($($inner:ident),+))? $([$($column:ident $(($value:expr))?),+])?,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $view<'a> {
            message: Message<'a>,
        }

        impl<'a> From<Message<'a>> for $view<'a> {
            fn from(message: Message<'a>) -> Self {
                Self { message }
            }
        }

        impl<'a> $view<'a> {
            /// The message behind the view.
            pub fn message(self) -> Message<'a> {
                self.message
            }
            $(data_messages!(@accessor $number $field $kind $($($inner)+)?);)*
        }

        static $spec: MessageSpec = MessageSpec {
            name: stringify!($view),
            summary: concat!($($doc),*),
            fields: &[$(
                FieldSpec::new(
                    $number,
                    stringify!($field),
                    data_messages!(@kind $kind $($($inner)+)?),
                    data_messages!(@repeated $kind),
                )
                $($(.$column($($value)?))+)?
            ),*],
        };
    )*};
    (@accessor $number:literal $field:ident text) => {
        #[doc = concat!("Field ", $number, ".")]
        pub fn $field(self) -> Option<Cow<'a, str>> { self.message.text($number) }
    };
    (@accessor $number:literal $field:ident secret $secret:ident) => {
        #[doc = concat!("Field ", $number, ". Secret.")]
        pub fn $field(self) -> Option<Cow<'a, str>> { self.message.text($number) }
    };
    (@accessor $number:literal $field:ident int) => {
        #[doc = concat!("Field ", $number, ".")]
        pub fn $field(self) -> Option<i64> { self.message.int($number) }
    };
    (@accessor $number:literal $field:ident text_value) => {
        #[doc = concat!("Field ", $number, ", in a wrapper.")]
        pub fn $field(self) -> Option<Cow<'a, str>> { self.message.wrapped_text($number) }
    };
    (@accessor $number:literal $field:ident int_value) => {
        #[doc = concat!("Field ", $number, ", in a wrapper.")]
        pub fn $field(self) -> Option<i64> { self.message.wrapped_int($number) }
    };
    (@accessor $number:literal $field:ident number_text_value) => {
        #[doc = concat!("Field ", $number, ", in a wrapper, as text or as a number.")]
        pub fn $field(self) -> Option<Cow<'a, str>> {
            let text = self.message.wrapped_text($number);
            text.or_else(|| Some(Cow::Owned(self.message.wrapped_int($number)?.to_string())))
        }
    };
    (@accessor $number:literal $field:ident message $inner:ident $inner_spec:ident) => {
        #[doc = concat!("Field ", $number, ", one message.")]
        pub fn $field(self) -> Option<$inner<'a>> { self.message.message($number).map(Into::into) }
    };
    (@accessor $number:literal $field:ident messages $inner:ident $inner_spec:ident) => {
        #[doc = concat!("Field ", $number, ", repeated.")]
        pub fn $field(self) -> impl Iterator<Item = $inner<'a>> { self.message.messages($number).map(Into::into) }
    };
    (@accessor $number:literal $field:ident secret_messages $inner:ident $inner_spec:ident $secret:ident) => {
        #[doc = concat!("Field ", $number, ", repeated. Secret.")]
        pub fn $field(self) -> impl Iterator<Item = $inner<'a>> { self.message.messages($number).map(Into::into) }
    };
    (@accessor $number:literal $field:ident texts) => {
        #[doc = concat!("Field ", $number, ", repeated.")]
        pub fn $field(self) -> impl Iterator<Item = Cow<'a, str>> {
            self.message.all($number).filter_map(|f| f.bytes()).map(String::from_utf8_lossy)
        }
    };
    (@repeated texts) => { true };
    (@repeated messages) => { true };
    (@repeated secret_messages) => { true };
    (@repeated $kind:ident) => { false };
    (@kind text) => { FieldKind::Text };
    (@kind texts) => { FieldKind::Text };
    (@kind secret $secret:ident) => { FieldKind::Secret(SecretKind::$secret) };
    (@kind int) => { FieldKind::Int };
    (@kind text_value) => { FieldKind::TextValue };
    (@kind int_value) => { FieldKind::IntValue };
    (@kind number_text_value) => { FieldKind::NumberTextValue };
    (@kind message $inner:ident $spec:ident) => { FieldKind::Message(&$spec) };
    (@kind messages $inner:ident $spec:ident) => { FieldKind::Message(&$spec) };
    (@kind secret_messages $inner:ident $spec:ident $secret:ident) => {
        FieldKind::SecretMessage(&$spec, SecretKind::$secret)
    };
}
use data_messages;

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(spec: &MessageSpec, inside: bool, found: &mut Vec<(&'static str, Treatment)>) {
        for field in spec.fields {
            match field.kind {
                FieldKind::Secret(_) => found.push((field.name, field.treatment)),
                FieldKind::Text | FieldKind::TextValue if inside => found.push((field.name, field.treatment)),
                FieldKind::Message(inner) => secrets(inner, inside, found),
                FieldKind::SecretMessage(inner, _) => secrets(inner, true, found),
                _ => {}
            }
        }
    }

    #[test]
    fn redacting_replaces_every_secret_of_the_table() {
        let mut found = Vec::new();
        for spec in MessageSpec::all() {
            secrets(spec, false, &mut found);
        }
        assert_eq!(found.len(), 8, "{found:?}");
        for (field, treatment) in found {
            let replaced = matches!(treatment, Treatment::Replace(_) | Treatment::Rows);
            assert!(replaced, "{field}: {treatment:?}");
        }
    }

    #[test]
    fn a_field_that_rest_shows_is_of_a_kind_that_fits_its_member() {
        fn all(spec: &'static MessageSpec, paths: &mut Vec<&'static str>) {
            for field in spec.fields {
                match (field.kind, field.rest) {
                    (FieldKind::Message(inner), None) if !field.repeated => all(inner, paths),
                    (FieldKind::Message(inner), None) => {
                        let mut inside = Vec::new();
                        all(inner, &mut inside);
                        assert_eq!(inside, [""; 0], "a list has no members: {}", field.name);
                    }
                    (_, None) => {}
                    (kind, Some(member)) => {
                        assert!(!field.repeated && kind.secret().is_none(), "{}", field.name);
                        let fits = match member {
                            RestMember::AsIs(_) => kind != FieldKind::Int,
                            RestMember::Truth(_) => matches!(kind, FieldKind::TextValue | FieldKind::Int),
                            RestMember::UpperCase(_) => kind == FieldKind::Text,
                            RestMember::Time(_) => kind == FieldKind::IntValue,
                        };
                        assert!(fits, "{}: {kind:?} as {member:?}", field.name);
                        paths.push(member.path());
                    }
                }
            }
        }
        for spec in MessageSpec::all() {
            let mut paths = Vec::new();
            all(spec, &mut paths);
            let count = paths.len();
            paths.sort_unstable();
            paths.dedup();
            assert_eq!(paths.len(), count, "{}", spec.name);
        }
    }

    #[test]
    fn a_text_without_a_treatment_of_its_own_is_replaced() {
        let plain = FieldSpec::new(99, "new_field", FieldKind::Text, false);
        assert_eq!(plain.treatment, Treatment::Replace(StandInKind::Text));
    }
}
