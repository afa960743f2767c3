//! The mock from outside: everything goes through real sockets, most of it through the handle, some through the
//! binary.

// In helpers of tests, too, a panic is the report.
#![allow(clippy::unwrap_used, clippy::panic)]
// A soak's figures are what it is run for.
#![allow(clippy::print_stdout)]

mod admin;
mod api;
mod attack;
mod binary;
mod blocking;
mod client;
mod clients;
mod composed;
mod copies;
mod executions;
mod files;
mod genuine;
mod habits;
mod hosts;
mod inventory;
mod inventory_calls;
mod inventory_clients;
mod laws;
mod leniency;
mod lineage;
mod load;
mod loading;
mod log;
mod logs;
mod merged;
mod mirror;
mod object_types;
mod objects;
mod openapi;
mod planned;
mod ports;
mod resources;
mod schema;
mod secrets;
mod security_page;
mod sequences;
mod ssh_keys;
mod stock;
mod taken_back;
mod tasks;
mod transport;
mod users;
