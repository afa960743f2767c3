//! Everything the engine can refuse.
//!
//! Invariant: a refusal changes nothing. Errors are data: HTTP gives each its status and its text.

use exportdoc::internal::import_plan;
use exportdoc::internal::object::ObjectError;

use exportdoc::internal::import_plan::ImportOutcome;

use super::persist::PersistError;

/// Why the engine did not do what a request asked for.
#[derive(Debug)]
pub enum EngineError {
    /// Wrong user or password.
    InvalidCredentials,
    /// A token that was valid once.
    TokenExpired,
    /// No token, or one that this engine never issued.
    TokenUnknown,
    /// A page after the last.
    PageOutOfRange {
        /// The requested page.
        page: u64,
        /// The last page.
        last: u64,
    },
    /// A query parameter, a part of the path or an identifier in the body is malformed.
    BadParameter {
        /// Its name.
        name: String,
        /// The value received.
        value: String,
        /// The kind of value expected, as a noun.
        expected: &'static str,
    },
    /// The body does not fit the endpoint.
    BadBody(BadBody),
    /// A required member is missing or has the wrong type.
    MissingField {
        /// The kind of row.
        what: &'static str,
        /// The member.
        field: &'static str,
    },
    /// The request breaks a rule of this engine.
    Refused(Refusal),
    /// No such row, object or task.
    NotFound {
        /// Its kind.
        what: &'static str,
        /// The id or name asked for.
        key: String,
    },
    /// The name is taken.
    Duplicate {
        /// The kind of row.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Another row needs this one.
    InUse {
        /// The kind of this row.
        what: &'static str,
        /// Its id or name.
        key: String,
        /// The kind of the row that needs it.
        by: &'static str,
    },
    /// Another operation keeps this one out.
    Busy(Running),
    /// The task or execution can't be cancelled, or not any more.
    NotCancellable {
        /// Task or execution.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// An import was rolled back.
    ImportFailed {
        /// Whether the cause is an object that this engine lacks, rather than a conflict.
        missing: bool,
        /// One entry per object of the document.
        outcomes: Vec<ImportOutcome>,
    },
    /// The engine stopped before the answer was ready.
    Stopping,
    /// A fault made an async task fail, for this reason.
    TaskFault(String),
    /// The engine keeps no more snapshots.
    TooManySnapshots,
    /// The state could not be stored, so the change was not made.
    Persist(PersistError),
    /// The content that the engine started with could not be made again; the log has the reason.
    InitialContent,
    /// A defect of the mock.
    Internal,
}

/// What is wrong with a body.
#[derive(Debug)]
pub enum BadBody {
    /// A member that must be text.
    NotText(String),
    /// A member that must be true or false.
    NotBoolean(&'static str),
    /// A member that must be a list of objects.
    NotRows(&'static str),
    /// A negative number in an execution plan.
    NegativeNumber,
    /// A member with another value than the allowed ones.
    NotOneOf(&'static str, &'static [&'static str]),
    /// An entry of an export request that is not JSON, or a document that can't be read; with the reader's reason.
    Unreadable(String),
    /// Bytes after the JSON value.
    TrailingData,
    /// A ZIP archive whose first entry is compressed.
    CompressedZip,
}

/// A rule that a request breaks.
#[derive(Debug)]
pub enum Refusal {
    /// An object could not be written.
    Object(ObjectError),
    /// More masked columns or fields than a change may touch.
    TooManyMasked,
    /// More tables than are kept.
    TooManyTables,
    /// More fields than a file format may have.
    TooManyFields(usize),
    /// A table never changes its ruleset.
    TableMoves,
    /// Clients neither add nor delete columns.
    ColumnsFromDatabase,
    /// Clients neither add nor delete fields.
    FieldsFromFile,
    /// A member that a mount keeps for life.
    FixedInMount(String),
    /// An algorithm without a key of its own.
    NoOwnKey(String),
    /// Results of executions never change.
    FixedResult,
    /// Executions never change.
    FixedExecution,
    /// Executions are never deleted.
    KeptExecution,
    /// The key of a row is its name.
    Renamed {
        /// The kind of row.
        what: &'static str,
        /// The name it has.
        from: String,
        /// The requested name.
        to: String,
    },
    /// Objects of a type that the engine's version doesn't have.
    OtherVersion {
        /// The type.
        type_name: &'static str,
        /// The version.
        version: String,
    },
    /// A name with forbidden characters, or with a blank at an end.
    BadName(String),
    /// A passphrase that can't be used; with the library's reason.
    Passphrase(String),
    /// An export could not be built; with the failed part and the library's reason.
    Export(&'static str, String),
    /// An object that engines don't export.
    NotSyncable {
        /// Its type and its name or identifier.
        object: String,
        /// The rule that keeps it back.
        reason: String,
    },
    /// Rules of a scenario that don't fit the content.
    Rule {
        /// The scenario.
        scenario: String,
        /// The state that it would come into.
        state: String,
        /// What is wrong, a line for each mistake.
        mistakes: String,
    },
    /// Objects that depend on each other in a cycle.
    Cycle(Vec<String>),
    /// Two objects of one type and one name in a document.
    SameName {
        /// The type.
        type_name: String,
        /// The name.
        name: String,
    },
    /// An import rule refuses the whole document.
    Import(Box<import_plan::Refusal>),
    /// The import plan has no definite end. The plan sees the whole engine, so this never happens.
    ImportUnclear(Vec<String>),
    /// A document whose signature is not valid.
    SignatureInvalid,
    /// A document that no known rule verifies, on an engine that requires a valid signature.
    SignatureUndetermined,
    /// A passphrase for a document in clear.
    PassphraseUnneeded,
    /// An encrypted document without a passphrase.
    PassphraseMissing,
    /// An encrypted document with another passphrase.
    PassphraseWrong,
    /// A document that a live engine encrypted.
    EncryptionUnknown,
    /// A document without objects, or with some that can't be read.
    NoObjects,
}

/// What runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// An export.
    Export,
    /// An import.
    Import,
    /// A masking job.
    Job,
}

impl EngineError {
    /// An error for a row, object or task that was looked up by id or name.
    pub fn not_found(what: &'static str, key: impl ToString) -> Self {
        Self::NotFound {
            what,
            key: key.to_string(),
        }
    }
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BadBody> for EngineError {
    fn from(bad: BadBody) -> Self {
        Self::BadBody(bad)
    }
}

impl From<ObjectError> for EngineError {
    fn from(error: ObjectError) -> Self {
        Self::Refused(Refusal::Object(error))
    }
}

impl From<PersistError> for EngineError {
    fn from(error: PersistError) -> Self {
        Self::Persist(error)
    }
}
