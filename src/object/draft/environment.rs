//! Drafts of connectors, rulesets and jobs.

use super::{Draft, draft, numbered};
use crate::object::ObjectKey;
use crate::wire::Writer;

/// The database of a connector.
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

/// A database connector, without its password.
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
        data.wrapped_text(10, &port.to_string());
    }
    data.wrapped_text(22, "N");
    draft(numbered(10, id), &[], "DatabaseConnectorData", data.finish())
}

/// A column and its masking.
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
    /// Whether it belongs to an index.
    pub index: bool,
    /// Classification, which engines take from the domain.
    pub classification: Option<&'a str>,
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
        data.bytes(4, &self::table(table, columns));
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

/// A table of a ruleset, as its data has it.
pub fn table(name: &str, columns: &[ColumnSpec<'_>]) -> Vec<u8> {
    let mut table = Writer::new();
    table
        .text(1, name)
        .wrapped_text(2, "SQLLOADER")
        .message(8, |group| {
            group.text(1, "All Row");
            for column in columns {
                group.bytes(4, &self::column(column));
            }
        });
    table.finish()
}

/// A column of a table, as the table has it.
pub fn column(spec: &ColumnSpec<'_>) -> Vec<u8> {
    let mut column = Writer::new();
    write_column(&mut column, spec);
    column.finish()
}

fn write_column(w: &mut Writer, column: &ColumnSpec<'_>) {
    w.text(1, column.name);
    if let Some((domain, algorithm)) = column.masked_by {
        w.wrapped_text(2, algorithm).wrapped_text(3, domain);
    }
    if let Some(classification) = column.classification {
        w.wrapped_text(4, classification);
    }
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
        .wrapped_text(13, if column.index { "IX" } else { "N" });
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

/// A profile job on a ruleset. The type number and the message are this toolkit's own.
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
