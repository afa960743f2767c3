//! Objects without their data, for work that doesn't need it: who is who, what depends on what, what goes where.
//!
//! Invariant: an outline has its object's key, dependencies and revision, so whatever is decided by these alone is decided
//! the same. An object whose data may hold numbers of other objects has none, since renaming others changes it.

use std::collections::HashMap;

use super::rewrite::NUMERIC;
use super::{ObjectError, ObjectKey, ObjectParts, SyncObject, rename};

/// The object that these parts are of, without its data; `None` where it can't be written down as just these parts.
/// `numbers` tells how often the object message names the type of a numeric identifier ([`numbers_in`]).
pub(crate) fn outline(parts: &ObjectParts, numbers: usize) -> Option<SyncObject<'static>> {
    let outline = SyncObject::build(
        &parts.key,
        &parts.dependencies,
        &parts.revision,
        parts.data_type(),
        &[],
    )
    .ok()?;
    let same = *outline.key() == parts.key
        && outline.dependencies() == parts.dependencies
        && *outline.revision() == parts.revision
        && outline.data_type() == parts.data_type();
    (same && numbers_in(outline.as_bytes()) == numbers).then_some(outline)
}

/// How often the type of a numeric identifier is named: in an outline once for its key and for each dependency that has
/// one, and what an object message has more of stands in its data.
pub(crate) fn numbers_in(message: &[u8]) -> usize {
    memchr::memmem::find_iter(message, NUMERIC).count()
}

/// Counts as [`numbers_in`] in a message that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct NumberCount {
    count: usize,
    /// The last bytes, fewer than the name has.
    tail: Vec<u8>,
}

impl NumberCount {
    pub(crate) fn goes_by(&mut self, piece: &[u8]) {
        const SHORT: usize = NUMERIC.len() - 1;
        self.count += numbers_in(piece);
        let before = self.tail.len();
        self.tail.extend_from_slice(&piece[..piece.len().min(SHORT)]);
        // The tail alone is too short for one, and so is what was added: whatever is found has a part of both.
        self.count += numbers_in(&self.tail);
        if piece.len() >= SHORT {
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - SHORT..]);
        } else {
            let more = (before + piece.len()).saturating_sub(SHORT);
            self.tail.drain(..more);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

/// The object with the key and the dependencies that its outline was given.
///
/// # Errors
/// Only what reading the result back finds.
pub fn follow(
    object: SyncObject<'static>,
    outline: &SyncObject<'_>,
) -> Result<SyncObject<'static>, ObjectError> {
    let renamed: HashMap<&ObjectKey, &ObjectKey> = object
        .dependencies()
        .iter()
        .zip(outline.dependencies())
        .filter(|(old, new)| old != new)
        .collect();
    if renamed.is_empty() && object.key() == outline.key() {
        return Ok(object);
    }
    rename(&object, outline.key(), |key| {
        renamed.get(key).map(|new| (*new).clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Identifier;
    use crate::sample;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_stands_across_pieces_is_counted_once(
            parts in prop::collection::vec(prop_oneof![Just(NUMERIC.to_vec()), prop::collection::vec(any::<u8>(), 0..60)], 0..6),
            sizes in prop::collection::vec(1..80_usize, 1..8),
        ) {
            let message = parts.concat();
            let mut counted = NumberCount::default();
            let (mut rest, mut sizes) = (&message[..], sizes.iter().cycle());
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
                counted.goes_by(piece);
                rest = after;
            }
            prop_assert_eq!(counted.count(), numbers_in(&message));
        }
    }

    #[test]
    fn an_object_follows_its_renamed_outline() {
        for object in sample::environments()
            .unwrap()
            .into_iter()
            .flat_map(|e| e.objects)
        {
            let (parts, _) = ObjectParts::of(object.as_bytes(), None).unwrap();
            let outlined = outline(&parts, numbers_in(object.as_bytes())).unwrap();
            assert_eq!(follow(object.clone(), &outlined).unwrap(), object);
            let number = |key: &ObjectKey| match key.identifier {
                Identifier::Integer(number) => {
                    Some(ObjectKey::new(key.type_number, Identifier::Integer(number + 100)))
                }
                _ => None,
            };
            let own = number(object.key()).unwrap_or_else(|| object.key().clone());
            let renamed = rename(&outlined, &own, number).unwrap();
            assert_eq!(
                follow(object.clone(), &renamed).unwrap(),
                rename(&object, &own, number).unwrap()
            );
        }
    }

    #[test]
    fn what_holds_numbers_in_its_data_has_no_outline() {
        let other = ObjectKey::new(14, Identifier::Integer(3));
        let mut data = crate::wire::Writer::new();
        data.message(9, |w| other.write(w));
        let job = sample::environments().unwrap()[0].objects[0].clone();
        let referring = SyncObject::build(
            job.key(),
            job.dependencies(),
            job.revision(),
            "Unknown",
            &data.finish(),
        )
        .unwrap();
        let (parts, _) = ObjectParts::of(referring.as_bytes(), None).unwrap();
        assert_eq!(outline(&parts, numbers_in(referring.as_bytes())), None);
    }
}
