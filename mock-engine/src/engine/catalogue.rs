//! The catalogue of resources: what backs each one, rows of its own or syncable objects.

use serde_json::Value;

use super::executions::{self, Components, Events, Executions};
use super::objects::{
    ColumnCollection, FieldCollection, FormatCollection, MountCollection, ObjectCollection, TableCollection,
    copy_environment,
};
use super::resources::{Collection, Collections, Reader, RowCollection, Writer, spec};
use super::users::Users;
use super::{Engine, EngineError, Key, Page, PageRequest, Query, Row, State};
use crate::engine::defaults;

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
    CLASSIFIERS,
    DATASET_CONNECTORS,
];

// Rows of their own.
collections![
    RowCollection:
    APPLICATIONS,
    FILE_CONNECTORS,
    FILE_RULESETS,
    TOKENIZATION_JOBS,
    REIDENTIFICATION_JOBS,
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

/// Every collection.
pub static ALL: Collections = &[
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
    &FormatCollection,
    &TableCollection,
    &ColumnCollection,
    &FILE_METADATA,
    &FieldCollection,
    &RECORD_TYPES,
    &RECORD_TYPE_QUALIFIERS,
    &DATASET_RULESETS,
    &DATASET_FORMATS,
    &DATASET_METADATA,
    &DATASET_FIELD_METADATA,
    &MountCollection,
    &JDBC_DRIVERS,
    &SETTINGS,
    &Users,
    &ROLES,
    &Executions,
    &Events,
    &Components,
];

impl Engine {
    pub(super) fn reader<'a>(&'a self, state: &'a State) -> Reader<'a> {
        Reader {
            state,
            now_ms: self.clock.now_ms(),
            settings: &self.settings,
            collections: ALL,
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
                collections: ALL,
                user,
            })
        })
    }

    /// A row without the members of other versions.
    fn of_version(&self, collection: &dyn Collection, mut row: Value) -> Value {
        if let (Some(profile), Some(members)) = (self.settings.profile, row.as_object_mut()) {
            for hidden in profile.hidden(collection.spec().path) {
                members.remove(hidden);
            }
        }
        row
    }

    /// Returns a page of a resource.
    pub fn list_resources(
        &self,
        collection: &dyn Collection,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        let state = self.snapshot();
        let page = collection.list(&self.reader(&state), query, page)?;
        Ok(page.map(|row| self.of_version(collection, row)))
    }

    /// Returns a row of a resource.
    pub fn get_resource(&self, collection: &dyn Collection, key: &Key) -> Result<Value, EngineError> {
        let row = collection.get(&self.reader(&self.snapshot()), key)?;
        Ok(self.of_version(collection, row))
    }

    /// Creates a row for a user.
    pub fn create_resource(
        &self,
        collection: &dyn Collection,
        body: Row,
        user: &str,
    ) -> Result<Value, EngineError> {
        let row = self.write_as(user, |writer| collection.create(writer, body))?;
        Ok(self.of_version(collection, row))
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
        let row = self.write(|writer| collection.update(writer, key, body))?;
        Ok(self.of_version(collection, row))
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
