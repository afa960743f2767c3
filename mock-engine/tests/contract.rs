//! The engine's contract, item by item: what breaks naive mocks, the walk-throughs, bad input.
//!
//! Everything goes through real sockets. Engine A has the demo inventory, engine B nothing but an application and an
//! environment, number 1.

// In helpers of tests, too, a panic is the report.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "contract/bad_input.rs"]
mod bad_input;
#[allow(dead_code)]
#[path = "it/client.rs"]
mod client;
#[path = "contract/items.rs"]
mod items;
#[path = "contract/pair.rs"]
mod pair;
#[path = "contract/refusals.rs"]
mod refusals;
#[path = "contract/walk_throughs.rs"]
mod walk_throughs;
