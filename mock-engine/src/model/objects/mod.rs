//! The syncable objects of an engine.
//!
//! Invariant: an object is kept as the message it came as, byte for byte; only its owner's own change (a REST write, a
//! new local id) rewrites it, and then only the parts that changed. The rows that REST clients see mirror the objects.

mod bundle;
mod collection;
mod copy;
mod create;
mod dump;
mod edit;
mod formats;
mod habits;
mod index;
mod inventory;
mod inventory_rows;
mod keys;
mod kinds;
mod links;
mod masked;
mod members;
mod message;
mod mounts;
mod parts;
mod project;
mod reference;
mod store;
mod successor;
mod tables;
mod view;

pub use collection::ObjectCollection;
pub(super) use copy::copy_environment;
pub(super) use edit::domain_obstacle;
pub(crate) use formats::CONTENT as FORMAT_CONTENT;
pub use formats::{FieldCollection, FormatCollection};
pub(super) use habits::Habits;
pub use inventory::Inventory;
pub use inventory_rows::{ColumnCollection, TableCollection};
pub(super) use inventory_rows::{copy_tables, refresh, replace_tables, tables_behind};
pub(super) use keys::{randomize_key, replace_global_key};
pub use kinds::{is_reference, is_type_name, resource_of};
pub use mounts::{MountCollection, MountStatus};
pub(super) use parts::mirror_all;
pub use project::{put_object, remove_object, row_of};
pub use store::{ObjectStore, StoredObject};
pub use successor::take_place;
pub use tables::table_names;
pub use view::{Listing, View, ViewCache};
