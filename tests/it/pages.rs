//! Compares the commands of the documentation with what they print. The tests of `mock-engine` do this for the pages
//! about it, `docs/testing*.md`.

use std::path::{Path, PathBuf};

use testkit::pages::{self, Places};

fn is_about_the_mock(page: &Path) -> bool {
    let name = page.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with("testing")
}

#[test]
fn commands_of_the_documentation_print_what_it_shows() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places {
        programs: Path::new(env!("CARGO_BIN_EXE_exportdoc")).parent().unwrap(),
        scratch: &dir.path().join("pages"),
        common: None,
        sections: usize::MAX,
    };
    let pages: Vec<PathBuf> = pages::all()
        .into_iter()
        .filter(|page| !is_about_the_mock(page))
        .collect();
    pages::check(&pages, &places);
}
