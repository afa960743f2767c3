//! Call sequences of known clients. The scripts in `client_scripts/` send the same headers and bodies and read answers in
//! the same way. They need Python, a JDK, bash, curl and jq.
//!
//! The calls of each client, and the test that replays them:
//!
//! | Client | Calls | Test |
//! |---|---|---|
//! | dxmc | probe, login, lists, `sync list`, `sync export`, `sync load` | `dxm_toolkit`, `dxmc` |
//! | | `job list`, `job start`, `job report --details`, cancelling, profile jobs | `dxmc`, `sequences` |
//! | | `listmeta`, `addmeta`, `column list`, `refresh`, `setmasking` | `inventory_clients`, `dxmc` |
//! | | `user list`, `user add`, `user update` | `dxmc` |
//! | msksidekick | `sync-env`, `sync-eng` | `sidekick`, `clients` (roles and users) |
//! | | `--delextra`, `sync-job`, `backup`, `restore`, `compare-rev`, `test-conn`, `run-job` | `sidekick_engine` |
//! | | `cleanup-eng` | `clients` |
//! | masking-initializer | transport, errors, documents | `masking_initializer` |
//! | | `backup`, `restore -r` onto an empty engine, `backup` | `initializer`, `clients` (the demo) |
//! | dx-workshops | provisioning from stored documents | `workshops`, `clients` (`PUT /users/5`) |
//! | | the hook that runs a job | `sequences` |
//! | delphix-cc-scripts | algorithms, domains, classifiers, sets, mounts, LDAP | `cc_scripts` |
//! | lgpd | all rows of a new engine | `lgpd` |
//! | maskdocs | inventory; jobs and the audit log | `inventory_clients`; `sequences` |
//! | tgv | a job observed by `/monitor-task` | `sequences` |

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::client::Client;
use crate::support::program::{Program, script, test_file};
use mock_engine::Settings;
use mock_engine::{Builder, MockEngine};
use serde_json::json;

/// An engine with the demo inventory.
fn demo() -> Builder {
    MockEngine::builder().name("a.example.com")
}

/// An empty engine.
fn empty() -> Builder {
    MockEngine::builder().settings(Settings::default().with(|settings| {
        settings.name = "b.example.com".to_owned();
        settings.empty = true;
    }))
}

/// A Python with the packages of `client_scripts/requirements.txt`, created once in the build directory.
pub(crate) fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let interpreter = home.join("bin/python3");
    let requirements = test_file("client_scripts/requirements.txt");
    let wanted = fs::read_to_string(&requirements).unwrap();
    let lock = File::create(home.with_extension("lock")).unwrap();
    // nextest runs each test in a process of its own.
    lock.lock().unwrap();
    let stamp = home.join("installed.txt");
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&wanted) {
        return interpreter;
    }
    finish(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
    finish(
        Command::new(&interpreter)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&requirements),
    );
    fs::write(stamp, wanted).unwrap();
    interpreter
}

fn finish(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn dxm_toolkit() {
    let source = demo().start().await.unwrap();
    let target = Client::of(empty()).await;
    let application = json!({ "applicationName": "app" });
    target.create("applications", &application, "applicationId").await;
    let environment = json!({ "environmentName": "env", "applicationId": 1, "purpose": "MASK" });
    target.create("environments", &environment, "environmentId").await;
    let urls = [source.url(), target.engine.url()];
    script(
        python(),
        "client_scripts/dxm_toolkit.py",
        &[&urls[0], &urls[1]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn sidekick() {
    let source = demo().start().await.unwrap();
    let target = empty().start().await.unwrap();
    let expiring = MockEngine::builder()
        .settings(Settings::default().with(|settings| {
            settings.token_ttl = Duration::from_secs(4);
        }))
        .start()
        .await
        .unwrap();
    let urls = [source.url(), target.url(), expiring.url()];
    script(
        python(),
        "client_scripts/sidekick.py",
        &[&urls[0], &urls[1], &urls[2]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn sidekick_engine() {
    let source = demo().start().await.unwrap();
    let target = empty().start().await.unwrap();
    let restored = empty().start().await.unwrap();
    let urls = [source.url(), target.url(), restored.url()];
    script(
        python(),
        "client_scripts/sidekick_engine.py",
        &[&urls[0], &urls[1], &urls[2]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn initializer() {
    let source = demo().fresh().schema(crate::schema::hr()).start().await.unwrap();
    let target = empty().schema(crate::schema::hr()).start().await.unwrap();
    let urls = [source.url(), target.url()];
    script(
        python(),
        "client_scripts/initializer.py",
        &[&urls[0], &urls[1]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn dxmc() {
    let source = demo().start().await.unwrap();
    let target = empty().start().await.unwrap();
    let urls = [source.url(), target.url()];
    script(
        python(),
        "client_scripts/dxmc.py",
        &[&urls[0], &urls[1]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn masking_initializer() {
    let source = demo().start().await.unwrap();
    let target = empty().start().await.unwrap();
    let urls = [source.url(), target.url()];
    script(
        "java",
        "client_scripts/MaskingInitializer.java",
        &[&urls[0], &urls[1]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn workshops() {
    let source = demo().start().await.unwrap();
    let target = empty().start().await.unwrap();
    let urls = [source.url(), target.url()];
    script(
        python(),
        "client_scripts/workshops.py",
        &[&urls[0], &urls[1]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn generated_client() {
    let source = demo().start().await.unwrap();
    let target = Client::of(empty()).await;
    let application = json!({ "applicationName": "app" });
    target.create("applications", &application, "applicationId").await;
    let environment = json!({ "environmentName": "env", "applicationId": 1, "purpose": "MASK" });
    target.create("environments", &environment, "environmentId").await;
    let directory = tempfile::tempdir().unwrap();
    let (urls, directory) = ([source.url(), target.engine.url()], directory.path());
    script(
        python(),
        "client_scripts/generated_client.py",
        &[&urls[0], &urls[1], directory.to_str().unwrap()],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn cc_scripts() {
    let engine = demo().start().await.unwrap();
    script(
        "bash",
        "client_scripts/cc_scripts.sh",
        &[&engine.url()],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn lgpd() {
    let engine = demo().fresh().schema(crate::schema::hr()).start().await.unwrap();
    script("bash", "client_scripts/lgpd.sh", &[&engine.url()], String::new).await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn vendor_scripts() {
    let source = demo().start().await.unwrap();
    let target = empty().start().await.unwrap();
    let urls = [source.url(), target.url()];
    script(
        "bash",
        "client_scripts/vendor_scripts.sh",
        &[&urls[0], &urls[1]],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn demo_load() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("engines.toml");
    fs::write(
        &config,
        "[[engine]]\nname = \"a.example.com\"\n\n[[engine]]\nname = \"b.example.com\"\nempty = true\n",
    )
    .unwrap();
    let config = config.to_str().unwrap();
    let mut engines = Program::start(&["--config", config, "--tls", "self-signed", "--also-http"]);
    let (a, b) = (engines.address().await, engines.address().await);
    script("bash", "client_scripts/demo_load.sh", &[&a, &b], || engines.log()).await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn start_mask() {
    let engine = MockEngine::builder()
        .settings(Settings::default().with(|settings| {
            settings.execution_time = Duration::from_millis(500);
        }))
        .start()
        .await
        .unwrap();
    script(
        "bash",
        "client_scripts/start_mask.sh",
        &[&engine.url()],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn masking_report() {
    let engine = demo()
        .created_status(http::StatusCode::CREATED)
        .start()
        .await
        .unwrap();
    script(
        python(),
        "client_scripts/masking_report.py",
        &[&engine.url()],
        String::new,
    )
    .await;
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn csharp_client() {
    let engine = demo().start().await.unwrap();
    script(
        python(),
        "client_scripts/csharp_client.py",
        &[&engine.url()],
        String::new,
    )
    .await;
}
