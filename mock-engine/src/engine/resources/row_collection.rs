//! Resources whose rows are JSON: they return what clients sent.
//!
//! Invariant: every reference points to an existing row, names are unique where they must be, and secrets are never
//! shown. Ids may come as text. Unknown members stay.

use exportdoc::internal::import_plan::NameCheck;
use exportdoc::internal::object::{OBJECT_TYPES, ObjectType};
use serde_json::Value;

use super::completion;
use super::spec::{self, OnDelete, Parent, ResourceSpec, Unique};
use super::{Collection, Reader, Writer, environment_of, rights};
use crate::engine::clock::api_date;
use crate::engine::content::stock;
use crate::engine::{EngineError, Key, Page, PageRequest, Query, Refusal, Row};

/// Rows of JSON under the rules of a spec.
#[derive(Debug)]
pub struct RowCollection {
    spec: &'static ResourceSpec,
}

impl RowCollection {
    /// Rows under the rules of a spec.
    pub const fn new(spec: &'static ResourceSpec) -> Self {
        Self { spec }
    }

    fn find<'a>(&self, reader: &Reader<'a>, key: &Key) -> Result<&'a Row, EngineError> {
        let rows = reader.state.tables.get(self.spec.path);
        rows.and_then(|rows| rows.get(key))
            .ok_or_else(|| EngineError::not_found(self.spec.title, key))
    }

    fn shown(&self, row: &Row) -> Value {
        let mut value = Value::Object(row.clone());
        hide(&mut value, self.spec.secrets);
        value
    }

    /// Checks the rules for a new or changed row. `own` is the key of an existing one.
    fn check(&self, reader: &Reader<'_>, row: &Row, own: Option<&Key>) -> Result<(), EngineError> {
        let spec = self.spec;
        for field in spec.name_field.iter().chain(spec.required) {
            if row.get(*field).is_none_or(|value| value.is_null() || value == "") {
                return Err(EngineError::MissingField {
                    what: spec.title,
                    field,
                });
            }
        }
        let entry = Value::Object(row.clone());
        for parent in spec.parents {
            self.check_parent(reader, &entry, parent)?;
        }
        self.check_algorithms(reader, row, own)?;
        let Some(field) = spec.name_field else {
            return Ok(());
        };
        let Some(name) = row.get(field).and_then(Value::as_str) else {
            return Err(EngineError::MissingField {
                what: spec.title,
                field,
            });
        };
        let renamed = match own {
            Some(key) => self.find(reader, key)?.get(field).and_then(Value::as_str) != Some(name),
            None => true,
        };
        // Existing names may be older than the rule, so only new ones must obey it.
        if renamed && !self.spec.free_names {
            check_name(reader.settings.name_check(), type_name(spec), name)?;
        }
        self.check_unique(reader, &entry, field, name, own)
    }

    fn check_parent(&self, reader: &Reader<'_>, entry: &Value, parent: &Parent) -> Result<(), EngineError> {
        let keys: Vec<&Value> = match entry.get(parent.field) {
            None | Some(Value::Null) => return Ok(()),
            Some(Value::Array(many)) => many.iter().collect(),
            Some(one) => vec![one],
        };
        for value in keys {
            let Some(key) = Key::from_json(value) else {
                return Err(EngineError::MissingField {
                    what: self.spec.title,
                    field: parent.field,
                });
            };
            for path in parent.targets(entry) {
                if let Some(target) = reader.collection(path) {
                    target.get(reader, &key)?;
                }
            }
        }
        Ok(())
    }

    fn check_unique(
        &self,
        reader: &Reader<'_>,
        entry: &Value,
        field: &str,
        name: &str,
        own: Option<&Key>,
    ) -> Result<(), EngineError> {
        if self.spec.unique == Unique::No {
            return Ok(());
        }
        let environment = |entry: &Value| match self.spec.unique {
            Unique::Environment => environment_of(reader, self.spec, entry).map(Key::Number),
            Unique::Within(member) => entry.get(member).and_then(Key::from_json),
            Unique::Engine | Unique::No => None,
        };
        let here = environment(entry);
        let rows = reader.state.table(self.spec.path);
        let taken = rows.with(field, &Key::parse(name)).any(|(key, row)| {
            Some(key) != own
                && row.get(field).and_then(Value::as_str) == Some(name)
                && environment(&Value::Object(row.clone())) == here
        });
        if taken {
            return Err(EngineError::Duplicate {
                what: self.spec.title,
                name: name.to_owned(),
            });
        }
        Ok(())
    }

    /// Refuses a new name for a row whose key is its name.
    fn keep_key(&self, key: &Key, body: &Row) -> Result<(), EngineError> {
        let named = self
            .spec
            .counter
            .is_none()
            .then_some(self.spec.name_field)
            .flatten();
        let name = named.and_then(|field| body.get(field)).and_then(Value::as_str);
        match name {
            Some(name) if Key::parse(name) != *key => Err(Refusal::Renamed {
                what: self.spec.title,
                from: key.to_string(),
                to: name.to_owned(),
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Checks that the algorithms of a domain exist here or are stock algorithms. A domain keeps those that it has.
    fn check_algorithms(&self, reader: &Reader<'_>, row: &Row, own: Option<&Key>) -> Result<(), EngineError> {
        if self.spec.path != spec::DOMAINS.path {
            return Ok(());
        }
        let (algorithms, domains) = (
            reader.state.table(spec::ALGORITHMS.path),
            reader.state.table(self.spec.path),
        );
        let old = own.and_then(|key| domains.get(key));
        for field in ["defaultAlgorithmCode", "defaultTokenizationCode"] {
            let Some(name) = row.get(field).and_then(Value::as_str) else {
                continue;
            };
            let known = algorithms.get(&Key::parse(name)).is_some() || stock::is_stock_algorithm(name);
            if !known && old.and_then(|old| old.get(field)) != row.get(field) {
                return Err(EngineError::not_found(spec::ALGORITHMS.title, name));
            }
        }
        Ok(())
    }

    /// Turns ids in text form into numbers.
    fn normalise(&self, row: &mut Row) {
        let number = |value: &mut Value| {
            if let Some(Key::Number(n)) = Key::from_json(value) {
                *value = Value::from(n);
            }
        };
        // Only members that end in "Id" are ids, so a name of digits stays text.
        let fields = self
            .spec
            .parents
            .iter()
            .map(|p| p.field)
            .filter(|f| f.ends_with("Id") || f.ends_with("Ids"));
        for field in fields {
            match row.get_mut(field) {
                Some(Value::Array(many)) => many.iter_mut().for_each(number),
                Some(one) => number(one),
                None => {}
            }
        }
    }
}

impl Collection for RowCollection {
    fn spec(&self) -> &'static ResourceSpec {
        self.spec
    }

    fn list(
        &self,
        reader: &Reader<'_>,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        let mut wanted = Vec::new();
        for (parameter, field) in self.spec.filters {
            if field.starts_with("is") {
                wanted.extend(query.boolean(parameter)?.map(|is| (*field, is.to_string())));
            } else if field.ends_with("Id") {
                wanted.extend(query.number(parameter)?.map(|id| (*field, id.to_string())));
            } else {
                wanted.extend(query.text(parameter).map(|text| (*field, text.to_owned())));
            }
        }
        let passes = |row: &Row| {
            wanted.iter().all(|(field, wanted)| match row.get(*field) {
                Some(Value::String(text)) => text.eq_ignore_ascii_case(wanted),
                Some(value) => value.to_string().eq_ignore_ascii_case(wanted),
                None if *field == "environmentId" => {
                    environment_of(reader, self.spec, &Value::Object(row.clone()))
                        .is_some_and(|environment| environment.to_string() == *wanted)
                }
                None => false,
            })
        };
        let rows = reader.state.table(self.spec.path);
        let all = rows.iter().map(|(_, row)| row);
        let page = if wanted.is_empty() {
            Page::cut(all, page)?
        } else {
            let passed: Vec<&Row> = all.filter(|row| passes(row)).collect();
            Page::cut(passed.into_iter(), page)?
        };
        Ok(page.map(|row| self.shown(row)))
    }

    fn get(&self, reader: &Reader<'_>, key: &Key) -> Result<Value, EngineError> {
        self.find(reader, key).map(|row| self.shown(row))
    }

    fn create(&self, writer: &mut Writer<'_>, mut body: Row) -> Result<Value, EngineError> {
        let spec = self.spec;
        self.normalise(&mut body);
        completion::complete(writer, spec.path, &mut body);
        if spec.path == "environments" {
            complete_environment(&writer.reader(), &mut body)?;
        }
        self.check(&writer.reader(), &body, None)?;
        let key = match spec.counter {
            Some(counter) => {
                let number = writer.state.next_free_number(counter);
                for field in [Some(spec.id_field), spec.also].into_iter().flatten() {
                    body.insert(field.to_owned(), Value::from(number));
                }
                Key::Number(number)
            }
            None => match body.get(spec.id_field).and_then(Key::from_json) {
                Some(key) => key,
                None => {
                    return Err(EngineError::MissingField {
                        what: spec.title,
                        field: spec.id_field,
                    });
                }
            },
        };
        if spec.says_creator {
            body.entry("createdBy").or_insert_with(|| writer.user.into());
            body.insert("createdTime".to_owned(), api_date(writer.now_ms).into());
        }
        let shown = self.shown(&body);
        writer.state.table_mut(spec.path).insert(key, body);
        Ok(shown)
    }

    fn update(&self, writer: &mut Writer<'_>, key: &Key, mut body: Row) -> Result<Value, EngineError> {
        self.normalise(&mut body);
        self.keep_key(key, &body)?;
        if self.spec.path == spec::DOMAINS.path {
            completion::without_empty_names(&mut body);
        }
        let old = self.find(&writer.reader(), key)?;
        let mut next = Value::Object(old.clone());
        let id = old.get(self.spec.id_field).cloned();
        merge(&mut next, Value::Object(body));
        let Value::Object(mut row) = next else {
            return Err(EngineError::Internal);
        };
        // The path has the key, so an id in the body does not move the row.
        if let Some(id) = id {
            row.insert(self.spec.id_field.to_owned(), id);
        }
        self.check(&writer.reader(), &row, Some(key))?;
        let shown = self.shown(&row);
        writer.state.table_mut(self.spec.path).insert(key.clone(), row);
        Ok(shown)
    }

    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError> {
        self.find(&writer.reader(), key)?;
        release(writer, self.spec, key)?;
        writer.state.table_mut(self.spec.path).remove(key);
        Ok(())
    }
}

/// Removes the rows that belong to a row; refuses if another row needs it.
fn release(writer: &mut Writer<'_>, spec: &ResourceSpec, key: &Key) -> Result<(), EngineError> {
    if spec.path == spec::ROLES.path && rights::with_role(writer.state, key) {
        return Err(EngineError::InUse {
            what: spec.title,
            key: key.to_string(),
            by: spec::USERS.title,
        });
    }
    if spec.path == spec::ENVIRONMENTS.path {
        rights::forget_environment(writer.state, key);
    }
    for child in writer.collections {
        let child_spec = child.spec();
        for parent in child_spec.parents {
            let rows = writer.state.table(child_spec.path);
            for (own, row) in rows.with(parent.field, key) {
                let entry = Value::Object(row.clone());
                if !parent.targets(&entry).any(|target| target == spec.path) {
                    continue;
                }
                match parent.on_delete {
                    OnDelete::Refuse => {
                        let by = child_spec.title;
                        return Err(EngineError::InUse {
                            what: spec.title,
                            key: key.to_string(),
                            by,
                        });
                    }
                    OnDelete::Cascade => child.delete(writer, own)?,
                    OnDelete::Part => {}
                }
            }
        }
    }
    Ok(())
}

/// Older clients send the application's name instead of its id, and no purpose.
fn complete_environment(reader: &Reader<'_>, body: &mut Row) -> Result<(), EngineError> {
    if !body.contains_key("applicationId")
        && let Some(Value::String(name)) = body.remove("application")
    {
        let applications = reader.state.table("applications");
        let mut named = applications.with("applicationName", &Key::parse(&name));
        let found = named.find(|(_, row)| row.get("applicationName") == Some(&Value::from(name.as_str())));
        let found = found.and_then(|(_, row)| row.get("applicationId").cloned());
        let Some(application) = found else {
            return Err(EngineError::not_found("application", name));
        };
        body.insert("applicationId".to_owned(), application);
    }
    body.remove("application");
    body.entry("purpose").or_insert_with(|| "MASK".into());
    Ok(())
}

/// Merges a client's change: objects member by member; `null` removes, other values replace. Omitted members stay,
/// such as passwords, which clients cannot know.
pub fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                if value.is_null() {
                    into.remove(&name);
                } else {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (into, from) => *into = from,
    }
}

fn hide(value: &mut Value, secrets: &[&str]) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !secrets.contains(&name.as_str()));
            members.values_mut().for_each(|value| hide(value, secrets));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|value| hide(value, secrets)),
        _ => {}
    }
}

/// The object type whose rule on names applies; the common rule applies to other resources.
fn type_name(spec: &ResourceSpec) -> &'static str {
    let shown = |known: &&ObjectType| known.rest.is_some_and(|rest| rest.path == spec.path);
    OBJECT_TYPES.iter().find(shown).map_or("", |known| known.name)
}

fn check_name(check: NameCheck, type_name: &str, name: &str) -> Result<(), EngineError> {
    if check.fault(type_name, name).is_some() {
        return Err(Refusal::BadName(name.to_owned()).into());
    }
    Ok(())
}
