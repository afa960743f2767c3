//! Objects for rows that clients create.
//!
//! Invariant: a new object has the shape that engines write for its type. The table of members writes the remaining
//! members afterwards.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{self, AlgorithmInfo, ConnectorSpec, Draft};
use exportdoc::internal::object::{ObjectKey, type_by_name};
use serde_json::Value;

use super::kinds::{algorithm_type, type_at};
use super::members::at;
use crate::engine::clock::api_date;
use crate::engine::content::stock;
use crate::engine::ids::Ids;
use crate::engine::{Key, Row, State};

/// Returns the type and the draft of a new row's object; `None` if the row has none: mapping algorithms, and rows
/// below resources without objects.
pub(super) fn draft_for(
    state: &State,
    path: &str,
    key: &Key,
    row: &Row,
    now_ms: i64,
    ids: &Ids,
) -> Option<(&'static str, Draft)> {
    let text = |member: &str| row.get(member).and_then(Value::as_str).unwrap_or_default();
    if path == "algorithms" {
        let type_name = algorithm_type(text("algorithmType"))?;
        return Some((
            type_name,
            algorithm(type_name, row, text("algorithmName"), now_ms, ids)?,
        ));
    }
    let type_name = type_at(path)?;
    let id = match key {
        Key::Number(id) => *id,
        // Keys turn names of digits into numbers, so the row's name counts.
        Key::Name(_) => 0,
    };
    let made = match type_name {
        "DATABASE_CONNECTOR" => {
            let database_type = text("databaseType").to_lowercase();
            let spec = ConnectorSpec {
                database_type: &database_type,
                name: text("connectorName"),
                ..ConnectorSpec::default()
            };
            draft::connector(id, &spec)
        }
        "DATABASE_RULESET" => {
            let connector = linked(state, "DATABASE_CONNECTOR", row, "databaseConnectorId")?;
            draft::ruleset(id, text("rulesetName"), (&connector.0, &connector.1), &[], &[])
        }
        "MASKING_JOB" => {
            let ruleset = ruleset(state, row)?;
            if at(row, "onTheFlyMaskingSource.connectorId").is_some() {
                linked(
                    state,
                    "DATABASE_CONNECTOR",
                    row,
                    "onTheFlyMaskingSource.connectorId",
                )?;
            }
            draft::masking_job(id, text("jobName"), (&ruleset.0, &ruleset.1), None, "", now_ms)
        }
        "PROFILE_JOB" => {
            let ruleset = ruleset(state, row)?;
            let (set, name) = linked(state, "PROFILE_SET", row, "profileSetId")?;
            let reference = type_by_name("PROFILE_SET_REFERENCE")?.number()?;
            let set = ObjectKey::new(reference, set.identifier);
            draft::profile_job(
                id,
                text("jobName"),
                (&ruleset.0, &ruleset.1),
                (&set, &name),
                "",
                now_ms,
            )
        }
        "DOMAIN" => {
            let tokenization = row.get("defaultTokenizationCode").and_then(Value::as_str);
            let (name, algorithm) = (text("domainName"), text("defaultAlgorithmCode"));
            draft::domain(name, text("classification"), algorithm, tokenization, &[])
        }
        "PROFILE_EXPRESSION" => {
            let number = type_by_name("DOMAIN")?.number()?;
            let domain = ObjectKey::new(number, Identifier::Text(text("domainName").to_owned()));
            draft::profile_expression(
                id,
                text("expressionName"),
                &domain,
                text("regularExpression"),
                false,
            )
        }
        "PROFILE_SET" => draft::profile_set(id, text("profileSetName"), &[], now_ms),
        "ENVIRONMENT" => empty(type_name, Identifier::Integer(id))?,
        // Members and fields are written afterwards. A type with an unknown message has no objects.
        _ => Draft {
            data_type: type_by_name(type_name)?.data?,
            ..empty(type_name, Identifier::Integer(id))?
        },
    };
    Some((type_name, made))
}

fn ruleset(state: &State, row: &Row) -> Option<(ObjectKey, String)> {
    let type_name = match at(row, "rulesetType").and_then(Value::as_str) {
        Some("FILE") => "FILE_RULESET",
        _ => "DATABASE_RULESET",
    };
    linked(state, type_name, row, "rulesetId")
}

/// The key and the name of the object that a row refers to by id.
fn linked(state: &State, type_name: &str, row: &Row, path: &str) -> Option<(ObjectKey, String)> {
    let Some(Key::Number(id)) = at(row, path).and_then(Key::from_json) else {
        return None;
    };
    let stored = state.objects.find(type_name, &Identifier::Integer(id))?;
    Some((stored.key().clone(), stored.name.clone().unwrap_or_default()))
}

fn algorithm(type_name: &str, row: &Row, name: &str, now_ms: i64, ids: &Ids) -> Option<Draft> {
    let date = api_date(now_ms);
    let info = AlgorithmInfo {
        name,
        description: "",
        date: date.get(..10).unwrap_or_default(),
    };
    let mut key = [0; 16];
    ids.fill(&mut key);
    Some(match type_name {
        "LOOKUP" => draft::lookup(info, [""; 0], key, now_ms, &[]),
        "SEGMENT" => draft::segment(info, &[], "", &[]),
        "TOKENIZATION" => draft::tokenization(info, key, now_ms),
        "DATE_SHIFT" => draft::date_shift(name, key, now_ms, &[]),
        "USER_ALGORITHM" => component(info, row, key, now_ms),
        _ => empty(type_name, Identifier::Algorithm(name.to_owned()))?,
    })
}

/// An algorithm of a framework; the row has the framework's number.
fn component(info: AlgorithmInfo<'_>, row: &Row, key: [u8; 16], now_ms: i64) -> Draft {
    let framework = row.get("frameworkId").and_then(Key::from_json);
    let known = match framework {
        Some(Key::Number(id)) => stock::framework(id),
        _ => None,
    };
    let (framework, plugin) = known.unwrap_or_default();
    draft::user_algorithm(info, key, now_ms, (plugin, framework), &extension(row))
}

/// The configuration of such an algorithm, as text.
pub(super) fn extension(row: &Row) -> String {
    match row.get("algorithmExtension") {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// An object of a type that no real document showed.
fn empty(type_name: &str, identifier: Identifier) -> Option<Draft> {
    Some(Draft {
        key: ObjectKey::new(type_by_name(type_name)?.number()?, identifier),
        dependencies: Vec::new(),
        data_type: "EmptyData",
        data: Vec::new(),
    })
}
