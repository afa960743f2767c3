//! The REST resources other than sync: applications, connectors, jobs and so on.
//!
//! Invariant: HTTP and other resources reach a resource through [`Collection`] and its [`ResourceSpec`] alone. The
//! catalogue above this module decides what backs it; [`Reader`] and [`Writer`] carry the catalogue.

mod completion;
mod rights;
mod row_collection;
pub mod spec;

use serde_json::Value;

use super::{EngineError, Key, Page, PageRequest, Query, Row, Settings, State};
use crate::engine::ids::Ids;
use crate::engine::schema::Schema;

pub(super) use completion::complete_row;
pub(super) use rights::{NON_ADMIN, USERS};
pub use row_collection::{RowCollection, merge};
pub use spec::{Access, OnDelete, Parent, ResourceSpec, Unique};

/// One kind of resource. Unless it says otherwise, reads show the rows of its table.
pub trait Collection: std::fmt::Debug + Send + Sync {
    /// Returns its description.
    fn spec(&self) -> &'static ResourceSpec;

    /// Returns a page of the rows that match the query's filters, in order.
    fn list(
        &self,
        reader: &Reader<'_>,
        query: &Query,
        page: PageRequest,
    ) -> Result<Page<Value>, EngineError> {
        RowCollection::new(self.spec()).list(reader, query, page)
    }

    /// Returns a row.
    fn get(&self, reader: &Reader<'_>, key: &Key) -> Result<Value, EngineError> {
        RowCollection::new(self.spec()).get(reader, key)
    }

    /// Creates a row; returns it as a GET would.
    fn create(&self, writer: &mut Writer<'_>, body: Row) -> Result<Value, EngineError>;

    /// Changes a row; returns it.
    fn update(&self, writer: &mut Writer<'_>, key: &Key, body: Row) -> Result<Value, EngineError>;

    /// Removes a row, with those that depend on it.
    fn delete(&self, writer: &mut Writer<'_>, key: &Key) -> Result<(), EngineError>;
}

/// All collections.
pub type Collections = &'static [&'static dyn Collection];

/// The context of a read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The snapshot to read.
    pub state: &'a State,
    /// The engine's time.
    pub now_ms: i64,
    /// The engine's settings.
    pub settings: &'a Settings,
    /// The collections that references lead to.
    pub collections: Collections,
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
    /// The collections that references lead to.
    pub collections: Collections,
    /// The user who makes the change.
    pub user: &'a str,
}

impl<'a> Reader<'a> {
    /// The declarations of what is behind connectors. The first one of a name counts.
    pub fn schemas(&self) -> impl Iterator<Item = &'a Schema> + use<'a> {
        [self.state.declared.as_ref(), self.settings.schema.as_ref()].into_iter()
    }

    /// Returns the collection at a path.
    pub fn collection(&self, path: &str) -> Option<&'static dyn Collection> {
        self.collections
            .iter()
            .copied()
            .find(|collection| collection.spec().path == path)
    }
}

impl Writer<'_> {
    /// The context of a read of this state.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            state: self.state,
            now_ms: self.now_ms,
            settings: self.settings,
            collections: self.collections,
        }
    }
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
        let above = reader.collection(path)?;
        let entry = above.get(reader, &key).ok()?;
        environment_of(reader, above.spec(), &entry)
    })
}
