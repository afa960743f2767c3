//! `exportdoc audit` over archives: order, bad files, the summary, Ctrl-C, and the bar on a terminal.

use std::fs;
use std::path::Path;

use crate::support::made;
use crate::support::{exportdoc, file, testdata};
use serde_json::Value;
use tempfile::TempDir;

/// So many documents in directories of ten. They are the same file under many names.
fn archive(documents: usize) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let first = directory.path().join("first");
    fs::copy(testdata("generated/masking-job.json"), &first).unwrap();
    for n in 0..documents {
        let below = directory.path().join(format!("archive/{:03}", n / 10));
        if n % 10 == 0 {
            fs::create_dir_all(&below).unwrap();
        }
        fs::hard_link(&first, below.join(format!("{n:05}.json"))).unwrap();
    }
    directory
}

fn lines(text: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(text).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "whole lines");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn paths(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["path"].as_str().unwrap()).collect()
}

#[test]
#[ignore = "ci/long runs it"]
fn ndjson_has_a_line_per_file_in_path_order() {
    let directory = archive(12);
    let at = |name: &str| directory.path().join("archive").join(name);
    file(&at("000"), "00005.json.json", "not a document");
    file(&at("001"), "00011x.json", "{");
    let damaged = fs::read(made("damaged/cyclic.json")).unwrap();
    file(directory.path(), "archive/zz.json", damaged);
    let run = |arguments: &[&str]| {
        exportdoc()
            .current_dir(directory.path())
            .args(["audit", "--format", "ndjson", "-r"])
            .args(arguments)
            .output()
            .unwrap()
    };
    let output = run(&["archive"]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "unreadable files decide the exit code"
    );
    let lines = lines(&output.stdout);
    let told = paths(&lines);
    assert_eq!(told.len(), 15);
    assert!(told.is_sorted(), "{told:?}");
    let bad: Vec<&str> = lines
        .iter()
        .filter(|line| line["error"].is_object())
        .map(|line| line["path"].as_str().unwrap())
        .collect();
    assert_eq!(bad, ["archive/000/00005.json.json", "archive/001/00011x.json"]);
    let summary = String::from_utf8(output.stderr).unwrap();
    assert!(
        summary.starts_with("13 documents audited, 2 more unreadable\n"),
        "{summary}"
    );
    assert!(
        summary.contains("dependency-cycle: 1 in 1 document\n"),
        "{summary}"
    );
    assert!(summary.contains("key-weak: 13 in 13 documents\n"), "{summary}");

    let output = run(&["archive/000", "archive/001"]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "bad files alone, after the rest was done"
    );
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 14);
}

#[test]
fn in_text_the_summary_is_part_of_the_output() {
    let directory = archive(3);
    let output = exportdoc()
        .current_dir(directory.path())
        .args(["audit", "-r", "archive"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n3 documents audited\n"), "{text}");
    assert!(text.contains("key-weak: 3 in 3 documents\n"), "{text}");
    assert_eq!(output.stderr, b"");
}

#[test]
fn text_shows_shared_information_once() {
    let directory = tempfile::tempdir().unwrap();
    let document = fs::read(testdata("generated/engine-like.json")).unwrap();
    for n in 0..20 {
        file(directory.path(), &format!("{n}.json"), &document);
    }
    let run = |arguments: &[&str]| {
        let mut command = exportdoc();
        command.current_dir(directory.path()).arg("audit").args(arguments);
        String::from_utf8(command.args(["-r", "."]).output().unwrap().stdout).unwrap()
    };
    let text = run(&[]);
    assert!(text.lines().count() < 50, "{text}");
    assert_eq!(text.matches("512-bit DSA key (20 times)").count(), 1, "{text}");
    assert_eq!(text.matches("./7.json: undetermined, ").count(), 1, "{text}");
    // A run that fails on information shows where it is.
    assert!(run(&["--fail-on", "info"]).matches("512-bit DSA key").count() >= 20);
    let json: Value = serde_json::from_str(&run(&["--format", "json"])).unwrap();
    for document in json["documents"].as_array().unwrap() {
        let mut findings = document["findings"].as_array().unwrap().iter();
        assert!(findings.any(|finding| finding["id"] == "key-weak" && finding["severity"] == "info"));
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn without_a_terminal_there_is_no_bar() {
    let directory = archive(150);
    let output = exportdoc()
        .current_dir(directory.path())
        .args(["audit", "--format", "junit", "-r", "archive"])
        .output()
        .unwrap();
    assert_eq!(output.stderr, b"");
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Child, Command, ExitStatus, Stdio};
    use std::time::{Duration, Instant};

    use super::*;
    use crate::support::oracle;

    /// Far more documents than are audited before the interrupt.
    const MANY: usize = 3_000;

    fn start(directory: &Path, format: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_exportdoc"))
            .current_dir(directory)
            .args(["audit", "--format", format, "-r", "archive"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn interrupt(child: &Child) {
        let kill = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Interrupts the run after some lines and returns its whole output.
    fn interrupted(mut child: Child, after: usize) -> (Vec<u8>, String, ExitStatus) {
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut said = Vec::new();
        for _ in 0..after {
            out.read_until(b'\n', &mut said).unwrap();
        }
        let asked = Instant::now();
        interrupt(&child);
        out.read_to_end(&mut said).unwrap();
        let mut errors = String::new();
        child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        let status = child.wait().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(20), "it ends soon");
        (said, errors, status)
    }

    #[test]
    fn ctrl_c_prints_the_summary_and_exits_with_130() {
        let directory = archive(MANY);
        let (said, errors, status) = interrupted(start(directory.path(), "ndjson"), 30);
        assert_eq!(status.code(), Some(130), "{errors}");
        let lines = lines(&said);
        let told = paths(&lines);
        assert!((30..MANY).contains(&told.len()), "{}", told.len());
        let expected: Vec<String> = (0..told.len())
            .map(|n| format!("archive/{:03}/{n:05}.json", n / 10))
            .collect();
        assert_eq!(told, expected, "the first ones, without a gap");
        let left = MANY - told.len();
        let summary = format!(
            "{} documents audited; interrupted before {left} more\n",
            told.len()
        );
        assert!(errors.contains(&summary), "{errors}");
        assert!(
            errors.contains(&format!("key-weak: {0} in {0} documents\n", told.len())),
            "{errors}"
        );
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn every_format_is_complete_after_ctrl_c() {
        let directory = archive(MANY);
        for (format, says, after) in [
            ("json", "\"interrupted\": true", 200),
            // All results come at the end; what comes before is a line for each rule.
            ("sarif", "\"executionSuccessful\":false", 20),
            ("junit", "errors=\"1\"", 200),
            ("text", "interrupted before", 200),
        ] {
            let (said, errors, status) = interrupted(start(directory.path(), format), after);
            assert_eq!(status.code(), Some(130), "{format}: {errors}");
            let text = String::from_utf8(said.clone()).unwrap();
            assert!(text.contains(says), "{format}: {}", &text[text.len() - 400..]);
            match format {
                "junit" => {
                    let parse =
                        "import sys, xml.etree.ElementTree as t; t.fromstring(sys.stdin.buffer.read())";
                    assert!(oracle("python3", &["-c", parse], &said).status.success());
                }
                "text" => {}
                _ => assert!(serde_json::from_slice::<Value>(&said).is_ok(), "{format}"),
            }
        }
    }

    #[test]
    fn ctrl_c_while_one_document_is_read_ends_at_once() {
        // Standard input without any input.
        let mut child = Command::new(env!("CARGO_BIN_EXE_exportdoc"))
            .args(["audit", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(300));
        interrupt(&child);
        let asked = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(asked.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs the command with a terminal of its own for standard error, and prints what it was sent.
    const TERMINAL: &str = r#"
import fcntl, os, pty, struct, subprocess, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=slave, stdin=subprocess.DEVNULL)
os.close(slave)
said, asked = b'', False
while True:
    try:
        more = os.read(master, 65536)
    except OSError:
        break
    if not more:
        break
    said += more
    if b' left' in said and not asked:
        child.send_signal(2)
        asked = True
child.wait()
sys.stdout.buffer.write(said)
"#;

    #[test]
    #[ignore = "ci/long runs it"]
    fn terminal_shows_a_progress_bar() {
        let directory = archive(MANY);
        let archive = directory.path().join("archive");
        let arguments = [
            "-c",
            TERMINAL,
            env!("CARGO_BIN_EXE_exportdoc"),
            "audit",
            "--format",
            "ndjson",
            "-r",
            archive.to_str().unwrap(),
        ];
        let said = String::from_utf8(oracle("python3", &arguments, b"").stdout).unwrap();
        let bar = said.find(&format!("/{MANY} documents ")).unwrap();
        let count = said[..bar].rsplit(|c: char| !c.is_ascii_digit()).next().unwrap();
        assert!(count.parse::<usize>().unwrap() > 0, "{said:?}");
        let left = said[bar..].find(" left").unwrap() + bar;
        let duration = said[..left].rsplit(' ').next().unwrap();
        let (digits, unit) = duration.split_at(duration.len() - 1);
        assert!(
            digits.parse::<u64>().is_ok() && ["s", "m", "h"].contains(&unit),
            "{said:?}"
        );
        // The bar is gone before the summary.
        let (bar, summary) = said.rsplit_once("documents audited; interrupted before").unwrap();
        assert!(
            bar.contains("press Ctrl-C again to stop at once") && !summary.contains(" left"),
            "{said:?}"
        );
    }
}
