//! Names an object's type from the blob.
//! Invariant: a known number decides. If the number is unknown, the revision JSON gives the name. This file ignores the
//! metadata; `report/matching.rs` falls back on it.

use super::{
    ObjectType, Revision, by_number_in_own_document, known_by_number, reference_type_for, type_by_name,
};

/// The source of an object's type name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The table of numbers that real documents have.
    Table,
    /// The table of this toolkit's provisional numbers.
    Provisional,
    /// The object's revision JSON, for an unknown number.
    Revision,
    /// The metadata's list, matched by identifier and hash: a guess.
    Metadata,
    /// No source: the name is the number.
    Number,
}

/// The type of an object, from the blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobType {
    /// Its name and the name's source. `None` if the number is unknown and the revision names no type.
    pub named: Option<(String, NamedBy)>,
    /// The type in the revision JSON, if it contradicts a known number.
    pub contradicted_by: Option<String>,
}

impl BlobType {
    /// Compares a type number with the type in the revision JSON. `own_document`: this toolkit sealed the document, so
    /// provisional numbers count as known.
    pub fn of(number: u64, data_type: &str, stated: Option<&str>, own_document: bool) -> Self {
        let known = known_by_number(number).map(|known| (known, NamedBy::Table));
        let own = || by_number_in_own_document(number).filter(|_| own_document);
        let known = known.or_else(|| Some((own()?, NamedBy::Provisional)));
        let Some((known, named_by)) = known else {
            return Self {
                named: stated.map(|stated| (unknown_number(data_type, stated), NamedBy::Revision)),
                contradicted_by: None,
            };
        };
        Self {
            named: Some((known.name.to_owned(), named_by)),
            contradicted_by: stated
                .filter(|stated| contradicts(known, stated))
                .map(str::to_owned),
        }
    }

    /// As [`BlobType::of`], for an object's revision.
    pub fn read(number: u64, data_type: &str, revision: &Revision, own_document: bool) -> Self {
        Self::of(number, data_type, revision.stated_type().as_deref(), own_document)
    }
}

/// Whether a reference may refer to the stated type. References to unknown algorithm types are allowed.
fn contradicts(known: &ObjectType, stated: &str) -> bool {
    match known.refers_to {
        Some(_) => type_by_name(stated).is_some_and(|original| !known.stands_for(original)),
        None => stated != known.name,
    }
}

/// The reference type of an object with a reference's data whose revision names a type that can be referred to.
fn unknown_number(data_type: &str, stated: &str) -> String {
    let reference = type_by_name(stated).and_then(reference_type_for);
    let reference = reference.filter(|reference| reference.data == Some(data_type));
    reference.map_or(stated, |reference| reference.name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: u64, data_type: &str, stated: Option<&str>) -> (Option<String>, Option<String>) {
        let found = BlobType::of(number, data_type, stated, false);
        (found.named.map(|(name, _)| name), found.contradicted_by)
    }

    #[test]
    fn a_known_number_decides_whatever_the_revision_says() {
        let key = Some("KEY".to_owned());
        assert_eq!(named(9, "EncryptionKeyData", Some("KEY")), (key.clone(), None));
        assert_eq!(named(9, "EncryptionKeyData", None), (key.clone(), None));
        assert_eq!(
            named(9, "EncryptionKeyData", Some("DOMAIN")),
            (key, Some("DOMAIN".to_owned()))
        );
    }

    #[test]
    fn a_reference_is_held_against_the_type_that_it_refers_to() {
        for (number, stated, fits) in [
            (18, "LOOKUP", true),
            (18, "DATE_SHIFT", true),
            (18, "ALGORITHM_TYPE_OF_THE_FUTURE", true),
            (18, "DOMAIN", false),
            (18, "ALGORITHM_REFERENCE", false),
            (19, "DOMAIN", true),
            (19, "LOOKUP", false),
        ] {
            let (_, contradicted) = named(number, "EmptyData", Some(stated));
            assert_eq!(contradicted.is_none(), fits, "{number} {stated}");
        }
    }

    #[test]
    fn the_revision_names_an_unknown_number() {
        assert_eq!(
            named(777, "SomeData", Some("FILE_FORMAT")).0.as_deref(),
            Some("FILE_FORMAT")
        );
        assert_eq!(
            named(777, "EmptyData", Some("PROFILE_SET")).0.as_deref(),
            Some("PROFILE_SET_REFERENCE")
        );
        assert_eq!(named(777, "SomeData", None), (None, None));
        // A provisional number has no meaning in an engine's document.
        assert_eq!(
            named(9_001, "SomeData", Some("DOMAIN")),
            (Some("DOMAIN".to_owned()), None)
        );
    }
}
