//! Drafts of objects: identity, dependencies and data in the shape engines write, before a revision is given.
//!
//! Invariant: a draft writes exactly the fields that real documents show for its type, in their order, so that what is
//! built here can't be told from an engine's object by its shape.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

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
    /// Only what reading the result back finds.
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

fn algorithm(type_number: u64, name: &str) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Algorithm(name.to_owned()))
}

fn numbered(type_number: u64, id: i64) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Integer(id))
}

/// What a file-like algorithm says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlgorithmInfo<'a> {
    /// Its name and identifier.
    pub name: &'a str,
    /// A line about it.
    pub description: &'a str,
    /// The day it was made, as text.
    pub date: &'a str,
}

/// A lookup: input values are hashed with the key onto the rows.
pub fn lookup(
    info: AlgorithmInfo<'_>,
    rows: impl IntoIterator<Item = impl AsRef<str>>,
    key: [u8; 16],
    key_time: i64,
    dependencies: &[ObjectKey],
) -> Draft {
    let mut xml = String::from("<rows>");
    for (at, row) in rows.into_iter().enumerate() {
        let value = crate::escape::html(row.as_ref());
        xml.push_str(&format!("<row id=\"{}\" value=\"{value}\"/>", at + 1));
    }
    xml.push_str("</rows>");
    let data = Writer::new()
        .message(1, |w| {
            w.text(1, info.name)
                .text(2, info.description)
                .text(3, info.date)
                .text(5, info.description);
        })
        .text(3, &info.name.to_uppercase())
        .text(4, "LOOKUP")
        .text(6, &xml)
        .text(7, &STANDARD.encode(key))
        .int(8, key_time)
        .finish();
    draft(algorithm(2, info.name), dependencies, "SecureLookupData", data)
}

/// A segment mapping: for each segment, its length and the mapping of each value to another.
pub fn segment(
    info: AlgorithmInfo<'_>,
    segments: &[(i64, Vec<(String, String)>)],
    ignored: &str,
    dependencies: &[ObjectKey],
) -> Draft {
    let layout = segments
        .iter()
        .map(|(length, _)| length.to_string())
        .collect::<Vec<_>>()
        .join("-");
    let mut data = Writer::new();
    data.message(1, |w| {
        w.text(1, info.name)
            .text(2, info.description)
            .text(3, info.date)
            .text(4, "admin");
    });
    data.int(3, segments.len() as i64)
        .text(4, &layout)
        .text(7, ignored)
        .text(9, ignored)
        .text(10, &layout);
    for (index, (length, _)) in (1_i64..).zip(segments) {
        data.message(11, |w| {
            w.int(2, index).int(3, *length);
        });
    }
    for (index, (length, mappings)) in (1_i64..).zip(segments) {
        for (input, output) in mappings {
            data.message(12, |w| {
                w.int(2, index).int(3, *length).text(4, input).text(5, output);
            });
        }
    }
    draft(
        algorithm(6, info.name),
        dependencies,
        "SegmentedMappingData",
        data.finish(),
    )
}

/// A tokenization algorithm.
pub fn tokenization(info: AlgorithmInfo<'_>, key: [u8; 16], key_time: i64) -> Draft {
    let data = Writer::new()
        .message(1, |w| {
            w.text(1, info.name)
                .text(2, info.description)
                .text(3, info.date)
                .text(4, "admin");
        })
        .text(3, "1")
        .text(4, "0")
        .text(5, "0")
        .text(6, &STANDARD.encode(key))
        .int(7, key_time)
        .finish();
    draft(algorithm(7, info.name), &[], "TokenizationData", data)
}

/// A date shift algorithm.
pub fn date_shift(name: &str, key: [u8; 16], key_time: i64, dependencies: &[ObjectKey]) -> Draft {
    let data = Writer::new()
        .text(1, &STANDARD.encode(key))
        .int(2, key_time)
        .finish();
    draft(algorithm(23, name), dependencies, "DateShiftDiscreteData", data)
}

/// The engine's global key.
pub fn global_key(key: [u8; 16]) -> Draft {
    let data = Writer::new().text(1, &STANDARD.encode(key)).finish();
    draft(
        ObjectKey::new(9, Identifier::EncryptionKey("global".to_owned())),
        &[],
        "EncryptionKeyData",
        data,
    )
}

/// A domain; `algorithms` are those of its default and tokenization algorithms that can be synced.
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

/// The bundle of everything that is engine-wide.
pub fn global_object(members: &[ObjectKey]) -> Draft {
    draft(
        ObjectKey::new(13, Identifier::Text("global".to_owned())),
        members,
        "EmptyData",
        Vec::new(),
    )
}

/// Where a connector leads.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConnectorSpec<'a> {
    /// Lower-case database type, such as `oracle`.
    pub database_type: &'a str,
    /// Name of the connector.
    pub name: &'a str,
    /// Database.
    pub database: Option<&'a str>,
    /// Schema.
    pub schema: Option<&'a str>,
    /// JDBC URL, for connectors made from one.
    pub jdbc_url: Option<&'a str>,
    /// Host, for connectors made from host and port.
    pub host: Option<&'a str>,
    /// Port.
    pub port: Option<i64>,
    /// User.
    pub user: Option<&'a str>,
}

/// A database connector, without its password as always.
pub fn connector(id: i64, spec: &ConnectorSpec<'_>) -> Draft {
    let mut data = Writer::new();
    data.text(1, spec.database_type);
    let mut wrapped = |number, value: Option<&str>| {
        if let Some(value) = value {
            data.wrapped_text(number, value);
        }
    };
    wrapped(2, spec.database);
    wrapped(4, spec.schema);
    wrapped(6, spec.jdbc_url);
    wrapped(7, spec.host);
    wrapped(8, Some(spec.name));
    wrapped(9, spec.user);
    if let Some(port) = spec.port {
        data.wrapped_int(10, port);
    }
    data.wrapped_text(22, "N");
    draft(numbered(10, id), &[], "DatabaseConnectorData", data.finish())
}

/// A column and what masks it.
#[derive(Debug, Clone, Default)]
pub struct ColumnSpec<'a> {
    /// Name.
    pub name: &'a str,
    /// SQL type.
    pub sql_type: &'a str,
    /// Length.
    pub length: i64,
    /// Whether it belongs to the primary key.
    pub primary_key: bool,
    /// Domain and algorithm, when it is masked.
    pub masked_by: Option<(&'a str, &'a str)>,
    /// Date format, for dates.
    pub date_format: Option<&'a str>,
}

/// A ruleset over tables of a connector; `references` in the order engines list them: per masked column the domain's,
/// then the algorithm's.
pub fn ruleset(
    id: i64,
    name: &str,
    connector: (&ObjectKey, &str),
    tables: &[(&str, Vec<ColumnSpec<'_>>)],
    references: &[ObjectKey],
) -> Draft {
    let mut data = Writer::new();
    data.text(1, name).text(2, connector.1);
    for (table, columns) in tables {
        data.message(4, |w| {
            w.text(1, table).wrapped_text(2, "SQLLOADER").message(8, |group| {
                group.text(1, "All Row");
                for column in columns {
                    group.message(4, |w| write_column(w, column));
                }
            });
        });
    }
    let mut dependencies = vec![connector.0.clone()];
    dependencies.extend_from_slice(references);
    draft(
        numbered(14, id),
        &dependencies,
        "DatabaseRulesetData",
        data.finish(),
    )
}

fn write_column(w: &mut Writer, column: &ColumnSpec<'_>) {
    w.text(1, column.name);
    if let Some((domain, algorithm)) = column.masked_by {
        w.wrapped_text(2, algorithm).wrapped_text(3, domain);
    }
    w.text(4, "Customer");
    w.wrapped_text(
        6,
        if column.masked_by.is_some() {
            "true"
        } else {
            "false"
        },
    );
    w.wrapped_text(7, "false")
        .wrapped_text(9, "A")
        .wrapped_text(10, column.sql_type);
    w.wrapped_text(11, &column.length.to_string());
    w.wrapped_text(12, if column.primary_key { "PK" } else { "N" })
        .wrapped_text(13, "N");
    if let Some(format) = column.date_format {
        w.wrapped_text(14, format);
    }
    w.wrapped_text(16, "C")
        .wrapped_text(17, "N")
        .text(18, "")
        .wrapped_text(20, "N");
}

/// A masking job on a ruleset; `source` is the connector reference of an on-the-fly job.
pub fn masking_job(
    id: i64,
    name: &str,
    ruleset: (&ObjectKey, &str),
    source: Option<&ObjectKey>,
    email: &str,
    created: i64,
) -> Draft {
    let mut data = Writer::new();
    data.text(1, name).text(2, ruleset.1);
    data.wrapped_int(5, 10_000)
        .wrapped_int(6, 50_000)
        .wrapped_int(7, 1024)
        .wrapped_int(8, 1024);
    data.text(9, "")
        .wrapped_int(10, 1)
        .wrapped_text(11, "0")
        .wrapped_text(12, "1")
        .wrapped_text(13, email);
    for number in [14, 15, 16, 18, 19] {
        data.wrapped_text(number, "N");
    }
    data.wrapped_int(20, 1).wrapped_text(21, "1");
    data.wrapped_text(22, if source.is_some() { "Y" } else { "N" });
    data.text(24, "").wrapped_int(25, created).wrapped_text(27, "0");
    let mut dependencies = vec![ruleset.0.clone()];
    dependencies.extend(source.cloned());
    draft(numbered(20, id), &dependencies, "MaskingJobData", data.finish())
}

/// A profile job on a ruleset. Type number and message are this project's own.
pub fn profile_job(
    id: i64,
    name: &str,
    ruleset: (&ObjectKey, &str),
    profile_set: (&ObjectKey, &str),
    email: &str,
    created: i64,
) -> Draft {
    let mut data = Writer::new();
    data.text(1, name).text(2, ruleset.1).text(3, profile_set.1);
    data.wrapped_int(6, 50_000)
        .wrapped_int(7, 1024)
        .wrapped_int(8, 1024)
        .text(9, "")
        .wrapped_int(10, 1);
    data.wrapped_text(13, email).wrapped_int(25, created);
    let dependencies = [ruleset.0.clone(), profile_set.0.clone()];
    draft(
        numbered(9_001, id),
        &dependencies,
        "ProfileJobData",
        data.finish(),
    )
}
