//! The parts of a message that was just written, without reading it back. Reading back was a third of the start of an engine
//! with the demo inventory.
//! Invariant: equal to what reading gives, or `None`.

use super::{InvalidRevision, MAX_PART, ObjectParts};
use crate::identifier::Identifier;
use crate::object::data::Oddities;
use crate::object::{ObjectKey, Revision, TYPE_URL_PREFIX};

impl ObjectParts {
    /// The parts of a message of `size` bytes that ends with its data, from what was written into it. `None` if reading it
    /// could give others.
    pub(crate) fn as_written(
        key: &ObjectKey,
        dependencies: &[ObjectKey],
        revision: &Revision,
        data_type: &str,
        data: &[u8],
        size: usize,
    ) -> Option<Self> {
        let (size, length) = (size as u64, data.len() as u64);
        let offset = size.checked_sub(length)?;
        let reads_back = |key: &ObjectKey| {
            let known = !matches!(
                key.identifier,
                Identifier::OtherAny { .. } | Identifier::OtherJson(_)
            );
            known && key.type_number <= u64::from(u32::MAX)
        };
        // Empty data is left out, and parts have a limit.
        if length == 0 || offset > MAX_PART || !dependencies.iter().chain([key]).all(reads_back) {
            return None;
        }
        Some(Self {
            key: key.clone(),
            dependencies: dependencies.to_vec(),
            revision: revision.clone(),
            type_url: format!("{TYPE_URL_PREFIX}{data_type}"),
            data_offset: offset,
            data_length: length,
            size,
            unknown_fields: Vec::new(),
            oddities: Oddities::default(),
            invalid_revision: InvalidRevision::None,
        })
    }
}
