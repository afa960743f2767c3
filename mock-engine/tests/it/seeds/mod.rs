//! Seed files and declared content.

mod kinds;
mod mistakes;
mod on_the_fly;
mod replaced;
mod rules;

use std::path::Path;

use exportdoc::internal::import_plan::Verdict;
use exportdoc::{Document, PlanOptions, ReadOptions, Target};
use mock_engine::{Builder, Content, ContentFormat, MockEngine};
use serde_json::Value;
use tokio::process::Command;

use crate::support::client::{Client, Reply, exchange};
use crate::support::pair::{all_success, entry, export, import, new_environment};
use crate::support::program::Program;

/// The example of docs/testing.md.
fn ten_lines() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/testing.md");
    let page = std::fs::read_to_string(page).unwrap();
    let example = page.split("```toml hr.toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    assert_eq!(example.lines().count(), 10);
    example.to_owned()
}

fn content(text: &str) -> Content {
    Content::parse(text, ContentFormat::Toml).unwrap()
}

fn toml(text: &str) -> Builder {
    MockEngine::builder().content(content(text))
}

async fn put(client: &Client, media_type: &str, content: &str) -> Reply {
    let header = format!("Content-Type: {media_type}\r\n");
    client
        .raw("PUT", "/__admin/content", &header, content.as_bytes())
        .await
}

/// What the program prints, whether it fails or not.
async fn printed(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mock-engine"))
        .args(arguments)
        .output()
        .await
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn state(client: &Client) -> Value {
    serde_json::to_value(&*client.engine.engine().snapshot()).unwrap()
}

#[tokio::test]
async fn ten_lines_make_a_job_that_syncs() {
    let a = Client::of(toml(&ten_lines())).await;
    let job = a.rows("masking-jobs").await[0].clone();
    let document = export(&a, &[entry("MASKING_JOB", job["maskingJobId"].clone())]).await;

    let b = Client::of(MockEngine::builder().fresh()).await;
    let environment = new_environment(&b, "target").await;
    let dump = b.raw("GET", "/__admin/state?secrets=true", "", b"").await.body;
    let options = ReadOptions::new();
    let target = Target::read([("b", dump.as_slice())], &options).unwrap();
    let read = Document::read(document.clone()).unwrap();
    let plan = read
        .plan(&target, PlanOptions::new().environment(environment))
        .unwrap();
    assert_eq!(plan.verdict, Verdict::WouldSucceed, "{plan:?}");

    let query = format!("force_overwrite=false&environment_id={environment}");
    all_success(&import(&b, &query, &document).await);
    let columns = b.rows("column-metadata").await;
    let masked: Vec<_> = columns.iter().filter(|row| row["isMasked"] == true).collect();
    assert_eq!((columns.len(), masked.len()), (3, 2), "{columns:#?}");
}

/// A file with every kind of object.
const ALL: &str = r#"
applications = ["HR"]
algorithms = [{ name = "StaffLookup", description = "Names" }]
domains = [{ name = "STAFF", algorithm = "StaffLookup", classification = "Employee" }]
profileExpressions = [{ name = "Staff name", domain = "STAFF", expression = "staff" }]
profileSets = [{ name = "Staff set", expressions = ["Staff name"] }]

[[environments]]
name = "HR test"
id = 7
[[environments.connectors]]
name = "HR database"
type = "POSTGRES"
host = "db.example.com"
port = 5432
schema = "HR"
user = "hr"
password = "geheim"
tables = [{ name = "JOBS", rows = 19 }]
[[environments.rulesets]]
name = "Staff rules"
id = 31
tables = [{ name = "EMPLOYEES", rows = 107, columns = [
    { name = "ID", type = "int8", length = 19, flags = ["PK"] },
    { name = "LAST_NAME", algorithm = "StaffLookup" },
] }]
[[environments.jobs]]
name = "Mask staff"
description = "Nightly"
[[environments.profileJobs]]
name = "Profile staff"
profileSet = "Staff set"
"#;

/// The same content as YAML and as JSON.
fn other_formats(text: &str) -> [(ContentFormat, String); 2] {
    let value: Value = toml::from_str::<toml::Table>(text)
        .map(|table| serde_json::to_value(table).unwrap())
        .unwrap();
    let yaml = "\
applications: [HR]
algorithms:
  - { name: StaffLookup, description: Names }
domains:
  - name: STAFF
    algorithm: StaffLookup
    classification: Employee
profileExpressions: [{ name: Staff name, domain: STAFF, expression: staff }]
profileSets:
- name: Staff set
  expressions: [Staff name]
environments:
- name: HR test
  id: 7
  connectors:
  - { name: HR database, type: POSTGRES, host: db.example.com, port: 5432, schema: HR, user: hr, password: geheim,
      tables: [{ name: JOBS, rows: 19 }] }
  rulesets:
  - name: Staff rules
    id: 31
    tables:
    - name: EMPLOYEES
      rows: 107
      columns:
      - { name: ID, type: int8, length: 19, flags: [PK] }
      - { name: LAST_NAME, algorithm: StaffLookup }
  jobs: [{ name: Mask staff, description: Nightly }]
  profileJobs: [{ name: Profile staff, profileSet: Staff set }]
";
    [
        (ContentFormat::Json, serde_json::to_string_pretty(&value).unwrap()),
        (ContentFormat::Yaml, yaml.to_owned()),
    ]
}

#[tokio::test]
async fn three_formats_give_the_same_state() {
    let first = state(&Client::of(toml(ALL).seed(1)).await);
    for (format, text) in other_formats(ALL) {
        let content = Content::parse(&text, format).unwrap();
        let client = Client::of(MockEngine::builder().seed(1).content(content)).await;
        assert!(state(&client) == first, "{format:?}");
    }
    // Ids of content don't depend on the engine's own.
    let other = state(&Client::of(toml(ALL).seed(2)).await);
    assert_eq!(other["objects"], first["objects"]);
}

#[tokio::test]
async fn init_writes_an_example_once_that_loads() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("seed.toml");
    let path = path.to_str().unwrap();
    let (done, text) = printed(&["init", path]).await;
    assert!(done && text.is_empty(), "{text}");
    let (_, shown) = printed(&["init"]).await;
    assert_eq!(shown, std::fs::read_to_string(path).unwrap());
    std::fs::write(path, "# mine\n").unwrap();
    let (done, text) = printed(&["init", path]).await;
    assert!(!done && text.contains("seed.toml"), "{text}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "# mine\n");

    let client = Client::of(toml(&shown)).await;
    assert_eq!(client.rows("masking-jobs").await.len(), 1);
    // Its comments are members, too: all of them load at once.
    let all = shown
        .lines()
        .skip_while(|line| line.starts_with('#'))
        .map(|line| match line.strip_prefix("# ") {
            Some(member) if member.contains(" = ") && !member.starts_with("load") => {
                // Numbers are unique among objects that share them.
                member.replace("id = 7", &format!("id = {}", 100 + line.len()))
            }
            _ => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        all.contains("\nhost = ") && all.contains("\ndateFormat = "),
        "{all}"
    );
    Content::parse(&all, ContentFormat::Toml).unwrap();
}

#[tokio::test]
async fn files_load_documents_beside_them_and_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let a = Client::of(toml(&ten_lines())).await;
    let job = a.rows("masking-jobs").await[0]["maskingJobId"].clone();
    std::fs::write(
        dir.path().join("job.json"),
        export(&a, &[entry("MASKING_JOB", job)]).await,
    )
    .unwrap();
    let files = [
        (
            "one.toml",
            "load = [\"job.json\"]\nenvironments = [{ name = \"own\", connectors = [\"C\"] }]\n",
        ),
        ("two.yaml", "environments:\n- { name: own, rulesets: [R] }\n"),
    ];
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let config = dir.path().join("config.toml");
    let list = files.map(|(name, _)| dir.path().join(name));
    std::fs::write(
        &config,
        format!("[[engine]]\nname = \"x\"\nseed-file = {list:?}\n"),
    )
    .unwrap();
    let builder = MockEngine::builder().seed_file(&list[0]).seed_file(&list[1]);
    let client = Client::of(builder).await;
    let names = |rows: Vec<Value>, member: &str| -> Vec<String> {
        rows.iter()
            .map(|row| row[member].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(client.rows("database-rulesets").await, "rulesetName"),
        ["Staff", "R"]
    );
    assert_eq!(
        names(client.rows("masking-jobs").await, "jobName"),
        ["Mask staff"]
    );

    // The configuration starts the same.
    let mut program = Program::start(&["--config", config.to_str().unwrap()]);
    let reply = exchange(
        program.address().await.parse().unwrap(),
        b"GET /__admin/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert!(
        String::from_utf8(reply.await.body)
            .unwrap()
            .contains("\"rulesetName\":\"R\"")
    );
}
