//! Drafts of objects: identity, dependencies and data in the engines' form, without a revision.
//! Invariant: a draft has the fields that real documents have for its type, in the same order.

mod algorithm;
mod environment;

pub use algorithm::{AlgorithmInfo, date_shift, global_key, lookup, segment, tokenization, user_algorithm};
pub use environment::{
    ColumnSpec, ConnectorSpec, column, connector, masking_job, profile_job, ruleset, table,
};

use crate::identifier::Identifier;
use crate::wire::Writer;

use super::{ObjectError, ObjectKey, Revision, RevisionPair, SyncObject, by_number_in_own_document};

/// An object without its revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Type and identifier.
    pub key: ObjectKey,
    /// Direct dependencies, in order.
    pub dependencies: Vec<ObjectKey>,
    /// Name of the data message.
    pub data_type: &'static str,
    /// The encoded data message.
    pub data: Vec<u8>,
}

impl Draft {
    /// The object in a revision; times are milliseconds since 1970.
    ///
    /// # Errors
    /// The result cannot be read back.
    pub fn finish(
        self,
        pair: RevisionPair,
        created: i64,
        modified: i64,
    ) -> Result<SyncObject<'static>, ObjectError> {
        let type_name = by_number_in_own_document(self.key.type_number).map_or("", |known| known.name);
        let revision = Revision {
            pair,
            json: Revision::json_text(type_name, &self.key),
            created: Some(created),
            modified: Some(modified),
        };
        SyncObject::build(
            &self.key,
            &self.dependencies,
            &revision,
            self.data_type,
            &self.data,
        )
    }
}

fn draft(key: ObjectKey, dependencies: &[ObjectKey], data_type: &'static str, data: Vec<u8>) -> Draft {
    Draft {
        key,
        dependencies: dependencies.to_vec(),
        data_type,
        data,
    }
}

fn numbered(type_number: u64, id: i64) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Integer(id))
}

/// A domain. `algorithms` are its default and tokenization algorithms that can be synced.
pub fn domain(
    name: &str,
    classification: &str,
    algorithm: &str,
    tokenization: Option<&str>,
    algorithms: &[ObjectKey],
) -> Draft {
    let mut data = Writer::new();
    data.text(1, name).text(2, classification).text(3, algorithm);
    data.message(4, |w| {
        if let Some(tokenization) = tokenization {
            w.text(1, tokenization);
        }
    });
    draft(
        ObjectKey::new(11, Identifier::Text(name.to_owned())),
        algorithms,
        "DomainData",
        data.finish(),
    )
}

/// One application setting.
pub fn setting(id: i64, group: &str, name: &str, value: &str) -> Draft {
    let data = Writer::new()
        .text(1, group)
        .text(2, name)
        .wrapped_text(5, value)
        .finish();
    draft(numbered(25, id), &[], "ApplicationSettingsData", data)
}

/// A profile expression and the domain it finds.
pub fn profile_expression(
    id: i64,
    name: &str,
    domain: &ObjectKey,
    expression: &str,
    data_level: bool,
) -> Draft {
    let mut data = Writer::new();
    data.text(1, name)
        .wrapped_text(2, name)
        .text(3, domain.name().unwrap_or_default())
        .text(4, expression);
    if data_level {
        data.int(5, 1);
    }
    draft(
        numbered(24, id),
        std::slice::from_ref(domain),
        "ProfileExpressionData",
        data.finish(),
    )
}

/// A profile set and its expressions, given by key and name.
pub fn profile_set(id: i64, name: &str, expressions: &[(ObjectKey, &str)], created: i64) -> Draft {
    let mut data = Writer::new();
    data.text(1, name).text(2, "");
    for (_, expression) in expressions {
        data.text(3, expression);
    }
    data.wrapped_int(4, created);
    let keys: Vec<_> = expressions.iter().map(|(key, _)| key.clone()).collect();
    draft(numbered(26, id), &keys, "ProfileSetData", data.finish())
}

/// The bundle of the engine-wide objects.
pub fn global_object(members: &[ObjectKey]) -> Draft {
    draft(
        ObjectKey::new(13, Identifier::Text("global".to_owned())),
        members,
        "EmptyData",
        Vec::new(),
    )
}
