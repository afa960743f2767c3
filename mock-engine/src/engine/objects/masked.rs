//! The masking of columns and fields: their domains and algorithms.
//!
//! Invariant: an object depends on a reference to each domain and algorithm of its parts, in the order of the parts
//! and with duplicates, as engines list them. Its other dependencies come first.

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::{DatabaseRulesetData, ObjectData};
use exportdoc::internal::object::{ObjectKey, type_by_name};
use serde_json::Value;

use super::edit::mapping_obstacle;
use super::links::type_of;
use super::rewrite::{with_data, with_dependencies, with_save};
use super::ruleset_tables::{Masking, said};
use super::{StoredObject, is_reference, put_object};
use crate::engine::content::stock;
use crate::engine::defaults;
use crate::engine::resources::{Collection, RowCollection, Writer, spec};
use crate::engine::{BadBody, EngineError, Key, Refusal, Row, State};

/// Saves an object with new data: a new revision, with the dependencies of its parts.
pub(super) fn save(writer: &mut Writer<'_>, before: &StoredObject, data: &[u8]) -> Result<(), EngineError> {
    let mut stored = before.clone();
    stored.object = with_data(&stored.object, data)?;
    let named = named(&stored);
    if named.len() > defaults::PARTS_KEPT {
        return Err(Refusal::TooManyMasked.into());
    }
    let dependencies = dependencies(writer.state, &stored, &named);
    stored.object = with_dependencies(&stored.object, &dependencies)?;
    let algorithms = named.iter().map(|(_, algorithm)| algorithm.as_str());
    stored.not_syncable = mapping_obstacle(writer.state, algorithms);
    stored.name = stored.object.name().filter(|name| !name.is_empty());
    let save = writer.ids.uuid();
    stored.object = with_save(&stored.object, &save, writer.now_ms)?;
    put_object(writer.state, stored);
    Ok(())
}

/// The domain and the algorithm of each masked part.
fn named(stored: &StoredObject) -> Vec<(String, String)> {
    // One more than the limit shows that there are too many.
    let most = defaults::PARTS_KEPT + 1;
    let mut named = Vec::new();
    match stored.object.data() {
        ObjectData::DatabaseRuleset(data) => {
            for table in DatabaseRulesetData::tables(data) {
                for group in table.record_groups() {
                    let masked = group
                        .columns()
                        .filter_map(|column| Some((said(column.domain())?, said(column.algorithm())?)));
                    let left = most - named.len();
                    named.extend(masked.take(left));
                }
            }
        }
        ObjectData::FileFormat(data) => {
            let masked = data
                .fields()
                .filter_map(|field| Some((said(field.domain())?, said(field.algorithm())?)));
            named.extend(masked.take(most));
        }
        _ => {}
    }
    named
}

fn dependencies(state: &State, stored: &StoredObject, named: &[(String, String)]) -> Vec<ObjectKey> {
    let present = stored.object.dependencies();
    let is_ref = |key: &ObjectKey| type_of(state, key).is_some_and(is_reference);
    let mut all: Vec<ObjectKey> = present.iter().filter(|key| !is_ref(key)).cloned().collect();
    // The key that the object has already, or else one of an existing object.
    let key = |type_name: &str, identifier: Identifier, here: bool| {
        let known = present
            .iter()
            .find(|key| key.identifier == identifier && type_of(state, key) == Some(type_name));
        let number = type_by_name(type_name).and_then(exportdoc::internal::object::ObjectType::number);
        known
            .cloned()
            .or_else(|| Some(ObjectKey::new(number.filter(|_| here)?, identifier)))
    };
    for (domain, algorithm) in named {
        let identifier = Identifier::Text(domain.clone());
        let here = state.objects.find("DOMAIN", &identifier).is_some();
        all.extend(key("DOMAIN_REFERENCE", identifier, here));
        let here = state.objects.algorithm(algorithm).is_some();
        all.extend(key(
            "ALGORITHM_REFERENCE",
            Identifier::Algorithm(algorithm.clone()),
            here,
        ));
    }
    all
}

/// The masking in a body. Without domain and algorithm: none. With a domain alone: its default algorithm.
pub(super) fn asked(
    writer: &Writer<'_>,
    what: &'static str,
    old: &Row,
    body: &Row,
) -> Result<Masking, EngineError> {
    let algorithm = text(body, "algorithmName")?;
    let date_format = if body.contains_key("dateFormat") {
        text(body, "dateFormat")?
    } else {
        text(old, "dateFormat")?
    };
    let Some(domain) = text(body, "domainName")? else {
        return match algorithm {
            Some(_) => Err(EngineError::MissingField {
                what,
                field: "domainName",
            }),
            None => Ok(Masking {
                date_format,
                ..Masking::default()
            }),
        };
    };
    let row = RowCollection::new(&spec::DOMAINS).get(&writer.reader(), &Key::parse(&domain))?;
    let default = row.get("defaultAlgorithmCode").and_then(Value::as_str);
    let algorithm = match algorithm {
        // Stock algorithms exist on every engine.
        Some(named) if Some(named.as_str()) != default && !stock::is_stock_algorithm(&named) => {
            RowCollection::new(&spec::ALGORITHMS).get(&writer.reader(), &Key::parse(&named))?;
            named
        }
        Some(named) => named,
        None => default.unwrap_or_default().to_owned(),
    };
    Ok(Masking {
        algorithm: Some(algorithm),
        classification: row
            .get("classification")
            .and_then(Value::as_str)
            .map(str::to_owned),
        domain: Some(domain),
        date_format,
    })
}

/// Reads a text member; an empty one counts as absent.
pub(super) fn text(row: &Row, member: &str) -> Result<Option<String>, EngineError> {
    match row.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(BadBody::NotText(member.to_owned()).into()),
    }
}

/// Copies members of a body except those in `fixed`; empty texts and `null` remove members.
pub(super) fn take_over(row: &mut Row, body: Row, fixed: &[&str]) -> Result<(), EngineError> {
    for (member, value) in body {
        if fixed.contains(&member.as_str()) {
            continue;
        }
        match value {
            Value::Null => {
                row.remove(&member);
            }
            Value::String(text) if text.is_empty() => {
                row.remove(&member);
            }
            value if member == "isProfilerWritable" => {
                row.insert(member, truth(&value)?.into());
            }
            value => {
                row.insert(member, value);
            }
        }
    }
    Ok(())
}

fn truth(value: &Value) -> Result<bool, EngineError> {
    let text = value.as_str().map(str::to_ascii_lowercase);
    match (value, text.as_deref()) {
        (Value::Bool(truth), _) => Ok(*truth),
        (_, Some("true")) => Ok(true),
        (_, Some("false")) => Ok(false),
        _ => Err(BadBody::NotBoolean("isProfilerWritable").into()),
    }
}
