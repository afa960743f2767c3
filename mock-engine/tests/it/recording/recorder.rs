//! Recording.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::sample;
use mock_engine::{MockEngine, RunningEngine};
use serde_json::Value;

use super::{Recorder, body, check, curl, login};
use crate::support::program::Program;

const JOB: &str = r#"[{"objectIdentifier":{"id":4},"objectType":"MASKING_JOB"}]"#;
const GLOBAL: &str = r#"[{"objectIdentifier":{"id":"global"},"objectType":"GLOBAL_OBJECT"}]"#;

async fn engine() -> RunningEngine {
    MockEngine::builder().name("a.example.com").start().await.unwrap()
}

/// All files of a recording, with the content of documents.
fn bytes(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    let files = [dir.to_owned(), dir.join("bodies")];
    let files = files.iter().flat_map(|dir| std::fs::read_dir(dir).unwrap());
    for file in files
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
    {
        let bytes = std::fs::read(file).unwrap();
        if let Ok(document) = serde_json::from_slice::<Value>(&bytes) {
            all.extend(
                STANDARD
                    .decode(document["blob"].as_str().unwrap_or_default())
                    .unwrap(),
            );
        }
        all.extend(bytes);
    }
    all
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn recording_has_no_secret() {
    let engine = engine().await;
    let mut recorder = Recorder::of(&engine.url(), &[]).await;
    let api = format!("{}/masking/api", recorder.url);
    let token = login(&recorder.url, "first secret").await;
    let clear = body(&["-H", &token, "-d", GLOBAL, &format!("{api}/export")]).await;
    let sealed = ["-H", &token, "-H", "passphrase: third secret"];
    let encrypted = body(&[&sealed[..], &["-d", JOB, &format!("{api}/export")]].concat()).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("job.json");
    std::fs::write(&file, &encrypted).unwrap();
    let (part, data) = (
        format!("file=@{}", file.display()),
        format!("@{}", file.display()),
    );
    let import = "force_overwrite=true&environment_id=1";
    body(
        &[
            &sealed[..],
            &["-F", &part, &format!("{api}/import-async?{import}")],
        ]
        .concat(),
    )
    .await;
    body(&[&sealed[..], &["-d", &data, &format!("{api}/import?{import}")]].concat()).await;
    let connector =
        r#"{"connectorName":"c","databaseType":"ORACLE","environmentId":1,"password":"fourth secret"}"#;
    body(&[
        "-H",
        &token,
        "-d",
        connector,
        &format!("{api}/database-connectors"),
    ])
    .await;
    // A second token, a cookie, and a password where none belongs.
    let second = login(&recorder.url, "fifth secret").await;
    let looking = format!("{api}/environments?note=first%20secret&password=sixthsecret");
    body(&["-H", &second, "-b", "session=seventhsecret", &looking]).await;
    body(&[
        "-H",
        &second,
        "-d",
        r#"{"password": "eighth secret""#,
        &format!("{api}/login"),
    ])
    .await;

    let recorded = bytes(recorder.stop().await);
    assert!(has(&recorded, "Mask patients"), "the export is there");
    let key = STANDARD.encode(sample::key_bytes("KEY of a.example.com"));
    let document: Value = serde_json::from_str(&clear).unwrap();
    let document = STANDARD.decode(document["blob"].as_str().unwrap()).unwrap();
    assert!(has(&document, &key), "the engine exports its key");
    let tokens = [&token, &second].map(|token| token.split_once(' ').unwrap().1);
    let secrets = ["secret", "db1.example.com", &key].into_iter().chain(tokens);
    for secret in secrets {
        assert!(!has(&recorded, secret), "{secret}");
    }
}

#[tokio::test]
async fn kept_documents_are_those_of_the_engine() {
    let engine = engine().await;
    let mut recorder = Recorder::of(&engine.url(), &["--keep-secrets"]).await;
    let token = login(&recorder.url, "first secret").await;
    let url = format!("{}/masking/api/export", recorder.url);
    let document = body(&["-H", &token, "-d", GLOBAL, &url]).await;
    let recorded = bytes(recorder.stop().await);
    assert!(has(&recorded, &document));
    assert!(!has(&recorded, "first secret") && !has(&recorded, token.split_once(' ').unwrap().1));
}

#[tokio::test]
async fn answers_pass_unchanged() {
    let engine = engine().await;
    let recorder = Recorder::of(&engine.url(), &[]).await;
    let token = login(&recorder.url, "any").await;
    for (path, options) in [
        ("/masking/api/syncable-objects", &[][..]),
        ("/masking/api/no-such-path", &[]),
        ("/masking/api/environments/99", &["-X", "DELETE"]),
        ("/masking/api/environments", &["-I"]),
        ("/masking/api/export", &["-d", "[{]"]),
        ("/__admin/health/no-such-path", &[]),
    ] {
        let ask = async |base: &str| {
            let url = format!("{base}{path}");
            let answer = body(&[&["-i", "-H", &token, &url][..], options].concat()).await;
            let lines = answer.lines().filter(|line| !line.starts_with("date: "));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(ask(&recorder.url).await, ask(&engine.url()).await, "{path}");
    }
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn body_above_the_limit_passes_without_being_recorded() {
    let engine = engine().await;
    let mut recorder = Recorder::of(&engine.url(), &[]).await;
    let token = login(&recorder.url, "any").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(65 << 20).unwrap();
    let part = format!("file=@{}", file.path().display());
    let url = format!("{}/masking/api/file-uploads", recorder.url);
    let answer = body(&["-H", &token, "-F", &part, &url]).await;
    assert!(answer.contains(&format!("\"fileSize\":{}", 65 << 20)), "{answer}");
    let recorded = bytes(recorder.stop().await);
    assert!(recorded.len() < 10_000 && has(&recorded, r#""leftOut":"too large""#));
}

#[tokio::test]
async fn recorder_refuses_foreign_names_and_reports_a_missing_engine() {
    let engine = engine().await;
    let recorder = Recorder::of(&engine.url(), &[]).await;
    let url = format!("{}/masking/api/system-information", recorder.url);
    let status = async |options: &[&str]| {
        body(&[&["-o", "/dev/null", "-w", "%{http_code}", &url], options].concat()).await
    };
    assert_eq!(status(&[]).await, "200");
    assert_eq!(status(&["-H", "Host: evil.example"]).await, "403");
    engine.shutdown().await;
    assert_eq!(status(&[]).await, "502");
    assert!(body(&[&url]).await.contains("no connection to http://127.0.0.1"));
}

#[tokio::test]
async fn https_engine_needs_its_authority_or_insecure() {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    let ca = ca.to_str().unwrap();
    let mut engine = Program::start(&["--port", "0", "--tls", "self-signed", "--tls-ca-out", ca]);
    let url = engine.line().await;
    for options in [&["--ca", ca][..], &["--insecure"]] {
        let mut recorder = Recorder::of(&url, options).await;
        login(&recorder.url, "any").await;
        let dir = recorder.stop().await;
        let (code, text) = check(dir, &[&["--against", &url][..], options].concat()).await;
        assert_eq!((code, text.as_str()), (0, "same: 1 of 1 exchanges\n"));
        let (code, text) = check(dir, &["--against", &url]).await;
        assert!(code == 2 && text.contains("needs --ca FILE"), "{text}");
    }
    let other = dir.path().join("other.pem");
    let mut stranger = Program::start(&[
        "--port",
        "0",
        "--tls",
        "self-signed",
        "--tls-ca-out",
        other.to_str().unwrap(),
    ]);
    stranger.line().await;
    let recorder = Recorder::of(&url, &["--ca", other.to_str().unwrap()]).await;
    let answer = body(&[&format!("{}/masking/api/system-information", recorder.url)]).await;
    assert!(answer.contains("certificate"), "{answer}");
}

#[tokio::test]
async fn recording_needs_a_directory_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.txt"), "mine").unwrap();
    let path = dir.path().to_str().unwrap();
    let mut recorder = Program::start(&[
        "record",
        "--to",
        "http://127.0.0.1:1",
        "--out",
        path,
        "--port",
        "0",
    ]);
    assert!(!recorder.ended().await.success());
    assert!(recorder.log().contains("it is not empty"), "{}", recorder.log());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn url_with_a_password_is_refused_without_quoting_it() {
    let mut recorder = Program::start(&["record", "--to", "http://me:s3cret@engine", "--out", "none"]);
    assert!(!recorder.ended().await.success());
    assert!(!recorder.log().contains("s3cret"), "{}", recorder.log());
    assert!(!curl(&["http://127.0.0.1:1"]).await.status.success());
}
