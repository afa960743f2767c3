//! `docs/security.md` names a test for each promise: they must exist.

use std::fs;
use std::path::Path;

#[test]
fn every_promise_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let (page, _) = page.split_once("\n## How far this was tried\n").unwrap();
    let mut named = 0;
    for quoted in page.split('`').skip(1).step_by(2) {
        let Some((file, test)) = quoted.split_once("::").filter(|(file, _)| file.ends_with(".rs")) else {
            continue;
        };
        let source = fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let declared = source
            .split_once(&format!("fn {test}("))
            .unwrap_or_else(|| panic!("{file} has no {test}"));
        let attributes = &declared.0[declared.0.len().saturating_sub(200)..];
        assert!(attributes.contains("test"), "{quoted} is no test");
        named += 1;
    }
    assert!(named > 50, "{named} tests named");
    // A row of a table without a test is no promise.
    for row in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains(" Who "))
    {
        let promise = row
            .split(" | ")
            .nth(1)
            .is_some_and(|cell| cell.contains(".rs::") || cell.starts_with("Test"));
        let threat = row.matches(" | ").count() == 2;
        assert!(promise || threat, "{row}");
    }
}
