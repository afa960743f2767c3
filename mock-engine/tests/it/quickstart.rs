//! Runs the walk-through of `docs/testing.md` as printed, but on free ports, because tests run side by side.

use std::net::TcpListener;
use std::path::Path;

use crate::support::program::run;
use serde_json::Value;
use tokio::process::Command;

/// The blocks of shell commands of the walk-through, which ends at the first section.
fn blocks() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/testing.md");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let walk_through = text.split("\n## ").next().unwrap_or_default();
    walk_through
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn printed_commands_start_two_engines_and_sync_them() {
    let blocks = blocks();
    let [start, sync, refuse] = blocks.as_slice() else {
        panic!("three blocks expected: {blocks:#?}");
    };
    // Both listen at the same time, so the ports differ.
    let free = [
        TcpListener::bind("127.0.0.1:0").unwrap(),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    ];
    let ports = free.map(|listener| listener.local_addr().unwrap().port().to_string());
    let with_ports = |block: &str| {
        assert!(!block.contains("8082"));
        // The program is already built.
        let block = block.replace("cargo run --quiet --locked -p mock-engine --", "mock-engine");
        block.replace("8080", &ports[0]).replace("8081", &ports[1])
    };
    let dir = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_mock-engine")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    // The engines run in the background and have started once both have printed a line.
    let script = format!(
        "set -euo pipefail\n\
         {} >started 2>log &\n\
         engines=$!\n\
         trap 'kill $engines; wait $engines || true' EXIT\n\
         for ((i = 0; i < 200; i++)); do [[ $(wc -l <started) == 2 ]] && break; sleep 0.05; done\n\
         {}\nprintf '\\n--- refused\\n'\n{}\n",
        with_ports(start).trim(),
        with_ports(sync),
        with_ports(refuse)
    );
    let mut command = Command::new("bash");
    command
        .args(["-c", &script])
        .env("PATH", path)
        .current_dir(dir.path());
    let said = run(&mut command, || {
        std::fs::read_to_string(dir.path().join("log")).unwrap_or_default()
    })
    .await;

    let (synced, refused) = said
        .split_once("\n--- refused\n")
        .unwrap_or_else(|| panic!("{said}"));
    let lists: Vec<Value> = synced
        .split_inclusive('\n')
        .flat_map(|line| serde_json::Deserializer::from_str(line).into_iter::<Value>())
        .map(|value| value.unwrap_or_else(|error| panic!("{error}: {said}")))
        .collect();
    let [global, job, hashes_a, hashes_b] = lists.as_slice() else {
        panic!("two lists of outcomes and two of hashes expected: {said}");
    };
    for rows in [global, job] {
        let rows = rows.as_array().unwrap_or_else(|| panic!("not a list: {rows}"));
        assert!(!rows.is_empty());
        assert!(
            rows.iter().all(|row| row["importStatus"] == "SUCCESS"),
            "{rows:#?}"
        );
    }
    assert_eq!(hashes_a, hashes_b, "the same hashes on both engines");
    let refused: Value =
        serde_json::from_str(refused.trim()).unwrap_or_else(|error| panic!("{error}: {said}"));
    let failed: Vec<_> = refused
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["importStatus"] == "FAILED")
        .collect();
    assert_eq!(failed.len(), 1, "{refused:#}");
    assert_eq!(failed[0]["objectType"], "DATABASE_CONNECTOR", "{refused:#}");
}
