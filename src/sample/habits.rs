//! Exports of the made-up engine that differ as those of real engines do under unchanged revisions.
//! Invariant: the same engine, day and order give the same objects.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use sha1::{Digest, Sha1};

use crate::build::ExportFacts;
use crate::identifier::Identifier;
use crate::object::draft::{self, AlgorithmInfo};
use crate::object::{ObjectError, ObjectKey, SyncObject, known_by_number};
use crate::wire::{Message, Writer};

use super::{INSTALLED, SampleSize, export_facts, first_revision, global_objects, key_bytes};

/// An export of the made-up engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// The day, which lookups carry as their date.
    pub day: Date,
    /// The seed for the order of sets, different for every export.
    pub order: u64,
    /// Whether the engine was upgraded before: then more objects depend on settings, and segment mappings have a
    /// variant.
    pub upgraded: bool,
}

impl Export {
    /// The facts of the document, in the format of engines of 2023. No signing rule is declared.
    pub fn facts(&self) -> ExportFacts {
        let facts = export_facts(&format!("{} {}", self.day, self.order));
        let noon = Offset::UTC.to_timestamp(self.day.at(12, 0, 0, 0));
        let started = noon.unwrap_or(Timestamp::UNIX_EPOCH);
        let took = facts.finished.duration_since(facts.started);
        ExportFacts {
            started,
            finished: started + took,
            format: 6,
            declare_rule: false,
            ..facts
        }
    }

    /// The engine-wide objects of this export: [`super::global_objects`] and a user algorithm.
    ///
    /// # Errors
    /// None in practice: the objects are all well-formed.
    pub fn global_objects(&self) -> Result<Vec<SyncObject<'static>>, ObjectError> {
        let mut objects = global_objects(SampleSize::SMALL)?;
        let info = AlgorithmInfo {
            name: "dlpx-core:Names",
            description: "First names",
            date: "2018-02-12",
        };
        let configuration = r#"{"lookupFile":{"uri":"jar://names.txt"},"caseSensitive":false}"#;
        let key = key_bytes("user algorithm");
        let framework = ("dlpx-core", "Name");
        let draft = draft::user_algorithm(info, key, INSTALLED, framework, configuration);
        let member = draft.key.clone();
        objects.insert(0, first_revision(draft)?);
        objects
            .iter()
            .map(|object| {
                let type_name = known_by_number(object.key().type_number).map(|known| known.name);
                let mut dependencies = object.dependencies().to_vec();
                if type_name == Some("GLOBAL_OBJECT") {
                    dependencies.push(member.clone());
                }
                self.write(type_name.unwrap_or_default(), object, dependencies)
            })
            .collect()
    }

    fn write(
        &self,
        type_name: &str,
        object: &SyncObject<'static>,
        mut dependencies: Vec<ObjectKey>,
    ) -> Result<SyncObject<'static>, ObjectError> {
        let mut data = object.data_bytes().to_vec();
        match type_name {
            "GLOBAL_OBJECT" => self.shuffle(&mut dependencies, ToString::to_string),
            "PROFILE_SET" => {
                self.shuffle(&mut dependencies, ToString::to_string);
                data = self.shuffled(&data, 3)?;
            }
            "LOOKUP" => data = dated(&data, &self.day.to_string())?,
            "SEGMENT" if self.upgraded => data.extend(Writer::new().text(13, "DEFAULT").finish()),
            _ => {}
        }
        if !self.upgraded {
            let is_setting = |key: &ObjectKey| {
                known_by_number(key.type_number).is_some_and(|known| known.name == "APPLICATION_SETTINGS")
            };
            dependencies.retain(|key| !is_setting(key));
        }
        SyncObject::build(
            object.key(),
            &dependencies,
            object.revision(),
            object.data_type(),
            &data,
        )
    }

    fn shuffle<T>(&self, items: &mut [T], name: impl Fn(&T) -> String) {
        items.sort_by_cached_key(|item| Sha1::digest(format!("{} {}", self.order, name(item))));
    }

    /// A message whose adjacent fields of one number are reordered.
    fn shuffled(&self, message: &[u8], number: u32) -> Result<Vec<u8>, ObjectError> {
        let fields: Vec<_> = parse(message)?.fields().collect();
        let mut items: Vec<&[u8]> = fields
            .iter()
            .filter(|f| f.number == number)
            .map(|f| f.raw)
            .collect();
        self.shuffle(&mut items, |raw| hex::encode(raw));
        let mut items = items.into_iter();
        let mut writer = Writer::new();
        for field in &fields {
            let raw = if field.number == number {
                items.next()
            } else {
                None
            };
            writer.raw(raw.unwrap_or(field.raw));
        }
        Ok(writer.finish())
    }
}

/// A lookup's data with another date in its info.
fn dated(data: &[u8], day: &str) -> Result<Vec<u8>, ObjectError> {
    with_field(data, 1, |writer, info| {
        let info = with_field(info, 3, |writer, _| {
            writer.text(3, day);
            Ok(())
        })?;
        writer.bytes(1, &info);
        Ok(())
    })
}

fn with_field(
    message: &[u8],
    number: u32,
    mut write: impl FnMut(&mut Writer, &[u8]) -> Result<(), ObjectError>,
) -> Result<Vec<u8>, ObjectError> {
    let mut writer = Writer::new();
    for field in parse(message)?.fields() {
        match field.bytes().filter(|_| field.number == number) {
            Some(bytes) => write(&mut writer, bytes)?,
            None => {
                writer.raw(field.raw);
            }
        }
    }
    Ok(writer.finish())
}

fn parse(message: &[u8]) -> Result<Message<'_>, ObjectError> {
    Message::parse(message).map_err(|error| ObjectError::Wire {
        part: "made-up data",
        error,
    })
}

/// The key of [`Export::global_objects`]' last object, which bundles the others.
pub fn root() -> ObjectKey {
    ObjectKey::new(13, Identifier::Text("global".to_owned()))
}
