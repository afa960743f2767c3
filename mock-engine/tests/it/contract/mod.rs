//! The contract of the API: details that clients rely on, walk-throughs, refusals, invalid input.
//!
//! Engine A has the demo inventory. Engine B has an application and environment 1 only.

mod bad_input;
mod items;
mod refusals;
mod walk_throughs;
