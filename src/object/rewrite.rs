//! Changes the identifiers of objects, for imports and merges in which the numbers of two engines collide.
//! Invariant: only identifiers change. The UUID pair, unknown fields and the rest of the data stay byte for byte; a
//! changed object is written in its plain form. Data of known types refers by name and never changes.

use crate::wire::{Message, Writer};

use super::{ObjectError, ObjectKey, Revision, SyncObject};

/// Levels of data in which identifiers are looked for.
const DEPTH: usize = 16;
/// The type URL of numeric identifiers.
const NUMERIC: &[u8] = b"type.googleapis.com/IntegerIdentifier";

/// The object with another key and renamed dependencies. `renamed` returns a dependency's new key, or `None` to keep
/// it. The revision's JSON text follows the key if it has the engines' form, and so do numbers in the data inside
/// messages of the form of dependencies.
///
/// # Errors
/// The result cannot be read back.
pub fn rename(
    object: &SyncObject<'_>,
    own: &ObjectKey,
    renamed: impl Fn(&ObjectKey) -> Option<ObjectKey>,
) -> Result<SyncObject<'static>, ObjectError> {
    let wire = |error| ObjectError::Wire {
        part: "object",
        error,
    };
    let message = Message::parse(object.plain_bytes()).map_err(wire)?;
    let mut writer = Writer::new();
    for field in message.fields() {
        match (field.number, field.bytes()) {
            (1, Some(_)) if own != object.key() => {
                writer.message(1, |w| own.write(w));
            }
            (2, Some(bytes)) => match renamed(&ObjectKey::parse(bytes).map_err(wire)?) {
                Some(new) => {
                    writer.message(2, |w| new.write(w));
                }
                None => {
                    writer.raw(field.raw);
                }
            },
            (3, Some(bytes)) if own != object.key() => {
                let revision = rename_revision(bytes, object, own).map_err(wire)?;
                writer.bytes(3, &revision);
            }
            (4, Some(bytes)) => match rename_inside(bytes, &renamed, 0) {
                Some(data) => {
                    writer.bytes(4, &data);
                }
                None => {
                    writer.raw(field.raw);
                }
            },
            _ => {
                writer.raw(field.raw);
            }
        }
    }
    let written = writer.finish();
    if written == object.plain_bytes() {
        return Ok(object.clone().into_owned());
    }
    SyncObject::from_bytes(written)
}

/// Whether the data may have numbers of other objects that [`rename`] changes.
pub fn may_refer(object: &SyncObject<'_>) -> bool {
    memchr::memmem::find(object.data_bytes(), NUMERIC).is_some()
}

/// A message with renamed identifiers. `None` if nothing changes.
fn rename_inside(
    bytes: &[u8],
    renamed: &dyn Fn(&ObjectKey) -> Option<ObjectKey>,
    depth: usize,
) -> Option<Vec<u8>> {
    if depth == DEPTH || memchr::memmem::find(bytes, NUMERIC).is_none() {
        return None;
    }
    if let Ok(key) = ObjectKey::parse(bytes)
        && encoded(&key) == bytes
    {
        return Some(encoded(&renamed(&key)?));
    }
    let message = Message::parse(bytes).ok()?;
    let mut writer = Writer::new();
    let mut changed = false;
    for field in message.fields() {
        let inside = field
            .bytes()
            .and_then(|bytes| rename_inside(bytes, renamed, depth + 1));
        match inside {
            Some(inside) => {
                changed = true;
                writer.bytes(field.number, &inside);
            }
            None => {
                writer.raw(field.raw);
            }
        }
    }
    changed.then(|| writer.finish())
}

fn encoded(key: &ObjectKey) -> Vec<u8> {
    let mut writer = Writer::new();
    key.write(&mut writer);
    writer.finish()
}

/// The object with other dependencies, as a new save of it.
///
/// # Errors
/// The result cannot be read back.
pub fn with_dependencies(
    object: &SyncObject<'_>,
    dependencies: &[ObjectKey],
    save: &str,
    modified: i64,
) -> Result<SyncObject<'static>, ObjectError> {
    let wire = |error| ObjectError::Wire {
        part: "object",
        error,
    };
    let message = Message::parse(object.plain_bytes()).map_err(wire)?;
    let mut writer = Writer::new();
    for field in message.fields() {
        match (field.number, field.bytes()) {
            (1, Some(_)) => {
                writer.raw(field.raw);
                for dependency in dependencies {
                    writer.message(2, |w| dependency.write(w));
                }
            }
            (2, Some(_)) => {}
            (3, Some(bytes)) => {
                let revision = save_again(bytes, save, modified).map_err(wire)?;
                writer.bytes(3, &revision);
            }
            _ => {
                writer.raw(field.raw);
            }
        }
    }
    SyncObject::from_bytes(writer.finish())
}

fn save_again(bytes: &[u8], save: &str, modified: i64) -> Result<Vec<u8>, crate::wire::WireError> {
    let mut writer = Writer::new();
    for field in Message::parse(bytes)?.fields() {
        match field.number {
            2 => writer.text(2, save),
            6 => writer.int(6, modified),
            _ => writer.raw(field.raw),
        };
    }
    Ok(writer.finish())
}

fn rename_revision(
    bytes: &[u8],
    object: &SyncObject<'_>,
    own: &ObjectKey,
) -> Result<Vec<u8>, crate::wire::WireError> {
    let message = Message::parse(bytes)?;
    let stated = object.revision().stated_type().unwrap_or_default();
    let usual = object.revision().json == Revision::json_text(&stated, object.key());
    let mut writer = Writer::new();
    for field in message.fields() {
        if field.number == 3 && usual {
            writer.text(3, &Revision::json_text(&stated, own));
        } else {
            writer.raw(field.raw);
        }
    }
    Ok(writer.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Identifier;
    use crate::sample;

    fn job() -> SyncObject<'static> {
        let environments = sample::environments().unwrap();
        environments[0]
            .objects
            .iter()
            .find(|o| o.key().type_number == 20)
            .unwrap()
            .clone()
    }

    #[test]
    fn renaming_nothing_changes_no_byte() {
        let job = job();
        let same = rename(&job, job.key(), |_| None).unwrap();
        assert_eq!(same.as_bytes(), job.as_bytes());
    }

    #[test]
    fn key_dependencies_and_json_follow_and_everything_else_stays() {
        let job = job();
        let own = ObjectKey::new(20, Identifier::Integer(77));
        let ruleset = ObjectKey::new(14, Identifier::Integer(88));
        let renamed = rename(&job, &own, |_| Some(ruleset.clone())).unwrap();
        assert_eq!(renamed.key(), &own);
        assert_eq!(renamed.dependencies(), [ruleset]);
        assert!(
            renamed.revision().json.contains("\"id\": 77"),
            "{}",
            renamed.revision().json
        );
        assert_eq!(renamed.revision().pair, job.revision().pair);
        assert_eq!(renamed.data_bytes(), job.data_bytes());
        let back = rename(&renamed, job.key(), |_| Some(job.dependencies()[0].clone())).unwrap();
        assert_eq!(back.as_bytes(), job.as_bytes());
    }
}
