//! What users refer to: roles and environments.

use serde_json::Value;

use crate::engine::{Key, State};

/// Path of the users.
pub(in crate::engine) const USERS: &str = "users";
/// Member with a user's role and environments, for users who are not administrators.
pub(in crate::engine) const NON_ADMIN: &str = "nonAdminProperties";

/// Removes an environment from the rights of all users.
pub(super) fn forget_environment(state: &mut State, environment: &Key) {
    let users = state.table(USERS);
    for (key, row) in users.iter() {
        let mut row = row.clone();
        let environments = row
            .get_mut(NON_ADMIN)
            .and_then(|rights| rights.get_mut("environmentIds"))
            .and_then(Value::as_array_mut);
        let Some(environments) = environments else {
            continue;
        };
        let before = environments.len();
        environments.retain(|id| Key::from_json(id).as_ref() != Some(environment));
        if environments.len() != before {
            state.table_mut(USERS).insert(key.clone(), row);
        }
    }
}

/// Returns a user with a role.
pub(super) fn with_role(state: &State, role: &Key) -> bool {
    let users = state.table(USERS);
    users.iter().any(|(_, row)| {
        let id = row.get(NON_ADMIN).and_then(|rights| rights.get("roleId"));
        id.and_then(Key::from_json).as_ref() == Some(role)
    })
}
