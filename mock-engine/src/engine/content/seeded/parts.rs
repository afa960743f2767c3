//! Parts of objects: the tables and columns of rulesets, the fields of file formats.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Seeder, reason};
use crate::engine::content::seed::{Entry, table};
use crate::engine::resources::{ResourceSpec, spec};
use crate::engine::schema::{Database, Schema};
use crate::engine::{EngineError, FORMAT_CONTENT, Key, Row};

/// Gives a new file format the file with its fields, as a client uploads it.
pub(super) fn describe_fields(format: &Entry, row: &mut Row) {
    let lines = format
        .parts("fields")
        .iter()
        .map(|field| match field.number("length") {
            Some(length) => format!("{},{length}\n", field.name()),
            None => format!("{}\n", field.name()),
        });
    let file: String = lines.collect();
    if !file.is_empty() {
        row.insert(FORMAT_CONTENT.to_owned(), file.into());
    }
}

impl<'a> Seeder<'a, '_> {
    /// Adds the tables of a ruleset, with the declared columns, and masks them.
    pub(super) fn tables(&mut self, ruleset: &'a Entry, id: &Value) {
        let own = ruleset.parts("tables").iter();
        let own = own.filter(|entry| !entry.parts("columns").is_empty());
        let declared = Arc::clone(&self.writer.state.declared);
        let mut first = Schema::default();
        first.databases.push(Database {
            tables: own.map(table).collect(),
            ..Database::default()
        });
        first.extend(declared.as_ref().clone());
        self.writer.state.declared = Arc::new(first);
        for entry in ruleset.parts("tables") {
            let label = format!("table {} {} {}", self.place(), ruleset.name(), entry.name());
            let Some(key) = self.table(entry, id, &label) else {
                continue;
            };
            for column in entry.parts("columns") {
                self.mask(column, &spec::COLUMN_METADATA, ("tableMetadataId", &key), &label);
            }
        }
        self.writer.state.declared = declared;
    }

    /// The key of a table of a ruleset, which is added unless it exists.
    fn table(&mut self, entry: &'a Entry, ruleset: &Value, label: &str) -> Option<Key> {
        if self.changes {
            let tables = self.writer.state.table(spec::TABLE_METADATA.path);
            let mut own = tables.with("rulesetId", &Key::from_json(ruleset)?);
            let known = own.find(|(_, row)| row.get("tableName") == Some(&json!(entry.name())));
            if let Some((key, _)) = known {
                return Some(key.clone());
            }
        }
        let row = json!({ "tableName": entry.name(), "rulesetId": ruleset });
        let made = self.with_ids(label, |writer| {
            let tables = writer.reader().collection(spec::TABLE_METADATA.path);
            let tables = tables.ok_or(EngineError::Internal)?;
            tables.create(writer, row.as_object().cloned().unwrap_or_default())
        });
        match made {
            Ok(row) => row.get(spec::TABLE_METADATA.id_field).and_then(Key::from_json),
            Err(error) => {
                self.mistakes.push(entry.mistake(None, reason(&error)));
                None
            }
        }
    }

    /// Masks the fields of a file format.
    pub(super) fn fields(&mut self, format: &'a Entry, id: &Value) {
        let Some(key) = Key::from_json(id) else { return };
        let label = format!("format {}", format.name());
        for field in format.parts("fields") {
            self.mask(field, &spec::FILE_FIELD_METADATA, ("fileFormatId", &key), &label);
        }
    }

    /// Masks a column or a field. An algorithm without a domain takes the first domain with that algorithm.
    fn mask(
        &mut self,
        entry: &'a Entry,
        spec: &'static ResourceSpec,
        (member, of): (&str, &Key),
        label: &str,
    ) {
        let mut row = Row::new();
        if !self.members(entry, &mut row, true) {
            return;
        }
        let name_field = spec.name_field.unwrap_or_default();
        row.remove(name_field);
        if let (Some(algorithm), None) = (entry.text("algorithm"), entry.text("domain")) {
            let domains = self.writer.state.table(spec::DOMAINS.path);
            let mut rows = domains.iter().map(|(_, row)| row);
            let domain = rows.find(|row| row.get("defaultAlgorithmCode") == Some(&json!(algorithm)));
            let Some(domain) = domain.and_then(|row| row.get("domainName")) else {
                let one = entry.kind.one;
                let reason =
                    format!("{one} needs 'domain', because no domain has the algorithm '{algorithm}'");
                self.mistakes.push(entry.mistake(None, reason));
                return;
            };
            row.insert("domainName".to_owned(), domain.clone());
        }
        let parts = self.writer.state.table(spec.path);
        let mut of_object = parts.with(member, of);
        let named = of_object.find(|(_, row)| row.get(name_field) == Some(&json!(entry.name())));
        let Some(key) = named.map(|(key, _)| key.clone()) else {
            let reason = format!(
                "there is no such {}, and what exists gets no further one",
                entry.kind.one
            );
            self.mistakes.push(entry.mistake(Some("name"), reason));
            return;
        };
        if row.is_empty() {
            return;
        }
        let masked = self.with_ids(&format!("{label} {}", entry.name()), |writer| {
            let parts = writer.reader().collection(spec.path);
            parts.ok_or(EngineError::Internal)?.update(writer, &key, row)
        });
        if let Err(error) = masked {
            self.mistakes.push(entry.mistake(None, reason(&error)));
        }
    }
}
