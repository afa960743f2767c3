//! The engine imports every document that `exportdoc` writes like the original, with the same resulting content.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use tempfile::TempDir;

use crate::laws::{export, target};
use crate::merged::{content, import_all};
use crate::support::client::{Client, Reply};
use mock_engine::MockEngine;

const PASSPHRASE: &str = "a phrase of this test";

/// The `exportdoc` program, which a build of the workspace puts beside the mock.
fn exportdoc(directory: &Path, arguments: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_mock-engine")).with_file_name("exportdoc");
    Command::new(&program)
        .current_dir(directory)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}: build the workspace", program.display()))
}

/// A directory with the exports `global.json`, `job.json` and `other-job.json` of one engine.
struct Workplace {
    directory: TempDir,
}

impl Workplace {
    async fn new() -> Self {
        let source = Client::of(MockEngine::builder().name("a").seed(7)).await;
        let directory = TempDir::new().unwrap();
        for (name, object_type, identifier) in [
            ("global", "GLOBAL_OBJECT", json!({ "id": "global" })),
            ("job", "MASKING_JOB", json!({ "id": 4 })),
            ("other-job", "MASKING_JOB", json!({ "id": 7 })),
        ] {
            let document = export(&source, object_type, identifier).await;
            std::fs::write(directory.path().join(format!("{name}.json")), document).unwrap();
        }
        std::fs::write(directory.path().join("phrase"), format!("{PASSPHRASE}\n")).unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Makes a document with a command that must succeed.
    fn make(&self, command: &str) {
        let output = exportdoc(self.directory.path(), &command.split(' ').collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
    }
}

/// An engine with all global objects, so that references resolve.
async fn with_globals(workplace: &Workplace) -> Client {
    let target = target(8).await;
    import_all(&target, &[&workplace.read("global.json")]).await;
    target
}

/// Takes a snapshot of an engine, or restores it.
async fn snapshot(target: &Client, action: &str) {
    let path = format!("/__admin/snapshots/globals{action}");
    let reply = target.raw("POST", &path, "", b"").await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

async fn import_with_passphrase(target: &Client, document: &[u8]) -> Reply {
    let path = "/masking/api/import?force_overwrite=true&environment_id=1&source_environment_id=2";
    let headers = format!("Content-Type: application/json\r\npassphrase: {PASSPHRASE}\r\n");
    target.raw("POST", path, &headers, document).await
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn sealed_extracted_or_decrypted_copy_imports_like_the_original() {
    let workplace = Workplace::new().await;
    let target = with_globals(&workplace).await;
    snapshot(&target, "").await;
    let without = content(&target).await;
    import_all(&target, &[&workplace.read("job.json")]).await;
    let expected = content(&target).await;
    assert_ne!(without, expected);
    for command in [
        "seal job.json --new-key key.pem -o out.json",
        "extract job.json --object MASKING_JOB:4 -o out.json",
        "extract job.json --object MASKING_JOB:4 --references -o out.json",
        "merge job.json job.json -o out.json",
    ] {
        workplace.make(command);
        snapshot(&target, "/restore").await;
        import_all(&target, &[&workplace.read("out.json")]).await;
        assert_eq!(content(&target).await, expected, "{command}");
        std::fs::remove_file(workplace.path("out.json")).unwrap();
    }

    workplace.make("encrypt job.json --passphrase-file phrase -o secret.json");
    snapshot(&target, "/restore").await;
    let reply = import_with_passphrase(&target, &workplace.read("secret.json")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(content(&target).await, expected);

    workplace.make("decrypt secret.json --passphrase-file phrase -o clear.json");
    snapshot(&target, "/restore").await;
    import_all(&target, &[&workplace.read("clear.json")]).await;
    assert_eq!(content(&target).await, expected);
}

#[tokio::test]
async fn part_extracted_with_references_imports_into_an_empty_engine() {
    let workplace = Workplace::new().await;
    workplace.make("extract global.json --object DOMAIN:SSN -o domain.json");
    let target = target(8).await;
    import_all(&target, &[&workplace.read("domain.json")]).await;
    let names: Vec<String> = content(&target).await.into_keys().map(|(name, _)| name).collect();
    assert!(names.contains(&"DOMAIN".to_owned()), "{names:?}");
}

/// A redacted copy has made-up keys and rows, and its name says so. The engine does not refuse it.
#[tokio::test]
async fn redacted_copy_can_be_imported() {
    let workplace = Workplace::new().await;
    workplace.make("redact global.json -o redacted.json");
    let target = target(8).await;
    import_all(&target, &[&workplace.read("redacted.json")]).await;
    let (copy, original) = (content(&target).await, with_globals(&workplace).await);
    assert_eq!(copy, content(&original).await, "hashes are kept");
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn unsigned_merge_is_refused_until_it_is_sealed() {
    let workplace = Workplace::new().await;
    workplace.make("merge job.json other-job.json --unsigned -o unsigned.json");
    let target = with_globals(&workplace).await;
    let before = content(&target).await;
    let reply = import_with_passphrase(&target, &workplace.read("unsigned.json")).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(content(&target).await, before);

    workplace.make("seal unsigned.json --new-key key.pem -o sealed.json");
    import_all(&target, &[&workplace.read("sealed.json")]).await;
    let one_by_one = with_globals(&workplace).await;
    let jobs = [workplace.read("job.json"), workplace.read("other-job.json")];
    import_all(&one_by_one, &[&jobs[0], &jobs[1]]).await;
    assert_eq!(content(&target).await, content(&one_by_one).await);
}
