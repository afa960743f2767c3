//! The command line as a whole: help, output, exit codes.

mod comments;
mod help_options;
mod inspect_and_verify;
mod json_contract;
mod output_of_names;
mod output_safety;
mod pages_in_html;
mod pictures;
#[cfg(target_os = "linux")]
mod terminals;
