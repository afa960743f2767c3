//! The mock from outside: everything goes through real sockets, most of it through the handle, some through the
//! binary.

mod admin;
mod api;
mod binary;
mod client;
mod resources;
mod tasks;
mod transport;
