//! Figures and names that no public source settles, in one place. `docs/mock-choices.md` lists the choices made here.

use std::time::Duration;

/// Version that an engine reports unless told otherwise: the four numeric parts that clients index.
pub(crate) const ENGINE_VERSION: &str = "6.0.8.0";
/// Entries per page when a client doesn't say: enough that a client that never turns a page sees the whole demo inventory.
pub(crate) const PAGE_SIZE: u64 = 200;
/// How long a token lasts from its login on.
pub(crate) const TOKEN_TTL: Duration = Duration::from_hours(1);
/// How long a started job runs.
pub(crate) const EXECUTION_TIME: Duration = Duration::from_secs(2);
/// How long a download waits for an unfinished task.
pub(crate) const DOWNLOAD_WAIT: Duration = Duration::from_secs(30);
/// Largest request body.
pub(crate) const BODY_LIMIT: u64 = 1 << 30;
/// Documents of async tasks kept, by number and by bytes; the oldest go first.
pub(crate) const DOCUMENTS_KEPT: usize = 10_000;
/// See [`DOCUMENTS_KEPT`].
pub(crate) const DOCUMENT_BYTES_KEPT: usize = 1 << 30;
/// Uploaded files kept; the oldest go first.
pub(crate) const UPLOADS_KEPT: usize = 1_000;
/// Finished async tasks kept in the list; the oldest go first.
pub(crate) const TASKS_KEPT: usize = 10_000;
/// Tokens known at once; the oldest go first.
pub(crate) const TOKENS_KEPT: usize = 100_000;
/// Users that logins alone add, where everyone may log in; and the longest name of one, in bytes.
pub(crate) const USERS_BY_LOGIN: usize = 1_000;
/// See [`USERS_BY_LOGIN`].
pub(crate) const NAME_BY_LOGIN: usize = 255;
/// The user who is there from the start, and owns what no other user made.
pub(crate) const ADMIN: &str = "admin";
/// Its id.
pub(crate) const ADMIN_ID: i64 = 5;
/// Whose the tokens of bearer logins are.
pub(crate) const SINGLE_SIGN_ON: &str = "single sign-on";
/// Finished executions kept; the oldest go first.
pub(crate) const EXECUTIONS_KEPT: usize = 10_000;
/// Components and events of executions kept, all together; the oldest executions go first.
pub(crate) const EXECUTION_PARTS_KEPT: usize = 50_000;
/// Plans of executions kept; the oldest go first.
pub(crate) const EXECUTION_PLANS_KEPT: usize = 1_000;
/// Rows of the audit log kept; the oldest go first.
pub(crate) const AUDIT_ROWS_KEPT: usize = 10_000;
/// Most characters of a text in it.
pub(crate) const AUDIT_TEXT: usize = 200;
/// Stands for the user of a login that failed.
pub(crate) const UNKNOWN_USER: &str = "unknown";
/// Rows of a table or file of which nothing is declared.
pub(crate) const ROWS_PER_TABLE: i64 = 1_000;
/// Bytes that a row counts for.
pub(crate) const BYTES_PER_ROW: i64 = 100;
/// What the last entry of a monitored execution's progression stands for.
pub(crate) const MONITORED_JOB: &str = "Job";

/// Most rows of one kind of parts: of tables, of columns, of fields. A document of a few bytes per column must not fill the
/// memory.
pub(crate) const PARTS_KEPT: usize = 100_000;
/// Most fields that a file format has.
pub(crate) const FIELDS_OF_A_FORMAT: usize = 10_000;
/// Options of a mount where the client says nothing of them, by its type.
pub(crate) const MOUNT_OPTIONS: &[(&str, &str)] =
    &[("CIFS", "vers=3.0"), ("NFS3", "vers=3"), ("NFS4", "vers=4")];
/// Options of a mount that are credentials.
pub(crate) const SECRET_MOUNT_OPTIONS: &[&str] =
    &["password", "password2", "pass", "passwd", "credentials", "cred"];

/// Format number of exports, unless a loaded document says another.
pub(crate) const EXPORT_FORMAT: u64 = 2;
/// Put before the reason why an object can't be synced; clients look for it.
pub(crate) const NOT_SYNCABLE: &str = "Not Syncable: ";
/// Application of the environments that are made for loaded documents.
pub(crate) const LOADED_APPLICATION: &str = "Loaded";
/// Name of the document inside a ZIP export.
pub(crate) const ZIP_ENTRY: &str = "export.json";
