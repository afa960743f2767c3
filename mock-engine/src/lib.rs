//! A server that behaves like a data-masking engine for everything a sync pipeline does.
#![forbid(unsafe_code)]
pub mod choices;
pub mod clock;
pub mod ids;
pub mod model;
mod sync;
