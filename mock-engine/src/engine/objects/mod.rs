//! The syncable objects of an engine.
//!
//! Invariant: an object keeps its message byte for byte. Only its owner's changes (a REST write, a new local id)
//! rewrite it, and then only the affected parts. The rows that REST clients see mirror the objects.

mod bundle;
mod collection;
mod create;
mod edit;
mod environment_copy;
mod formats;
mod graph;
mod habits;
mod import_lookup;
mod index;
mod keys;
mod kinds;
mod links;
mod masked;
mod members;
mod mounts;
mod numbers;
mod part_rows;
mod reference;
pub(crate) mod rewrite;
mod rows;
mod ruleset_rows;
mod ruleset_tables;
mod serialized;
pub(crate) mod store;
mod stored;
mod successor;

pub(crate) use collection::ObjectCollection;
pub(super) use edit::domain_obstacle;
pub(super) use environment_copy::copy_environment;
pub(crate) use formats::CONTENT as FORMAT_CONTENT;
pub(crate) use formats::{FieldCollection, FormatCollection};
pub(crate) use graph::{Listing, View, ViewCache};
pub(super) use habits::Habits;
pub(crate) use import_lookup::Inventory;
pub(crate) use kinds::{is_reference, is_type_name, resource_of};
pub(crate) use mounts::MountCollection;
pub(super) use part_rows::mirror_all;
pub(super) use rewrite::with_dependencies;
pub(super) use rewrite::with_save as saved;
pub(crate) use rows::{MountStatus, remove_object};
pub use rows::{put_object, row_of};
pub(crate) use ruleset_rows::{ColumnCollection, TableCollection};
pub(super) use ruleset_rows::{copy_tables, refresh, replace_tables, tables_behind};
pub(crate) use ruleset_tables::table_names;
pub(crate) use store::ObjectStore;
pub use stored::StoredObject;
pub(crate) use successor::take_place;
