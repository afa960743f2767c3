//! Checking.

use http::StatusCode;
use mock_engine::{MockEngine, Profile, Settings};
use serde_json::Value;

use super::{Recorder, check, replay, written};

/// What the wire facts say about answers of a 6.0 engine to a backup: compact JSON, 200 for a login, 999 rows a page.
const BACKUP: &[&str] = &[
    r#"{"method":"POST","path":"/masking/api/login","headers":{"content-type":"application/json"},"body":{"json":{"username":"admin","password":"<redacted>"}},"answer":{"status":200,"headers":{"Content-Type":"application/json"},"body":{"json":{"Authorization":"<redacted>"}}}}"#,
    r#"{"method":"GET","path":"/masking/api/system-information","headers":{"Authorization":"<redacted>"},"answer":{"status":200,"headers":{"Content-Type":"application/json;charset=utf-8"},"body":{"json":{"version":"6.0.7.0"}}}}"#,
    r#"{"method":"GET","path":"/masking/api/applications?page_size=999","headers":{"Authorization":"<redacted>"},"answer":{"status":200,"body":{"json":{"_pageInfo":{"numberOnPage":1,"total":1},"responseList":[{"applicationId":3,"applicationName":"hr"}]}}}}"#,
    r#"{"method":"GET","path":"/masking/api/environments?page_size=999","headers":{"Authorization":"<redacted>"},"answer":{"status":200,"body":{"json":{"_pageInfo":{"numberOnPage":2,"total":2},"responseList":[{"environmentId":7,"environmentName":"prod","applicationId":3,"purpose":"MASK","isWorkflowEnabled":false},{"environmentId":9,"environmentName":"dev","applicationId":3,"purpose":"MASK","isWorkflowEnabled":false}]}}}}"#,
    r#"{"method":"GET","path":"/masking/api/database-connectors?page_size=999","headers":{"Authorization":"<redacted>"},"answer":{"status":200,"body":{"json":{"_pageInfo":{"numberOnPage":1,"total":1},"responseList":[{"databaseConnectorId":12,"connectorName":"people","databaseType":"ORACLE","environmentId":9,"host":"db","port":1521,"sid":"X","username":"u"}]}}}}"#,
    r#"{"method":"POST","path":"/masking/api/environments","headers":{"Authorization":"<redacted>","content-type":"application/json"},"body":{"json":{"environmentName":"test","applicationId":"3","purpose":"MASK"}},"answer":{"status":200,"body":{"json":{"environmentId":15,"environmentName":"test","applicationId":3,"purpose":"MASK","isWorkflowEnabled":false}}}}"#,
    r#"{"method":"GET","path":"/masking/api/environments/15","headers":{"Authorization":"<redacted>"},"answer":{"status":200,"body":{"json":{"environmentId":15,"environmentName":"test","applicationId":3,"purpose":"MASK","isWorkflowEnabled":false}}}}"#,
    r#"{"method":"GET","path":"/masking/api/environments","answer":{"status":401,"headers":{"Content-Type":"application/json"},"body":{"json":{"errorMessage":"Invalid or missing token."}}}}"#,
];

#[tokio::test]
async fn mock_answers_a_recording_written_from_wire_facts() {
    let dir = written(BACKUP);
    let options = ["--ignore", "errorMessage", "--ignore", "sid"];
    let (code, text) = check(dir.path(), &options).await;
    // The mock also says what it is and which keys it had.
    assert_eq!(code, 1, "{text}");
    for line in text.lines().filter(|line| line.starts_with("  ")) {
        assert!(line.starts_with("  added    "), "{text}");
    }
    let (_program, url) = replay(dir.path()).await;
    let token = super::login(&url, "any").await;
    let url = format!("{url}/masking/api/environments/9");
    let row: Value = serde_json::from_str(&super::body(&["-H", &token, &url]).await).unwrap();
    assert_eq!(row["environmentName"], "dev");
}

#[tokio::test]
async fn check_names_each_difference() {
    let engine = MockEngine::builder()
        .empty()
        .created_status(StatusCode::CREATED)
        .start()
        .await
        .unwrap();
    let dir = written(&[
        BACKUP[0],
        BACKUP[1],
        r#"{"method":"GET","path":"/masking/api/roles","headers":{"Authorization":"<redacted>"},"answer":{"status":200,"headers":{"Content-Type":"text/html"},"body":{"json":{"_pageInfo":{"numberOnPage":"2","total":2},"responseList":[],"more":1}}}}"#,
    ]);
    let (code, text) = check(dir.path(), &["--against", &engine.url(), "--format", "json"]).await;
    assert_eq!(code, 1, "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["schema_version"], 1);
    let differing = report["differing"].as_array().unwrap();
    let found: Vec<String> = differing
        .iter()
        .flat_map(|exchange| exchange["differences"].as_array().unwrap())
        .map(|difference| {
            format!(
                "{} {}",
                difference["kind"].as_str().unwrap(),
                difference["place"].as_str().unwrap()
            )
        })
        .collect();
    for wanted in [
        "status status",
        "value $.version",
        "content_type content-type",
        "type $._pageInfo.numberOnPage",
        "missing $.more",
        "added $.responseList[]",
    ] {
        assert!(found.iter().any(|found| found == wanted), "{wanted}: {found:?}");
    }
}

#[tokio::test]
async fn check_names_a_list_in_another_order() {
    let list = |ids: [u32; 2]| {
        let row = |id| format!(r#"{{"applicationId":{id},"applicationName":"app {id}"}}"#);
        let rows = ids.map(row).join(",");
        format!(
            r#"{{"method":"GET","path":"/masking/api/applications","headers":{{"Authorization":"x"}},"answer":{{"status":200,"body":{{"json":{{"_pageInfo":{{"numberOnPage":2,"total":2}},"responseList":[{rows}]}}}}}}}}"#
        )
    };
    let dir = written(&[&list([1, 2])]);
    assert_eq!(
        check(dir.path(), &[]).await,
        (0, "same: 1 of 1 exchanges\n".to_owned())
    );
    let dir = written(&[&list([2, 1])]);
    let (code, text) = check(dir.path(), &[]).await;
    assert_eq!(code, 1);
    assert!(
        text.contains("order    $.responseList[]: recorded app 2, app 1; here app 1, app 2"),
        "{text}"
    );
}

#[tokio::test]
async fn check_follows_the_profile_of_the_recorded_engine() {
    let old = Settings::default().profiled(Profile::V5_3);
    let engine = MockEngine::builder().settings(old).start().await.unwrap();
    let mut recorder = Recorder::of(&engine.url(), &[]).await;
    let token = super::login(&recorder.url, "any").await;
    for path in [
        "system-information",
        "application-settings",
        "syncable-objects?object_type=CLASSIFIER",
    ] {
        super::body(&["-H", &token, &format!("{}/masking/api/{path}", recorder.url)]).await;
    }
    let dir = recorder.stop().await;
    let (code, text) = check(dir, &["--profile", "5.3"]).await;
    assert_eq!((code, text.as_str()), (0, "same: 4 of 4 exchanges\n"));
    let (code, text) = check(dir, &["--profile", "2025"]).await;
    assert!(
        code == 1 && text.contains("status: recorded 400, here 200"),
        "{text}"
    );
}

#[tokio::test]
async fn check_without_a_recording_or_an_engine_gives_code_2() {
    let dir = written(BACKUP);
    let (code, text) = check(dir.path(), &["--against", "http://127.0.0.1:1"]).await;
    assert!(code == 2 && text.contains("no connection"), "{text}");
    let (code, text) = check(&dir.path().join("bodies"), &[]).await;
    assert!(code == 2 && text.contains("manifest.json"), "{text}");
    std::fs::write(dir.path().join("manifest.json"), r#"{"format":2,"other":1}"#).unwrap();
    let (code, text) = check(dir.path(), &[]).await;
    assert!(code == 2 && text.contains("a recording of format 2"), "{text}");
    let (code, text) = check(written(&[]).path(), &[]).await;
    assert_eq!(
        (code, text.as_str()),
        (2, "nothing was compared: the recording has 0 exchanges\n")
    );
    let escape = r#"{"method":"GET","path":"/","answer":{"status":200,"body":{"file":"../../etc/passwd"}}}"#;
    let (code, text) = check(written(&[escape]).path(), &[]).await;
    assert!(code == 2 && text.contains("inside the recording"), "{text}");
    let linked = r#"{"method":"GET","path":"/","answer":{"status":200,"body":{"file":"a.json"}}}"#;
    let dir = written(&[linked]);
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("a.json")).unwrap();
    let (code, text) = check(dir.path(), &[]).await;
    assert!(code == 2 && text.contains("inside the recording"), "{text}");
}

#[tokio::test]
async fn example_in_the_documentation_is_a_recording() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/recording.md");
    let page = std::fs::read_to_string(page).unwrap();
    let lines = page
        .split_once("```jsonl\n")
        .unwrap()
        .1
        .split("```")
        .next()
        .unwrap();
    let dir = written(&lines.lines().collect::<Vec<_>>());
    assert_eq!(
        check(dir.path(), &[]).await,
        (0, "same: 3 of 3 exchanges\n".to_owned())
    );
}
