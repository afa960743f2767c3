//! The four layers of the crate: each imports itself and the layers below it, never one above.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers, from the top.
const LAYERS: &[&str] = &["startup", "server", "http", "engine"];

#[test]
fn no_layer_imports_one_above() {
    for (rank, layer) in LAYERS.iter().enumerate() {
        for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer)) {
            let text = fs::read_to_string(&file).unwrap();
            for imported in imports(&text) {
                let allowed = LAYERS.iter().skip(rank).any(|below| *below == imported);
                assert!(allowed, "{}: {layer} imports {imported}", file.display());
            }
        }
    }
}

/// The first names after `crate::`, in code.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let paths = code.flat_map(|line| line.split("crate::").skip(1));
    paths.map(|path| {
        let end = path.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &path[..end.unwrap_or(path.len())]
    })
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
