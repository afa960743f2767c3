//! Replaying.

use mock_engine::{Builder, MockEngine, Settings};
use serde_json::Value;

use super::{Recorder, body, check, login, replay, stop, written};
use crate::client_scripts::python;
use crate::support::program::script;

/// An engine of an older version than the mock's default one.
fn older(name: &str) -> Builder {
    MockEngine::builder().settings(Settings::default().with(|settings| {
        name.clone_into(&mut settings.name);
        settings.version = "6.0.7.0".to_owned();
    }))
}

/// Records a script against two engines, runs it again against replays, and checks equal engines.
async fn recorded_and_replayed(interpreter: &std::path::Path, path: &str) {
    let (a, b) = (older("a.example.com"), older("b.example.com").empty());
    let (a, b) = (a.start().await.unwrap(), b.start().await.unwrap());
    let mut recorders = [
        Recorder::of(&a.url(), &[]).await,
        Recorder::of(&b.url(), &[]).await,
    ];
    script(
        interpreter,
        path,
        &[&recorders[0].url, &recorders[1].url],
        String::new,
    )
    .await;
    let equal = [older("a.example.com"), older("b.example.com").empty()];
    let mut replays = Vec::new();
    for (recorder, equal) in recorders.iter_mut().zip(equal) {
        let dir = recorder.stop().await;
        replays.push(replay(dir).await);
        let equal = equal.start().await.unwrap();
        let (code, text) = check(dir, &["--against", &equal.url()]).await;
        assert!(code == 0 && text.contains("same: "), "{text}");
    }
    script(interpreter, path, &[&replays[0].1, &replays[1].1], || {
        replays[0].0.log()
    })
    .await;
    for (program, _) in &mut replays {
        stop(program).await;
    }
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn python_client_gets_the_same_answers_from_a_replay() {
    recorded_and_replayed(&python(), "client_scripts/dxmc.py").await;
}

#[tokio::test]
async fn mock_from_a_recorded_backup_answers_like_the_engine() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/hr-schema.toml");
    let source = older("a.example.com").fresh().schema(crate::schema::hr());
    let source = source.start().await.unwrap();
    let target = older("b.example.com").empty().schema(crate::schema::hr());
    let target = target.start().await.unwrap();
    let mut recorder = Recorder::of(&source.url(), &[]).await;
    script(
        python(),
        "client_scripts/initializer.py",
        &[&recorder.url, &target.url()],
        String::new,
    )
    .await;
    let (code, text) = check(recorder.stop().await, &["--schema", schema]).await;
    // The whole output: no difference, and every exchange was sent.
    assert!(code == 0 && text.starts_with("same: "), "{text}");
}

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn curl_client_gets_the_same_answers_from_a_replay() {
    recorded_and_replayed("bash".as_ref(), "client_scripts/vendor_scripts.sh").await;
}

#[tokio::test]
async fn known_requests_are_recorded_and_others_rebuilt() {
    let engine = older("a.example.com").start().await.unwrap();
    let mut recorder = Recorder::of(&engine.url(), &[]).await;
    let token = login(&recorder.url, "any").await;
    let list = "/masking/api/environments?page_number=1&page_size=100";
    let recorded = body(&["-H", &token, &format!("{}{list}", recorder.url)]).await;
    let application = r#"{"applicationName":"new"}"#;
    let create = format!("{}/masking/api/applications", recorder.url);
    let made = body(&["-H", &token, "-d", application, &create]).await;
    let export = r#"[{"objectIdentifier":{"id":4},"objectType":"MASKING_JOB"}]"#;
    body(&[
        "-H",
        &token,
        "-d",
        export,
        &format!("{}/masking/api/export", recorder.url),
    ])
    .await;
    body(&[
        "-H",
        &token,
        &format!("{}/masking/api/database-connectors", recorder.url),
    ])
    .await;

    let (mut program, url) = replay(recorder.stop().await).await;
    let token = login(&url, "another").await;
    let ask = async |path: &str, options: &[&str]| {
        let url = format!("{url}{path}");
        let answer = body(&[&["-i", "-H", &token, &url], options].concat()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let source = head.split_once("x-mock-replay: ").unwrap().1;
        (source.split("\r\n").next().unwrap().to_owned(), body.to_owned())
    };
    // The order of parameters and the version prefix make no difference.
    let same = "/masking/api/v5.1.9/environments?page_size=100&page_number=1";
    assert_eq!(ask(same, &[]).await, ("recorded".to_owned(), recorded));
    assert_eq!(
        ask("/masking/api/applications", &["-d", application]).await,
        ("recorded".to_owned(), made.clone())
    );
    let (source, row) = ask("/masking/api/environments/2", &[]).await;
    assert!(source == "rebuilt" && row.contains("Orders"), "{row}");
    // The state follows the recorded change, with the same id.
    let made: Value = serde_json::from_str(&made).unwrap();
    let (source, row) = ask(
        &format!("/masking/api/applications/{}", made["applicationId"]),
        &[],
    )
    .await;
    assert_eq!(
        (source.as_str(), serde_json::from_str::<Value>(&row).unwrap()),
        ("rebuilt", made)
    );
    // The export is made of the redacted objects, in the environment that the list shows.
    let (source, document) = ask("/masking/api/export", &["-d", export]).await;
    let document = exportdoc::Document::read(document).unwrap();
    assert_eq!(source, "rebuilt");
    assert_eq!(document.report().signature.verdict, exportdoc::Verdict::Valid);
    assert!(
        document
            .report()
            .objects
            .iter()
            .any(|object| object.type_name == "MASKING_JOB")
    );
    let (_, jobs) = ask("/masking/api/masking-jobs?environment_id=1", &[]).await;
    assert!(jobs.contains("Mask patients"), "{jobs}");
    stop(&mut program).await;
}

#[tokio::test]
async fn same_question_gets_its_answers_in_order_and_the_last_repeats() {
    let dir = written(&[
        r#"{"method":"GET","path":"/masking/api/async-tasks/7","answer":{"status":200,"body":{"json":{"status":"RUNNING"}}}}"#,
        r#"{"method":"GET","path":"/masking/api/async-tasks/7","answer":{"status":503,"headers":{"retry-after":"9"},"body":{"text":"later\n"}}}"#,
        r#"{"method":"GET","path":"/masking/api/async-tasks/7","answer":{"status":200,"body":{"json":{"status": "SUCCEEDED"}}}}"#,
    ]);
    let (mut program, url) = replay(dir.path()).await;
    let url = format!("{url}/masking/api/async-tasks/7");
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(body(&["-w", " %{http_code} %header{retry-after}", &url]).await);
    }
    let reset = format!("{}/__admin/reset", url.split("/masking").next().unwrap());
    body(&["-X", "POST", &reset]).await;
    assert_eq!(body(&[&url]).await, r#"{"status":"RUNNING"}"#);
    let last = r#"{"status": "SUCCEEDED"} 200 "#;
    assert_eq!(
        answers,
        [r#"{"status":"RUNNING"} 200 "#, "later\n 503 9", last, last]
    );
    stop(&mut program).await;
}

#[tokio::test]
async fn recorder_that_was_killed_leaves_a_readable_recording() {
    let engine = older("a.example.com").start().await.unwrap();
    let recorder = Recorder::of(&engine.url(), &[]).await;
    let url = format!("{}/masking/api/system-information", recorder.url);
    body(&[&url]).await;
    let lines = recorder.dir.join("exchanges.jsonl");
    // A line is written after its answer.
    while !std::fs::read_to_string(&lines).unwrap().ends_with('\n') {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    recorder.program.signal("-KILL").await;
    let text = std::fs::read_to_string(&lines).unwrap();
    std::fs::write(&lines, format!("{text}{}", &text[..text.len() / 2])).unwrap();
    let (code, said) = check(&recorder.dir, &[]).await;
    assert!(
        code == 0 && said.contains("same: 1 of 1") && said.contains("no end"),
        "{said}"
    );
    // A damaged line within is no end.
    std::fs::write(&lines, format!("{}\n{text}", &text[..text.len() / 2])).unwrap();
    let (code, said) = check(&recorder.dir, &[]).await;
    assert!(code == 2 && said.contains("exchanges.jsonl, line 1: "), "{said}");
}
