//! The output and exit codes of `inspect` and `verify-signature`, and their behaviour on terminals.

use std::io::Read as _;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::{
    Parts, Plan, assert_snapshot, document_of_messages, exportdoc, file, global, masking_job, small,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::finding::REGISTRY;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject};
use exportdoc::internal::sample;
use exportdoc::internal::signature::KeySize;
use exportdoc::internal::wire::Writer;
use serde_json::Value;
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    exportdoc()
        .env("COLUMNS", "100")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Everything about a run, for a snapshot.
fn transcript(arguments: &[&str]) -> String {
    let output = run(arguments);
    let mut transcript = format!("$ exportdoc {}\n{}", arguments.join(" "), text(&output.stdout));
    if !output.stderr.is_empty() {
        transcript.push_str(&format!("--- standard error\n{}", text(&output.stderr)));
    }
    transcript.push_str(&format!("--- exit code {}\n", output.status.code().unwrap()));
    transcript
}

/// Compares transcripts with their snapshot, ages apart.
fn snapshot(name: &str, runs: &[&[&str]]) {
    let transcripts: Vec<_> = runs.iter().map(|arguments| transcript(arguments)).collect();
    assert_snapshot(name, &transcripts.join("\n"));
}

const HANDMADE: &str = "testdata/handmade/masking-job.json";
const UNDECLARED: &str = "testdata/handmade/undeclared-rule.json";
const CUT: &str = "testdata/documented/workflow-masking-job.json";
const NOT_JSON: &str = "testdata/documented/workflow-global-object.json";

#[test]
fn inspect_shows_a_document() {
    snapshot("inspect", &[&["inspect", HANDMADE], &["inspect", UNDECLARED]]);
}

#[test]
fn inspect_shows_the_objects_as_a_tree() {
    snapshot("inspect-tree", &[&["inspect", "--tree", HANDMADE]]);
}

#[test]
fn inspect_explains_the_types_of_the_objects() {
    let shown = text(&run(&["inspect", "--explain", HANDMADE]).stdout);
    let (_, types) = shown.split_once("  TYPE                 IS FOR\n").unwrap();
    let types: Vec<&str> = types.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(types.len(), 5, "{shown}");
    assert!(
        types[0].starts_with("  MASKING_JOB          Masks the data"),
        "{shown}"
    );
    let only = ["inspect", "--explain", "--objects", "MASKING_JOB", HANDMADE];
    let shown = text(&run(&only).stdout);
    assert!(
        shown.contains("Masks the data") && !shown.contains("Lists the tables"),
        "{shown}"
    );
}

#[test]
fn inspect_shows_the_objects_of_a_type() {
    let runs: &[&[&str]] = &[
        &[
            "inspect",
            "--objects",
            "MASKING_JOB",
            "--objects",
            "DOMAIN_REFERENCE",
            HANDMADE,
        ],
        &["inspect", "--tree", "--objects", "DOMAIN_REFERENCE", HANDMADE],
        &["inspect", "--objects", "LOOKUP", HANDMADE],
    ];
    snapshot("inspect-objects", runs);
}

#[test]
fn inspect_dumps_a_record() {
    let runs: &[&[&str]] = &[
        &["inspect", "--raw", "#0", HANDMADE],
        &["inspect", "--raw", "MASKING_JOB:4", HANDMADE],
        &["inspect", "--raw", "Guestbook copy", HANDMADE],
        &["inspect", "--raw", "FirstNameLookup", CUT],
        &["inspect", "--raw", "#0", NOT_JSON],
    ];
    snapshot("inspect-raw", runs);
}

#[test]
fn inspect_shows_what_is_left_of_damaged_documents() {
    snapshot("inspect-damaged", &[&["inspect", CUT], &["inspect", NOT_JSON]]);
}

#[test]
fn inspect_speaks_json() {
    let runs: &[&[&str]] = &[
        &["inspect", "--format", "json", HANDMADE, NOT_JSON],
        &["inspect", "--format", "json", CUT],
    ];
    snapshot("inspect-json", runs);
}

#[test]
fn verify_signature_says_what_it_rests_on() {
    let runs: &[&[&str]] = &[
        &["verify-signature", HANDMADE, UNDECLARED],
        &["verify-signature", CUT],
        &["verify-signature", NOT_JSON],
        &["verify-signature", "--rule", "records-v2", HANDMADE],
        &["verify-signature", "--rule", "records-v9", HANDMADE],
    ];
    snapshot("verify-signature", runs);
}

#[test]
fn explain_says_what_a_finding_means() {
    let runs: &[&[&str]] = &[
        &["explain", "sealed-by-toolkit", "signature-undetermined"],
        &["explain", "signature-wrong"],
        &["explain", "DATABASE_RULESET"],
        &["explain", "DATABASE_RULSET"],
        &["explain"],
    ];
    snapshot("explain", runs);
    let list = text(&run(&["explain", "--list"]).stdout);
    assert_eq!(list.lines().count(), REGISTRY.len());
    for rule in REGISTRY {
        assert!(
            list.contains(rule.id) && list.contains(rule.meaning),
            "{}",
            rule.id
        );
    }
}

#[test]
fn help_of_every_subcommand() {
    let top = transcript(&["--help"]);
    snapshot("help", &[&["--help"]]);
    let (_, commands) = top.split_once("Commands:\n").unwrap();
    // Descriptions that take more than a line go on further to the right.
    let names = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        snapshot(&format!("help-{name}"), &[&[name, "--help"]]);
    }
}

#[test]
fn inputs_that_cannot_be_read_are_named_with_the_next_step() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("empty")).unwrap();
    let run_in = |arguments: &[&str]| {
        let output = exportdoc()
            .current_dir(directory.path())
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            text(&output.stdout) + &text(&output.stderr),
        )
    };
    for (arguments, exit, words) in [
        (
            &["inspect", "missing.json"][..],
            2,
            &["missing.json", "No such file", "check the path"][..],
        ),
        (
            &["inspect", "--raw", "1", "missing.json"],
            2,
            &["missing.json", "No such file", "check the path"],
        ),
        (&["inspect", "."], 2, &["is a directory", "add --recursive"]),
        (
            &["inspect", "-r", "empty"],
            2,
            &["empty: no export document in it"],
        ),
        (
            &["verify-signature", "-", "-"],
            2,
            &["standard input is named twice"],
        ),
        (
            &["inspect", "--max-size", "lots", "x"],
            2,
            &["a number of bytes such as 512, 64K or 1G"],
        ),
        (&["inspect"], 2, &["required", "DOC"]),
        (&["inspect", "--nonsense", "x"], 2, &["--nonsense", "--help"]),
        (
            &["verify-signature", "--trusted-key", "sha256:12", "x"],
            2,
            &["is not a fingerprint", "64 hexadecimal digits"],
        ),
        (
            &["verify-signature", "--trusted-key", "missing.pem", "x"],
            2,
            &["missing.pem: No such file"],
        ),
        (
            &["verify-signature", "--public-key", "k", "x"],
            2,
            &["--public-key"],
        ),
        (&["nonsense"], 2, &["nonsense"]),
        (&["man", "nonsense"], 2, &["no subcommand 'nonsense'"]),
    ] {
        let (code, said) = run_in(arguments);
        assert_eq!(code, exit, "{arguments:?}: {said}");
        for word in words {
            assert!(
                said.contains(word),
                "{arguments:?} says nothing of {word:?}: {said}"
            );
        }
    }
}

/// One document for each exit code of `verify-signature`, all but `weak` with keys that count as strong.
struct Documents {
    directory: TempDir,
    strong_fingerprint: String,
}

impl Documents {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let strong = small().sized(KeySize::Dsa2048);
        file(at, "valid.json", strong.seal());
        file(at, "weak.json", small().seal());
        let mut parts = Parts::of(&small().sized(KeySize::Dsa2048).undeclared().seal());
        let domain = parts
            .blob
            .windows(7)
            .position(|bytes| bytes == b"\"DOMAIN")
            .unwrap();
        parts.blob[domain + 2] ^= 1;
        file(at, "undetermined.json", parts.document());
        let mut parts = Parts::of(&strong.seal());
        parts.blob[domain + 2] ^= 1;
        file(at, "invalid.json", parts.document());
        file(at, "unreadable.json", "{}");
        let strong_fingerprint = strong.key.public_key().facts().fingerprint.to_string();
        Self {
            directory,
            strong_fingerprint,
        }
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        let output = exportdoc()
            .current_dir(self.directory.path())
            .args(arguments)
            .output()
            .unwrap();
        output.status.code().unwrap()
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn each_exit_code_and_its_precedence_over_many_documents() {
    let documents = Documents::new();
    let other = format!("sha256:{}", "0".repeat(64));
    // What each document answers alone, weightiest first. The trusted key is the weak one's, so `valid` is untrusted.
    let weak = small().key.public_key().facts().fingerprint.to_string();
    let options = ["verify-signature", "--deny-weak", "--trusted-key", &weak];
    let table = [
        ("invalid.json", 1),
        ("unreadable.json", 2),
        ("weak.json", 5),
        ("undetermined.json", 3),
        ("valid.json", 4),
    ];
    for (at, (first, code)) in table.iter().enumerate() {
        assert_eq!(
            documents.code(&[&options[..], &[*first]].concat()),
            *code,
            "{first}"
        );
        for (second, _) in &table[at..] {
            assert_eq!(
                documents.code(&[&options[..], &[*first, *second]].concat()),
                *code,
                "{first} {second}"
            );
            assert_eq!(
                documents.code(&[&options[..], &[*second, *first]].concat()),
                *code,
                "{second} {first}"
            );
        }
    }
    let verify = |arguments: &[&str]| documents.code(&[&["verify-signature", "-q"], arguments].concat());
    assert_eq!(verify(&["valid.json", "weak.json"]), 0);
    assert_eq!(verify(&["--deny-weak", "valid.json"]), 0);
    assert_eq!(
        verify(&["--trusted-key", &documents.strong_fingerprint, "valid.json"]),
        0
    );
    assert_eq!(
        verify(&[
            "--trusted-key",
            &other,
            "--trusted-key",
            &documents.strong_fingerprint,
            "valid.json"
        ]),
        0
    );
    assert_eq!(verify(&["--trusted-key", &other, "valid.json"]), 4);
    // Trust changes nothing about what isn't valid.
    assert_eq!(
        verify(&[
            "--trusted-key",
            &documents.strong_fingerprint,
            "undetermined.json"
        ]),
        3
    );
    assert_eq!(
        verify(&["--trusted-key", &documents.strong_fingerprint, "invalid.json"]),
        1
    );
    assert_eq!(verify(&["--deny-weak", "--trusted-key", &other, "weak.json"]), 5);
    assert_eq!(verify(&["--max-size", "1K", "valid.json"]), 5);
    assert_eq!(verify(&["--rule", "records-v1", "valid.json"]), 1);
    assert_eq!(verify(&["--rule", "records-v2", "valid.json"]), 0);

    let inspect = |file: &str| documents.code(&["inspect", file]);
    assert_eq!(inspect("valid.json"), 0);
    assert_eq!(inspect("weak.json"), 0);
    assert_eq!(inspect("undetermined.json"), 0);
    assert_eq!(inspect("invalid.json"), 1);
    assert_eq!(inspect("unreadable.json"), 2);
    assert_eq!(documents.code(&["inspect", "--max-size", "1K", "valid.json"]), 5);
    assert_eq!(
        documents.code(&["inspect", "valid.json", "unreadable.json", "invalid.json"]),
        1
    );
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_internal_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("exportdoc"))
        .args(["inspect", HANDMADE])
        .current_dir(crate::support::root())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(text(&output.stderr).starts_with("error: writing the output: "));
}

#[test]
fn verdict_claims_no_origin_without_a_trusted_key() {
    let plain = text(&run(&["verify-signature", HANDMADE]).stdout);
    assert!(plain.contains("valid: intact; origin unknown") && plain.contains("sealed-by-toolkit"));
    let fingerprint = "sha256:a087a697b3fc27a76ae560380e6cd58e92606b79cb32bd2850f64edfe4ca2c96";
    let trusted = text(&run(&["verify-signature", "--trusted-key", fingerprint, HANDMADE]).stdout);
    assert!(
        trusted.contains("valid: intact; signed with a trusted key") && !trusted.contains("origin unknown")
    );
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

#[test]
fn trusted_keys_come_as_pem_der_base64_or_fingerprint() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str, content: &[u8]| file(directory.path(), name, content).to_str().unwrap().to_owned();
    let parts = Parts::of(&std::fs::read(crate::support::root().join(HANDMADE)).unwrap());
    let other = Parts::of(&small().seal()).key;
    let fingerprint = "a087a697b3fc27a76ae560380e6cd58e92606b79cb32bd2850f64edfe4ca2c96";
    let colons: Vec<&str> = fingerprint
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap())
        .collect();
    for trusted in [
        at("key.pem", pem("PUBLIC KEY", &parts.key).as_bytes()),
        at("key.der", &parts.key),
        at("key.txt", STANDARD.encode(&parts.key).as_bytes()),
        format!("sha256:{fingerprint}"),
        format!("sha256:{}", fingerprint.to_uppercase()),
        format!("sha256:{}", colons.join(":")),
    ] {
        assert_eq!(
            run(&["verify-signature", "--trusted-key", &trusted, HANDMADE])
                .status
                .code(),
            Some(0),
            "{trusted}"
        );
    }
    let untrusted = at("other.pem", pem("PUBLIC KEY", &other).as_bytes());
    let output = run(&["verify-signature", "--trusted-key", &untrusted, HANDMADE]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stdout).contains("key-not-trusted"));
    let no_key = at("no.pem", pem("PUBLIC KEY", b"0123").as_bytes());
    assert_eq!(
        run(&["verify-signature", "--trusted-key", &no_key, HANDMADE])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_detached_signature_is_verified_in_every_form() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str, content: &[u8]| file(directory.path(), name, content).to_str().unwrap().to_owned();
    for (size, hash) in [(KeySize::Dsa512, "SHA-1"), (KeySize::Dsa2048, "SHA-256")] {
        let parts = Parts::of(&small().sized(size).seal());
        let trailer = parts.records().pop().unwrap();
        let signed = &parts.blob[..parts.blob.len() - trailer.len() - 4];
        let payload = at("payload.bin", signed);
        let keys = [
            at("key.pem", pem("PUBLIC KEY", &parts.key).as_bytes()),
            at("key.der", &parts.key),
            at("key.txt", STANDARD.encode(&parts.key).as_bytes()),
        ];
        let signatures = [
            at("sig.der", &parts.signature),
            at("sig.txt", STANDARD.encode(&parts.signature).as_bytes()),
        ];
        let verify = |key: &str, signature: &str, payload: &str, more: &[&str]| {
            let arguments = [
                "verify-signature",
                "--public-key",
                key,
                "--signature",
                signature,
                "--payload",
                payload,
            ];
            let output = run(&[&arguments[..], more].concat());
            (
                output.status.code().unwrap(),
                text(&output.stdout) + &text(&output.stderr),
            )
        };
        for key in &keys {
            for signature in &signatures {
                let (code, said) = verify(key, signature, &payload, &[]);
                assert_eq!(code, 0, "{said}");
                assert!(
                    said.starts_with(&format!("valid: intact; origin unknown ({hash})")),
                    "{said}"
                );
            }
        }
        let (key, signature) = (keys[0].as_str(), signatures[0].as_str());
        let changed = at("changed.bin", &[signed, b"!"].concat());
        assert_eq!(verify(key, signature, &changed, &[]).0, 1);
        assert_eq!(verify(key, signature, &changed, &["-q"]), (1, String::new()));
        assert_eq!(verify(key, signature, &payload, &["--trusted-key", key]).0, 0);
        assert_eq!(
            verify(
                key,
                signature,
                &payload,
                &["--trusted-key", &format!("sha256:{}", "0".repeat(64))]
            )
            .0,
            4
        );
        let weak = size == KeySize::Dsa512;
        assert_eq!(
            verify(key, signature, &payload, &["--deny-weak"]).0,
            if weak { 5 } else { 0 }
        );
        let (_, said) = verify(key, signature, &payload, &["--format", "json"]);
        let json: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (&json["schema_version"], &json["detached"]["verdict"]),
            (&1.into(), &"valid".into())
        );

        // Refused before anything is verified: an answer about key or signature, in the format asked for.
        let broken = at("broken.der", &[0x30, 0x03, 0x02, 0x01, 0x00]);
        let (code, said) = verify(key, &broken, &payload, &[]);
        assert_eq!(code, 1);
        assert!(said.starts_with("invalid: ") && said.contains("help: "), "{said}");
        let (code, said) = verify(key, &broken, &payload, &["--format", "json"]);
        let json: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, &json["detached"]["verdict"]), (1, &"invalid".into()));
        assert_eq!(verify(key, "missing", &payload, &[]).0, 2);
        assert_eq!(verify(key, signature, "missing", &[]).0, 2);
        assert_eq!(verify(HANDMADE, signature, &payload, &[]).0, 2);
    }
}

#[test]
fn standard_input_is_a_document_like_any_other() {
    let document = std::fs::read(crate::support::root().join(HANDMADE)).unwrap();
    for command in ["inspect", "verify-signature"] {
        let piped = exportdoc()
            .args([command, "-"])
            .write_stdin(document.clone())
            .output()
            .unwrap();
        let named = run(&[command, HANDMADE]);
        assert_eq!(piped.status.code(), Some(0));
        assert_eq!(
            text(&piped.stdout),
            text(&named.stdout).replacen(HANDMADE, "-", 1)
        );
    }
    let raw = exportdoc()
        .args(["inspect", "--raw", "#0", "-"])
        .write_stdin(document)
        .output()
        .unwrap();
    assert_eq!(raw.stdout, run(&["inspect", "--raw", "#0", HANDMADE]).stdout);
}

/// Documents of unlike size in nested directories, each beside another file, and the paths in order.
fn many_documents(directory: &Path, count: usize) -> Vec<String> {
    let (small, job) = (small().seal(), masking_job().seal());
    let mut paths = Vec::new();
    for number in 0..count {
        let folder = directory.join(format!("d{}", number % 3));
        std::fs::create_dir_all(&folder).unwrap();
        let document = if number % 4 == 0 { &job } else { &small };
        paths.push(file(&folder, &format!("{number:02}.json"), document));
        file(&folder, &format!("{number:02}.txt"), "no document");
    }
    paths.sort();
    paths
        .iter()
        .map(|path| path.to_str().unwrap().to_owned())
        .collect()
}

#[test]
#[ignore = "ci/long runs it"]
fn directory_is_reported_in_path_order() {
    let directory = tempfile::tempdir().unwrap();
    // More than are judged at a time.
    let paths = many_documents(directory.path(), 90);
    let output = run(&[
        "inspect",
        "-r",
        "--format",
        "ndjson",
        directory.path().to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0));
    let got: Vec<String> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .inspect(|line| assert_eq!(line["schema_version"], 1))
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(got, paths);
    // Named files keep the order they are named in.
    let output = run(&["verify-signature", "--format", "json", &paths[5], &paths[0]]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert_eq!(
        (&json["documents"][0]["path"], &json["documents"][1]["path"]),
        (&paths[5].as_str().into(), &paths[0].as_str().into())
    );
    assert_eq!(json["documents"][0].get("objects"), None);
    // No progress bar without a terminal.
    assert!(output.stderr.is_empty());
}

#[test]
#[ignore = "ci/long runs it"]
fn closed_pipe_keeps_the_exit_code() {
    let directory = tempfile::tempdir().unwrap();
    many_documents(directory.path(), 30);
    // Judged last.
    let mut parts = Parts::of(&small().seal());
    parts.blob[100] ^= 1;
    file(directory.path(), "z.json", parts.document());
    for arguments in [
        &["inspect", "-r"][..],
        &["inspect", "-r", "--format", "json"],
        &["verify-signature", "-r"],
        &["verify-signature", "-r", "--format", "ndjson"],
        &["audit", "-r"],
        &["audit", "-r", "--format", "json"],
    ] {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("exportdoc"))
            .args(arguments)
            .arg(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        let others = format!(
            "30 other files in {}: no documents (--verbose names them)\n",
            directory.path().display()
        );
        assert_eq!(text(&output.stderr), others, "{arguments:?}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = exportdoc()
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        text(&output.stdout).contains('\u{1b}')
    };
    for command in ["inspect", "verify-signature", "audit"] {
        assert!(!coloured(&[command, HANDMADE], &[]));
        assert!(coloured(&["--color", "always", command, HANDMADE], &[]));
        assert!(coloured(
            &[command, "--color=always", HANDMADE],
            &[("NO_COLOR", "1")]
        ));
        assert!(!coloured(
            &[command, "--color", "never", HANDMADE],
            &[("CLICOLOR_FORCE", "1")]
        ));
        assert!(coloured(&[command, HANDMADE], &[("CLICOLOR_FORCE", "1")]));
        assert!(!coloured(
            &[command, HANDMADE],
            &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")]
        ));
    }
    assert!(!coloured(
        &["inspect", "--color", "always", "--format", "json", HANDMADE],
        &[]
    ));
}

#[test]
fn quiet_prints_nothing_at_all() {
    for (path, code) in [(HANDMADE, 0), (CUT, 1), (NOT_JSON, 2)] {
        for format in ["text", "json", "ndjson"] {
            let output = run(&["verify-signature", "--quiet", "--format", format, path]);
            assert_eq!(output.status.code(), Some(code));
            assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{path}");
        }
    }
}

#[test]
fn secrets_are_counted_and_only_shown_on_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path(), "global.json", global().seal());
    let path = path.to_str().unwrap();
    let secret = STANDARD.encode(sample::key_bytes("global"));
    for format in ["text", "json", "ndjson"] {
        let hidden = text(&run(&["inspect", "--format", format, path]).stdout);
        assert!(!hidden.contains(&secret) && !hidden.contains("<row id="));
        assert!(hidden.contains("secrets-in-clear") && hidden.contains("key-present"));
        let shown = text(&run(&["inspect", "--show-secrets", "--format", format, path]).stdout);
        assert!(shown.contains(&secret) && shown.contains("<row id="));
    }
}

/// Whether a text has only printable characters and line ends.
fn is_tame(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

#[test]
fn what_a_document_says_cannot_move_the_cursor_or_hide_text() {
    const EVIL: &str = "x\u{1b}[2J\u{1b}]0;title\u{7}\r\nvalid: intact\u{202e}\u{9b}31m\u{7f}\t\u{2066}y";
    let key = |number| ObjectKey::new(number, Identifier::Text(EVIL.to_owned()));
    let object = |number, needs: &[ObjectKey]| {
        let data = Writer::new().text(1, EVIL).finish();
        let object = SyncObject::build(&key(number), needs, &Revision::default(), EVIL, &data).unwrap();
        Writer::new().raw(object.as_bytes()).finish()
    };
    let parts = Parts::of(&document_of_messages(&[
        object(20, &[key(14), key(77)]),
        object(14, &[]),
        object(4711, &[]),
    ]));
    let mut metadata = parts.metadata.clone();
    for member in ["exportHost", "exportDate"] {
        metadata[member] = EVIL.into();
    }
    metadata["requestedObjectList"] =
        serde_json::json!([{"objectType": EVIL, "objectIdentifier": {"id": EVIL}}]);
    metadata["exportedObjectList"][2]["objectType"] = EVIL.into();
    metadata["exportedObjectList"][1]["revisionHash"] = EVIL.into();
    metadata[EVIL] = 1.into();
    let mut header = crate::support::header(3);
    (header.export_id, header.started, header.rule) = (EVIL.into(), EVIL.into(), Some(EVIL.into()));
    let mut records = parts.records();
    records[0] = header.encode();
    let evil = Parts {
        metadata,
        ..parts.with_records(&records)
    };
    let mut cut = evil.clone();
    cut.blob.truncate(cut.blob.len() - 300);
    let mut extra: Value = serde_json::from_slice(&evil.document()).unwrap();
    extra[EVIL] = serde_json::json!({EVIL: EVIL});
    extra["publicKey"] = EVIL.into();

    let directory = tempfile::tempdir().unwrap();
    let answer = serde_json::json!({"errorMessage": EVIL}).to_string();
    let paths = [
        file(directory.path(), "evil.json", evil.document()),
        file(directory.path(), "cut.json", cut.document()),
        file(directory.path(), "extra.json", extra.to_string()),
        file(directory.path(), "answer.json", answer),
        file(
            directory.path(),
            "syntax.json",
            String::from("{\"blob\": \u{202e}\u{9b}"),
        ),
        file(directory.path(), "name\u{1b}[2J\u{202e}.json", "{}"),
    ];
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["inspect"],
        vec!["inspect", "--tree"],
        vec!["inspect", "--objects", "MASKING_JOB"],
        vec!["inspect", "--show-secrets"],
        vec!["inspect", "--format", "json"],
        vec!["inspect", "--format", "ndjson"],
        vec!["verify-signature"],
        vec!["verify-signature", "--format", "json"],
        vec!["audit"],
        vec!["audit", "--format", "json"],
    ];
    commands.extend(["#0", "#1", "#3", "x", EVIL].map(|wanted| vec!["inspect", "--raw", wanted]));
    for command in commands {
        for path in &paths {
            let output = exportdoc().args(&command).arg(path).output().unwrap();
            let said = text(&output.stdout) + &text(&output.stderr);
            assert!(is_tame(&said), "{command:?} {path:?}: {said:?}");
            assert!(
                !said.lines().any(|line| line.starts_with("valid: intact")),
                "{command:?} {path:?}: {said}"
            );
        }
    }
    let said = text(&exportdoc().arg("inspect").arg(&paths[0]).output().unwrap().stdout);
    assert!(
        said.contains(r"x\u{1b}[2J\u{1b}]0;title\u{7}\r\nvalid: intact\u{202e}\u{9b}31m\u{7f}\t\u{2066}y"),
        "{said}"
    );
    // JSON keeps the text itself.
    let json: Value = serde_json::from_slice(
        &exportdoc()
            .args(["inspect", "--format", "json"])
            .arg(&paths[0])
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    assert_eq!(json["documents"][0]["export"]["host"], EVIL);
}

#[test]
fn completions_and_manual_pages_know_every_subcommand() {
    let subcommands = [
        "inspect",
        "verify-signature",
        "audit",
        "diff",
        "textconv",
        "git-setup",
        "explain",
        "completions",
        "man",
    ];
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        let script = text(&output.stdout);
        for name in subcommands {
            assert!(script.contains(name), "{shell} knows nothing of {name}");
        }
    }
    assert_eq!(run(&["completions", "csh"]).status.code(), Some(2));
    let page = text(&run(&["man"]).stdout);
    // troff writes a hyphen that stays one with a backslash.
    let page = page.replace("\\-", "-");
    for name in subcommands {
        assert!(page.contains(name), "the manual page knows nothing of {name}");
        let own = text(&run(&["man", name]).stdout).replace("\\-", "-");
        assert!(
            own.contains(&format!("exportdoc-{name}")) && own.contains(".SH"),
            "{own}"
        );
    }
    assert!(page.contains("Exit codes"));
}

#[test]
fn version_and_help_are_no_errors() {
    for arguments in [
        &["--version"][..],
        &["--help"],
        &["help"],
        &["inspect", "--version"],
        &["verify-signature", "-h"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(
            !output.stdout.is_empty() && output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_document_without_objects_is_a_document() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(directory.path(), "none.json", Plan::new(Vec::new(), &[]).seal());
    let path = path.to_str().unwrap();
    for arguments in [
        &["inspect"][..],
        &["inspect", "--tree"],
        &["inspect", "--format", "json"],
        &["verify-signature"],
    ] {
        let output = run(&[arguments, &[path]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    }
}

/// What a run prints, with any verdict.
fn shown(arguments: &[&str]) -> String {
    String::from_utf8(exportdoc().args(arguments).output().unwrap().stdout).unwrap()
}

#[test]
fn raw_shows_each_wire_type_and_bytes_that_are_no_message() {
    let odd = shown(&["inspect", "--raw", "#1", "testdata/format/wire-forms.json"]);
    assert!(odd.contains("20: fixed64 0x0807060504030201"), "{odd}");
    assert!(odd.contains("9: fixed32 0x04030201"), "{odd}");
    let broken = shown(&["inspect", "--raw", "#1", "testdata/format/broken/wire-type.json"]);
    assert!(broken.contains("2: bytes(352) 0a2f0819"), "{broken}");
}

#[test]
fn explain_says_that_a_later_type_is_unknown() {
    let text = shown(&["inspect", "--explain", "testdata/format/later-type.json"]);
    assert!(text.contains("This version doesn't know the type."), "{text}");
}
