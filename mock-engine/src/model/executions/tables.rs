//! What a job works on: the tables of its database ruleset, or the files of its file ruleset.

use exportdoc::identifier::Identifier;
use exportdoc::object::data::ObjectData;
use serde_json::Value;

use super::Component;
use crate::choices;
use crate::model::resources::Reader;
use crate::model::{Key, State};

/// The components of a job's executions, each with its rows.
pub(super) fn of_job(reader: &Reader<'_>, job: &Value) -> Vec<Component> {
    let Some(Key::Number(ruleset)) = job.get("rulesetId").and_then(Key::from_json) else {
        return Vec::new();
    };
    let names = match job["rulesetType"].as_str() {
        Some("FILE") => files(reader.state, ruleset),
        _ => tables(reader.state, ruleset),
    };
    let component = |name| Component::new(name, choices::ROWS_PER_TABLE);
    names.into_iter().map(component).collect()
}

fn tables(state: &State, ruleset: i64) -> Vec<String> {
    let found = state
        .objects
        .find("DATABASE_RULESET", &Identifier::Integer(ruleset));
    let Some(ObjectData::DatabaseRuleset(data)) = found.map(|stored| stored.object.data()) else {
        return Vec::new();
    };
    data.tables()
        .filter_map(|table| table.table_name().map(|name| name.into_owned()))
        .collect()
}

fn files(state: &State, ruleset: i64) -> Vec<String> {
    let rows = state.table("file-metadata");
    let own = rows
        .iter()
        .filter(|(_, row)| row.get("rulesetId").and_then(Key::from_json) == Some(Key::Number(ruleset)));
    own.filter_map(|(_, row)| row.get("fileName")?.as_str().map(str::to_owned))
        .collect()
}
