//! The tables and columns of a ruleset, as its data has them.
//!
//! Invariant: what a change doesn't name keeps its bytes, fields that this version doesn't know included.

use exportdoc::identifier::Identifier;
use exportdoc::object::data::ObjectData;

use super::StoredObject;
use crate::model::State;

/// The ruleset with an id.
fn ruleset(state: &State, id: i64) -> Option<&StoredObject> {
    let stored = state.objects.find("DATABASE_RULESET", &Identifier::Integer(id))?;
    Some(stored.as_ref())
}

/// Names of a ruleset's tables, in its order.
pub fn table_names(state: &State, ruleset_id: i64) -> Vec<String> {
    let Some(stored) = ruleset(state, ruleset_id) else {
        return Vec::new();
    };
    let ObjectData::DatabaseRuleset(data) = stored.object.data() else {
        return Vec::new();
    };
    let names = data.tables().map(|table| table.table_name().unwrap_or_default());
    names.map(std::borrow::Cow::into_owned).collect()
}
