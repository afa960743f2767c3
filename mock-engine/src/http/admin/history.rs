//! The history of the state over the admin API.

use std::sync::Arc;

use axum::response::Response;
use exportdoc::internal::diff::{DiffLimits, Later, object_changes};
use http::StatusCode;
use serde_json::{Value, json};

use super::journal::{limit, natural, only};
use crate::engine::clock::api_date;
use crate::engine::difference::{Difference, Sides};
use crate::engine::history::Change;
use crate::engine::objects::StoredObject;
use crate::engine::{Engine, Key, Query, Row, State};
use crate::http::answer::{ApiError, json_answer};
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::{count, named, text};
use crate::http::target::Target;
use crate::http::{changes, redact};

pub(super) fn routes() -> Routes {
    Routes::new().at(
        "/history",
        [Endpoint::get(history, "Shows the changes of the state")
            .query("since", count())
            .query("limit", count())
            .query("object_type", text())
            .answers(StatusCode::OK, named("History"))],
    )
}

async fn history(Target(app): Target, query: Query) -> Result<Response, ApiError> {
    only(&query, &["since", "limit", "object_type"])?;
    let (since, limit) = (natural(&query, "since")?, limit(&query)?);
    let object_type = query.text("object_type").map(str::to_owned);
    let list = move |engine: &Engine| Ok::<_, ApiError>(list(engine, since, limit, object_type.as_deref()));
    Ok(json_answer(StatusCode::OK, &app.blocking(list).await?))
}

/// The changes, newest first; with `since` oldest first, so `next` follows the history.
fn list(engine: &Engine, since: Option<u64>, limit: usize, object_type: Option<&str>) -> Value {
    let (mut all, mut next) = engine.store.history.changes();
    match since {
        Some(first) => all.retain(|change| change.number >= first),
        None => all.reverse(),
    }
    let mut shown = Vec::new();
    for change in &all {
        let Some(value) = to_json(change, object_type) else {
            continue;
        };
        if shown.len() == limit {
            if since.is_some() {
                next = change.number;
            }
            break;
        }
        shown.push(value);
    }
    json!({ "next": next, "changes": shown })
}

/// A change; `None` if it changes no object of the type, or nothing that is shown.
fn to_json(change: &Change<State>, object_type: Option<&str>) -> Option<Value> {
    let mut value = json!({ "id": change.number, "time": api_date(change.time_ms) });
    if let Some(cause) = &change.cause {
        let (method, path) = cause.text.split_once(' ').unwrap_or_default();
        value["request"] = json!({ "id": cause.number, "method": method, "path": path });
        // What a scenario does is no work of the client.
        if let Some(user) = cause.user().filter(|_| change.moved.is_none()) {
            value["user"] = user.as_ref().into();
        }
    }
    if let Some(moved) = &change.moved {
        value["scenario"] = json!({ "name": moved.scenario, "state": moved.state });
    }
    let Some((before, after)) = &change.states else {
        value["leftOut"] = true.into();
        return Some(value);
    };
    let mut difference = Difference::between(before, after);
    if let Some(object_type) = object_type {
        let is_of_type = |object: &Arc<StoredObject>| object.type_name == object_type;
        difference
            .objects
            .retain(|sides| sides.before.iter().chain(&sides.after).any(is_of_type));
        if difference.objects.is_empty() {
            return None;
        }
    }
    if difference.is_empty() {
        return None;
    }
    let objects = difference.objects.iter();
    value["objects"] = objects.map(object).collect();
    let rows = difference.rows.iter().map(|(table, key, sides)| {
        let mut row = json!({ "table": table, "key": key_json(key), "change": sides.change() });
        add_sides(&mut row, sides, |row| Value::Object(Row::clone(row)));
        row
    });
    value["rows"] = rows.collect();
    Some(value)
}

fn key_json(key: &Key) -> Value {
    match key {
        Key::Number(number) => (*number).into(),
        Key::Name(name) => name.as_str().into(),
    }
}

fn object(sides: &Sides<Arc<StoredObject>>) -> Value {
    let mut value = json!({ "change": sides.change() });
    if let Some(object) = sides.after.as_ref().or(sides.before.as_ref()) {
        value["objectType"] = object.type_name.as_str().into();
        value["objectIdentifier"] = object.key().identifier.to_json();
        value["name"] = object.name.as_deref().into();
    }
    add_sides(&mut value, sides, |object| {
        let mut object = serde_json::to_value(object.as_ref()).unwrap_or_default();
        // `fields` has what people can read of it.
        if let Some(members) = object.as_object_mut() {
            members.remove("message");
            members.remove("secret");
        }
        object
    });
    if let (Some(before), Some(after)) = (&sides.before, &sides.after) {
        let found = object_changes(&before.object, &after.object, Later::New, &DiffLimits::default());
        value["fields"] = changes::shown(&found.changes).into();
        if found.more > 0 {
            value["fieldsLeftOut"] = found.more.into();
        }
    }
    value
}

/// Adds both sides, without secrets.
fn add_sides<T>(value: &mut Value, sides: &Sides<T>, shown: impl Fn(&T) -> Value) {
    for (name, side) in [("before", &sides.before), ("after", &sides.after)] {
        if let Some(side) = side {
            let mut side = shown(side);
            redact::json(&mut side);
            value[name] = side;
        }
    }
}
