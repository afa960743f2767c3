//! Internals for this package's own tests and fuzz targets. Versions promise nothing about them.

pub use crate::engine::exchange::{ExportRequest, Exported, ImportRequest, Passphrase, Structure};
pub use crate::engine::objects::{StoredObject, put_object, row_of};
pub use crate::engine::schema::ColumnFlag;
pub use crate::engine::{
    AsyncTask, AuditStatus, Audited, Engine, EngineError, ImportRecord, JobOutput, Key, Operation,
    PageRequest, Query, Refusal, Row, State, SyncKind, TaskFilter, TaskStatus, catalogue, resources,
};
pub use crate::http::messages::error_message;

/// Options and files of the program.
#[cfg(feature = "cli")]
pub mod config {
    use crate::Credential;
    pub use crate::startup::cli::configuration;
    pub use crate::startup::config::{
        ConfigError, EngineEntry, UserFileError, engines, parse_duration, parse_pace, parse_user,
        parse_version, read_users,
    };

    /// Returns the password of a user.
    pub fn password(user: &Credential) -> &str {
        user.password()
    }
}

/// Parts of recordings.
#[cfg(feature = "cli")]
pub mod recording {
    pub use crate::recording::message::{is_document, read_form, write_form};
}

/// Parts of the HTTP layer and of the server.
pub mod http {
    use crate::PathPattern;
    pub use crate::http::body::Sent;
    pub use crate::http::escaped::Escaped;
    pub use crate::http::handle;
    pub use crate::http::host_guard::{HostError, HostGuard};
    pub use crate::http::journal::{Answered, BYTES, ENTRIES, Journal};
    pub use crate::http::messages::sentence;
    pub use crate::http::nearest::distance;
    pub use crate::http::path::{canonical, normalise};
    pub use crate::http::redact::{REDACTED, json, query, restore};
    pub use crate::server::ports::addresses;

    /// Whether a pattern fits a path.
    pub fn path_fits(pattern: &str, path: &str) -> bool {
        PathPattern::new(pattern).fits(path)
    }
}

/// What a profile has.
pub mod profile {
    use crate::Profile;

    /// Returns the version of its engines.
    pub fn version(profile: Profile) -> &'static str {
        profile.differences().version
    }

    /// Returns the object types that its API knows.
    pub fn types(profile: Profile) -> Vec<&'static str> {
        profile.types()
    }

    /// Whether imports take objects of a type.
    pub fn takes_type(profile: Profile, type_name: &str) -> bool {
        profile.takes_type(type_name)
    }

    /// Whether an endpoint doesn't exist.
    pub fn lacks(profile: Profile, method: &str, path: &str) -> bool {
        profile.lacks(method, path)
    }
}

/// Parts of the engine.
pub mod engine {
    pub use crate::engine::clock::api_date;
    pub use crate::engine::content::stock::newer::{FIRST_NUMBER, TYPES};
    pub use crate::engine::defaults::DOCUMENTS_KEPT;
    pub use crate::engine::documents::{Document, DocumentKind, Documents};
    pub use crate::engine::export::compact;
    pub use crate::engine::gate::SyncGate;
    pub use crate::engine::ids::Ids;
    pub use crate::engine::objects::rewrite::set_field;
    pub use crate::engine::objects::store::ObjectStore;
    pub use crate::engine::page::Page;
    pub use crate::engine::persist::StateDir;
    pub use crate::engine::row_tables::Table;
    pub use crate::engine::state::Store;
    pub use crate::engine::tokens::Tokens;
}
