//! The fields of each data message, in one table that both the typed views and readers by name use.

use std::borrow::Cow;

use crate::wire::Message;

/// How a field's value is to be read.
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
    /// Text that lets its reader repeat or undo the masking.
    Secret,
    /// A nested message (possibly repeated).
    Message(&'static MessageSpec),
    /// A nested message that is secret as a whole.
    SecretMessage(&'static MessageSpec),
}

impl FieldKind {
    /// Whether the field itself is text (not wrapped, not nested).
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Secret)
    }
}

/// One field of a data message.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Field number.
    pub number: u32,
    /// Our name for it.
    pub name: &'static str,
    /// How to read it.
    pub kind: FieldKind,
    /// Whether it is a list.
    pub repeated: bool,
}

/// The known fields of a message type.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageSpec {
    /// Message name, as in the type URL for top-level messages.
    pub name: &'static str,
    /// Known fields by number.
    pub fields: &'static [FieldSpec],
}

impl MessageSpec {
    /// The data message with a name (without URL prefix).
    pub fn by_name(name: &str) -> Option<&'static Self> {
        DATA_MESSAGES.iter().copied().find(|spec| spec.name == name)
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
macro_rules! messages {
    ($($(#[$doc:meta])* $view:ident as $spec:ident { $($number:literal $field:ident: $kind:ident $(($inner:ident, $inner_spec:ident))?,)* })*) => {$(
        $(#[$doc])*
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
            $(messages!(@accessor $number $field $kind $($inner)?);)*
        }

        static $spec: MessageSpec = MessageSpec {
            name: stringify!($view),
            fields: &[$(FieldSpec {
                number: $number,
                name: stringify!($field),
                kind: messages!(@kind $kind $($inner_spec)?),
                repeated: messages!(@repeated $kind),
            }),*],
        };
    )*};
    (@accessor $number:literal $field:ident text) => {
        #[doc = concat!("Field ", $number, ".")]
        pub fn $field(self) -> Option<Cow<'a, str>> { self.message.text($number) }
    };
    (@accessor $number:literal $field:ident secret) => {
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
    (@accessor $number:literal $field:ident message $inner:ident) => {
        #[doc = concat!("Field ", $number, ", one message.")]
        pub fn $field(self) -> Option<$inner<'a>> { self.message.message($number).map(Into::into) }
    };
    (@accessor $number:literal $field:ident messages $inner:ident) => {
        #[doc = concat!("Field ", $number, ", repeated.")]
        pub fn $field(self) -> impl Iterator<Item = $inner<'a>> { self.message.messages($number).map(Into::into) }
    };
    (@accessor $number:literal $field:ident secret_messages $inner:ident) => {
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
    (@kind secret) => { FieldKind::Secret };
    (@kind int) => { FieldKind::Int };
    (@kind text_value) => { FieldKind::TextValue };
    (@kind int_value) => { FieldKind::IntValue };
    (@kind message $spec:ident) => { FieldKind::Message(&$spec) };
    (@kind messages $spec:ident) => { FieldKind::Message(&$spec) };
    (@kind secret_messages $spec:ident) => { FieldKind::SecretMessage(&$spec) };
}

messages! {
    /// A masking job's options.
    MaskingJobData as MASKING_JOB {
        1 job_name: text,
        2 ruleset_name: text,
        5 commit_size: int_value,
        6 feedback_size: int_value,
        7 min_memory: int_value,
        8 max_memory: int_value,
        9 description: text,
        10 input_streams: int_value,
        11 flag_11: text_value,
        12 flag_12: text_value,
        13 email: text_value,
        14 batch_update: text_value,
        15 disable_constraints: text_value,
        16 drop_indexes: text_value,
        18 disable_triggers: text_value,
        19 truncate_tables: text_value,
        20 output_threads: int_value,
        21 flag_21: text_value,
        22 on_the_fly: text_value,
        24 script: text,
        25 created: int_value,
        27 flag_27: text_value,
    }
    /// A profile job's options. The message is this project's own: the engines' was never seen.
    ProfileJobData as PROFILE_JOB {
        1 job_name: text,
        2 ruleset_name: text,
        3 profile_set_name: text,
        6 feedback_size: int_value,
        7 min_memory: int_value,
        8 max_memory: int_value,
        9 description: text,
        10 input_streams: int_value,
        13 email: text_value,
        25 created: int_value,
    }
    /// The source of an on-the-fly job. The message is this project's own: the engines' was never seen.
    SourceConnectorData as SOURCE_CONNECTOR {
        1 database_type: text,
        8 connector_name: text_value,
    }
    /// A ruleset.
    DatabaseRulesetData as DATABASE_RULESET {
        1 ruleset_name: text,
        2 connector_name: text,
        4 tables: messages(TableData, TABLE),
    }
    /// A table of a ruleset.
    TableData as TABLE {
        1 table_name: text,
        2 loader: text_value,
        8 record_groups: messages(RecordGroupData, RECORD_GROUP),
    }
    /// The columns of a table.
    RecordGroupData as RECORD_GROUP {
        1 group_name: text,
        4 columns: messages(ColumnData, COLUMN),
    }
    /// A column with what masks it.
    ColumnData as COLUMN {
        1 column_name: text,
        2 algorithm: text_value,
        3 domain: text_value,
        4 classification: text_value,
        5 flag_5: text,
        6 masked: text_value,
        7 flag_7: text_value,
        9 flag_9: text_value,
        10 sql_type: text_value,
        11 length: text_value,
        12 primary_key: text_value,
        13 foreign_key: text_value,
        14 date_format: text_value,
        16 flag_16: text_value,
        17 flag_17: text_value,
        18 flag_18: text,
        20 flag_20: text_value,
    }
    /// A connector; engines leave the password out.
    DatabaseConnectorData as DATABASE_CONNECTOR {
        1 database_type: text,
        2 database_name: text_value,
        4 schema: text_value,
        6 jdbc_url: text_value,
        7 host: text_value,
        8 connector_name: text_value,
        9 user_name: text_value,
        10 port: int_value,
        22 flag_22: text_value,
    }
    /// A domain and its algorithms.
    DomainData as DOMAIN {
        1 domain_name: text,
        2 classification: text,
        3 algorithm: text,
        4 tokenization_algorithm: text_value,
    }
    /// What all file-like algorithms say of themselves.
    LookupInfo as LOOKUP_INFO {
        1 algorithm_name: text,
        2 description: text,
        3 date: text,
        4 owner: text,
        5 long_description: text,
    }
    /// A lookup algorithm: key and rows in clear.
    SecureLookupData as SECURE_LOOKUP {
        1 info: message(LookupInfo, LOOKUP_INFO),
        3 code: text,
        4 algorithm_kind: text,
        6 rows: secret,
        7 key: secret,
        8 key_time: int,
    }
    /// A segment mapping algorithm: its whole mapping in clear.
    SegmentedMappingData as SEGMENTED_MAPPING {
        1 info: message(LookupInfo, LOOKUP_INFO),
        3 segment_count: int,
        4 layout: text,
        7 ignored_characters: text,
        9 ignored_characters_2: text,
        10 layout_2: text,
        11 segments: messages(SegmentData, SEGMENT),
        12 mappings: secret_messages(SegmentMapping, SEGMENT_MAPPING),
        13 field_13: int,
    }
    /// One segment's place.
    SegmentData as SEGMENT {
        2 index: int,
        3 length: int,
    }
    /// One input value and what it becomes.
    SegmentMapping as SEGMENT_MAPPING {
        2 segment: int,
        3 length: int,
        4 input: secret,
        5 output: secret,
    }
    /// A tokenization algorithm: its key in clear.
    TokenizationData as TOKENIZATION {
        1 info: message(LookupInfo, LOOKUP_INFO),
        3 number_3: text,
        4 number_4: text,
        5 number_5: text,
        6 key: secret,
        7 key_time: int,
    }
    /// A date shift algorithm: its key in clear.
    DateShiftDiscreteData as DATE_SHIFT_DISCRETE {
        1 key: secret,
        2 key_time: int,
    }
    /// The engine's global key in clear.
    EncryptionKeyData as ENCRYPTION_KEY {
        1 key: secret,
    }
    /// A profile expression.
    ProfileExpressionData as PROFILE_EXPRESSION {
        1 expression_name: text,
        2 description: text_value,
        3 domain: text,
        4 regular_expression: text,
        5 data_level: int,
    }
    /// A profile set.
    ProfileSetData as PROFILE_SET {
        1 set_name: text,
        2 description: text,
        3 expressions: texts,
        4 created: int_value,
    }
    /// One setting.
    ApplicationSettingsData as APPLICATION_SETTINGS {
        1 group: text,
        2 setting_name: text,
        5 value: text_value,
    }
}

static EMPTY: MessageSpec = MessageSpec {
    name: "EmptyData",
    fields: &[],
};

static DATA_MESSAGES: &[&MessageSpec] = &[
    &MASKING_JOB,
    &PROFILE_JOB,
    &SOURCE_CONNECTOR,
    &DATABASE_RULESET,
    &DATABASE_CONNECTOR,
    &DOMAIN,
    &SECURE_LOOKUP,
    &SEGMENTED_MAPPING,
    &TOKENIZATION,
    &DATE_SHIFT_DISCRETE,
    &ENCRYPTION_KEY,
    &PROFILE_EXPRESSION,
    &PROFILE_SET,
    &APPLICATION_SETTINGS,
    &EMPTY,
];
