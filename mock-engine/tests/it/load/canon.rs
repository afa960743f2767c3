//! The whole state of an engine in a form that can be compared with another engine's.
//!
//! The same calls in another order give other ids, UUIDs and times. Names replace ids here, and UUIDs and times are left out.
//! The counters of ids stay: a call that ran twice would increase one of them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::object::SyncObject;
use serde_json::{Map, Value, json};

use crate::support::blocking::User;

/// All rows and objects by a name that does not depend on the engine.
pub(crate) fn canonical(user: &User) -> BTreeMap<String, Value> {
    let (status, state) = user.call("GET", "/__admin/state?secrets=true", &Value::Null);
    assert_eq!(status, 200, "{state}");
    let names = Names::of(&state);
    let mut all = BTreeMap::new();
    let mut put = |name: String, value: Value| {
        let before = all.insert(name.clone(), value);
        assert_eq!(before, None, "{name} twice");
    };
    put("counters".to_owned(), state["counters"].clone());
    put("executions".to_owned(), state["executions"].clone());
    for (path, rows) in state["tables"].as_object().unwrap() {
        for (key, row) in rows.as_object().unwrap() {
            let row = names.row(row);
            put(format!("{path} {}", named(&row, key)), Value::Object(row));
        }
    }
    let mut uuids = BTreeMap::new();
    for dumped in state["objects"].as_array().unwrap() {
        let object = message(dumped);
        let before = uuids.insert(object.revision().pair.object.clone(), dumped);
        assert_eq!(before, None, "one UUID A twice: {dumped}");
        let dependencies = object
            .dependencies()
            .iter()
            .map(|key| names.of_object[&key.to_string()].clone());
        let value = json!({
            "dependencies": dependencies.collect::<Vec<_>>(),
            "dataType": object.data_type(),
            "data": STANDARD.encode(object.data_bytes()),
            "unresolved": dumped["unresolved"],
            "notSyncable": dumped["notSyncable"],
        });
        put(names.of_object[&object.key().to_string()].clone(), value);
    }
    all
}

fn message(dumped: &Value) -> SyncObject<'static> {
    let text = dumped["message"].as_str().or(dumped["secret"].as_str());
    SyncObject::from_bytes(STANDARD.decode(text.unwrap()).unwrap()).unwrap()
}

/// The name of a row. Rows of the stock have no such member, but the same key on every engine.
fn named(row: &Map<String, Value>, key: &str) -> String {
    let own = [
        "connectorName",
        "environmentName",
        "applicationName",
        "domainName",
        "algorithmName",
    ];
    let name = own.iter().find_map(|member| row.get(*member)?.as_str());
    let place = row
        .get("environmentId")
        .filter(|_| !row.contains_key("environmentName"));
    format!("{} {}", place.unwrap_or(&Value::Null), name.unwrap_or(key))
}

struct Names {
    /// Member and id, to the name.
    of_id: BTreeMap<(&'static str, i64), Value>,
    /// By key.
    of_object: BTreeMap<String, String>,
}

impl Names {
    fn of(state: &Value) -> Self {
        let mut of_id = BTreeMap::new();
        for (path, id, name) in [
            ("applications", "applicationId", "applicationName"),
            ("environments", "environmentId", "environmentName"),
            ("database-connectors", "databaseConnectorId", "connectorName"),
        ] {
            let rows = state["tables"][path].as_object();
            for row in rows.into_iter().flat_map(Map::values) {
                of_id.insert((id, row[id].as_i64().unwrap()), row[name].clone());
            }
        }
        let environment = |dumped: &Value| match dumped["environment"].as_i64() {
            Some(id) => of_id[&("environmentId", id)].clone(),
            None => Value::Null,
        };
        let objects = state["objects"].as_array().unwrap().iter();
        let of_object = objects.map(|dumped| {
            let parts = [&dumped["typeName"], &environment(dumped), &dumped["name"]];
            (
                message(dumped).key().to_string(),
                parts.map(ToString::to_string).join(" "),
            )
        });
        Self {
            of_object: of_object.collect(),
            of_id,
        }
    }

    /// A row without ids and times.
    fn row(&self, row: &Value) -> Map<String, Value> {
        let mut row = row.as_object().unwrap().clone();
        row.remove("createdTime");
        for (member, value) in &mut row {
            let id = value.as_i64();
            let name = id.and_then(|id| self.of_id.get(&(member.as_str(), id)));
            if let Some(name) = name {
                *value = name.clone();
            }
        }
        row
    }
}
