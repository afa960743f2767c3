//! Rules: what changes when a scenario comes into a state.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Seeder, reason};
use crate::engine::content::seed::form::Form;
use crate::engine::content::seed::{Entry, Rule, SeedError, did_you_mean, schema};
use crate::engine::resources::{Access, ResourceSpec, Unique, Writer, spec};
use crate::engine::{EngineError, Key};

/// Changes a state as a rule says. After an error the state is unusable.
pub(in crate::engine) fn apply(rule: &Rule, writer: &mut Writer<'_>) -> Result<(), SeedError> {
    let source = format!("{} {} ", rule.scenario(), rule.is());
    let mut seeder = Seeder::new(writer, source, true);
    for removal in rule.removals() {
        if let Err((member, reason)) = seeder.remove(removal) {
            seeder.mistakes.push(removal.mistake(member, reason));
        }
    }
    if let Some(put) = rule.put() {
        let mut declared = seeder.writer.state.declared.as_ref().clone();
        let only = |environment: &Entry, member: &str| seeder.only_connector(environment, member);
        declared.precede(schema(put, &only));
        seeder.writer.state.declared = declared.into();
        seeder.all(put);
    }
    seeder.done(rule.content())
}

/// The member with the mistake, if it is in one, and what is wrong.
type Wrong = (Option<&'static str>, String);

impl<'a> Seeder<'a, '_> {
    fn remove(&mut self, removal: &'a Entry) -> Result<(), Wrong> {
        let list = removal.text("list").unwrap_or_default();
        let spec = spec::by_path(list).filter(|spec| can_remove(spec));
        let Some(spec) = spec else {
            let known = spec::ALL
                .iter()
                .filter(|spec| can_remove(spec))
                .map(|spec| spec.path);
            let near = did_you_mean(list, known).unwrap_or_default();
            return Err((
                Some("list"),
                format!("no list of such objects is named '{list}'{near}"),
            ));
        };
        let key = self.only_one(removal, spec)?;
        let label = format!("{} {}", spec.path, removal.name());
        let removed = self.with_ids(&label, |writer| {
            let collection = writer.reader().collection(spec.path);
            collection.ok_or(EngineError::Internal)?.delete(writer, &key)
        });
        removed.map_err(|error| (None, reason(&error)))
    }

    /// The name of the only connector of an environment, with the one that an entry brings.
    fn only_connector(&self, environment: &Entry, member: &str) -> Option<String> {
        let kind = environment.kind.member(member)?;
        let Form::Many(kind) = kind.form else { return None };
        let id = self.find(&spec::ENVIRONMENTS, environment.name(), None);
        let known = id.and_then(|id| Some(self.named(spec::by_path(kind.path)?, id.as_i64())));
        let known = known.into_iter().flatten().map(|(name, _)| name);
        let new = environment
            .parts(member)
            .iter()
            .map(|entry| entry.name().to_owned());
        let all: BTreeSet<String> = known.chain(new).collect();
        let mut all = all.into_iter();
        let first = all.next();
        first.filter(|_| all.next().is_none())
    }

    /// The key of the only object with the name.
    fn only_one(&self, removal: &Entry, spec: &'static ResourceSpec) -> Result<Key, Wrong> {
        let environments: Vec<Option<i64>> = match removal.text("environment") {
            Some(name) => match self.find(&spec::ENVIRONMENTS, name, None) {
                Some(id) => vec![id.as_i64()],
                None => return Err((Some("environment"), format!("no environment is named '{name}'"))),
            },
            None if spec.unique == Unique::Environment => {
                let all = self.named(&spec::ENVIRONMENTS, None);
                all.iter().map(|(_, id)| id.as_i64()).collect()
            }
            None => vec![None],
        };
        let all = environments.into_iter().flat_map(|id| self.named(spec, id));
        let (named, others): (Vec<_>, Vec<_>) = all.partition(|(name, _)| name == removal.name());
        let keys: Vec<Key> = named
            .iter()
            .filter_map(|(_, id): &(String, Value)| Key::from_json(id))
            .collect();
        match keys.as_slice() {
            [only] => Ok(only.clone()),
            [] => {
                let near = did_you_mean(removal.name(), others.iter().map(|(name, _)| name.as_str()));
                let near = near.unwrap_or_default();
                Err((
                    Some("name"),
                    format!("no {} is named '{}'{near}", spec.title, removal.name()),
                ))
            }
            several => {
                let reason = format!(
                    "{} of them are named '{}'; 'environment' says which",
                    several.len(),
                    removal.name()
                );
                Err((Some("name"), reason))
            }
        }
    }
}

fn can_remove(spec: &ResourceSpec) -> bool {
    spec.access == Access::Full && spec.name_field.is_some()
}
