//! What happens to each text of the data messages.
//!
//! Invariant: a text that no line here names is replaced as free text, so that a field new to the schema can't slip
//! through. Numbers are kept: sizes, counts, ports and times.

use super::StandInKind;

/// What happens to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Names, types and other structure.
    Keep,
    /// Kept when it is a switch such as `N` or `true`, else replaced.
    Flag,
    /// Kept when it is a date.
    Date,
    /// Kept when it is a switch or a small number.
    Setting,
    /// Replaced.
    Replace(StandInKind),
    /// The rows of a lookup, as XML.
    Rows,
}

use StandInKind::{Database, Email, Input, JdbcUrl, Key, Output, Schema, Text, User};
use Treatment::{Date, Flag, Keep, Replace, Rows, Setting};

/// Looks a field up by the names of its message and itself.
pub(super) fn treatment(message: &str, field: &str) -> Treatment {
    match (message, field) {
        ("MaskingJobData" | "ProfileJobData", "email") => Replace(Email),
        ("MaskingJobData" | "ProfileJobData", "job_name" | "ruleset_name" | "profile_set_name") => Keep,
        ("MaskingJobData", "description" | "script") => Replace(Text),
        // The rest of a masking job's texts are switches.
        ("MaskingJobData", _) => Flag,
        ("DatabaseRulesetData", "ruleset_name" | "connector_name") => Keep,
        ("TableData", "table_name" | "loader") => Keep,
        ("RecordGroupData", "group_name") => Keep,
        (
            "ColumnData",
            "column_name" | "algorithm" | "domain" | "classification" | "sql_type" | "length" | "primary_key"
            | "foreign_key" | "date_format",
        ) => Keep,
        // The rest of a column's texts are switches.
        ("ColumnData", _) => Flag,
        ("DatabaseConnectorData" | "SourceConnectorData", "database_type" | "connector_name") => Keep,
        ("DatabaseConnectorData", "database_name") => Replace(Database),
        ("DatabaseConnectorData", "schema") => Replace(Schema),
        ("DatabaseConnectorData", "jdbc_url") => Replace(JdbcUrl),
        ("DatabaseConnectorData", "host") => Replace(StandInKind::Host),
        ("DatabaseConnectorData", "user_name") => Replace(User),
        ("DatabaseConnectorData", "flag_22") => Flag,
        ("DomainData", _) => Keep,
        ("LookupInfo", "algorithm_name") => Keep,
        ("LookupInfo", "date") => Date,
        ("LookupInfo", "owner") => Replace(User),
        ("SecureLookupData", "code" | "algorithm_kind") => Keep,
        ("SecureLookupData", "rows") => Rows,
        ("SecureLookupData" | "TokenizationData" | "DateShiftDiscreteData" | "EncryptionKeyData", "key") => {
            Replace(Key)
        }
        ("SegmentedMappingData", "layout" | "layout_2" | "ignored_characters" | "ignored_characters_2") => {
            Keep
        }
        ("SegmentMapping", "input") => Replace(Input),
        ("SegmentMapping", "output") => Replace(Output),
        ("TokenizationData", "number_3" | "number_4" | "number_5") => Flag,
        ("ProfileExpressionData", "expression_name" | "domain" | "regular_expression") => Keep,
        ("ProfileSetData", "set_name" | "expressions") => Keep,
        ("ApplicationSettingsData", "group" | "setting_name") => Keep,
        ("ApplicationSettingsData", "value") => Setting,
        _ => Replace(Text),
    }
}

/// What a text of this field gives away, for those who want to know rather than to share: redacting would replace it by a
/// stand-in of this kind. Lookup rows apart, which are replaced within one text.
pub fn exposed_kind(message: &str, field: &str) -> Option<StandInKind> {
    match treatment(message, field) {
        Replace(kind) => Some(kind),
        Keep | Flag | Date | Setting | Rows => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::data::{FieldKind, MessageSpec};

    fn secrets(spec: &MessageSpec, inside: bool, found: &mut Vec<(&'static str, &'static str)>) {
        for field in spec.fields {
            match field.kind {
                FieldKind::Secret => found.push((spec.name, field.name)),
                FieldKind::Text | FieldKind::TextValue if inside => found.push((spec.name, field.name)),
                FieldKind::Message(inner) => secrets(inner, inside, found),
                FieldKind::SecretMessage(inner) => secrets(inner, true, found),
                _ => {}
            }
        }
    }

    #[test]
    fn nothing_that_the_schema_calls_secret_is_kept() {
        let mut found = Vec::new();
        for spec in MessageSpec::all() {
            secrets(spec, false, &mut found);
        }
        assert_eq!(found.len(), 7, "{found:?}");
        for (message, field) in found {
            let treatment = treatment(message, field);
            assert!(
                matches!(treatment, Replace(_) | Rows),
                "{message} {field}: {treatment:?}"
            );
        }
    }

    #[test]
    fn a_field_that_nobody_thought_of_is_replaced() {
        assert_eq!(treatment("NewData", "new_field"), Replace(Text));
        assert_eq!(treatment("DatabaseConnectorData", "new_field"), Replace(Text));
    }
}
