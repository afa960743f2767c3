//! The REST resources other than sync: applications, connectors, jobs and so on.
//!
//! Invariant: HTTP and other resources reach a resource through [`Collection`] and its [`ResourceSpec`] alone. The
//! catalogue below decides what backs it: rows of its own, or syncable objects.

mod completion;
mod row_collection;
pub mod spec;

use serde_json::Value;

use super::executions::{self, Components, Events, Executions};
use super::objects::{
    ColumnCollection, FieldCollection, FormatCollection, MountCollection, ObjectCollection, TableCollection,
    copy_environment,
};
use super::users::Users;
use super::{Engine, EngineError, Key, Page, PageRequest, Query, Row, Settings, State};
use crate::engine::defaults;
use crate::engine::ids::Ids;

pub(super) use completion::complete_row;
pub use row_collection::{RowCollection, merge};
pub use spec::{Access, OnDelete, Parent, ResourceSpec, Unique};

/// One kind of resource.
pub trait Collection: std::fmt::Debug + Send + Sync {
    /// Returns its description.
    fn spec(&self) -> &'static ResourceSpec;

    /// Returns a page of the rows that match the query's filters, in order.
    fn list(&self, reader: &Reader<'_>, query: &Query, page: PageRequest)
    -> Result<Page<Value>, EngineError>;

    /// Returns a row.
    fn get(&self, reader: &Reader<'_>, key: &Key) -> Result<Value, EngineError>;

    /// Creates a row; returns it as a GET would.
    fn create(&self, writer: &mut Writer<'_>, body: Row) -> Result<Value, EngineError>;

    /// Changes a row; returns it.
    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError>;

    /// Removes a row, with those that depend on it.
    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError>;
}

/// The context of a read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The snapshot to read.
    pub state: &'a State,
    /// The engine's time.
    pub now_ms: i64,
    /// The engine's settings.
    pub settings: &'a Settings,
}

/// The context of a change: the state of one transaction.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The state to change.
    pub state: &'a mut State,
    /// The engine's time.
    pub now_ms: i64,
    /// The source of new ids.
    pub ids: &'a Ids,
    /// The engine's settings.
    pub settings: &'a Settings,
    /// The user who makes the change.
    pub user: &'a str,
}

impl Writer<'_> {
    /// The context of a read of this state.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            state: self.state,
            now_ms: self.now_ms,
            settings: self.settings,
        }
    }
}

macro_rules! collections {
    ($collection:ident: $($name:ident),* $(,)?) => {
        $(
            #[doc = concat!("The collection of [`spec::", stringify!($name), "`].")]
            pub static $name: $collection = $collection::new(&spec::$name);
        )*
    };
}

// Rows that mirror syncable objects.
collections![
    ObjectCollection:
    ENVIRONMENTS,
    DATABASE_CONNECTORS,
    DATABASE_RULESETS,
    MASKING_JOBS,
    PROFILE_JOBS,
    PROFILE_SETS,
    PROFILE_EXPRESSIONS,
    DOMAINS,
    ALGORITHMS,
    SETTINGS,
];

collections![TableCollection: TABLE_METADATA];
collections![ColumnCollection: COLUMN_METADATA];
collections![FormatCollection: FILE_FORMATS];
collections![FieldCollection: FILE_FIELD_METADATA];
collections![MountCollection: MOUNTS];

// Rows of their own.
collections![
    RowCollection:
    APPLICATIONS,
    FILE_CONNECTORS,
    DATASET_CONNECTORS,
    FILE_RULESETS,
    TOKENIZATION_JOBS,
    REIDENTIFICATION_JOBS,
    CLASSIFIERS,
    FRAMEWORKS,
    CLASSIFIER_FRAMEWORKS,
    FILE_METADATA,
    RECORD_TYPES,
    RECORD_TYPE_QUALIFIERS,
    DATASET_RULESETS,
    DATASET_FORMATS,
    DATASET_METADATA,
    DATASET_FIELD_METADATA,
    JDBC_DRIVERS,
    ROLES,
];

/// The catalogue of all resources.
static CATALOGUE: &[&dyn Collection] = &[
    &APPLICATIONS,
    &ENVIRONMENTS,
    &DATABASE_CONNECTORS,
    &FILE_CONNECTORS,
    &DATASET_CONNECTORS,
    &DATABASE_RULESETS,
    &FILE_RULESETS,
    &MASKING_JOBS,
    &PROFILE_JOBS,
    &TOKENIZATION_JOBS,
    &REIDENTIFICATION_JOBS,
    &PROFILE_SETS,
    &PROFILE_EXPRESSIONS,
    &CLASSIFIERS,
    &DOMAINS,
    &ALGORITHMS,
    &FRAMEWORKS,
    &CLASSIFIER_FRAMEWORKS,
    &FILE_FORMATS,
    &TABLE_METADATA,
    &COLUMN_METADATA,
    &FILE_METADATA,
    &FILE_FIELD_METADATA,
    &RECORD_TYPES,
    &RECORD_TYPE_QUALIFIERS,
    &DATASET_RULESETS,
    &DATASET_FORMATS,
    &DATASET_METADATA,
    &DATASET_FIELD_METADATA,
    &MOUNTS,
    &JDBC_DRIVERS,
    &SETTINGS,
    &Users,
    &ROLES,
    &Executions,
    &Events,
    &Components,
];

/// Returns every collection.
pub fn all() -> &'static [&'static dyn Collection] {
    CATALOGUE
}

/// Returns the collection at a path.
pub fn collection(path: &str) -> Option<&'static dyn Collection> {
    CATALOGUE
        .iter()
        .copied()
        .find(|collection| collection.spec().path == path)
}

/// Returns the job of any kind with this id.
pub fn job(reader: &Reader<'_>, key: &Key) -> Option<Value> {
    let jobs: [&dyn Collection; 4] = [
        &MASKING_JOBS,
        &PROFILE_JOBS,
        &TOKENIZATION_JOBS,
        &REIDENTIFICATION_JOBS,
    ];
    jobs.iter().find_map(|jobs| jobs.get(reader, key).ok())
}

/// Returns the environment of a row: its own, or its parent's.
pub fn environment_of(reader: &Reader<'_>, spec: &ResourceSpec, entry: &Value) -> Option<i64> {
    if let Some(Key::Number(id)) = entry.get("environmentId").and_then(Key::from_json) {
        return Some(id);
    }
    let parents = spec
        .parents
        .iter()
        .flat_map(|parent| parent.targets(entry).map(move |path| (parent, path)));
    parents.into_iter().find_map(|(parent, path)| {
        let key = entry.get(parent.field).and_then(Key::from_json)?;
        let above = collection(path)?;
        let entry = above.get(reader, &key).ok()?;
        environment_of(reader, above.spec(), &entry)
    })
}

impl Engine {
    pub(super) fn reader<'a>(&'a self, state: &'a State) -> Reader<'a> {
        Reader {
            state,
            now_ms: self.clock.now_ms(),
            settings: &self.settings,
        }
    }

    pub(super) fn write<T>(
        &self,
        change: impl FnOnce(&mut Writer<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.write_as(defaults::ADMIN, change)
    }

    fn write_as<T>(
        &self,
        user: &str,
        change: impl FnOnce(&mut Writer<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.store.transact(|state| {
            let (ids, settings) = (&self.ids, &self.settings);
            change(&mut Writer {
                state,
                now_ms: self.clock.now_ms(),
                ids,
                settings,
                user,
            })
        })
    }

    /// Returns a page of a resource.
    pub fn list_resources(
        &self,
        collection: &dyn Collection,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        let state = self.snapshot();
        collection.list(&self.reader(&state), query, page)
    }

    /// Returns a row of a resource.
    pub fn get_resource(&self, collection: &dyn Collection, key: &Key) -> Result<Value, EngineError> {
        collection.get(&self.reader(&self.snapshot()), key)
    }

    /// Creates a row for a user.
    pub fn create_resource(
        &self,
        collection: &dyn Collection,
        body: Row,
        user: &str,
    ) -> Result<Value, EngineError> {
        self.write_as(user, |writer| collection.create(writer, body))
    }

    /// Copies an environment and its content for a user.
    pub fn copy_environment(&self, key: &Key, body: Row, user: &str) -> Result<Value, EngineError> {
        self.write_as(user, |writer| copy_environment(writer, key, body))
    }

    /// Changes a row.
    pub fn update_resource(
        &self,
        collection: &dyn Collection,
        key: &Key,
        body: Row,
    ) -> Result<Value, EngineError> {
        self.write(|writer| collection.update(writer, key, body))
    }

    /// Removes a row.
    pub fn delete_resource(&self, collection: &dyn Collection, key: &Key) -> Result<(), EngineError> {
        self.write(|writer| collection.delete(writer, key))
    }

    /// Cancels an execution.
    pub fn cancel_execution(&self, key: &Key) -> Result<Value, EngineError> {
        self.write(|writer| executions::cancel(writer, key))
    }
}
