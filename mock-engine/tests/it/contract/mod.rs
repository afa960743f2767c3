//! The engine's contract, item by item: what breaks naive mocks, the walk-throughs, bad input.
//!
//! Everything goes through real sockets. Engine A has the demo inventory, engine B nothing but an application and an
//! environment, number 1.

mod bad_input;
mod items;
mod refusals;
mod walk_throughs;
