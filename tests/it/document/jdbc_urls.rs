//! Passwords in JDBC URLs are found in every form, and no command prints them.

use std::fs;

use crate::support::{Plan, exportdoc, file, key, testdata};
use exportdoc::internal::object::RevisionPair;
use exportdoc::internal::object::draft::{ConnectorSpec, connector};
use exportdoc::internal::signature::KeySize;
use serde_json::Value;

fn table(name: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(testdata(&format!("handmade/jdbc/{name}"))).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once('\t').unwrap())
        .map(|(name, url)| (name.to_owned(), url.to_owned()))
        .collect()
}

/// A document with a connector for each URL. Without them, its connectors have none.
fn document(table: &[(String, String)], with_urls: bool) -> Vec<u8> {
    let mut objects = Vec::new();
    let mut roots = Vec::new();
    for (id, (name, url)) in (1..).zip(table) {
        let spec = ConnectorSpec {
            database_type: "oracle",
            name,
            database: None,
            schema: None,
            jdbc_url: with_urls.then_some(url),
            host: None,
            port: None,
            user: None,
        };
        let pair = RevisionPair {
            object: format!("00000000-0000-4000-8000-{id:012}"),
            save: format!("00000000-0000-4000-9000-{:012}", id * 2 + i64::from(with_urls)),
        };
        let object = connector(id, &spec).finish(pair, 0, 0).unwrap();
        roots.push(object.key().clone());
        objects.push(object);
    }
    Plan {
        facts: crate::support::facts(&roots),
        objects,
        key: key(KeySize::Dsa512, "tests"),
        rule: KeySize::Dsa512.default_rule(),
    }
    .seal()
}

fn audited(document: &[u8]) -> Vec<Value> {
    let run = exportdoc()
        .args(["audit", "--format", "ndjson", "-"])
        .write_stdin(document)
        .output()
        .unwrap();
    let line: Value = serde_json::from_slice(&run.stdout).unwrap();
    line["findings"].as_array().unwrap().clone()
}

fn accused(document: &[u8]) -> Vec<i64> {
    audited(document)
        .iter()
        .filter(|finding| finding["id"] == "password-in-clear")
        .map(|finding| finding["object"]["identifier"]["id"].as_i64().unwrap())
        .collect()
}

#[test]
fn every_secret_is_found_and_nothing_else() {
    let secret = table("secret.tsv");
    let all: Vec<i64> = (1..).take(secret.len()).collect();
    assert_eq!(accused(&document(&secret, true)), all);
    assert_eq!(accused(&document(&table("clean.tsv"), true)), [0; 0]);
}

#[test]
#[ignore = "ci/long runs it"]
fn no_command_prints_a_url_that_holds_a_secret() {
    let secret = table("secret.tsv");
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    file(at, "old.json", document(&secret, false));
    file(at, "new.json", document(&secret, true));
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["textconv", "new.json"],
        vec!["inspect", "new.json"],
        vec!["inspect", "--objects", "DATABASE_CONNECTOR", "new.json"],
        vec!["inspect", "--format", "json", "new.json"],
        vec!["plan", "--target", "old.json", "new.json"],
        vec!["plan", "--target", "old.json", "--format", "json", "new.json"],
    ];
    for format in ["text", "json", "ndjson", "sarif", "junit", "github", "markdown"] {
        commands.push(vec!["audit", "--format", format, "new.json"]);
    }
    for format in ["text", "json", "markdown"] {
        commands.push(vec!["diff", "--format", format, "old.json", "new.json"]);
    }
    for command in commands {
        let run = exportdoc().current_dir(at).args(&command).output().unwrap();
        let mut printed = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
        assert!(
            matches!(run.status.code(), Some(0 | 1 | 3)),
            "{command:?}: {printed}"
        );
        // Names of objects are no secrets.
        for (name, _) in &secret {
            printed = printed.replace(name.as_str(), "");
        }
        for line in printed.lines() {
            for secret in ["sesame", "se/same", "se,same", "se@same"] {
                assert!(!line.contains(secret), "{command:?}: {line}");
            }
        }
        assert!(!printed.contains("jdbc:"), "{command:?}");
    }
}
