//! What redacting does with a text, as a column of the field table.

/// What redacting does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Kept: names, types and other structure.
    Keep,
    /// Kept when it is a switch such as `N` or `true`, else replaced.
    Flag,
    /// Kept when it is a date.
    Date,
    /// Kept when it is a number, such as a port.
    Number,
    /// Kept when it is a switch or a small number.
    Setting,
    /// Replaced.
    Replace(StandInKind),
    /// The rows of a lookup, as XML.
    Rows,
    /// A configuration, as JSON: its members, numbers and switches are kept, its texts are replaced.
    Configuration,
}

/// What a replaced value is.
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
    /// A text in the place of a UUID.
    Uuid,
    /// A text or bytes in the place of an identifier.
    Identifier,
    /// A text in the place of a type URL.
    TypeUrl,
}
