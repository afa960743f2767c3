//! Users and their logins.
//!
//! Invariant: names ignore case. If a user's row has a password, only that one is valid; otherwise the settings
//! decide. Every login compares with every user, so its time reveals neither names nor passwords.

use serde_json::{Value, json};
use subtle::{Choice, ConstantTimeEq};

use super::resources::{
    Collection, NON_ADMIN, Reader, ResourceSpec, RowCollection, USERS, Writer, merge, spec,
};
use super::tokens::digest;
use super::{Engine, EngineError, Key, Row, Settings, State};
use crate::engine::defaults;

/// The users of an engine as a resource.
#[derive(Debug)]
pub(super) struct Users;

static ROWS: RowCollection = RowCollection::new(&spec::USERS);

impl Collection for Users {
    fn spec(&self) -> &'static ResourceSpec {
        &spec::USERS
    }

    fn create(&self, writer: &mut Writer<'_>, mut body: Row) -> Result<Value, EngineError> {
        check_free(writer.state, &body, None)?;
        if !body.get("isAdmin").is_some_and(Value::is_boolean) {
            let limited = body.get(NON_ADMIN).is_some_and(Value::is_object);
            body.insert("isAdmin".to_owned(), (!limited).into());
        }
        complete(&mut body, None);
        check_rights(&writer.reader(), &mut body)?;
        ROWS.create(writer, body)
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError> {
        let old = writer.state.table(USERS).get(key).cloned();
        let old = old.ok_or_else(|| EngineError::not_found(spec::USERS.title, key))?;
        check_free(writer.state, &body, Some(key))?;
        let mut next = Value::Object(old.clone());
        merge(&mut next, Value::Object(body.clone()));
        let Value::Object(mut row) = next else {
            return Err(EngineError::Internal);
        };
        // An empty password counts as none: clients send back whole rows, which don't show it.
        if body.get("password").is_none_or(|password| password == "") {
            match old.get("password") {
                Some(password) => row.insert("password".to_owned(), password.clone()),
                None => row.remove("password"),
            };
        }
        complete(&mut row, Some(&old));
        check_rights(&writer.reader(), &mut row)?;
        // The row update merges, so removed members must be explicit.
        for name in old
            .keys()
            .filter(|name| !row.contains_key(*name))
            .cloned()
            .collect::<Vec<_>>()
        {
            row.insert(name, Value::Null);
        }
        ROWS.update(writer, key, row)
    }

    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError> {
        ROWS.delete(writer, key)
    }
}

/// Names of users are unique in any case.
fn check_free(state: &State, body: &Row, own: Option<&Key>) -> Result<(), EngineError> {
    let Some(name) = body.get("userName").and_then(Value::as_str) else {
        return Ok(());
    };
    match named(state, name) {
        Some((key, _)) if Some(&key) != own => Err(EngineError::Duplicate {
            what: spec::USERS.title,
            name: name.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Members that a row shows in addition to those sent. Engine versions spell the lock state differently, so a row has
/// both members; the changed one wins.
fn complete(row: &mut Row, old: Option<&Row>) {
    for name in ["firstName", "lastName", "email"] {
        row.entry(name).or_insert_with(|| "".into());
    }
    for (name, usual) in [("showWelcome", true), ("apiAccess", true)] {
        row.entry(name).or_insert_with(|| usual.into());
    }
    let changed = |name: &str| row.get(name) != old.and_then(|old| old.get(name));
    let locked = match (row.get("isLocked"), row.get("userStatus")) {
        (Some(locked), _) if changed("isLocked") => *locked == true,
        (_, Some(status)) => *status == "LOCKED",
        (Some(locked), None) => *locked == true,
        (None, None) => false,
    };
    row.insert("isLocked".to_owned(), locked.into());
    let status = if locked { "LOCKED" } else { "ACTIVE" };
    if locked || row.get("userStatus").is_none_or(|status| status == "LOCKED") {
        row.insert("userStatus".to_owned(), status.into());
    }
}

/// Checks that a user who is not an administrator has a role, in existing environments.
fn check_rights(reader: &Reader<'_>, row: &mut Row) -> Result<(), EngineError> {
    if row.get("isAdmin") == Some(&json!(true)) {
        row.remove(NON_ADMIN);
        return Ok(());
    }
    let missing = || EngineError::MissingField {
        what: spec::USERS.title,
        field: NON_ADMIN,
    };
    let rights = row
        .get_mut(NON_ADMIN)
        .and_then(Value::as_object_mut)
        .ok_or_else(missing)?;
    let environments = rights.entry("environmentIds").or_insert_with(|| json!([]));
    let environments = environments.as_array_mut().ok_or_else(missing)?;
    let ids = environments.iter_mut().map(|id| ("environments", id));
    let ids: Vec<_> = ids.collect();
    for (path, id) in ids {
        exists(reader, path, id)?;
    }
    exists(reader, "roles", rights.get_mut("roleId").ok_or_else(missing)?)
}

/// Checks that an id exists and is a number.
fn exists(reader: &Reader<'_>, path: &str, id: &mut Value) -> Result<(), EngineError> {
    let resource = reader.collection(path).ok_or(EngineError::Internal)?;
    let key = Key::from_json(id).ok_or_else(|| EngineError::not_found(resource.spec().title, &id))?;
    resource.get(reader, &key)?;
    if let Key::Number(number) = key {
        *id = number.into();
    }
    Ok(())
}

/// The user with a name, in any case.
fn named(state: &State, name: &str) -> Option<(Key, Row)> {
    let users = state.table(USERS);
    let wanted = folded(name);
    let mut rows = users.iter();
    let found = rows.find(|(_, row)| folded(name_of(row)) == wanted);
    found.map(|(key, row)| (key.clone(), row.clone()))
}

fn name_of(row: &Row) -> &str {
    row.get("userName").and_then(Value::as_str).unwrap_or_default()
}

/// A name in the form for comparisons.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Adds the first users: the administrator and those of the settings. Passwords stay in the settings.
pub(super) fn add_first(state: &mut State, settings: &Settings) {
    state.reserve_number("user", defaults::ADMIN_ID - 1);
    let names = settings.users.iter().map(|user| user.name.as_str());
    for name in std::iter::once(defaults::ADMIN).chain(names) {
        if named(state, name).is_none() {
            add_administrator(state, name);
        }
    }
}

fn add_administrator(state: &mut State, name: &str) {
    let id = state.next_number("user");
    let mut row = Row::new();
    for (member, value) in [
        ("userId", json!(id)),
        ("userName", json!(name)),
        ("isAdmin", json!(true)),
    ] {
        row.insert(member.to_owned(), value);
    }
    complete(&mut row, None);
    state.table_mut(USERS).insert(Key::Number(id), row);
}

/// Whether a user may log in with a password.
fn may_log_in(state: &State, settings: &Settings, user: &str, password: &str) -> bool {
    let (name, given) = (digest(&folded(user)), digest(password));
    let (mut decided, mut good) = (Choice::from(0), Choice::from(0));
    for (_, row) in state.table(USERS).iter() {
        let is_user = digest(&folded(name_of(row))).ct_eq(&name);
        let own = row.get("password").and_then(Value::as_str);
        let locked = row.get("isLocked") == Some(&json!(true));
        let matches = match own.filter(|_| !locked) {
            Some(own) => digest(own).ct_eq(&given),
            None => Choice::from(0),
        };
        good |= is_user & matches;
        decided |= is_user & Choice::from(u8::from(own.is_some() || locked));
    }
    let mut listed = Choice::from(0);
    for one in &settings.users {
        listed |= digest(&folded(&one.name)).ct_eq(&name) & digest(one.password()).ct_eq(&given);
    }
    if settings.users.is_empty() {
        listed = Choice::from(u8::from(!user.is_empty() && !password.is_empty()));
    }
    (good | (!decided & listed)).into()
}

impl Engine {
    /// Checks user and password; returns a token. On an engine without users, the first login creates the user.
    pub fn login(&self, user: &str, password: &str) -> Result<String, EngineError> {
        let state = self.snapshot();
        if !may_log_in(&state, &self.settings, user, password) {
            return Err(EngineError::InvalidCredentials);
        }
        let known = named(&state, user);
        let full =
            state.table(USERS).len() >= defaults::USERS_BY_LOGIN || user.len() > defaults::NAME_BY_LOGIN;
        if known.is_none() && !full {
            self.store.transact(|state| {
                if named(state, user).is_none() {
                    add_administrator(state, user);
                }
                Ok(())
            })?;
        }
        let name = known.map_or_else(|| user.to_owned(), |(_, row)| name_of(&row).to_owned());
        Ok(self.give_token(&name))
    }

    /// Single sign-on. Without an identity provider, every bearer token is valid on an engine without users, and no
    /// bearer token on others.
    pub fn single_sign_on(&self, bearer: &str) -> Result<String, EngineError> {
        if bearer.is_empty() || !self.settings.users.is_empty() {
            return Err(EngineError::InvalidCredentials);
        }
        Ok(self.give_token(defaults::SINGLE_SIGN_ON))
    }

    fn give_token(&self, user: &str) -> String {
        let now_ms = self.clock.now_ms();
        self.tokens.begin(&self.settings, &self.ids, now_ms, user)
    }
}
