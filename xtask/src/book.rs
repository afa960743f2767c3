//! Builds the book: the pages in `docs/`, and README and other pages that they link to, at the same places to each
//! other, so that links work as they do in the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::links::{self, ROOT};

const MDBOOK: &str = "0.5.4";

/// Pages outside of `docs/`, behind its own ones, with their titles.
const MORE_PAGES: [(&str, &str); 3] = [
    ("CHANGELOG.md", "Changes"),
    ("CONTRIBUTING.md", "Contributing"),
    ("testdata/README.md", "Test documents"),
];

/// Writes the book into `target/book`.
pub(crate) fn build() -> Outcome {
    links::check()?;
    let root = Path::new(ROOT).canonicalize()?;
    let target = root.join("target");
    let source = target.join("book-source");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    fs::create_dir_all(&source)?;
    fs::copy(root.join("docs/book.toml"), source.join("book.toml"))?;
    let of_book = |path: &PathBuf| {
        let more = MORE_PAGES.iter().any(|(page, _)| Path::new(page) == path);
        more || path == Path::new("README.md")
            || (path.starts_with("docs")
                && path.extension().is_some_and(|is| is == "md")
                && !path.ends_with("SUMMARY.md"))
    };
    let pages = links::pages()?;
    let mut summary = summary(&fs::read_to_string(root.join("docs/SUMMARY.md"))?)?;
    for (path, page) in pages.iter().filter(|(path, _)| of_book(path)) {
        let file = to_index(&format!("({})", path.display()));
        if !summary.contains(&file) {
            // A page that the table of contents forgets.
            summary.push_str(&format!("- [{}]{file}\n", page.title));
        }
        copy_page(&root, path, &source)?;
        let others = page.links.iter().map(|link| &link.file);
        for file in others.filter(|file| root.join(file).is_file() && !of_book(file)) {
            copy(&root, file, &source)?;
        }
    }

    fs::write(source.join("SUMMARY.md"), summary)?;

    let mdbook = mdbook(&target)?;
    run(Command::new(mdbook)
        .arg("build")
        .arg("--dest-dir")
        .arg(target.join("book"))
        .arg(&source))
}

/// The table of contents, as seen from the repository's directory.
fn summary(of_docs: &str) -> Result<String, Box<dyn std::error::Error>> {
    let (title, rest) = of_docs.split_once('\n').ok_or("docs/SUMMARY.md has one line")?;
    let mut summary = format!(
        "{title}\n\n[exportdoc](README.md)\n{}",
        rest.replace("](", "](docs/")
    );
    summary.push_str("\n# Project\n\n");
    for (page, title) in MORE_PAGES {
        summary.push_str(&format!("- [{title}]({page})\n"));
    }
    Ok(to_index(&summary))
}

fn copy(root: &Path, file: &Path, source: &Path) -> Outcome {
    let to = source.join(file);
    fs::create_dir_all(to.parent().unwrap_or(source))?;
    fs::copy(root.join(file), to)?;
    Ok(())
}

/// Copies a page. mdBook makes `index.html` of `README.md` but leaves links to it as they are.
fn copy_page(root: &Path, page: &Path, source: &Path) -> Outcome {
    let to = source.join(page.to_string_lossy().replace("README.md", "index.md"));
    fs::create_dir_all(to.parent().unwrap_or(source))?;
    Ok(fs::write(to, to_index(&fs::read_to_string(root.join(page))?))?)
}

fn to_index(text: &str) -> String {
    ["README.md)", "README.md#"]
        .into_iter()
        .fold(text.to_owned(), |text, link| {
            text.replace(link, &link.replace("README", "index"))
        })
}

/// Installs mdBook into the build directory, if it isn't there in this version.
fn mdbook(target: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let tools = target.join("tools");
    let program = tools.join("bin/mdbook");
    let installed = Command::new(&program).arg("--version").output();
    if installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(MDBOOK)) {
        return Ok(program);
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Building an optimised mdBook takes longer than this book is worth.
    cargo
        .args([
            "install",
            "--quiet",
            "--locked",
            "--force",
            "--debug",
            "mdbook",
            "--version",
            MDBOOK,
        ])
        .args(["--no-default-features", "--features", "search", "--root"])
        .arg(&tools)
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    run(&mut cargo)?;
    Ok(program)
}

fn run(command: &mut Command) -> Outcome {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(format!("error: failed: {command:?}").into()),
    }
}
