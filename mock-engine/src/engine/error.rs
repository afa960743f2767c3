//! Everything the engine model can refuse, typed.
//!
//! Invariant: a refusal changes nothing. Display is a lower-case fragment for logs; what a client reads is made of it
//! in [`crate::choices`], and the status in the HTTP layer.

use exportdoc::internal::import_plan::ImportOutcome;

use super::persist::PersistError;

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Wrong user or password.
    #[error("invalid username or password")]
    InvalidCredentials,
    /// A token that was good once.
    #[error("the token has expired")]
    TokenExpired,
    /// No token, or one never given out.
    #[error("the token is missing or unknown")]
    TokenUnknown,
    /// A page after the last.
    #[error("page number {page} is outside of the acceptable range, the last page is {last}")]
    PageOutOfRange {
        /// Page asked for.
        page: u64,
        /// Last page there is.
        last: u64,
    },
    /// A required query parameter is missing.
    #[error("the query parameter '{0}' is required")]
    MissingParameter(&'static str),
    /// A query parameter or path part doesn't parse.
    #[error("'{value}' is not a valid {expected} for '{name}'")]
    BadParameter {
        /// Its name.
        name: String,
        /// What came.
        value: String,
        /// What was wanted, as a noun.
        expected: &'static str,
    },
    /// The body isn't what the endpoint takes.
    #[error("the request body is not usable: {0}")]
    BadBody(String),
    /// A member that a new or changed object must have is missing or of another type.
    #[error("'{field}' is required for {what}")]
    MissingField {
        /// Sort of object.
        what: &'static str,
        /// Its member.
        field: &'static str,
    },
    /// A request that makes no sense on this engine, with the reason.
    #[error("{0}")]
    Refused(String),
    /// There is no such thing.
    #[error("{what} '{key}' does not exist")]
    NotFound {
        /// Sort of object.
        what: &'static str,
        /// Id or name asked for.
        key: String,
    },
    /// The name is taken.
    #[error("{what} already exists: {name}")]
    Duplicate {
        /// Sort of object.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something else still needs it.
    #[error("{what} '{key}' is in use by {by}")]
    InUse {
        /// Sort of object.
        what: &'static str,
        /// Its id or name.
        key: String,
        /// Sort of object that needs it.
        by: &'static str,
    },
    /// Another sync operation or a job runs.
    #[error("{running} is running")]
    Busy {
        /// What runs.
        running: &'static str,
    },
    /// The task or execution can't be cancelled (any more).
    #[error("{what} {id} cannot be cancelled")]
    NotCancellable {
        /// Task or execution.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// An import was rolled back; the outcomes say why, object by object.
    #[error("the import failed and was rolled back")]
    ImportFailed {
        /// Whether something that the document refers to is missing here, rather than in conflict.
        missing: bool,
        /// One entry per object.
        outcomes: Vec<ImportOutcome>,
    },
    /// The engine stops before an answer is there.
    #[error("the engine is shutting down")]
    Stopping,
    /// The state could not be stored, so the change was not made.
    #[error("the state could not be stored: {0}")]
    Persist(#[from] PersistError),
    /// The documents that the engine began with can't be read any more.
    #[error("{}", crate::engine::defaults::NO_INITIAL_CONTENT)]
    InitialContent,
    /// A job panicked.
    #[error("internal error")]
    Internal,
}

impl ModelError {
    /// Something looked up by id or name.
    pub fn not_found(what: &'static str, key: impl ToString) -> Self {
        Self::NotFound {
            what,
            key: key.to_string(),
        }
    }
}
