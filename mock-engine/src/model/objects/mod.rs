//! The syncable objects of an engine.
//!
//! Invariant: an object is kept as the message it came as, byte for byte; only its owner's own change (a REST write, a
//! new local id) rewrites it, and then only the parts that changed. The rows that REST clients see mirror the objects.

mod inventory;
mod kinds;
mod links;
mod members;
mod message;
mod project;
mod relabel;
mod store;

pub use inventory::Inventory;
pub use kinds::{is_reference, resource_of};
pub use project::{put_object, remove_object, row_of};
pub use relabel::relabel;
pub use store::{ObjectStore, StoredObject};
