//! Typed views of the data messages.
//! The messages have no published schema. Names and meanings were derived from real values and are provisional. A view
//! never changes bytes; [`Message`] reaches other fields by number.

mod configuration;
mod envelope;
mod facts;
mod invalid_text;
mod oddity;
mod plain;
mod rows;
mod schema;
mod texts;

use std::borrow::Cow;

pub use configuration::Configuration;
pub use envelope::{ANY, IDENTIFIER, OBJECT, REVISION};
pub use facts::{DataFacts, DataState, DataWanted, SecretValue};
pub use oddity::Oddity;
pub use schema::{
    AlgorithmInfo, ApplicationSettingsData, ColumnData, DatabaseConnectorData, DatabaseRulesetData,
    DateShiftDiscreteData, DomainData, EncryptionKeyData, FieldKind, FieldSpec, FileFieldData,
    FileFormatData, LookupInfo, MaskingJobData, MessageSpec, MountInformationData, ProfileExpressionData,
    ProfileJobData, ProfileSetData, RecordGroupData, RestMember, SecureLookupData, SegmentData,
    SegmentMapping, SegmentedMappingData, SourceConnectorData, StandInKind, TableData, TokenizationData,
    Treatment, UserAlgorithmData,
};
pub use texts::{FoundText, FoundTexts, TextFilter};

pub(crate) use envelope::{by_type_name, type_name};
pub(crate) use oddity::{Oddities, SeenFields};
pub(crate) use plain::{joined, plain};

use crate::wire::Message;

/// An object's data by its message type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectData<'a> {
    /// A masking job.
    MaskingJob(MaskingJobData<'a>),
    /// A ruleset with its tables and columns.
    DatabaseRuleset(DatabaseRulesetData<'a>),
    /// A connector, without password.
    DatabaseConnector(DatabaseConnectorData<'a>),
    /// A domain.
    Domain(DomainData<'a>),
    /// A lookup algorithm with key and rows.
    SecureLookup(SecureLookupData<'a>),
    /// A user algorithm with its key.
    UserAlgorithm(UserAlgorithmData<'a>),
    /// A segment mapping algorithm with its whole mapping.
    SegmentedMapping(SegmentedMappingData<'a>),
    /// A tokenization algorithm with its key.
    Tokenization(TokenizationData<'a>),
    /// A date shift algorithm with its key.
    DateShiftDiscrete(DateShiftDiscreteData<'a>),
    /// The engine's global key.
    EncryptionKey(EncryptionKeyData<'a>),
    /// A profile expression.
    ProfileExpression(ProfileExpressionData<'a>),
    /// A profile set.
    ProfileSet(ProfileSetData<'a>),
    /// One application setting.
    ApplicationSettings(ApplicationSettingsData<'a>),
    /// A profile job, as this project writes it.
    ProfileJob(ProfileJobData<'a>),
    /// An on-the-fly job's source, as this project writes it.
    SourceConnector(SourceConnectorData<'a>),
    /// A file format, as this project writes it.
    FileFormat(FileFormatData<'a>),
    /// A mount, as this project writes it.
    MountInformation(MountInformationData<'a>),
    /// No data: references and GLOBAL_OBJECT.
    Empty,
    /// An unknown message type.
    Unknown,
    /// A known type whose bytes are not a message.
    Broken,
}

/// The fields that [`ObjectData::name`] looks at.
pub(super) fn name_fields(data_type: &str) -> &'static [u32] {
    match data_type {
        "MaskingJobData"
        | "ProfileJobData"
        | "DatabaseRulesetData"
        | "DomainData"
        | "ProfileExpressionData"
        | "ProfileSetData"
        | "FileFormatData"
        | "MountInformationData" => &[1],
        "DatabaseConnectorData" | "SourceConnectorData" => &[8],
        "ApplicationSettingsData" => &[1, 2],
        _ => &[],
    }
}

/// A kind of secret that lets its reader repeat or undo the masking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretKind {
    /// The engine's global key.
    GlobalKey,
    /// An algorithm's own key.
    AlgorithmKey,
    /// Rows of a lookup.
    LookupRows,
    /// Input and output values of a segment mapping.
    SegmentMappings,
}

impl SecretKind {
    /// Stable machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GlobalKey => "global-key",
            Self::AlgorithmKey => "algorithm-key",
            Self::LookupRows => "lookup-rows",
            Self::SegmentMappings => "segment-mappings",
        }
    }
}

impl<'a> ObjectData<'a> {
    /// Reads data of a message type (without URL prefix).
    pub fn read(data_type: &str, bytes: &'a [u8]) -> Self {
        if data_type == "EmptyData" && bytes.is_empty() {
            return Self::Empty;
        }
        let known = MessageSpec::by_name(data_type).is_some();
        let Ok(message) = Message::parse(bytes) else {
            return if known { Self::Broken } else { Self::Unknown };
        };
        match data_type {
            "MaskingJobData" => Self::MaskingJob(message.into()),
            "DatabaseRulesetData" => Self::DatabaseRuleset(message.into()),
            "DatabaseConnectorData" => Self::DatabaseConnector(message.into()),
            "DomainData" => Self::Domain(message.into()),
            "SecureLookupData" => Self::SecureLookup(message.into()),
            "UserAlgorithmData" => Self::UserAlgorithm(message.into()),
            "SegmentedMappingData" => Self::SegmentedMapping(message.into()),
            "TokenizationData" => Self::Tokenization(message.into()),
            "DateShiftDiscreteData" => Self::DateShiftDiscrete(message.into()),
            "EncryptionKeyData" => Self::EncryptionKey(message.into()),
            "ProfileExpressionData" => Self::ProfileExpression(message.into()),
            "ProfileSetData" => Self::ProfileSet(message.into()),
            "ApplicationSettingsData" => Self::ApplicationSettings(message.into()),
            "ProfileJobData" => Self::ProfileJob(message.into()),
            "SourceConnectorData" => Self::SourceConnector(message.into()),
            "FileFormatData" => Self::FileFormat(message.into()),
            "MountInformationData" => Self::MountInformation(message.into()),
            "EmptyData" => Self::Empty,
            _ => Self::Unknown,
        }
    }

    /// The object's name in the data. Algorithms and keys have their name in the identifier.
    pub fn name(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::MaskingJob(data) => data.job_name(),
            Self::ProfileJob(data) => data.job_name(),
            Self::DatabaseRuleset(data) => data.ruleset_name(),
            Self::DatabaseConnector(data) => data.connector_name(),
            Self::SourceConnector(data) => data.connector_name(),
            Self::Domain(data) => data.domain_name(),
            Self::ProfileExpression(data) => data.expression_name(),
            Self::ProfileSet(data) => data.set_name(),
            Self::FileFormat(data) => data.format_name(),
            Self::MountInformation(data) => data.mount_name(),
            Self::ApplicationSettings(data) => {
                Some(Cow::Owned(format!("{}/{}", data.group()?, data.setting_name()?)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_message_has_a_view() {
        for spec in MessageSpec::all() {
            assert_ne!(
                ObjectData::read(spec.name, b""),
                ObjectData::Unknown,
                "{}",
                spec.name
            );
        }
    }
}
