//! Rows of entries: ids in place of names.

use serde_json::{Value, json};

use super::Seeder;
use crate::engine::content::seed::form::{Form, Member};
use crate::engine::content::seed::{Entry, did_you_mean};
use crate::engine::content::stock;
use crate::engine::resources::{ResourceSpec, Unique, environment_of, merge, spec};
use crate::engine::{Key, Row};

impl<'a> Seeder<'a, '_> {
    /// Copies the members of an entry into a row, ids in place of names, with those that a new object has without being
    /// asked. Whether all could be found.
    pub(super) fn members(&mut self, entry: &'a Entry, row: &mut Row, is_new: bool) -> bool {
        let mut is_whole = true;
        for member in entry.kind.members.iter().filter(|member| !member.rest.is_empty()) {
            let found = match entry.value(member.name) {
                Some(value) => self.resolve(entry, member, value),
                // The caller may know it already.
                None if !is_new || row.contains_key(member.rest) => continue,
                None if member.or_only => self.only(entry, member),
                None if !member.default.is_empty() => Some(member.default.into()),
                None => continue,
            };
            match found {
                Some(value) => insert(row, member.rest, value),
                None => is_whole = false,
            }
        }
        if let Some(source) = row.get("onTheFlyMaskingSource").cloned() {
            insert(row, "onTheFlyMasking", true.into());
            let id = source.get("connectorId").and_then(Key::from_json);
            let files = self.writer.state.table(spec::FILE_CONNECTORS.path);
            let kind = if id.is_some_and(|id| files.get(&id).is_some()) {
                "FILE"
            } else {
                "DATABASE"
            };
            insert(row, "onTheFlyMaskingSource.connectorType", kind.into());
        }
        if let Some(further) = entry.value("members") {
            let mut whole = further.clone();
            merge(&mut whole, Value::Object(std::mem::take(row)));
            *row = whole.as_object().cloned().unwrap_or_default();
        }
        is_whole
    }

    /// The value of a member in a row.
    fn resolve(&mut self, entry: &'a Entry, member: &'static Member, value: &'a Value) -> Option<Value> {
        let here = self.environment.map(|(id, _)| id);
        match &member.form {
            Form::Name(paths) => self.refer(entry, member.name, paths, value.as_str()?, here),
            Form::NameIn(paths, of) => {
                let environment = match entry.text(of) {
                    Some(name) => {
                        let id = self.refer(entry, of, &[spec::ENVIRONMENTS.path], name, None)?;
                        id.as_i64()
                    }
                    None => here,
                };
                self.refer(entry, member.name, paths, value.as_str()?, environment)
            }
            Form::Names(paths) => {
                let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                let ids: Vec<_> = names
                    .map(|name| self.refer(entry, member.name, paths, name, here))
                    .collect();
                ids.into_iter().collect::<Option<Vec<Value>>>().map(Value::from)
            }
            _ => Some(value.clone()),
        }
    }

    /// The environment's only object that a member can name, for an entry that names none; `None` after a mistake.
    fn only(&mut self, entry: &'a Entry, member: &Member) -> Option<Value> {
        let Form::Name(paths) = member.form else {
            return None;
        };
        let here = self.environment.map(|(id, _)| id);
        let mut found = Vec::new();
        for spec in paths.iter().filter_map(|path| spec::by_path(path)) {
            found = self.named(spec, here);
            if !found.is_empty() {
                break;
            }
        }
        if let [(_, only)] = found.as_slice() {
            return Some(only.clone());
        }
        // The only one may have a mistake itself.
        if !(found.is_empty() && self.failed.iter().any(|(path, _)| paths.contains(path))) {
            let reason = format!(
                "{} needs '{}', because its environment has {} of them",
                entry.kind.one,
                member.name,
                found.len()
            );
            self.mistakes.push(entry.mistake(None, reason));
        }
        None
    }

    /// The id of an object with a name; `None` after a mistake.
    fn refer(
        &mut self,
        entry: &'a Entry,
        member: &str,
        paths: &[&'static str],
        name: &'a str,
        environment: Option<i64>,
    ) -> Option<Value> {
        let specs = || paths.iter().filter_map(|path| spec::by_path(path));
        let found = specs().find_map(|spec| self.find(spec, name, environment));
        if found.is_some() || paths.iter().any(|path| self.failed.contains(&(*path, name))) {
            return found;
        }
        let here: Vec<_> = specs().flat_map(|spec| self.named(spec, environment)).collect();
        let near = did_you_mean(name, here.iter().map(|(name, _)| name.as_str()));
        let title = specs().next().map_or("object", |spec| spec.title);
        let reason = format!("no {title} is named '{name}'{}", near.unwrap_or_default());
        self.mistakes.push(entry.mistake(Some(member), reason));
        None
    }

    /// The id of the object that an entry describes, if it exists.
    pub(super) fn known(&self, entry: &Entry, spec: &'static ResourceSpec, row: &Row) -> Option<Value> {
        let Unique::Within(member) = spec.unique else {
            return self.find(spec, entry.name(), self.environment.map(|(id, _)| id));
        };
        let table = self.writer.state.table(spec.path);
        let above = row.get(member).and_then(Key::from_json)?;
        let mut rows = table.with(member, &above).map(|(_, row)| row);
        let row = rows.find(|row| row.get(spec.name_field.unwrap_or_default()) == Some(&json!(entry.name())));
        row.and_then(|row| row.get(spec.id_field).cloned())
    }

    /// The id of an object with a name, in an environment if such objects live in environments.
    pub(super) fn find(
        &self,
        spec: &'static ResourceSpec,
        name: &str,
        environment: Option<i64>,
    ) -> Option<Value> {
        if spec.path == spec::ALGORITHMS.path && stock::is_stock_algorithm(name) {
            return Some(name.into());
        }
        let field = spec.name_field?;
        let table = self.writer.state.table(spec.path);
        let mut rows = table.with(field, &Key::parse(name)).map(|(_, row)| row);
        let row = rows.find(|row| {
            row.get(field).and_then(Value::as_str) == Some(name) && self.is_in(spec, row, environment)
        });
        row.and_then(|row| row.get(spec.id_field).cloned())
    }

    /// Names and ids of the objects of a resource, in an environment if they live in environments.
    pub(super) fn named(
        &self,
        spec: &'static ResourceSpec,
        environment: Option<i64>,
    ) -> Vec<(String, Value)> {
        let table = self.writer.state.table(spec.path);
        let rows = table.iter().map(|(_, row)| row);
        let named = rows
            .filter(|row| self.is_in(spec, row, environment))
            .filter_map(|row| {
                let name = row.get(spec.name_field?)?.as_str()?;
                Some((name.to_owned(), row.get(spec.id_field)?.clone()))
            });
        named.collect()
    }

    fn is_in(&self, spec: &'static ResourceSpec, row: &Row, environment: Option<i64>) -> bool {
        spec.unique != Unique::Environment || {
            environment_of(&self.writer.reader(), spec, &Value::Object(row.clone())) == environment
        }
    }
}

/// Sets the member of a row at a path.
fn insert(row: &mut Row, path: &str, value: Value) {
    match path.split_once('.') {
        Some((first, rest)) => {
            let inner = row.entry(first).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                insert(inner, rest, value);
            }
        }
        None => {
            row.insert(path.to_owned(), value);
        }
    }
}
