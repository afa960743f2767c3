//! Pages of `--format html`: they say what matters first, hold no foreign markup, and reach for nothing outside.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::cli::pictures::{HOSTILE, chain};
use crate::support::{exportdoc, global, made_text};

/// The page that a command prints with this exit code.
fn page(code: i32, arguments: &[&str]) -> String {
    let output = exportdoc()
        .args(arguments)
        .args(["--format", "html"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Two documents whose names are hostile, and a directory for them.
fn hostile() -> (TempDir, [String; 2]) {
    let directory = tempfile::tempdir().unwrap();
    let paths = [&HOSTILE[..], &HOSTILE[1..]].map(|names| {
        let path = directory
            .path()
            .join(format!("<b>{}</b>.json", names.len()).replace('/', "_"));
        fs::write(&path, chain(names)).unwrap();
        path.to_str().unwrap().to_owned()
    });
    (directory, paths)
}

/// A page of each command that makes one, about hostile documents.
fn hostile_pages(directory: &Path, [old, new]: &[String; 2]) -> Vec<String> {
    let merged = directory.join("merged.json");
    let merge = [
        "merge",
        "--unsigned",
        "--by-name",
        old,
        new,
        "-o",
        merged.to_str().unwrap(),
    ];
    vec![
        page(0, &["inspect", old]),
        page(1, &["diff", old, new]),
        page(0, &["audit", old, new]),
        page(0, &["plan", new, "--target", old]),
        page(0, &merge),
    ]
}

#[test]
fn hostile_names_become_text_on_every_page() {
    let (directory, documents) = hostile();
    for page in hostile_pages(directory.path(), &documents) {
        only_its_own_script(&page);
        assert_eq!(page.matches("<script").count(), 1);
        let bodies = page.split("<script>").next().unwrap();
        for raw in [
            "<img",
            "<b>",
            "onerror=alert(1)>",
            "\u{202e}",
            "\u{7}",
            "javascript:alert(1)\"",
        ] {
            assert!(!bodies.contains(raw), "{raw}");
        }
    }
}

/// The page's policy lets its own script run and no other, and nothing is fetched.
fn only_its_own_script(page: &str) {
    let script = page
        .split_once("<script>")
        .unwrap()
        .1
        .split_once("</script>")
        .unwrap()
        .0;
    let hash = STANDARD.encode(Sha256::digest(script.as_bytes()));
    let policy = page.split_once("Content-Security-Policy\" content=\"").unwrap().1;
    let policy = policy.split_once('"').unwrap().0.replace("&#39;", "'");
    assert!(
        policy.contains(&format!("script-src 'sha256-{hash}'")),
        "{policy}"
    );
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for outside in [
        "src=\"",
        "url(",
        "@import",
        "<link",
        "<iframe",
        "http-equiv=\"refresh",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn page_begins_with_the_verdict() {
    let path = "testdata/handmade/masking-job.json";
    let text = page(0, &["inspect", path]);
    assert!(
        text.contains("The signature is valid; no secrets in clear"),
        "{text}"
    );
    assert!(
        text.contains("1 masking job, 1 database ruleset and 1 database connector"),
        "{text}"
    );
    assert!(text.contains("Stated by the file, and not signed"));
    let tampered = page(1, &["inspect", &made_text("audit/signature-invalid/fires.json")]);
    assert!(tampered.contains("Don&#39;t import this: the signature is invalid"));
}

#[test]
fn page_says_what_keeps_a_document_from_being_trusted() {
    let cases = [
        (
            1,
            made_text("damaged/missing-dependency.json"),
            "needs something that is missing",
        ),
        (
            1,
            made_text("damaged/missing-dependency.json"),
            "missing: ALGORITHM_REFERENCE",
        ),
        (
            0,
            "testdata/generated/engine-like.json".to_owned(),
            "The signature can&#39;t be checked",
        ),
        (
            0,
            "testdata/generated/encrypted.json".to_owned(),
            "secrets can&#39;t be ruled out",
        ),
    ];
    for (code, path, said) in cases {
        let text = page(code, &["inspect", &path]);
        assert!(text.contains(said), "{path}: no {said:?} in {text}");
    }
}

#[test]
fn page_links_objects_with_what_they_need() {
    let text = page(0, &["inspect", "testdata/handmade/masking-job.json"]);
    let objects = text.matches("<details class=\"object\" id=\"o").count();
    assert_eq!(objects, 5);
    let mut links = 0;
    for link in text.split("href=\"#").skip(1) {
        let target = link.split_once('"').unwrap().0;
        assert!(text.contains(&format!("id=\"{target}\"")), "{target}");
        links += 1;
    }
    // A box each in the picture, and both ends of five arrows.
    assert_eq!(links, 5 + 2 * 5);
}

#[test]
fn page_shows_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("global.json");
    fs::write(&path, global().seal()).unwrap();
    let path = path.to_str().unwrap();
    let secrets = exportdoc()
        .args(["inspect", "--show-secrets", "--format", "json", path])
        .output()
        .unwrap();
    let secrets: serde_json::Value = serde_json::from_slice(&secrets.stdout).unwrap();
    let objects = secrets["documents"][0]["objects"].as_array().unwrap();
    let values: Vec<&str> = objects
        .iter()
        .flat_map(|object| object["secret_values"].as_array().into_iter().flatten())
        .filter_map(|secret| secret["value"].as_str())
        .flat_map(|value| value.split(['<', '>']))
        .filter(|part| part.len() >= 16)
        .collect();
    assert!(!values.is_empty());
    let text = page(0, &["inspect", path]);
    assert!(text.contains("in clear"));
    for value in values {
        assert!(!text.contains(value), "{value}");
    }
    assert!(text.len() < 300_000, "{}", text.len());
}
