//! Figures and names that no public source settles, in one place. `docs/mock-choices.md` lists the choices made here.

use std::time::Duration;

/// Version that an engine reports unless told otherwise: the four numeric parts that clients index.
pub const ENGINE_VERSION: &str = "6.0.8.0";
/// Entries per page when a client doesn't say: enough that a client that never turns a page sees the whole demo inventory.
pub const PAGE_SIZE: u64 = 200;
/// How long a token lasts from its login on.
pub const TOKEN_TTL: Duration = Duration::from_hours(1);
/// How long a started job runs.
pub const EXECUTION_TIME: Duration = Duration::from_secs(2);
/// How long a download waits for an unfinished task.
pub const DOWNLOAD_WAIT: Duration = Duration::from_secs(30);
/// Largest request body.
pub const BODY_LIMIT: u64 = 1 << 30;
/// Documents of async tasks kept, by number and by bytes; the oldest go first.
pub const DOCUMENTS_KEPT: usize = 10_000;
/// See [`DOCUMENTS_KEPT`].
pub const DOCUMENT_BYTES_KEPT: usize = 1 << 30;
/// Uploaded files kept; the oldest go first.
pub const UPLOADS_KEPT: usize = 1_000;
/// Finished async tasks kept in the list; the oldest go first.
pub const TASKS_KEPT: usize = 10_000;
/// Tokens known at once; the oldest go first.
pub const TOKENS_KEPT: usize = 100_000;
/// Users that logins alone add, where everyone may log in; and the longest name of one, in bytes.
pub const USERS_BY_LOGIN: usize = 1_000;
/// See [`USERS_BY_LOGIN`].
pub const NAME_BY_LOGIN: usize = 255;
/// The user who is there from the start, and owns what no other user made.
pub const ADMIN: &str = "admin";
/// Its id.
pub const ADMIN_ID: i64 = 5;
/// Whose the tokens of bearer logins are.
pub const SINGLE_SIGN_ON: &str = "single sign-on";
/// Finished executions kept; the oldest go first.
pub const EXECUTIONS_KEPT: usize = 10_000;
/// Components and events of executions kept, all together; the oldest executions go first.
pub const EXECUTION_PARTS_KEPT: usize = 50_000;
/// Plans of executions kept; the oldest go first.
pub const EXECUTION_PLANS_KEPT: usize = 1_000;
/// Rows of the audit log kept; the oldest go first.
pub const AUDIT_ROWS_KEPT: usize = 10_000;
/// Most characters of a text in it.
pub const AUDIT_TEXT: usize = 200;
/// Stands for the user of a login that failed.
pub const UNKNOWN_USER: &str = "unknown";
/// Rows of a table or file of which nothing is declared.
pub const ROWS_PER_TABLE: i64 = 1_000;
/// Bytes that a row counts for.
pub const BYTES_PER_ROW: i64 = 100;
/// What the last entry of a monitored execution's progression stands for.
pub const MONITORED_JOB: &str = "Job";

/// Most rows of one kind of parts: of tables, of columns, of fields. A document of a few bytes per column must not fill the
/// memory.
pub const PARTS_KEPT: usize = 100_000;
/// Most fields that a file format has.
pub const FIELDS_OF_A_FORMAT: usize = 10_000;
/// Options of a mount where the client says nothing of them, by its type.
pub const MOUNT_OPTIONS: &[(&str, &str)] = &[("CIFS", "vers=3.0"), ("NFS3", "vers=3"), ("NFS4", "vers=4")];
/// Options of a mount that are credentials.
pub const SECRET_MOUNT_OPTIONS: &[&str] = &["password", "password2", "pass", "passwd", "credentials", "cred"];

/// Format number of exports, unless a loaded document says another.
pub const EXPORT_FORMAT: u64 = 2;
/// Put before the reason why an object can't be synced; clients look for it.
pub const NOT_SYNCABLE: &str = "Not Syncable: ";
/// Application of the environments that are made for loaded documents.
pub const LOADED_APPLICATION: &str = "Loaded";
/// Name of the document inside a ZIP export.
pub const ZIP_ENTRY: &str = "export.json";

/// A document whose signature fails.
pub const SIGNATURE_INVALID: &str = "the signature of the document is not valid, so it is not imported";
/// A document whose signature no known rule verifies, where one must.
pub const SIGNATURE_UNDETERMINED: &str =
    "the signature of the document can't be verified, so it is not imported";
/// A passphrase for a document in clear.
pub const PASSPHRASE_UNNEEDED: &str = "a passphrase was given, but the document is not encrypted";
/// An encrypted document without a passphrase.
pub const PASSPHRASE_MISSING: &str = "the document is encrypted, so its passphrase is needed";
/// An encrypted document with another passphrase.
pub const PASSPHRASE_WRONG: &str = "the passphrase is wrong";
/// A document that an engine encrypted.
pub const ENCRYPTION_UNKNOWN: &str = "the document is encrypted in a way that this engine doesn't know";
/// A ZIP archive that isn't one of ours.
pub const ZIP_COMPRESSED: &str =
    "a ZIP archive is taken as it is exported, with one uncompressed file; unpack it first";
/// A document in which nothing can be imported, or not everything can be read.
pub const DOCUMENT_WITHOUT_OBJECTS: &str = "the document has no objects, or some of them can't be read";
/// A body with more in it than a JSON value.
pub const BEHIND_JSON: &str = "something stands behind the JSON value of the body";
/// Never seen: the plan of an import always has an end here.
pub const IMPORT_UNCLEAR: &str = "it can't be told how the import would end";

/// The content that an engine began with can't be made again.
pub const NO_INITIAL_CONTENT: &str = "the initial content could not be made again; the log says why";
