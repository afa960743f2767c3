//! References: stand-ins for objects that must already be on the importing engine.
//! A reference has its original's revision record and no data, so the pair of UUIDs, not the hash, identifies the
//! original.

use crate::wire::Writer;

use super::data::ObjectData;
use super::{OBJECT_TYPES, ObjectError, ObjectKey, ObjectType, SyncObject};

/// Why no reference can be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Engines have no references to this type.
    #[error("no reference type exists for objects of type number {0}")]
    NotReferable(u64),
    /// The parts don't make an object.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// The type that refers to objects of `original`.
pub fn reference_type_for(original: &ObjectType) -> Option<&'static ObjectType> {
    OBJECT_TYPES
        .iter()
        .find(|reference| reference.stands_for(original))
}

/// The key of a reference to `original`.
pub fn reference_key(original: &ObjectKey) -> Option<ObjectKey> {
    let original_type = super::by_number_in_own_document(original.type_number)?;
    let reference = reference_type_for(original_type)?;
    Some(ObjectKey::new(reference.number()?, original.identifier.clone()))
}

/// Builds the reference to an object: its revision, no data, and some dependencies. A domain's reference depends on its
/// algorithms' references; an algorithm's depends on nothing.
///
/// # Errors
/// A type that can't be referred to.
pub fn reference_to(original: &SyncObject<'_>) -> Result<SyncObject<'static>, ReferenceError> {
    let key =
        reference_key(original.key()).ok_or(ReferenceError::NotReferable(original.key().type_number))?;
    let original_type = super::by_number_in_own_document(original.key().type_number);
    let dependencies: Vec<ObjectKey> = if original_type.is_some_and(ObjectType::is_algorithm) {
        Vec::new()
    } else {
        original.dependencies().iter().filter_map(reference_key).collect()
    };
    let (data_type, data) = reference_data(original);
    Ok(SyncObject::build(
        &key,
        &dependencies,
        original.revision(),
        data_type,
        &data,
    )?)
}

/// The data of a reference. Only a job's source has some, because the target finds it by name. That message is this
/// toolkit's own.
fn reference_data(original: &SyncObject<'_>) -> (&'static str, Vec<u8>) {
    match original.data() {
        ObjectData::DatabaseConnector(data) => {
            let mut writer = Writer::new();
            writer.text(1, &data.database_type().unwrap_or_default());
            writer.wrapped_text(8, &data.connector_name().unwrap_or_default());
            ("SourceConnectorData", writer.finish())
        }
        _ => ("EmptyData", Vec::new()),
    }
}
