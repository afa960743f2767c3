//! Runs the snippets of the pages for test authors, `docs/testing*.md`: in bash as the page shows them, in Python and
//! Java out of the page. Those in Rust are the functions of [`rust`]. By default only the first snippets run.

mod rust;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::pages::{self, Places};

/// The tests that are printed as snippets.
const RUST: &str = include_str!("rust.rs");

fn helpers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/testing.md")
}

fn testing_pages() -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("testing");
    let pages: Vec<PathBuf> = pages::all().into_iter().filter(is_ours).collect();
    assert_eq!(pages.len(), 3);
    pages
}

/// A block of code and the heading above it.
struct Snippet {
    heading: String,
    code: String,
}

/// The blocks of a language, in their order.
fn snippets(language: &str) -> Vec<Snippet> {
    let fence = format!("```{language}");
    let (mut found, mut heading, mut inside) = (Vec::<Snippet>::new(), String::new(), false);
    for page in testing_pages() {
        for line in fs::read_to_string(page).unwrap().lines() {
            if inside && line != "```" {
                let code = &mut found.last_mut().unwrap().code;
                code.push_str(line);
                code.push('\n');
            } else if let Some(text) = line.strip_prefix("## ") {
                heading = text.to_owned();
            }
            inside = line == fence || (inside && line != "```");
            if line == fence {
                found.push(Snippet {
                    heading: heading.clone(),
                    code: String::new(),
                });
            }
        }
    }
    found
}

/// A directory with the helpers, and a search path that begins with the mock.
fn scratch() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in pages::files(&helpers()) {
        fs::write(dir.path().join(name), content).unwrap();
    }
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    std::os::unix::fs::symlink(testdata, dir.path().join("testdata")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_mock-engine")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    (dir, path)
}

fn succeeds(command: &mut Command, what: &str) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{what}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "ci/long runs it"]
fn commands_for_test_authors_print_what_pages_show() {
    let dir = tempfile::tempdir().unwrap();
    let all = testkit::exhaustive() || std::env::var_os("UPDATE_PAGES").is_some();
    let places = Places {
        programs: Path::new(env!("CARGO_BIN_EXE_mock-engine")).parent().unwrap(),
        scratch: &dir.path().join("pages"),
        common: Some(&helpers()),
        sections: if all { usize::MAX } else { 2 },
    };
    pages::check(&testing_pages(), &places);
}

#[test]
#[ignore = "ci/long runs it"]
fn python_snippets_run() {
    let (dir, path) = scratch();
    let mut snippets = snippets("python");
    assert_eq!(snippets.len(), 22);
    if !testkit::exhaustive() {
        snippets.truncate(1);
    }
    for Snippet { heading, code } in snippets {
        let mut python = Command::new("python3");
        python.args(["-c", &code]).env("PATH", &path);
        python.env("PYTHONDONTWRITEBYTECODE", "1");
        succeeds(python.current_dir(&dir), &heading);
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn java_snippets_run() {
    let mut snippets = snippets("java");
    assert_eq!(snippets.len(), 5);
    if !testkit::exhaustive() {
        snippets.truncate(1);
    }
    let (dir, path) = scratch();
    let mut class = String::from("import java.net.http.*;\nimport java.time.*;\n\nclass Snippets {\n");
    class += "static void check(boolean holds) { if (!holds) throw new AssertionError(); }\n";
    class += "public static void main(String[] arguments) throws Exception {\n";
    for Snippet { heading, code } in &snippets {
        class += &format!("// {heading}\n{{\n{code}}}\n");
    }
    class += "}\n}\n";
    fs::write(dir.path().join("Snippets.java"), &class).unwrap();
    // Optimising costs more than it saves in a short run.
    let quick = (
        "JDK_JAVA_OPTIONS",
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto",
    );
    let mut compile = Command::new("javac");
    compile.env(quick.0, quick.1);
    succeeds(
        compile.args(["Mock.java", "Snippets.java"]).current_dir(&dir),
        &class,
    );
    let mut run = Command::new("java");
    run.args(["-cp", ".", "Snippets"])
        .env("PATH", &path)
        .env(quick.0, quick.1);
    succeeds(run.current_dir(&dir), &class);
}

#[test]
fn rust_snippets_are_tests() {
    let snippets = snippets("rust");
    let printed: Vec<&Snippet> = snippets
        .iter()
        .filter(|snippet| snippet.code.contains("Client::of"))
        .collect();
    assert_eq!(printed.len(), 5);
    for Snippet { heading, code } in printed {
        let body: String = code.lines().map(|line| format!("    {line}\n")).collect();
        assert!(
            RUST.contains(&format!("{{\n{body}")),
            "{heading} is no test:\n{code}"
        );
    }
}
