//! Holds the modules against the order of `docs/architecture.md`: each knows only those before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The library's modules, lowest first.
const ORDER: &[&str] = &[
    "identifier",
    "escape",
    "finding",
    "buffered",
    "utf8",
    "jdbc",
    "byte_order_mark",
    "wire",
    "possible_key",
    "date",
    "envelope",
    "container",
    "blob",
    "signature",
    "object",
    "graph",
    "revision_hash",
    "passphrase",
    "report",
    "diff",
    "build",
    "reuse",
    "merge",
    "extract",
    "redact",
    "import_plan",
    "target_state",
    "audit",
    "document",
    "sample",
    "internal",
];

/// What the library leaves to its callers: files, environment, clock, network, threads, output, arguments.
const FOREIGN: &[&str] = &[
    "anstream",
    "clap",
    "comfy_table",
    "ctrlc",
    "indicatif",
    "print!",
    "println!",
    "rayon",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "tokio",
];

/// The code of a module: its files without tests and comments.
fn code(module: &str) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join(format!("{module}.rs"))];
    let mut directories = vec![source.join(module)];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path: PathBuf = entry.expect("a readable directory").path();
            match path.file_stem().and_then(|name| name.to_str()) {
                Some("tests") => {}
                _ if path.is_dir() => directories.push(path),
                _ => files.push(path),
            }
        }
    }
    let mut code = String::new();
    for file in files.iter().filter(|file| file.is_file()) {
        let text = fs::read_to_string(file).expect("a readable file");
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in own.lines().filter(|line| !line.trim_start().starts_with("//")) {
            code.push_str(line);
            code.push('\n');
        }
    }
    assert!(!code.is_empty(), "no module {module}");
    code
}

/// The modules that a piece of code names, in single paths and in lists.
fn named(code: &str) -> BTreeSet<&'static str> {
    let mut texts: Vec<&str> = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{').and_then(|list| list.split_once("};")) {
            Some((list, _)) => texts.extend(list.split(',').map(str::trim)),
            None => texts.push(after),
        }
    }
    let first_word = |text: &str| {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let words: BTreeSet<String> = texts.into_iter().map(first_word).collect();
    ORDER
        .iter()
        .copied()
        .filter(|module| words.contains(*module))
        .collect()
}

#[test]
fn every_module_of_the_library_has_its_place_in_the_order() {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let library = library.expect("the library");
    let declared: BTreeSet<&str> = library
        .lines()
        .filter_map(|line| {
            line.trim_start_matches("pub ")
                .strip_prefix("mod ")?
                .strip_suffix(';')
        })
        .collect();
    assert_eq!(declared, ORDER.iter().copied().collect());
}

#[test]
fn a_module_knows_only_those_before_it() {
    for (rank, module) in ORDER.iter().enumerate() {
        for other in named(&code(module)) {
            let place = ORDER.iter().position(|known| *known == other);
            assert!(place <= Some(rank), "{module} uses {other}, which comes after it");
        }
    }
}

#[test]
fn the_library_leaves_files_clock_and_output_to_its_callers() {
    for module in ORDER {
        let code = code(module);
        for word in FOREIGN {
            assert!(!code.contains(word), "{module} names {word}");
        }
    }
}

/// The files of the command line that a file imports, by module path.
fn imports(file: &Path, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let code = fs::read_to_string(file).expect("a readable file");
    let own = code.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for import in own.split("use crate::").skip(1) {
        let import = import.split(';').next().unwrap_or_default();
        let (prefix, items) = import.split_once('{').unwrap_or(("", import));
        for item in items.split(',') {
            let mut path = format!("{prefix}{}", item.trim().trim_end_matches('}'));
            while !modules.contains(&path) {
                let Some((parent, _)) = path.rsplit_once("::") else {
                    break;
                };
                path = parent.to_owned();
            }
            found.insert(path);
        }
    }
    found
}

#[test]
fn files_of_the_command_line_form_no_cycle_and_render_ignores_cli() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut directories = ["cli", "outcome", "render"]
        .map(|name| source.join(name))
        .to_vec();
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("a readable directory").path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let relative = path.strip_prefix(&source).expect("below src").with_extension("");
            let module = relative.to_string_lossy().replace('/', "::");
            files.insert(module.trim_end_matches("::mod").to_owned(), path);
        }
    }
    let modules: BTreeSet<String> = files.keys().cloned().collect();
    let mut left: BTreeMap<&String, BTreeSet<String>> = files
        .iter()
        .map(|(module, file)| (module, imports(file, &modules)))
        .collect();
    for (module, imports) in &left {
        let upward = |import: &String| match module.split("::").next() {
            Some("render") => import.starts_with("cli"),
            Some("outcome") => !import.starts_with("outcome"),
            _ => false,
        };
        assert!(!imports.iter().any(upward), "{module} imports {imports:?}");
    }
    // Files without imports that are left go, until none is left or only cycles are.
    loop {
        let names: BTreeSet<String> = left.keys().map(|name| (*name).clone()).collect();
        let before = left.len();
        left.retain(|module, imports| {
            imports
                .iter()
                .any(|import| import != *module && names.contains(import))
        });
        if left.len() == before {
            break;
        }
    }
    assert!(left.is_empty(), "in or above a cycle: {left:?}");
}
