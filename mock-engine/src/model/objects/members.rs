//! The REST members that are fields of an object's data message.
//!
//! Invariant: one table says how each is read and how it is written, so that a row and its object can't disagree.

use std::borrow::Cow;

use exportdoc::wire::{Message, Writer};
use serde_json::Value;

use super::message::set_field;
use crate::clock::api_date;
use crate::model::Row;

/// A member of a row and the field it shows.
#[derive(Debug)]
pub(super) struct Member {
    /// Path in the row, parts divided by dots.
    pub(super) path: &'static str,
    /// Field numbers from the data message inwards.
    field: &'static [u32],
    form: Form,
}

/// How a field holds its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    /// Upper-case in rows, lower-case in messages.
    Upper,
    Wrapped,
    Number,
    /// A number that engines write as text; older documents hold a number.
    NumberText,
    /// `Y` or `N`.
    YesNo,
    /// A number that is left out when false.
    Flag,
    /// Milliseconds; shown, never written.
    Time,
}

const fn member(path: &'static str, field: &'static [u32], form: Form) -> Member {
    Member { path, field, form }
}

const MASKING_JOB: &[Member] = &[
    member("jobName", &[1], Form::Text),
    member("databaseMaskingOptions.commitSize", &[5], Form::Number),
    member("feedbackSize", &[6], Form::Number),
    member("minMemory", &[7], Form::Number),
    member("maxMemory", &[8], Form::Number),
    member("jobDescription", &[9], Form::Text),
    member("numInputStreams", &[10], Form::Number),
    member("email", &[13], Form::Wrapped),
    member("databaseMaskingOptions.batchUpdate", &[14], Form::YesNo),
    member("databaseMaskingOptions.disableConstraints", &[15], Form::YesNo),
    member("databaseMaskingOptions.dropIndexes", &[16], Form::YesNo),
    member("databaseMaskingOptions.disableTriggers", &[18], Form::YesNo),
    member("databaseMaskingOptions.truncateTables", &[19], Form::YesNo),
    member(
        "databaseMaskingOptions.numOutputThreadsPerStream",
        &[20],
        Form::Number,
    ),
    member("onTheFlyMasking", &[22], Form::YesNo),
    member("createdTime", &[25], Form::Time),
];

const PROFILE_JOB: &[Member] = &[
    member("jobName", &[1], Form::Text),
    member("feedbackSize", &[6], Form::Number),
    member("minMemory", &[7], Form::Number),
    member("maxMemory", &[8], Form::Number),
    member("jobDescription", &[9], Form::Text),
    member("numInputStreams", &[10], Form::Number),
    member("email", &[13], Form::Wrapped),
    member("createdTime", &[25], Form::Time),
];

const DATABASE_CONNECTOR: &[Member] = &[
    member("databaseType", &[1], Form::Upper),
    member("databaseName", &[2], Form::Wrapped),
    member("schemaName", &[4], Form::Wrapped),
    member("jdbc", &[6], Form::Wrapped),
    member("host", &[7], Form::Wrapped),
    member("connectorName", &[8], Form::Wrapped),
    member("username", &[9], Form::Wrapped),
    member("port", &[10], Form::NumberText),
];

const DATABASE_RULESET: &[Member] = &[member("rulesetName", &[1], Form::Text)];

const DOMAIN: &[Member] = &[
    member("classification", &[2], Form::Text),
    member("defaultAlgorithmCode", &[3], Form::Text),
    member("defaultTokenizationCode", &[4], Form::Wrapped),
];

const PROFILE_EXPRESSION: &[Member] = &[
    member("expressionName", &[1], Form::Text),
    member("domainName", &[3], Form::Text),
    member("regularExpression", &[4], Form::Text),
    member("dataLevelProfiling", &[5], Form::Flag),
];

const PROFILE_SET: &[Member] = &[
    member("profileSetName", &[1], Form::Text),
    member("description", &[2], Form::Text),
    member("createdTime", &[4], Form::Time),
];

const SETTING: &[Member] = &[
    member("settingGroup", &[1], Form::Text),
    member("settingName", &[2], Form::Text),
    member("settingValue", &[5], Form::Wrapped),
];

const ALGORITHM: &[Member] = &[
    member("description", &[1, 2], Form::Text),
    member("createdBy", &[1, 4], Form::Text),
];

/// The members that a data message shows.
pub(super) fn members_of(data_type: &str) -> &'static [Member] {
    match data_type {
        "MaskingJobData" => MASKING_JOB,
        "ProfileJobData" => PROFILE_JOB,
        "DatabaseConnectorData" => DATABASE_CONNECTOR,
        "DatabaseRulesetData" => DATABASE_RULESET,
        "DomainData" => DOMAIN,
        "ProfileExpressionData" => PROFILE_EXPRESSION,
        "ProfileSetData" => PROFILE_SET,
        "ApplicationSettingsData" => SETTING,
        "SecureLookupData" | "SegmentedMappingData" | "TokenizationData" => ALGORITHM,
        _ => &[],
    }
}

impl Member {
    /// The member's value; empty texts and absent fields are no value.
    pub(super) fn read(&self, data: Message<'_>) -> Option<Value> {
        let (last, outer) = self.field.split_last()?;
        let mut message = data;
        for number in outer {
            message = message.message(*number)?;
        }
        let text = |text: Cow<'_, str>| (!text.is_empty()).then(|| text.into_owned());
        Some(match self.form {
            Form::Text => text(message.text(*last)?)?.into(),
            Form::Upper => text(message.text(*last)?)?.to_uppercase().into(),
            Form::Wrapped => text(message.wrapped_text(*last)?)?.into(),
            Form::Number => message.wrapped_int(*last)?.into(),
            Form::NumberText => {
                let text = message.wrapped_text(*last).and_then(|text| text.parse().ok());
                text.or_else(|| message.wrapped_int(*last))?.into()
            }
            Form::YesNo => (message.wrapped_text(*last)? == "Y").into(),
            Form::Flag => (message.int(*last).unwrap_or_default() != 0).into(),
            Form::Time => api_date(message.wrapped_int(*last)?).into(),
        })
    }

    /// The data with the member set to what a row has, unless that is what it shows already.
    pub(super) fn write(&self, data: &[u8], row: &Row) -> Vec<u8> {
        let value = at(row, self.path).filter(|value| !value.is_null() && *value != "");
        let shown = Message::parse(data).ok().and_then(|message| self.read(message));
        if self.form == Form::Time || value == shown.as_ref() || self.field.is_empty() {
            return data.to_vec();
        }
        let encoded = value.and_then(|value| self.encode(value));
        set_nested(data, self.field, encoded.as_deref())
    }

    /// The whole innermost field; none for a value that it can't hold or need not.
    fn encode(&self, value: &Value) -> Option<Vec<u8>> {
        let number = *self.field.last()?;
        let mut writer = Writer::new();
        let text = || match value {
            Value::String(text) => Some(text.clone()),
            Value::Object(_) | Value::Array(_) | Value::Null => None,
            other => Some(other.to_string()),
        };
        let truth = || match value {
            Value::String(text) => text.eq_ignore_ascii_case("true"),
            other => *other == true,
        };
        let integer = || value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        match self.form {
            Form::Text => writer.text(number, &text()?),
            Form::Upper => writer.text(number, &text()?.to_lowercase()),
            Form::Wrapped => writer.wrapped_text(number, &text()?),
            Form::Number => writer.wrapped_int(number, integer()?),
            Form::NumberText => writer.wrapped_text(number, &integer()?.to_string()),
            Form::YesNo => writer.wrapped_text(number, if truth() { "Y" } else { "N" }),
            Form::Flag if truth() => writer.int(number, 1),
            Form::Flag | Form::Time => return None,
        };
        Some(writer.finish())
    }
}

fn set_nested(data: &[u8], field: &[u32], encoded: Option<&[u8]>) -> Vec<u8> {
    match field {
        [] => data.to_vec(),
        [number] => set_field(data, *number, encoded),
        [number, rest @ ..] => {
            let inner = Message::parse(data)
                .ok()
                .and_then(|message| message.bytes(*number));
            let inner = set_nested(inner.unwrap_or_default(), rest, encoded);
            let field = Writer::new().bytes(*number, &inner).finish();
            set_field(data, *number, Some(&field))
        }
    }
}

/// The value at a path of a row.
pub(super) fn at<'a>(row: &'a Row, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = row.get(parts.next()?)?;
    for part in parts {
        value = value.get(part)?;
    }
    Some(value)
}

/// Puts a value at a path of a row, or takes out what is there.
pub(super) fn put_at(row: &mut Row, path: &str, value: Option<Value>) {
    match (path.split_once('.'), value) {
        (None, Some(value)) => {
            row.insert(path.to_owned(), value);
        }
        (None, None) => {
            row.remove(path);
        }
        (Some((outer, rest)), value) => {
            if value.is_none() && !row.contains_key(outer) {
                return;
            }
            let inner = row.entry(outer).or_insert_with(|| Value::Object(Row::new()));
            if !inner.is_object() {
                *inner = Value::Object(Row::new());
            }
            if let Value::Object(inner) = inner {
                put_at(inner, rest, value);
            }
        }
    }
}
