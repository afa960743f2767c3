//! The treatments of texts in a redacted copy: a column of the field table.

/// How a text is redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Kept: names, types and other structure.
    Keep,
    /// Kept if it is a switch such as `N` or `true`, otherwise replaced.
    Flag,
    /// Kept if it is a date.
    Date,
    /// Kept if it is a number, such as a port.
    Number,
    /// Kept if it is a switch or a small number.
    Setting,
    /// Replaced.
    Replace(StandInKind),
    /// The rows of a lookup, as XML.
    Rows,
    /// A configuration, as JSON: members, numbers and switches are kept, texts are replaced.
    Configuration,
}

/// The kind of a replaced value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StandInKind {
    /// A key, base64 of 16 bytes.
    Key,
    /// A row of a lookup.
    Row,
    /// An input value of a segment mapping.
    Input,
    /// An output value of a segment mapping.
    Output,
    /// A host name or address.
    Host,
    /// A user of an engine or a database.
    User,
    /// An e-mail address.
    Email,
    /// A JDBC URL.
    JdbcUrl,
    /// A database name.
    Database,
    /// A schema name.
    Schema,
    /// A setting's value.
    Setting,
    /// A description or other free text.
    Text,
    /// A text instead of a UUID.
    Uuid,
    /// A text or bytes instead of an identifier.
    Identifier,
    /// A text instead of a type URL.
    TypeUrl,
}
