//! A small document for each row of the table of object types: one object, every known field of its data message filled.
//! The mock engine's tests use it, too.

use std::collections::BTreeMap;

use exportdoc::internal::build::{ExportFacts, seal};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::{FieldKind, FieldSpec, MessageSpec, StandInKind, Treatment};
use exportdoc::internal::object::{
    OBJECT_TYPES, ObjectKey, ObjectType, RefersTo, Revision, SyncObject, TypeNumber, type_by_name,
};
use exportdoc::internal::reuse::requested_row;
use exportdoc::internal::sample;
use exportdoc::internal::signature::{KeySize, SigningKey};
use exportdoc::internal::wire::Writer;

/// The name of every object here, where names are free.
pub const NAME: &str = "One of all";

/// The type's number, or one that no table knows.
pub fn number(known: &ObjectType) -> u64 {
    let at = OBJECT_TYPES
        .iter()
        .position(|row| row.name == known.name)
        .unwrap();
    known.number().unwrap_or(700 + at as u64)
}

/// An identifier as the type has them.
pub fn identifier(known: &ObjectType) -> Identifier {
    match (known.refers_to, known.rest) {
        (Some(RefersTo::AnyAlgorithm), _) => Identifier::Algorithm(NAME.to_owned()),
        (Some(RefersTo::Type(name) | RefersTo::Source(name)), _) => identifier(type_by_name(name).unwrap()),
        _ if known.is_algorithm() => Identifier::Algorithm(NAME.to_owned()),
        _ if known.name == "KEY" => Identifier::EncryptionKey("global".to_owned()),
        _ if known.name == "GLOBAL_OBJECT" => Identifier::Text("global".to_owned()),
        (_, Some(rest)) if rest.name == Some(rest.id) => Identifier::Text(NAME.to_owned()),
        _ => Identifier::Integer(7),
    }
}

/// An object of the type. `label` tells its saves apart.
pub fn object(known: &ObjectType, label: &str) -> SyncObject<'static> {
    let key = ObjectKey::new(number(known), identifier(known));
    let stated = match known.refers_to {
        None => known,
        Some(RefersTo::AnyAlgorithm) => type_by_name("LOOKUP").unwrap(),
        Some(RefersTo::Type(name) | RefersTo::Source(name)) => type_by_name(name).unwrap(),
    };
    let stated_key = ObjectKey::new(number(stated), key.identifier.clone());
    let mut pair = sample::revision_pair(known.name, 1);
    pair.save = sample::uuid(label);
    let revision = Revision {
        pair,
        json: Revision::json_text(stated.name, &stated_key),
        created: Some(sample::INSTALLED),
        modified: Some(sample::INSTALLED),
    };
    // What a type of newer engines carries was never seen.
    let message = match (known.data, known.number) {
        (Some(data), _) => data,
        (None, TypeNumber::Unseen) => "UnseenData",
        (None, _) => "EmptyData",
    };
    let data = match MessageSpec::by_name(message) {
        Some(spec) => filled(spec),
        None => Writer::new().text(1, NAME).finish(),
    };
    SyncObject::build(&key, &[], &revision, message, &data).unwrap()
}

/// A sealed document that holds nothing but one object of the type.
pub fn document(known: &ObjectType, label: &str) -> Vec<u8> {
    let object = object(known, label);
    let names = BTreeMap::from([(number(known), known.name.to_owned())]);
    let facts = ExportFacts {
        requested: vec![requested_row(object.key(), &names).unwrap()],
        type_names: names.into_iter().filter(|_| known.number().is_none()).collect(),
        ..sample::export_facts("typed")
    };
    let key = SigningKey::from_seed(KeySize::Dsa512, b"typed").unwrap();
    seal(&facts, &[object], &key, KeySize::Dsa512.default_rule()).unwrap()
}

fn filled(spec: &MessageSpec) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in spec.fields {
        let number = field.number;
        match field.kind {
            FieldKind::Text | FieldKind::Secret(_) => writer.text(number, text(field)),
            FieldKind::Int => writer.int(number, 1),
            FieldKind::TextValue => writer.wrapped_text(number, text(field)),
            FieldKind::IntValue => writer.wrapped_int(number, 1_557_256_606_159),
            FieldKind::NumberTextValue => writer.wrapped_text(number, "5432"),
            FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) => {
                writer.bytes(number, &filled(inner))
            }
        };
    }
    writer.finish()
}

fn text(field: &FieldSpec) -> &'static str {
    match field.treatment {
        Treatment::Flag => "N",
        Treatment::Date => "2019-05-07",
        Treatment::Number => "5432",
        Treatment::Setting => "true",
        Treatment::Rows => "<rows><row id=\"1\" value=\"Ann\"/></rows>",
        Treatment::Configuration => "{}",
        Treatment::Replace(StandInKind::Key) => "AAECAwQFBgcICQoLDA0ODw==",
        Treatment::Replace(StandInKind::JdbcUrl) => "jdbc:postgresql://db.example.com/hr",
        Treatment::Keep | Treatment::Replace(_) => NAME,
    }
}
