//! The types of syncable objects: their numbers in the blob and their names in the metadata.
//!
//! Invariant: a number seen in real documents means the same name everywhere; a number of our own (for types whose
//! real number is unknown) lies far outside the engines' range and never names a foreign document's type.

/// What a type is, as far as syncing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Engine-wide; identified by name.
    Global,
    /// Lives in an environment; identified by its name there.
    Environment,
    /// Stands for an object that must exist on the target.
    Reference,
}

/// A type of syncable objects.
#[derive(Debug, PartialEq, Eq)]
pub struct ObjectType {
    /// Number in the blob.
    pub number: u64,
    /// Name in the metadata and the API.
    pub name: &'static str,
    /// Where it lives.
    pub scope: Scope,
    /// The algorithm types share one name space and carry the `algorithmName` identifier.
    pub algorithm: bool,
}

const fn known(number: u64, name: &'static str, scope: Scope) -> ObjectType {
    ObjectType {
        number,
        name,
        scope,
        algorithm: false,
    }
}

const fn algorithm(number: u64, name: &'static str) -> ObjectType {
    ObjectType {
        number,
        name,
        scope: Scope::Global,
        algorithm: true,
    }
}

/// Types whose number was seen in real documents.
pub static KNOWN_TYPES: &[ObjectType] = &[
    algorithm(2, "LOOKUP"),
    algorithm(6, "SEGMENT"),
    algorithm(7, "TOKENIZATION"),
    known(9, "KEY", Scope::Global),
    known(10, "DATABASE_CONNECTOR", Scope::Environment),
    known(11, "DOMAIN", Scope::Global),
    known(13, "GLOBAL_OBJECT", Scope::Global),
    known(14, "DATABASE_RULESET", Scope::Environment),
    known(18, "ALGORITHM_REFERENCE", Scope::Reference),
    known(19, "DOMAIN_REFERENCE", Scope::Reference),
    known(20, "MASKING_JOB", Scope::Environment),
    algorithm(23, "DATE_SHIFT"),
    known(24, "PROFILE_EXPRESSION", Scope::Global),
    known(25, "APPLICATION_SETTINGS", Scope::Global),
    known(26, "PROFILE_SET", Scope::Global),
];

/// Types that engines know but whose number was never seen: the numbers are this project's, used only in documents
/// that this project seals.
pub static PROVISIONAL_TYPES: &[ObjectType] = &[
    known(9_001, "PROFILE_JOB", Scope::Environment),
    known(9_002, "SOURCE_DATABASE_CONNECTOR", Scope::Reference),
    known(9_003, "PROFILE_SET_REFERENCE", Scope::Reference),
    known(9_004, "PROFILE_EXPRESSION_REFERENCE", Scope::Reference),
    known(9_005, "FILE_CONNECTOR", Scope::Environment),
    known(9_006, "FILE_RULESET", Scope::Environment),
    known(9_007, "FILE_FORMAT", Scope::Global),
    known(9_008, "MOUNT_INFORMATION", Scope::Global),
    known(9_009, "JDBC_DRIVER", Scope::Global),
    known(9_010, "ENVIRONMENT", Scope::Environment),
    known(9_011, "SOURCE_FILE_CONNECTOR", Scope::Reference),
    known(9_012, "REIDENTIFICATION_JOB", Scope::Environment),
    known(9_013, "TOKENIZATION_JOB", Scope::Environment),
    algorithm(9_014, "BINARYLOOKUP"),
    algorithm(9_015, "CLEANSING"),
    algorithm(9_016, "MIN_MAX"),
    algorithm(9_017, "REDACTION"),
    algorithm(9_018, "MAPPLET"),
    algorithm(9_019, "USER_ALGORITHM"),
];

/// The type behind a number seen in real documents.
pub fn known_by_number(number: u64) -> Option<&'static ObjectType> {
    KNOWN_TYPES.iter().find(|t| t.number == number)
}

/// The type behind a number in a document that this project sealed.
pub fn by_number_in_own_document(number: u64) -> Option<&'static ObjectType> {
    known_by_number(number).or_else(|| PROVISIONAL_TYPES.iter().find(|t| t.number == number))
}

/// The type with a name, provisional ones included.
pub fn by_name(name: &str) -> Option<&'static ObjectType> {
    KNOWN_TYPES
        .iter()
        .chain(PROVISIONAL_TYPES)
        .find(|t| t.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_provisional_numbers_far_away() {
        let all: Vec<_> = KNOWN_TYPES.iter().chain(PROVISIONAL_TYPES).collect();
        assert_eq!(
            all.iter().map(|t| t.number).collect::<HashSet<_>>().len(),
            all.len()
        );
        assert_eq!(
            all.iter().map(|t| t.name).collect::<HashSet<_>>().len(),
            all.len()
        );
        assert!(PROVISIONAL_TYPES.iter().all(|t| t.number > 9_000));
        assert!(known_by_number(9_001).is_none());
    }
}
