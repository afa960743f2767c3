//! Figures and names that no public source settles. `docs/mock-choices.md` lists them.

use std::time::Duration;

/// Default version: four numbers, since clients index them.
pub(crate) const ENGINE_VERSION: &str = "6.0.8.0";
/// Default page size. Clients that never turn a page still see the whole demo inventory.
pub(crate) const PAGE_SIZE: u64 = 200;
/// Default lifetime of a token.
pub(crate) const TOKEN_TTL: Duration = Duration::from_hours(1);
/// Default run time of a job.
pub(crate) const EXECUTION_TIME: Duration = Duration::from_secs(2);
/// Default time that a download waits for an unfinished task.
pub(crate) const DOWNLOAD_WAIT: Duration = Duration::from_secs(30);
/// Largest request body.
pub(crate) const BODY_LIMIT: u64 = 1 << 30;
/// Most documents of async tasks, by number and by bytes; the oldest go first.
pub const DOCUMENTS_KEPT: usize = 10_000;
/// See [`DOCUMENTS_KEPT`].
pub(crate) const DOCUMENT_BYTES_KEPT: usize = 1 << 30;
/// Most uploaded files; the oldest go first.
pub(crate) const UPLOADS_KEPT: usize = 1_000;
/// Most finished async tasks; the oldest go first.
pub(crate) const TASKS_KEPT: usize = 10_000;
/// Most tokens; the oldest go first.
pub(crate) const TOKENS_KEPT: usize = 100_000;
/// Most users that logins create on an engine without users, and the longest name of one in bytes.
pub(crate) const USERS_BY_LOGIN: usize = 1_000;
/// See [`USERS_BY_LOGIN`].
pub(crate) const NAME_BY_LOGIN: usize = 255;
/// The user whom every engine has. Owns everything that no other user made.
pub(crate) const ADMIN: &str = "admin";
/// Its id.
pub(crate) const ADMIN_ID: i64 = 5;
/// The user of tokens from bearer logins.
pub(crate) const SINGLE_SIGN_ON: &str = "single sign-on";
/// Most finished executions; the oldest go first.
pub(crate) const EXECUTIONS_KEPT: usize = 10_000;
/// Most components and events of all executions together; the oldest executions go first.
pub(crate) const EXECUTION_PARTS_KEPT: usize = 50_000;
/// Most execution plans; the oldest go first.
pub(crate) const EXECUTION_PLANS_KEPT: usize = 1_000;
/// Most rows of the audit log; the oldest go first.
pub(crate) const AUDIT_ROWS_KEPT: usize = 10_000;
/// Longest text in it, in characters.
pub(crate) const AUDIT_TEXT: usize = 200;
/// Replaces the user name of a failed login.
pub(crate) const UNKNOWN_USER: &str = "unknown";
/// Rows of an undeclared table or file.
pub(crate) const ROWS_PER_TABLE: i64 = 1_000;
/// Size of a row in bytes.
pub(crate) const BYTES_PER_ROW: i64 = 100;
/// Name of the last entry in a monitored execution's progression.
pub(crate) const MONITORED_JOB: &str = "Job";

/// Most rows of one kind of part (tables, columns, fields). Otherwise a document with a few bytes per column could
/// fill the memory.
pub(crate) const PARTS_KEPT: usize = 100_000;
/// Most fields that a file format has.
pub(crate) const FIELDS_OF_A_FORMAT: usize = 10_000;
/// Default options of a mount, by its type.
pub(crate) const MOUNT_OPTIONS: &[(&str, &str)] =
    &[("CIFS", "vers=3.0"), ("NFS3", "vers=3"), ("NFS4", "vers=4")];
/// Mount options that are credentials.
pub(crate) const SECRET_MOUNT_OPTIONS: &[&str] =
    &["password", "password2", "pass", "passwd", "credentials", "cred"];

/// Format number of exports, unless a loaded document has another.
pub(crate) const EXPORT_FORMAT: u64 = 2;
/// Precedes the reason why an object can't be synced; clients look for it.
pub(crate) const NOT_SYNCABLE: &str = "Not Syncable: ";
/// Application of the environments that loaded documents get.
pub(crate) const LOADED_APPLICATION: &str = "Loaded";
/// Application of the environments of a seed file that names several or no applications.
pub(crate) const SEEDED_APPLICATION: &str = "Seeded";
/// Name of the document inside a ZIP export.
pub(crate) const ZIP_ENTRY: &str = "export.json";

/// Snapshots of one engine. Each keeps what has changed since alive.
pub(crate) const SNAPSHOTS_KEPT: usize = 1000;
