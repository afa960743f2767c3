//! The stock: the content of a fresh installation.
//!
//! Invariant: the same on every engine of a version. Rows without objects (users, roles, frameworks, drivers,
//! settings) are on every engine; stock objects are absent on engines that start empty.

mod names;
pub(crate) mod newer;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::import_plan::{EngineVersion, Presence};
use exportdoc::internal::object::draft::{self, AlgorithmInfo, Draft};
use exportdoc::internal::object::{ObjectKey, type_by_name};
use exportdoc::internal::sample;
use serde_json::{Value, json};

use super::{put, row};
use crate::engine::clock::api_date;
use crate::engine::defaults;
use crate::engine::{ContentError, Key, Settings, State};

pub(super) use names::SETTING_OF_ALGORITHMS;
pub(in crate::engine) use names::{PRIVILEGED, PRIVILEGES};
pub(in crate::engine) use newer::provisional_types;
pub(super) use newer::put_demo;

/// Creation date of the stock algorithms.
const MADE: &str = "2018-02-12";

/// Whether an algorithm is a stock algorithm, even if it is not on this engine.
pub(in crate::engine) fn is_stock_algorithm(name: &str) -> bool {
    let component = || {
        let own = name.strip_prefix(names::PLUGIN.1)?.strip_prefix(':')?;
        names::COMPONENTS.iter().find(|(known, _)| *known == own)
    };
    names::LOOKUPS.iter().any(|(known, _)| *known == name)
        || names::SEGMENTS.iter().any(|(known, ..)| *known == name)
        || names::NOT_SYNCABLE.iter().any(|(known, _)| *known == name)
        || names::TOKENIZATIONS.contains(&name)
        || names::DATE_SHIFTS.contains(&name)
        || component().is_some()
}

/// Name of a framework, and its plugin.
pub(in crate::engine) fn framework(id: i64) -> Option<(&'static str, &'static str)> {
    let found = names::FRAMEWORKS.iter().find(|(known, _)| *known == id);
    found.map(|(_, name)| (*name, names::PLUGIN.1))
}

/// The id of a setting, which all engines share.
pub(in crate::engine) fn setting_id(group: &str, name: &str) -> Option<i64> {
    let mut settings = names::SETTINGS.iter();
    let found = settings.find(|(_, its_group, its_name, _)| *its_group == group && *its_name == name);
    found.map(|(id, ..)| *id)
}

/// Adds the stock objects.
pub(super) fn put_objects(state: &mut State, settings: &Settings) -> Result<(), ContentError> {
    let version = settings.version.parse::<EngineVersion>();
    let is_new = settings.has_type("USER_ALGORITHM")
        && version.is_ok_and(|version| version.takes_type("USER_ALGORITHM") == Presence::Present(()));
    let has_settings = settings.has_type("APPLICATION_SETTINGS");
    for (id, group, name, value) in names::SETTINGS.iter().filter(|_| has_settings) {
        put_draft(
            state,
            "APPLICATION_SETTINGS",
            draft::setting(*id, group, name, value),
        )?;
    }
    put_algorithms(state, has_settings)?;
    if is_new {
        for (name, framework) in names::COMPONENTS {
            put_component(state, name, framework)?;
        }
    }
    for (name, algorithm, tokenization) in names::DOMAINS {
        let needed: Vec<ObjectKey> = [Some(*algorithm), *tokenization]
            .into_iter()
            .flatten()
            .filter_map(|name| state.objects.algorithm(name))
            .map(|stored| stored.key().clone())
            .collect();
        let domain = draft::domain(name, "Customer", algorithm, *tokenization, &needed);
        put_draft(state, "DOMAIN", domain)?;
    }
    let found = if settings.has_type("PROFILE_EXPRESSION") {
        put_expressions(state)?
    } else {
        newer::put_classifiers(state)?
    };
    put_sets(state, is_new, &found)?;
    newer::put_stock(state, settings)?;
    put_draft(state, "GLOBAL_OBJECT", draft::global_object(&[]))
}

fn put_algorithms(state: &mut State, has_settings: bool) -> Result<(), ContentError> {
    let setting = setting_key().filter(|_| has_settings);
    let needs: Vec<ObjectKey> = setting.into_iter().collect();
    for (name, kind) in names::NOT_SYNCABLE {
        let built_in = json!({ "algorithmName": name, "algorithmType": kind, "createdBy": defaults::ADMIN });
        state
            .table_mut("algorithms")
            .insert(Key::parse(name), row(built_in));
    }
    for (name, values) in names::LOOKUPS {
        let key = sample::key_bytes(&label("LOOKUP", name));
        let lookup = draft::lookup(
            info(name, "Secure lookup"),
            *values,
            key,
            sample::INSTALLED,
            &needs,
        );
        put_draft(state, "LOOKUP", lookup)?;
    }
    for (name, lengths, ignored) in names::SEGMENTS {
        let segments: Vec<_> = lengths.iter().map(|length| (*length, mapping(*length))).collect();
        let segment = draft::segment(info(name, "Segment mapping"), &segments, ignored, &needs);
        put_draft(state, "SEGMENT", segment)?;
    }
    for name in names::TOKENIZATIONS {
        let key = sample::key_bytes(&label("TOKENIZATION", name));
        let tokenization = draft::tokenization(info(name, "Tokenization"), key, sample::INSTALLED);
        put_draft(state, "TOKENIZATION", tokenization)?;
    }
    for name in names::DATE_SHIFTS {
        let key = sample::key_bytes(&label("DATE_SHIFT", name));
        put_draft(
            state,
            "DATE_SHIFT",
            draft::date_shift(name, key, sample::INSTALLED, &needs),
        )?;
    }
    Ok(())
}

fn setting_key() -> Option<ObjectKey> {
    let number = type_by_name("APPLICATION_SETTINGS")?.number()?;
    Some(ObjectKey::new(number, Identifier::Integer(SETTING_OF_ALGORITHMS)))
}

/// Maps each value of a length to another one.
fn mapping(length: i64) -> Vec<(String, String)> {
    let width = usize::try_from(length).unwrap_or(1);
    let modulus = 10_u32.pow(u32::try_from(length).unwrap_or(1).min(4));
    let pair = |n| (format!("{n:0width$}"), format!("{:0width$}", (n + 37) % modulus));
    (0..modulus.min(40)).map(pair).collect()
}

fn put_component(state: &mut State, own_name: &str, framework: &str) -> Result<(), ContentError> {
    let (plugin_id, plugin) = names::PLUGIN;
    let name = format!("{plugin}:{own_name}");
    let key = sample::key_bytes(&label("USER_ALGORITHM", &name));
    let component = draft::user_algorithm(
        info(&name, "Built-in component"),
        key,
        sample::INSTALLED,
        (plugin, framework),
        "{}",
    );
    put_draft(state, "USER_ALGORITHM", component)?;
    let key = Key::parse(&name);
    let framework_id = names::FRAMEWORKS.iter().find(|(_, known)| *known == framework);
    let mut shown = state.table("algorithms").get(&key).cloned().unwrap_or_default();
    shown.extend(row(json!({
        "maskType": "STRING",
        "frameworkId": framework_id.map(|(id, _)| id),
        "pluginId": plugin_id,
        "algorithmExtension": {},
        "fields": [{ "fieldId": 1, "name": "field" }],
        "canReturnNull": false,
    })));
    state.table_mut("algorithms").insert(key, shown);
    Ok(())
}

/// What profile sets consist of: numbers, keys and names of expressions, or of the classifiers in their place.
type Found = Vec<(i64, ObjectKey, &'static str)>;

fn put_expressions(state: &mut State) -> Result<Found, ContentError> {
    let mut expressions = Vec::new();
    let Some(domains) = type_by_name("DOMAIN").and_then(|known| known.number()) else {
        return Ok(expressions);
    };
    for ((name, domain, expression), id) in names::EXPRESSIONS.iter().zip(1..) {
        let domain = ObjectKey::new(domains, Identifier::Text((*domain).to_owned()));
        let of_data = name.starts_with(names::OF_DATA);
        let draft = draft::profile_expression(id, name, &domain, expression, of_data);
        expressions.push((id, draft.key.clone(), *name));
        put_draft(state, "PROFILE_EXPRESSION", draft)?;
    }
    Ok(expressions)
}

fn put_sets(state: &mut State, is_new: bool, found: &Found) -> Result<(), ContentError> {
    let sets = names::PROFILE_SETS.iter().zip(1..);
    for ((name, members), id) in sets.filter(|((name, _), _)| is_new || *name != names::NEW_PROFILE_SET) {
        let members: Vec<_> = found
            .iter()
            .filter(|(id, ..)| members.contains(id))
            .map(|(_, key, name)| (key.clone(), *name))
            .collect();
        put_draft(
            state,
            "PROFILE_SET",
            draft::profile_set(id, name, &members, sample::INSTALLED),
        )?;
    }
    Ok(())
}

fn put_draft(state: &mut State, type_name: &str, draft: Draft) -> Result<(), ContentError> {
    let label = label(type_name, &draft.key.identifier.to_string());
    put(state, draft, &label, type_name, None)
}

fn label(type_name: &str, name: &str) -> String {
    format!("stock {type_name} {name}")
}

fn info<'a>(name: &'a str, description: &'a str) -> AlgorithmInfo<'a> {
    AlgorithmInfo {
        name,
        description,
        date: MADE,
    }
}

/// Adds the missing rows that every engine has.
pub(super) fn add_rows(state: &mut State) {
    for ((name, privileges), id) in names::ROLES.iter().zip(1..) {
        let allowed = |what: &&str| ((*what).to_owned(), json!(privileges.contains(what)));
        let privileges: Value = PRIVILEGES
            .iter()
            .map(allowed)
            .collect::<serde_json::Map<_, _>>()
            .into();
        let mut role = row(json!({ "roleId": id, "roleName": name }));
        role.extend(
            PRIVILEGED
                .iter()
                .map(|about| ((*about).to_owned(), privileges.clone())),
        );
        add(state, "roles", "role", id, role);
    }
    for (id, group, name, value) in names::SETTINGS {
        let named = state.table("application-settings").iter().any(|(_, row)| {
            row.get("settingGroup") == Some(&json!(group)) && row.get("settingName") == Some(&json!(name))
        });
        if !named {
            let setting = json!({
                "settingId": id, "settingGroup": group, "settingName": name, "settingValue": value,
            });
            add(state, "application-settings", "setting", *id, row(setting));
        }
    }
    let (plugin_id, plugin) = names::PLUGIN;
    for (id, name) in names::FRAMEWORKS {
        let framework = json!({
            "frameworkId": id, "frameworkName": name, "frameworkType": "STRING",
            "plugin": { "pluginId": plugin_id, "pluginName": plugin, "builtIn": true },
        });
        add(
            state,
            "algorithm/frameworks",
            "algorithm framework",
            *id,
            row(framework),
        );
    }
    for (id, name) in names::CLASSIFIER_FRAMEWORKS {
        let framework = json!({ "frameworkId": id, "frameworkName": name });
        add(
            state,
            "classifiers/frameworks",
            "classifier framework",
            *id,
            row(framework),
        );
    }
    for ((name, class), id) in names::DRIVERS.iter().zip(1..) {
        let driver = json!({
            "jdbcDriverId": id, "driverName": name, "driverClassName": class, "description": name, "version": "1.0",
            "uploadedBy": defaults::ADMIN, "uploadDate": api_date(sample::INSTALLED),
            "checksum": sample::uuid(class).replace('-', ""), "builtIn": true, "loggerInstalled": false,
        });
        add(state, "jdbc-drivers", "jdbc-driver", id, row(driver));
    }
}

/// Adds a row unless its id is taken.
fn add(state: &mut State, path: &str, counter: &str, id: i64, row: crate::engine::Row) {
    if state.table(path).get(&Key::Number(id)).is_none() {
        state.table_mut(path).insert(Key::Number(id), row);
        state.reserve_number(counter, id);
    }
}
