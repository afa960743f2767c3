//! Tests of the mock from outside: most start an engine with the builder, some start the program.

// Helpers of tests panic to report a failure, as tests do.
#![allow(clippy::unwrap_used, clippy::panic)]
// The soak test prints its figures.
#![allow(clippy::print_stdout)]

mod admin;
mod api;
mod attack;
mod binary;
mod client_scripts;
mod clients;
mod compare;
mod composed;
mod console;
mod contract;
mod copies;
mod embedding;
mod executions;
mod faults;
mod files;
mod fuzz_corpus;
mod genuine;
mod habits;
mod history;
mod hosts;
mod inventory;
mod inventory_calls;
mod inventory_clients;
mod isolation;
mod journal;
mod laws;
mod layers;
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
mod parts;
mod planned;
mod ports;
mod profiles;
mod quickstart;
mod recording;
mod resources;
mod schema;
mod secrets;
mod seeds;
mod sequences;
mod ssh_keys;
mod stock;
mod support;
mod taken_back;
mod tasks;
mod testing_pages;
mod transport;
mod users;
mod verify;
mod workflow_page;
