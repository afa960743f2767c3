//! The imports in the crate: each layer uses itself and the layers below it, and no files use each other in a cycle.

use std::path::Path;

use testkit::sources::Sources;

/// The layers, from the top.
const LAYERS: &[&str] = &["startup", "recording", "server", "http", "engine"];

fn sources() -> Sources {
    Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn no_layer_uses_one_above() {
    let rank = |module: &[String]| {
        LAYERS
            .iter()
            .position(|layer| module.first().is_some_and(|m| m == layer))
    };
    for (module, used) in sources().uses() {
        for other in used {
            let above = rank(other).is_some_and(|other| Some(other) < rank(module));
            assert!(!above, "{module:?} uses {other:?}");
        }
    }
}

#[test]
fn only_startup_uses_recordings() {
    // "internal" shows parts to the tests.
    for (module, used) in sources().uses() {
        let inside = module
            .first()
            .is_none_or(|m| ["internal", "recording", "startup"].contains(&m.as_str()));
        let uses = used
            .iter()
            .any(|other| other.first().is_some_and(|m| m == "recording"));
        assert!(inside || !uses, "{module:?}");
    }
}

#[test]
fn files_do_not_use_each_other_in_a_cycle() {
    let cycles = sources().cycles();
    assert!(cycles.is_empty(), "{cycles:#?}");
}
