//! Compares the commands of the documentation with what they print. The tests of `mock-engine` do this for the pages
//! about it, `docs/testing*.md`.

use std::path::Path;
use std::process::Command;

use testkit::pages::{self, Places};

fn programs() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_exportdoc")).parent().unwrap()
}

/// Checks the pages whose file name is wanted.
fn check(wanted: impl Fn(&str) -> bool) {
    let dir = tempfile::tempdir().unwrap();
    let places = Places {
        programs: programs(),
        scratch: &dir.path().join("pages"),
        common: None,
        sections: usize::MAX,
    };
    let mut pages = pages::all();
    pages.retain(|page| wanted(&page.file_name().unwrap_or_default().to_string_lossy()));
    pages::check(&pages, &places);
}

#[test]
#[ignore = "ci/long runs it"]
fn commands_of_the_documentation_print_what_it_shows() {
    check(|name| !name.starts_with("testing") && !name.starts_with("quick-start"));
}

/// Quick starts use both programs. Cargo builds the other one for this test only in a run of the whole workspace.
#[test]
#[ignore = "ci/long runs it"]
fn commands_of_quick_starts_print_what_they_show() {
    if !programs().join("mock-engine").exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "-p", "mock-engine"]);
        assert!(cargo.status().unwrap().success());
    }
    check(|name| name.starts_with("quick-start"));
}
