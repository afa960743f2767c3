//! Gives an object other identifiers, for itself and for what it depends on.
//!
//! Invariant: bytes that don't speak of a changed identifier stay as they are; with nothing changed, so does the whole
//! message.

use exportdoc::object::{ObjectError, ObjectKey, Revision, SyncObject};
use exportdoc::wire::{Message, Writer};

use super::message::rewrite;

/// The object with `map` applied to its own key and to those of its dependencies.
///
/// # Errors
/// None in practice: the parts were read before.
pub fn relabel(
    object: &SyncObject<'static>,
    map: impl Fn(&ObjectKey) -> ObjectKey,
) -> Result<SyncObject<'static>, ObjectError> {
    let key = map(object.key());
    let same = |old: &ObjectKey| map(old) == *old;
    if key == *object.key() && object.dependencies().iter().all(same) {
        return Ok(object.clone());
    }
    let own_changed = key != *object.key();
    rewrite(object, |number, bytes, writer| {
        match number {
            1 => replace_key(bytes, &key, writer, number),
            2 => match ObjectKey::parse(bytes) {
                Ok(old) => replace_key(bytes, &map(&old), writer, number),
                Err(_) => return false,
            },
            3 if own_changed => {
                let inner = relabelled_revision(bytes, &key);
                writer.bytes(number, &inner);
            }
            _ => return false,
        }
        true
    })
}

fn replace_key(old: &[u8], key: &ObjectKey, writer: &mut Writer, number: u32) {
    match ObjectKey::parse(old) {
        Ok(same) if same == *key => writer.bytes(number, old),
        _ => writer.message(number, |inner| key.write(inner)),
    };
}

/// The revision's JSON text names the object too.
fn relabelled_revision(bytes: &[u8], key: &ObjectKey) -> Vec<u8> {
    let Ok(message) = Message::parse(bytes) else {
        return bytes.to_vec();
    };
    let Some(stated) = Revision::read(message).stated_type() else {
        return bytes.to_vec();
    };
    let mut writer = Writer::new();
    for field in message.fields() {
        if field.number == 3 {
            writer.text(3, &Revision::json_text(&stated, key));
        } else {
            writer.raw(field.raw);
        }
    }
    writer.finish()
}
