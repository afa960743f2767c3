//! Calls to the mock as a fuzzer makes them up, in words that mean something to it.

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use mock_engine::internal::catalogue;

/// Names that mean something to the engine, beside those that mean nothing.
pub const WORDS: &[&str] = &[
    "a",
    "b",
    "MASK",
    "DATABASE",
    "FILE",
    "LOOKUP",
    "MAPPING",
    "TOKENIZATION",
    "CREDIT CARD",
    "PATIENT_NO",
    "POSTGRES",
    "FirstNameLookup",
    "global",
    "",
    "1",
    "007",
    "a\u{0}b",
    "ä\u{202e}",
    "x/../y",
    "%2e%2e",
    "{\"id\":1}",
    "-1",
    "9223372036854775807",
    "1e3",
];

/// Members that requests have.
static MEMBERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut members = vec![
        "id",
        "name",
        "email",
        "host",
        "port",
        "username",
        "password",
        "jobId",
        "rulesetType",
        "purpose",
        "application",
        "algorithmName",
        "algorithmType",
        "defaultTokenizationCode",
        "onTheFlyMasking",
        "onTheFlyMaskingSource",
        "connectorId",
        "databaseName",
        "schemaName",
        "extension",
        "classification",
        "settingValue",
    ];
    for collection in catalogue::ALL {
        let spec = collection.spec();
        members.extend(spec.name_field);
        members.push(spec.id_field);
        members.extend(spec.required);
        members.extend(spec.parents.iter().map(|parent| parent.field));
        members.extend(spec.filters.iter().map(|(parameter, _)| *parameter));
    }
    members.sort_unstable();
    members.dedup();
    members
});

#[derive(Debug, Arbitrary)]
pub struct Call {
    pub endpoint: u8,
    pub key: Atom,
    pub query: Vec<(u8, Atom)>,
    pub body: Payload,
    /// From 251 on, the call has no token; from 200 on, a step of `http_surface.rs` comes before it.
    pub without_token: u8,
}

#[derive(Debug, Arbitrary)]
pub enum Atom {
    Small(u8),
    Word(u8),
    Reference,
    Number(i64),
    Text(String),
    True,
    Null,
    Fraction(i8),
}

#[derive(Debug, Arbitrary)]
pub enum Payload {
    Nothing,
    Fields(Vec<(u8, Field)>),
    Objects(Vec<(u8, Atom)>),
    LastDocument,
    DamagedDocument { at: u16, byte: u8 },
    Form { last_document: bool, other: Vec<u8> },
    Raw(Vec<u8>),
}

#[derive(Debug, Arbitrary)]
pub enum Field {
    Atom(Atom),
    List(Vec<Atom>),
    Object(Vec<(u8, Atom)>),
}

pub fn member(number: u8) -> &'static str {
    MEMBERS[usize::from(number) % MEMBERS.len()]
}

pub fn parameter(number: u8) -> &'static str {
    const OTHERS: &[&str] = &[
        "force_overwrite",
        "environment_id",
        "source_environment_id",
        "page_number",
        "page_size",
        "structure",
    ];
    match OTHERS.get(usize::from(number % 16)) {
        Some(name) => name,
        None => member(number),
    }
}

/// A text as part of a path or a query.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
