//! The rows of the field table, message by message.
//! Real documents have no field names, so most names are this toolkit's. Messages that no real document has are marked
//! as this toolkit's own.

use super::RestMember::{AsIs, Time, Truth, UpperCase};
use super::StandInKind::{Database, Email, Host, Input, JdbcUrl, Key, Output, Schema, User};
use super::Treatment::{Configuration, Date, Flag, Keep, Number, Replace, Rows, Setting};
use super::{Cow, FieldKind, FieldSpec, Message, MessageSpec, SecretKind, data_messages};

data_messages! {
    /// A masking job's options.
    MaskingJobData as MASKING_JOB {
        1 job_name: text [redact(Keep), rest(AsIs("jobName"))],
        2 ruleset_name: text [redact(Keep)],
        5 commit_size: int_value [rest(AsIs("databaseMaskingOptions.commitSize"))],
        6 feedback_size: int_value [rest(AsIs("feedbackSize"))],
        7 min_memory: int_value [rest(AsIs("minMemory"))],
        8 max_memory: int_value [rest(AsIs("maxMemory"))],
        9 description: text [rest(AsIs("jobDescription"))],
        10 input_streams: int_value [rest(AsIs("numInputStreams"))],
        11 flag_11: text_value [redact(Flag)],
        12 flag_12: text_value [redact(Flag)],
        13 email: text_value [redact(Replace(Email)), rest(AsIs("email"))],
        14 batch_update: text_value [redact(Flag), rest(Truth("databaseMaskingOptions.batchUpdate"))],
        15 disable_constraints: text_value [redact(Flag), rest(Truth("databaseMaskingOptions.disableConstraints"))],
        16 drop_indexes: text_value [redact(Flag), rest(Truth("databaseMaskingOptions.dropIndexes"))],
        18 disable_triggers: text_value [redact(Flag), rest(Truth("databaseMaskingOptions.disableTriggers"))],
        19 truncate_tables: text_value [redact(Flag), rest(Truth("databaseMaskingOptions.truncateTables"))],
        20 output_threads: int_value [rest(AsIs("databaseMaskingOptions.numOutputThreadsPerStream"))],
        21 flag_21: text_value [redact(Flag)],
        22 on_the_fly: text_value [redact(Flag), rest(Truth("onTheFlyMasking"))],
        24 script: text,
        25 created: int_value [time, rest(Time("createdTime"))],
        27 flag_27: text_value [redact(Flag)],
    }
    /// A profile job's options. The message is this toolkit's own: the engines' is unknown.
    ProfileJobData as PROFILE_JOB {
        1 job_name: text [redact(Keep), rest(AsIs("jobName"))],
        2 ruleset_name: text [redact(Keep)],
        3 profile_set_name: text [redact(Keep)],
        6 feedback_size: int_value [rest(AsIs("feedbackSize"))],
        7 min_memory: int_value [rest(AsIs("minMemory"))],
        8 max_memory: int_value [rest(AsIs("maxMemory"))],
        9 description: text [rest(AsIs("jobDescription"))],
        10 input_streams: int_value [rest(AsIs("numInputStreams"))],
        13 email: text_value [redact(Replace(Email)), rest(AsIs("email"))],
        25 created: int_value [time, rest(Time("createdTime"))],
    }
    /// The source of an on-the-fly job. The message is this toolkit's own: the engines' is unknown.
    SourceConnectorData as SOURCE_CONNECTOR {
        1 database_type: text [redact(Keep)],
        8 connector_name: text_value [redact(Keep)],
    }
    /// A ruleset.
    DatabaseRulesetData as DATABASE_RULESET {
        1 ruleset_name: text [redact(Keep), rest(AsIs("rulesetName"))],
        2 connector_name: text [redact(Keep)],
        4 tables: messages(TableData, TABLE),
    }
    /// A table of a ruleset.
    TableData as TABLE {
        1 table_name: text [redact(Keep)],
        2 loader: text_value [redact(Keep)],
        8 record_groups: messages(RecordGroupData, RECORD_GROUP),
    }
    /// The columns of a table.
    RecordGroupData as RECORD_GROUP {
        1 group_name: text [redact(Keep)],
        4 columns: messages(ColumnData, COLUMN),
    }
    /// A column with its masking.
    ColumnData as COLUMN {
        1 column_name: text [redact(Keep)],
        2 algorithm: text_value [redact(Keep)],
        3 domain: text_value [redact(Keep)],
        4 classification: text_value [redact(Keep)],
        5 flag_5: text [redact(Flag)],
        6 masked: text_value [redact(Flag)],
        7 flag_7: text_value [redact(Flag)],
        9 flag_9: text_value [redact(Flag)],
        10 sql_type: text_value [redact(Keep)],
        11 length: text_value [redact(Keep)],
        12 primary_key: text_value [redact(Keep)],
        // The key's name on columns of a primary key, `N` on others: probably the index.
        13 index_name: text_value [redact(Keep)],
        14 date_format: text_value [redact(Keep)],
        16 flag_16: text_value [redact(Flag)],
        17 flag_17: text_value [redact(Flag)],
        18 flag_18: text [redact(Flag)],
        20 flag_20: text_value [redact(Flag)],
    }
    /// A connector. Engines omit the password.
    DatabaseConnectorData as DATABASE_CONNECTOR {
        1 database_type: text [redact(Keep), rest(UpperCase("databaseType"))],
        2 database_name: text_value [redact(Replace(Database)), rest(AsIs("databaseName"))],
        4 schema: text_value [redact(Replace(Schema)), rest(AsIs("schemaName"))],
        6 jdbc_url: text_value [redact(Replace(JdbcUrl)), rest(AsIs("jdbc"))],
        7 host: text_value [redact(Replace(Host)), rest(AsIs("host"))],
        8 connector_name: text_value [redact(Keep), rest(AsIs("connectorName"))],
        9 user_name: text_value [redact(Replace(User)), rest(AsIs("username"))],
        10 port: number_text_value [redact(Number), rest(AsIs("port"))],
        22 flag_22: text_value [redact(Flag)],
    }
    /// A domain and its algorithms.
    DomainData as DOMAIN {
        1 domain_name: text [redact(Keep)],
        2 classification: text [redact(Keep), rest(AsIs("classification"))],
        3 algorithm: text [redact(Keep), rest(AsIs("defaultAlgorithmCode"))],
        4 tokenization_algorithm: text_value [redact(Keep), rest(AsIs("defaultTokenizationCode"))],
    }
    /// The description of an algorithm.
    AlgorithmInfo as ALGORITHM_INFO {
        1 algorithm_name: text [redact(Keep)],
        2 description: text [rest(AsIs("description"))],
        3 date: text [redact(Date)],
        4 owner: text [redact(Replace(User)), rest(AsIs("createdBy"))],
        5 long_description: text,
    }
    /// The description of a lookup. Its date is the day of the export.
    LookupInfo as LOOKUP_INFO {
        1 algorithm_name: text [redact(Keep)],
        2 description: text [rest(AsIs("description"))],
        3 date: text [redact(Date), volatile],
        4 owner: text [redact(Replace(User)), rest(AsIs("createdBy"))],
        5 long_description: text,
    }
    /// A lookup algorithm: key and rows in clear.
    SecureLookupData as SECURE_LOOKUP {
        1 info: message(LookupInfo, LOOKUP_INFO),
        3 code: text [redact(Keep)],
        4 algorithm_kind: text [redact(Keep)],
        6 rows: secret(LookupRows) [redact(Rows)],
        7 key: secret(AlgorithmKey) [redact(Replace(Key))],
        8 key_time: int [time],
    }
    /// A user algorithm (2023): its key in clear.
    UserAlgorithmData as USER_ALGORITHM {
        1 info: message(AlgorithmInfo, ALGORITHM_INFO),
        2 key: secret(AlgorithmKey) [redact(Replace(Key))],
        3 key_time: int [time],
        5 framework: text [redact(Keep)],
        6 plugin: text [redact(Keep)],
        7 configuration: text [redact(Configuration)],
    }
    /// A segment mapping algorithm: its whole mapping in clear.
    SegmentedMappingData as SEGMENTED_MAPPING {
        1 info: message(AlgorithmInfo, ALGORITHM_INFO),
        3 segment_count: int,
        4 layout: text [redact(Keep)],
        7 ignored_characters: text [redact(Keep)],
        8 flag_8: text [redact(Flag)],
        9 ignored_characters_2: text [redact(Keep)],
        10 layout_2: text [redact(Keep)],
        11 segments: messages(SegmentData, SEGMENT),
        12 mappings: secret_messages(SegmentMapping, SEGMENT_MAPPING, SegmentMappings),
        // Absent in documents of May 2019, there in those of November 2019, under the same revision.
        13 variant: text [redact(Keep), added_by_upgrade("DEFAULT")],
    }
    /// The position of one segment.
    SegmentData as SEGMENT {
        2 index: int,
        3 length: int,
    }
    /// One input value and its output value.
    SegmentMapping as SEGMENT_MAPPING {
        2 segment: int,
        3 length: int,
        4 input: secret(SegmentMappings) [redact(Replace(Input))],
        5 output: secret(SegmentMappings) [redact(Replace(Output))],
    }
    /// A tokenization algorithm: its key in clear.
    TokenizationData as TOKENIZATION {
        1 info: message(AlgorithmInfo, ALGORITHM_INFO),
        3 number_3: text [redact(Flag)],
        4 number_4: text [redact(Flag)],
        5 number_5: text [redact(Flag)],
        6 key: secret(AlgorithmKey) [redact(Replace(Key))],
        7 key_time: int [time],
    }
    /// A date shift algorithm: its key in clear.
    DateShiftDiscreteData as DATE_SHIFT_DISCRETE {
        1 key: secret(AlgorithmKey) [redact(Replace(Key))],
        2 key_time: int [time],
    }
    /// The engine's global key in clear.
    EncryptionKeyData as ENCRYPTION_KEY {
        1 key: secret(GlobalKey) [redact(Replace(Key))],
    }
    /// A profile expression.
    ProfileExpressionData as PROFILE_EXPRESSION {
        1 expression_name: text [redact(Keep), rest(AsIs("expressionName"))],
        2 description: text_value,
        3 domain: text [redact(Keep), rest(AsIs("domainName"))],
        4 regular_expression: text [redact(Keep), rest(AsIs("regularExpression"))],
        5 data_level: int [rest(Truth("dataLevelProfiling"))],
    }
    /// A profile set.
    ProfileSetData as PROFILE_SET {
        1 set_name: text [redact(Keep), rest(AsIs("profileSetName"))],
        2 description: text [rest(AsIs("description"))],
        3 expressions: texts [redact(Keep), set],
        4 created: int_value [time, rest(Time("createdTime"))],
    }
    /// One setting.
    ApplicationSettingsData as APPLICATION_SETTINGS {
        1 group: text [redact(Keep), rest(AsIs("settingGroup"))],
        2 setting_name: text [redact(Keep), rest(AsIs("settingName"))],
        5 value: text_value [redact(Setting), rest(AsIs("settingValue"))],
    }
    /// A file format with its fields. The message is this toolkit's own: the engines' is unknown.
    FileFormatData as FILE_FORMAT {
        1 format_name: text [redact(Keep), rest(AsIs("fileFormatName"))],
        2 format_type: text [redact(Keep), rest(AsIs("fileFormatType"))],
        3 header: int_value [rest(AsIs("header"))],
        4 footer: int_value [rest(AsIs("footer"))],
        5 fields: messages(FileFieldData, FILE_FIELD),
    }
    /// A field of a file format with its masking.
    FileFieldData as FILE_FIELD {
        1 field_name: text [redact(Keep)],
        2 algorithm: text_value [redact(Keep)],
        3 domain: text_value [redact(Keep)],
        4 length: int_value,
        5 date_format: text_value [redact(Keep)],
    }
    /// A mount, without credentials. The message is this toolkit's own: the engines' is unknown.
    MountInformationData as MOUNT_INFORMATION {
        1 mount_name: text [redact(Keep), rest(AsIs("mountName"))],
        2 host_address: text [redact(Replace(Host)), rest(AsIs("hostAddress"))],
        3 mount_path: text [rest(AsIs("mountPath"))],
        4 mount_type: text [redact(Keep), rest(AsIs("type"))],
        5 options: text [rest(AsIs("options"))],
        6 connect_on_startup: int [rest(Truth("connectOnStartup"))],
    }
}

static EMPTY: MessageSpec = MessageSpec {
    name: "EmptyData",
    summary: "Nothing.",
    fields: &[],
};

pub(super) static DATA_MESSAGES: &[&MessageSpec] = &[
    &MASKING_JOB,
    &PROFILE_JOB,
    &SOURCE_CONNECTOR,
    &DATABASE_RULESET,
    &DATABASE_CONNECTOR,
    &DOMAIN,
    &SECURE_LOOKUP,
    &USER_ALGORITHM,
    &SEGMENTED_MAPPING,
    &TOKENIZATION,
    &DATE_SHIFT_DISCRETE,
    &ENCRYPTION_KEY,
    &PROFILE_EXPRESSION,
    &PROFILE_SET,
    &APPLICATION_SETTINGS,
    &FILE_FORMAT,
    &MOUNT_INFORMATION,
    &EMPTY,
];
