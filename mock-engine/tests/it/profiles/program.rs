//! Profiles as options, in files and as a subcommand.

use tokio::process::Command;

use crate::support::program::Program;

async fn run(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .args(arguments)
        .output()
        .await
        .unwrap()
}

async fn get(url: &str) -> String {
    let output = Command::new("curl").args(["-sS", url]).output().await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The status of a POST and the engine's version.
async fn seen(url: &str) -> (String, String) {
    let login = [
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-d",
        r#"{"username":"u","password":"p"}"#,
    ];
    let login = Command::new("curl")
        .args(login)
        .arg(format!("{url}/masking/api/login"))
        .output()
        .await
        .unwrap();
    let version: serde_json::Value =
        serde_json::from_str(&get(&format!("{url}/masking/api/system-information")).await).unwrap();
    (
        String::from_utf8(login.stdout).unwrap(),
        version["version"].as_str().unwrap().to_owned(),
    )
}

fn seen_as(status: &str, version: &str) -> (String, String) {
    (status.to_owned(), version.to_owned())
}

#[tokio::test]
async fn options_override_the_profile() {
    let mut plain = Program::start(&["--port", "0", "--profile", "2025"]);
    let mut other = Program::start(&[
        "--port",
        "0",
        "--profile",
        "2025",
        "--created-status",
        "200",
        "--engine-version",
        "2025.3.0.0",
    ]);
    assert_eq!(seen(&plain.line().await).await, seen_as("201", "2025.2.0.0"));
    assert_eq!(seen(&other.line().await).await, seen_as("200", "2025.3.0.0"));
}

#[tokio::test]
async fn each_engine_of_a_file_has_its_profile() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let engines = "[[engine]]\nname = \"old\"\nprofile = \"5.3\"\n[[engine]]\nname = \"new\"\n[[engine]]\n\
                   name = \"own\"\nprofile = \"2025\"\ncreated-status = 200\nversion = \"2025.4.0.0\"\n";
    std::fs::write(file.path(), engines).unwrap();
    let path = file.path().to_str().unwrap();
    let mut program = Program::start(&["--config", path, "--profile", "2025"]);
    for (name, expected) in [
        ("old", seen_as("200", "5.3.3.0")),
        ("new", seen_as("201", "2025.2.0.0")),
        ("own", seen_as("200", "2025.4.0.0")),
    ] {
        let line = program.line().await;
        let url = line.strip_prefix(name).unwrap_or_else(|| panic!("{line}")).trim();
        assert_eq!(seen(url).await, expected, "{name}");
    }
}

#[tokio::test]
async fn profiles_prints_the_documented_table_and_one_profile() {
    let all = run(&["profiles"]).await;
    let all = String::from_utf8(all.stdout).unwrap();
    assert!(
        all.lines()
            .next()
            .unwrap()
            .contains("5.3         6.0         6.0.15      2025"),
        "{all}"
    );
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mock-engine.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains(&format!("```text\n{all}```\n")),
        "docs/mock-engine.md has another table:\n{all}"
    );
    let one = run(&["profiles", "6.0"]).await;
    let one = String::from_utf8(one.stdout).unwrap();
    assert!(
        one.contains("  MAPPLET\n") && one.contains("  /monitor-task\n"),
        "{one}"
    );
    assert!(one.contains("  userStatus in /users\n"), "{one}");
    assert!(!one.contains("USER_ALGORITHM"), "{one}");
    for wrong in [&["profiles", "7.0"][..], &["--profile", "7.0"]] {
        let wrong = run(wrong).await;
        let said = String::from_utf8(wrong.stderr).unwrap();
        assert!(
            said.contains("'7.0' is not a profile (5.3, 6.0, 6.0.15 or 2025)"),
            "{said}"
        );
        assert_eq!(wrong.status.code(), Some(2));
    }
}
