//! Reads the imports of the sources: modules of the library use only those before them in the order of
//! `docs/architecture.md`, and no files use each other in a cycle, apart from parent and child.

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

/// Words that the library must not contain: it leaves files, clock, network, threads, and output to its callers.
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
    let code: String = files
        .iter()
        .filter(|file| file.is_file())
        .map(|file| own_code(file))
        .collect();
    assert!(!code.is_empty(), "no module {module}");
    code
}

/// The code of a file without tests and comments.
fn own_code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a readable file");
    let own = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
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

/// The source files of a crate by module path, such as `["cli", "io"]`.
fn modules(source: &Path) -> BTreeMap<Vec<String>, String> {
    let mut modules = BTreeMap::new();
    let mut pending = vec![(source.to_owned(), Vec::new())];
    while let Some((directory, prefix)) = pending.pop() {
        for entry in fs::read_dir(directory).expect("a readable directory") {
            let path = entry.expect("a readable directory").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            let inside = [prefix.as_slice(), &[name.to_owned()]].concat();
            if path.is_dir() {
                if name != "tests" {
                    pending.push((path, inside));
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests" {
                let module = if ["mod", "lib", "main"].contains(&name) {
                    prefix.clone()
                } else {
                    inside
                };
                modules
                    .entry(module)
                    .or_insert_with(String::new)
                    .push_str(&own_code(&path));
            }
        }
    }
    modules
}

/// The paths that a piece of code begins with `crate::` or `super::`, with lists in braces taken apart.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let inside_a_path = code[..at].ends_with("::") || code[..at].ends_with(char::is_alphanumeric);
            if !inside_a_path {
                expand(&code[at..], &[], &mut paths);
            }
        }
    }
    paths
}

/// Reads one path of a `use` tree, adds it to `paths`, and returns the rest of the text.
fn expand<'a>(text: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut list) = text.strip_prefix('{') {
        loop {
            list = expand(list, prefix, paths).trim_start();
            match list.strip_prefix(',') {
                Some(rest) if !rest.trim_start().starts_with('}') => list = rest,
                Some(rest) => return rest.trim_start().trim_start_matches('}'),
                None => return list.strip_prefix('}').unwrap_or(""),
            }
        }
    }
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let path = [prefix, &[text[..end].to_owned()]].concat();
    match text[end..].strip_prefix("::") {
        Some(rest) if end > 0 => expand(rest, &path, paths),
        _ => {
            paths.push(path);
            // `a as b`
            let rest = text[end..].trim_start();
            let renamed = rest.strip_prefix("as ").map(str::trim_start);
            renamed.map_or(&text[end..], |name| {
                name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            })
        }
    }
}

/// The module that a path leads to: the longest beginning that is one.
fn target(path: &[String], from: &[String], modules: &BTreeMap<Vec<String>, String>) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|word| *word == "super").count();
    let base = if supers > 0 {
        &from[..from.len().checked_sub(supers)?]
    } else {
        &[]
    };
    let full = [base, &path[supers.max(1)..]].concat();
    (1..=full.len())
        .rev()
        .map(|length| full[..length].to_vec())
        .find(|module| modules.contains_key(module))
}

/// Modules that know each other, directly or through others, without being parent and child.
fn cycles(source: &str) -> BTreeSet<BTreeSet<String>> {
    let modules = modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source));
    let mut known: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (module, code) in &modules {
        let targets = paths(code)
            .into_iter()
            .filter_map(|path| target(&path, module, &modules));
        let others = targets.filter(|other| !module.starts_with(other) && !other.starts_with(module));
        known.insert(module, others.collect());
    }
    let reached = |start: &Vec<String>| {
        let mut reached = BTreeSet::new();
        let mut pending: Vec<Vec<String>> = known[start].iter().cloned().collect();
        while let Some(next) = pending.pop() {
            if reached.insert(next.clone()) {
                pending.extend(known[&next].iter().cloned());
            }
        }
        reached
    };
    let reachable: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
        modules.keys().map(|module| (module, reached(module))).collect();
    let mut cycles = BTreeSet::new();
    for (module, others) in &reachable {
        if others.contains(*module) {
            let circle = others.iter().filter(|other| reachable[other].contains(*module));
            cycles.insert(circle.map(|other| other.join("::")).collect());
        }
    }
    cycles
}

/// Modules that are still in a cycle. The list only gets shorter.
const IN_CYCLES: &[&str] = &[
    "engine::executions",
    "engine::resources",
    "engine::sources",
    "engine::users",
    "report::blob",
    "report::conclude",
    "report::examine",
    "report::signature",
];

#[test]
fn files_do_not_use_each_other_in_a_cycle() {
    for source in ["src", "mock-engine/src"] {
        let mut cycles = cycles(source);
        cycles.retain(|cycle| !cycle.iter().all(|module| IN_CYCLES.contains(&module.as_str())));
        assert!(cycles.is_empty(), "{source}: {cycles:#?}");
    }
}

#[test]
fn renderers_do_not_use_the_command_line() {
    let modules = modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for (module, code) in &modules {
        let above: &[&str] = match module.first().map(String::as_str) {
            Some("render") => &["cli"],
            Some("outcome") => &["cli", "render"],
            _ => &[],
        };
        for path in paths(code) {
            let used = target(&path, module, &modules);
            let layer = used.as_ref().map(|used| used[0].as_str());
            assert!(
                !above.iter().any(|above| layer == Some(*above)),
                "{module:?} uses {path:?}"
            );
        }
    }
}
