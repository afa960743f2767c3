//! Reads the imports of the sources: modules of the library use only those before them in the order of
//! `docs/architecture.md`, and no files use each other in a cycle, apart from parent and child.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use testkit::sources::Sources;

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

fn sources() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
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
    let place = |module: &[String]| {
        ORDER
            .iter()
            .position(|known| module.first().is_some_and(|m| m == known))
    };
    for (module, used) in sources().uses() {
        let Some(own) = place(module) else { continue };
        for other in used {
            let before = other.is_empty() || place(other).is_some_and(|other| other <= own);
            assert!(before, "{module:?} uses {other:?}");
        }
    }
}

#[test]
fn the_library_leaves_files_clock_and_output_to_its_callers() {
    let sources = sources();
    for module in ORDER {
        let code = sources.code(module);
        assert!(!code.is_empty(), "no module {module}");
        for word in FOREIGN {
            assert!(!code.contains(word), "{module} names {word}");
        }
    }
}

#[test]
fn files_do_not_use_each_other_in_a_cycle() {
    let cycles = sources().cycles();
    assert!(cycles.is_empty(), "{cycles:#?}");
}

#[test]
fn cycle_through_a_re_export_is_found() {
    let crate_dir = tempfile::tempdir().expect("a directory");
    let files = [
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "use crate::b::Inner;\n"),
        ("b.rs", "mod c;\npub(crate) use c::Inner;\n"),
        ("b/c.rs", "use crate::{a, b};\n"),
    ];
    fs::create_dir(crate_dir.path().join("b")).expect("a directory");
    for (file, code) in files {
        fs::write(crate_dir.path().join(file), code).expect("a file");
    }
    let cycle = BTreeSet::from(["a".to_owned(), "b::c".to_owned()]);
    assert_eq!(Sources::read(crate_dir.path()).cycles(), BTreeSet::from([cycle]));
}

#[test]
fn renderers_do_not_use_the_command_line() {
    for (module, used) in sources().uses() {
        let above: &[&str] = match module.first().map(String::as_str) {
            Some("render") => &["cli"],
            Some("outcome") => &["cli", "render"],
            _ => &[],
        };
        for other in used {
            let layer = other.first().map(String::as_str);
            assert!(
                !above.iter().any(|above| layer == Some(*above)),
                "{module:?} uses {other:?}"
            );
        }
    }
}
