//! The machine-readable formats of `exportdoc audit`, which no hostile document can break.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{
    Parts, assert_snapshot, document_of_messages, exportdoc, file, global, key, numbered, oracle_text, root,
    small, testdata,
};
use crate::support::{everything, made};
use exportdoc::internal::finding::REGISTRY;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::ruleset;
use exportdoc::internal::object::{ObjectKey, Revision, RevisionPair, SyncObject};
use exportdoc::internal::signature::KeySize;
use exportdoc::internal::wire::Writer;
use serde_json::Value;
use tempfile::TempDir;

/// What a document might say to be taken for something else: line ends, terminal commands, workflow commands old and
/// new, markup of XML, HTML, Markdown and SARIF, text direction, and what XML can't hold.
const EVIL: &str = "x\r\n::error::owned\u{1b}[2J\u{1} %0A::stop-commands::y ##[error]z ]]><b>&amp; | `@team` \
                    [l](http://e) {0} \u{202e}\u{fffe}";

/// The same text, escaped.
const TAME: &str = "x\\r\\n::error::owned\\u{1b}[2J\\u{1} %0A::stop-commands::y ##[error]z ]]><b>&amp; | `@team` \
                    [l](http://e) {0} \\u{202e}\\u{fffe}";

/// Three documents, one of them cut, one with a finding that a policy ignores.
fn workplace() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::create_dir(at.join("exports")).unwrap();
    for (from, to) in [
        (made("damaged/missing-dependency.json"), "exports/broken.json"),
        (made("damaged/truncated-file.json"), "exports/cut.json"),
        (testdata("handmade/masking-job.json"), "exports/job.json"),
    ] {
        fs::copy(from, at.join(to)).unwrap();
    }
    fs::write(
        at.join("exportdoc-policy.toml"),
        "[[ignore]]\nrule = \"key-weak\"\nreason = \"engines have no other keys | yet\"\n\n\
         [[ignore]]\nrule = \"key-present\"\nreason = \"was needed once\"\nuntil = 2019-05-08\n",
    )
    .unwrap();
    directory
}

fn audit(directory: &Path, format: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = exportdoc()
        .current_dir(directory)
        .args(["audit", "--format", format])
        .args(arguments)
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

#[test]
fn every_format_of_an_archive_is_as_it_was() {
    let directory = workplace();
    for format in ["text", "ndjson", "sarif", "junit", "github", "markdown"] {
        let (out, err, code) = audit(directory.path(), format, &["-r", "exports"]);
        let mut text = out;
        if format == "sarif" {
            // The list of rules is the registry's.
            let (start, end) = (
                text.find("\n{\"defaultConfiguration").unwrap(),
                text.find("\n]}},").unwrap(),
            );
            text.replace_range(start..end, "\n…");
            text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        }
        if !err.is_empty() {
            text.push_str(&format!("--- standard error\n{err}"));
        }
        text.push_str(&format!("--- exit code {}\n", code.unwrap()));
        assert_snapshot(&format!("audit-{format}"), &text);
    }
}

#[test]
fn page_of_an_archive_names_the_unreadable_and_the_ignored() {
    let directory = workplace();
    let (out, _, code) = audit(directory.path(), "html", &["-r", "exports"]);
    assert_eq!(code, Some(2));
    for part in [
        "exports/cut.json",
        "unreadable",
        "ignored key-weak: ",
        "because: engines have no other keys | yet",
        "exportdoc-policy.toml",
    ] {
        assert!(out.contains(part), "no {part:?} in {out}");
    }
}

#[test]
fn page_leads_from_a_document_to_its_findings() {
    let directory = workplace();
    let (out, _, _) = audit(directory.path(), "html", &["-r", "exports"]);
    let linked: Vec<(&str, &str)> = out
        .split("<a href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split_once("</a>")?.0.split_once("\">"))
        .collect();
    assert!(!linked.is_empty(), "{out}");
    for (id, path) in linked {
        let details = format!("<details class=\"folded\" id=\"{id}\"><summary>{path}: ");
        assert!(out.contains(&details), "no {details} in {out}");
    }
}

#[test]
fn page_of_an_encrypted_document_says_that_its_objects_are_unknown() {
    let path = testdata("generated/encrypted.json");
    let (out, _, _) = audit(&root(), "html", &[path.to_str().unwrap()]);
    assert!(
        out.contains("Encrypted: its objects weren&#39;t audited."),
        "{out}"
    );
}

fn sarif_schema() -> jsonschema::Validator {
    let text = fs::read(testdata("schemas/sarif-2.1.0.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&text).unwrap();
    // Its pattern for languages has a bracket too many, which is no regular expression. No log here has a language.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    jsonschema::draft7::new(&schema).unwrap()
}

fn sarif(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = sarif_schema()
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    log
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The log with two results of each rule, or with all of them if the run is exhaustive.
fn few_of_each_rule(mut log: Value) -> Value {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results = log["runs"][0]["results"].as_array_mut().unwrap();
    results.retain(|result| {
        let count = seen.entry(result["ruleId"].to_string()).or_default();
        *count += 1;
        *count <= 2 || testkit::exhaustive()
    });
    assert!(seen.len() > 50, "{seen:?}");
    log
}

#[test]
#[ignore = "ci/long runs it"]
fn sarif_of_every_test_document_fits_the_official_schema() {
    let directory = tempfile::tempdir().unwrap();
    let policy = file(
        directory.path(),
        "policy.toml",
        "[[ignore]]\nrule = \"key-*\"\nreason = \"to see some suppressed\"\n",
    );
    let everything = everything();
    let arguments = ["-r", ".", "--policy", policy.to_str().unwrap()];
    let text = audit(everything.path(), "sarif", &arguments).0;
    let log: Value = serde_json::from_str(&text).unwrap();
    sarif(&few_of_each_rule(log.clone()).to_string());
    let (run, driver) = (&log["runs"][0], &log["runs"][0]["tool"]["driver"]);
    let ids: Vec<&str> = array(&driver["rules"])
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, REGISTRY.iter().map(|rule| rule.id).collect::<Vec<_>>());
    let (mut suppressed, mut of_documents) = (0, 0);
    for result in array(&run["results"]) {
        let place = &result["locations"][0];
        let uri = place["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap();
        let path = place["logicalLocations"][0]["fullyQualifiedName"]
            .as_str()
            .unwrap();
        let offset = place["physicalLocation"]["region"]["byteOffset"]
            .as_u64()
            .unwrap();
        let length = fs::metadata(everything.path().join(uri)).map_or(0, |file| file.len());
        if uri.ends_with(".json") {
            assert!(path.starts_with('$') && offset < length, "{result}");
            of_documents += 1;
        }
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
        // The standard wants suppressions in all results or in none.
        let suppressions = result["suppressions"].as_array().unwrap();
        let is_key = result["ruleId"].as_str().unwrap().starts_with("key-");
        assert_eq!(!suppressions.is_empty(), is_key);
        suppressed += suppressions.len();
    }
    assert!(
        suppressed > 20 && of_documents > 1_000,
        "{suppressed}, {of_documents}"
    );
    let results = array(&run["results"]).count();
    let audited: Value = serde_json::from_str(&audit(everything.path(), "json", &arguments).0).unwrap();
    let told: usize = array(&audited["documents"])
        .map(|document| array(&document["findings"]).count() + array(&document["suppressed"]).count())
        .sum();
    assert_eq!(results, told, "as many as in the JSON format");
    // Unreadable documents are failures of the run, not results.
    let unreadable = array(&audited["documents"]).filter(|document| document["error"].is_object());
    let invocation = &run["invocations"][0];
    assert_eq!(
        array(&invocation["toolExecutionNotifications"]).count(),
        unreadable.count()
    );
    assert_eq!(invocation["executionSuccessful"], false);
}

#[test]
#[ignore = "ci/long runs it"]
fn ndjson_equals_json_and_fits_the_schema() {
    let schema = fs::read(root().join("docs/schema/audit-v1.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    schema.as_object_mut().unwrap().remove("anyOf");
    schema["$ref"] = "#/$defs/audit_line".into();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let everything = everything();
    let arguments = ["-r", "damaged", "handmade"];
    let (lines, ..) = audit(everything.path(), "ndjson", &arguments);
    let mut documents = Vec::new();
    for line in lines.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        assert!(validator.is_valid(&line), "{line:#}");
        let version = line.as_object_mut().unwrap().remove("schema_version");
        assert!(version.is_some() && !validator.is_valid(&line));
        documents.push(line);
    }
    let json: Value = serde_json::from_str(&audit(everything.path(), "json", &arguments).0).unwrap();
    assert_eq!(Value::from(documents), json["documents"]);
}

#[test]
fn sarif_and_github_point_at_the_byte_and_the_line() {
    let directory = tempfile::tempdir().unwrap();
    // One member a line, as jq writes it.
    let compact = fs::read(testdata("generated/masking-job.json")).unwrap();
    let document: Value = serde_json::from_slice(&compact).unwrap();
    let text = serde_json::to_string_pretty(&document).unwrap();
    file(directory.path(), "a b.json", &text);
    let log = sarif(&audit(directory.path(), "sarif", &["a b.json"]).0);
    let weak = array(&log["runs"][0]["results"])
        .find(|result| result["ruleId"] == "key-weak")
        .unwrap();
    let value = text.find("\"publicKey\": ").unwrap() + "\"publicKey\": ".len();
    let line = text[..value].matches('\n').count() + 1;
    let physical = &weak["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "a%20b.json");
    let column = "  \"publicKey\": ".len() + 1;
    assert_eq!(
        physical["region"],
        serde_json::json!({
            "byteOffset": value, "byteLength": 1,
            "startLine": line, "startColumn": column, "endColumn": column + 1,
        })
    );
    assert_eq!(
        weak["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
        "$.publicKey"
    );
    let email = array(&log["runs"][0]["results"])
        .find(|result| result["ruleId"] == "email-in-clear")
        .unwrap();
    let logical: Vec<&str> = array(&email["locations"][0]["logicalLocations"])
        .map(|place| place["fullyQualifiedName"].as_str().unwrap())
        .collect();
    assert_eq!(logical[0], "$.blob");
    assert!(logical[1].starts_with("$.blob decoded byte "), "{logical:?}");
    assert_eq!(logical[2], "MASKING_JOB:4");
    let (commands, ..) = audit(directory.path(), "github", &["a b.json"]);
    let expected = format!("::notice file=a b.json,line={line},col={column},title=key-weak::512-bit DSA key");
    assert!(commands.contains(&expected), "{commands}");
}

#[test]
fn standard_input_is_a_file_in_formats_that_need_one() {
    let document = fs::read(testdata("handmade/masking-job.json")).unwrap();
    for format in ["sarif", "github", "junit", "markdown", "ndjson"] {
        let output = exportdoc()
            .args(["audit", "--format", format, "-"])
            .write_stdin(document.clone())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        let text = String::from_utf8(output.stdout).unwrap();
        match format {
            "sarif" => {
                let log = sarif(&text);
                let results: Vec<_> = array(&log["runs"][0]["results"]).collect();
                assert!(!results.is_empty());
                for result in results {
                    assert_eq!(
                        uri(result),
                        "stdin.json",
                        "code hosts refuse a result without a file"
                    );
                }
            }
            "github" => assert!(text.starts_with("::warning title="), "{text}"),
            _ => assert!(text.contains("key-weak"), "{text}"),
        }
    }
}

#[test]
fn standard_input_can_have_a_name() {
    let document = fs::read(testdata("handmade/masking-job.json")).unwrap();
    for format in ["text", "json", "sarif", "github", "junit", "markdown", "ndjson"] {
        let output = exportdoc()
            .args([
                "audit",
                "--format",
                format,
                "--stdin-name",
                "exports/night.json",
                "-",
            ])
            .write_stdin(document.clone())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("exports/night.json"), "{format}: {text}");
    }
}

fn uri(result: &Value) -> &str {
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        .as_str()
        .unwrap()
}

#[test]
fn sarif_fingerprints_are_stable_and_distinct() {
    let directory = tempfile::tempdir().unwrap();
    let fingerprints = |document: &[u8]| -> BTreeMap<String, String> {
        file(directory.path(), "x.json", document);
        let log = sarif(&audit(directory.path(), "sarif", &["x.json"]).0);
        let results: Vec<_> = array(&log["runs"][0]["results"]).collect();
        let told: BTreeMap<_, _> = results
            .iter()
            .map(|result| {
                let fingerprint = &result["partialFingerprints"]["primaryLocationLineHash"];
                let object = &result["locations"][0]["logicalLocations"];
                let last = array(object).last().unwrap()["fullyQualifiedName"].to_string();
                let what = match last.contains("decoded byte") || last.contains('$') {
                    true => String::new(),
                    false => last,
                };
                (
                    fingerprint.as_str().unwrap().to_owned(),
                    format!("{} {what}", result["ruleId"]),
                )
            })
            .collect();
        assert_eq!(told.len(), results.len(), "no two have the same");
        told
    };
    let plan = global();
    let first = fingerprints(&plan.seal());
    assert!(first.len() > 8, "{first:?}");
    let mut later = global();
    later.facts.export_id = "00000000-0000-4000-8000-00000000abcd".to_owned();
    later.facts.started = "2024-06-01T01:02:03.004Z".parse().unwrap();
    later.facts.finished = "2024-06-01T01:02:05Z".parse().unwrap();
    later.facts.host = format!("much-longer-{}", later.facts.host);
    later.key = key(KeySize::Dsa512, "the key of another export");
    later.objects.rotate_left(3);
    assert_eq!(fingerprints(&later.seal()), first);
}

#[test]
fn sarif_results_are_limited_with_errors_first() {
    let directory = tempfile::tempdir().unwrap();
    // An object that misses thousands costs far less time than thousands of objects. A unit test of the printer reaches the
    // limit, too.
    let missing = if testkit::exhaustive() { 9_000 } else { 90 };
    let needs: Vec<ObjectKey> = (1..=missing).map(|id| numbered(10, id)).collect();
    let pair = RevisionPair {
        object: "00000000-0000-4000-8000-000000000001".to_owned(),
        save: "00000000-0000-4000-9000-000000000001".to_owned(),
    };
    let needy = ruleset(1, "Needy", (&needs[0], "Clinic"), &[], &needs[1..]);
    let mut plan = small();
    plan.objects = vec![needy.finish(pair, 0, 0).unwrap()];
    let document = plan.seal();
    for name in ["a.json", "b.json", "c.json"] {
        file(directory.path(), name, &document);
    }
    let levels = "[levels]\nmissing-dependency = \"info\"\n";
    file(directory.path(), "exportdoc-policy.toml", levels);
    let bad = fs::read(made("damaged/cyclic.json")).unwrap();
    file(directory.path(), "zzz-the-bad-one.json", bad);
    let (text, _, code) = audit(directory.path(), "sarif", &["-r", "."]);
    assert_eq!(code, Some(1));
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let count = array(&run["results"]).count();
    if testkit::exhaustive() {
        assert_eq!(count, 25_000);
    } else {
        assert!(count > 270, "{count}");
    }
    assert_eq!(uri(&run["results"][0]), "zzz-the-bad-one.json");
    let levels: Vec<_> = array(&run["results"])
        .map(|result| result["level"].as_str().unwrap())
        .collect();
    let weight = |level: &str| {
        ["error", "warning", "note"]
            .iter()
            .position(|known| *known == level)
    };
    assert!(
        levels.is_sorted_by_key(|level| weight(level)),
        "the weightiest first"
    );
    let notified = &run["invocations"][0]["toolExecutionNotifications"];
    if testkit::exhaustive() {
        assert_eq!(notified[0]["level"], "warning");
        let said = notified[0]["message"]["text"].as_str().unwrap();
        assert!(said.contains("results omitted"), "{said}");
    } else {
        assert_eq!(
            *notified,
            serde_json::json!([]),
            "nothing is omitted below the limit"
        );
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn sarif_rules_have_severity_and_help_link() {
    let document = testdata("handmade/masking-job.json");
    let log = sarif(&audit(&root(), "sarif", &[document.to_str().unwrap()]).0);
    let rules: Vec<_> = array(&log["runs"][0]["tool"]["driver"]["rules"]).collect();
    assert_eq!(rules.len(), REGISTRY.len());
    for rule in rules {
        let severity = rule["properties"]["security-severity"].as_str().unwrap();
        let expected = match rule["defaultConfiguration"]["level"].as_str().unwrap() {
            "error" => "8.0",
            "warning" => "5.0",
            _ => "2.0",
        };
        assert_eq!(severity, expected);
        assert!(array(&rule["properties"]["tags"]).any(|tag| tag == "security"));
        let help = rule["helpUri"].as_str().unwrap();
        assert!(
            help.starts_with("https://") && help.contains("/finding/static."),
            "{help}"
        );
    }
}

/// Reads JUnit as a CI server does, and holds every suite's counts against its cases. Prints suite, case, kind and
/// message of each case, as JSON.
const READ_JUNIT: &str = r#"
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
assert root.tag == 'testsuites', root.tag
cases = []
for suite in root:
    assert suite.tag == 'testsuite' and set(suite.attrib) == {'name', 'tests', 'failures', 'errors', 'skipped'}, suite.attrib
    counts = dict.fromkeys(('failure', 'error', 'skipped', 'system-out', None), 0)
    for case in suite:
        assert case.tag == 'testcase' and case.get('name') and len(case) <= 1
        assert case.get('classname') == suite.get('name')
        inside = case[0] if len(case) else None
        kind = None if inside is None else inside.tag
        counts[kind] += 1
        if kind == 'failure':
            assert inside.get('message') and inside.get('type') in ('error', 'warning', 'info') and inside.text
        said = '' if inside is None else (inside.get('message') or inside.text)
        cases.append([suite.get('name'), case.get('name'), kind, said])
    stated = [int(suite.get(name)) for name in ('tests', 'failures', 'errors', 'skipped')]
    assert stated == [len(suite), counts['failure'], counts['error'], counts['skipped']], stated
json.dump(cases, sys.stdout)
"#;

fn junit(xml: &str) -> Vec<[Option<String>; 4]> {
    let read = oracle_text("python3", &["-c", READ_JUNIT], xml.as_bytes());
    serde_json::from_str(&read).unwrap()
}

#[test]
#[ignore = "ci/long runs it"]
fn python_reads_junit_of_every_document() {
    let audited: Value = serde_json::from_str(&audit(&root(), "json", &["-r", "testdata"]).0).unwrap();
    for fail_on in ["error", "info"] {
        let arguments = ["-r", "testdata", "--fail-on", fail_on];
        let cases = junit(&audit(&root(), "junit", &arguments).0);
        let failing: BTreeSet<&str> = cases
            .iter()
            .filter(|[_, _, kind, _]| kind.as_deref() == Some("failure"))
            .filter_map(|[suite, ..]| suite.as_deref())
            .collect();
        let expected: BTreeSet<&str> = array(&audited["documents"])
            .filter(|document| match fail_on {
                "error" => document["worst"] == "error",
                _ => !document["worst"].is_null(),
            })
            .filter_map(|document| document["path"].as_str())
            .collect();
        assert_eq!(failing, expected);
    }
}

/// A document whose every text is hostile, under a hostile name.
fn evil(directory: &Path) -> String {
    let key = |number| ObjectKey::new(number, Identifier::Text(EVIL.to_owned()));
    let object = |number, needs: &[ObjectKey]| {
        let data = Writer::new().text(1, EVIL).finish();
        let object = SyncObject::build(&key(number), needs, &Revision::default(), EVIL, &data).unwrap();
        Writer::new().raw(object.as_bytes()).finish()
    };
    let mut parts = Parts::of(&document_of_messages(&[
        object(20, &[key(14)]),
        object(4711, &[]),
    ]));
    for member in ["exportHost", "exportDate"] {
        parts.metadata[member] = EVIL.into();
    }
    parts.metadata["exportedObjectList"][0]["revisionHash"] = EVIL.into();
    parts.metadata[EVIL] = 1.into();
    let name = "::a,b%\n\u{202e}<b>|`@team`.json";
    file(directory, name, parts.document());
    fs::write(
        directory.join("exportdoc-policy.toml"),
        format!(
            "[allow]\nhosts = [\"good.example.com\"]\n\n[[ignore]]\nrule = \"unknown-*\"\nreason = {}\n",
            serde_json::to_string(EVIL)
                .unwrap()
                .replace("\u{202e}", "\\u202e")
        ),
    )
    .unwrap();
    name.to_owned()
}

/// Whether a text has no characters that could mislead a terminal or a reader.
fn is_tame(text: &str) -> bool {
    !text
        .chars()
        .any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{fffe}'))
}

#[test]
#[ignore = "ci/long runs it"]
#[cfg(unix)]
fn nothing_that_a_document_says_breaks_out_of_any_format() {
    let directory = tempfile::tempdir().unwrap();
    let name = evil(directory.path());
    let said = |format| {
        let (out, err, code) = audit(directory.path(), format, &[&name]);
        assert!(is_tame(&out) && is_tame(&err), "{format}: {out:?} {err:?}");
        assert_eq!(code, Some(1), "{format}: {out} {err}");
        out
    };
    let json: Value = serde_json::from_str(&said("json")).unwrap();
    let document = &json["documents"][0];
    let findings = array(&document["findings"]).count();
    let suppressed = array(&document["suppressed"]).count();
    assert!(findings > 5 && suppressed > 1, "{document:#}");
    let host = array(&document["findings"])
        .find(|finding| finding["id"] == "host-not-allowed")
        .unwrap();
    assert!(host["message"].as_str().unwrap().contains("::error::owned"));

    let log = sarif(&said("sarif"));
    assert_eq!(array(&log["runs"][0]["results"]).count(), findings + suppressed);
    for result in array(&log["runs"][0]["results"]) {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(is_tame(text) && !text.replace("{{", "").contains('{'), "{text}");
        assert!(!text.contains("[l](") || text.contains("\\[l\\]("), "{text}");
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "%3A%3Aa%2Cb%25%0A%E2%80%AE%3Cb%3E%7C%60%40team%60.json");
    }

    let cases = junit(&said("junit"));
    let shown = "::a,b%\\n\\u{202e}<b>|`@team`.json";
    assert!(cases.iter().all(|[suite, ..]| suite.as_deref() == Some(shown)));
    let skipped = cases
        .iter()
        .find(|[_, _, kind, _]| kind.as_deref() == Some("skipped"));
    let reason = skipped.unwrap()[3].as_deref().unwrap();
    assert!(
        reason.starts_with(&format!("ignored because {TAME}: ")),
        "{reason}"
    );

    let commands = said("github");
    assert_eq!(commands.lines().count(), findings + 1);
    for (at, line) in commands.lines().enumerate() {
        let begins = ["::error file=", "::warning file=", "::notice file="]
            .into_iter()
            .find_map(|begin| line.strip_prefix(begin));
        match begins {
            Some(rest) => assert!(
                rest.starts_with("%3A%3Aa%2Cb%25\\n\\u{202e}<b>|`@team`.json,"),
                "{line}"
            ),
            None => assert!(
                at == findings && line.starts_with("1 document audited: "),
                "{line}"
            ),
        }
        // A document's own line breaks can't come back.
        assert!(
            !line.contains(" %0A::stop") && !line.contains(",line=0"),
            "{line}"
        );
    }
    assert!(commands.contains("%250A::stop-commands::y"));

    let page = said("markdown");
    let html = oracle_text(
        "cmark-gfm",
        &["--unsafe", "-e", "table", "-e", "autolink"],
        page.as_bytes(),
    );
    assert!(
        !html.contains("<b>") && !html.contains("<a ") && html.contains("<code>"),
        "{html}"
    );
    for line in page.lines() {
        assert!(!line.starts_with("::"), "{line}");
        if line.starts_with('|') {
            let bars = line.matches('|').count() - line.matches("\\|").count();
            assert!(bars == 5 || bars == 6, "{line}");
        }
    }

    assert_eq!(said("ndjson").lines().count(), 1);
}

#[test]
#[ignore = "ci/long runs it"]
fn markdown_is_short_with_failures_first() {
    let directory = tempfile::tempdir().unwrap();
    let good = fs::read(testdata("generated/masking-job.json")).unwrap();
    let bad = fs::read(made("damaged/cyclic.json")).unwrap();
    for n in 0..150 {
        file(directory.path(), &format!("{n:03}.json"), &good);
    }
    file(directory.path(), "zzz-the-bad-one.json", &bad);
    let (page, _, code) = audit(directory.path(), "markdown", &["-r", "."]);
    assert_eq!(code, Some(1));
    // Hosts take 65 536 characters.
    assert!((50_000..65_536).contains(&page.len()), "{}", page.len());
    assert!(page.contains("151 documents audited") && page.contains("omitted here for length"));
    let first = page.find("<details>").unwrap();
    assert!(page[first..].starts_with("<details><summary>❌ <code>./zzz-the-bad-one.json</code>: 1 error"));
}

#[test]
#[ignore = "ci/long runs it"]
fn every_format_works_without_a_readable_document() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["a.json", "b.json"] {
        file(directory.path(), name, "no document");
    }
    for format in ["json", "ndjson", "sarif", "junit", "github", "markdown"] {
        let (out, _, code) = audit(directory.path(), format, &["-r", "."]);
        assert_eq!(code, Some(2), "{format}");
        match format {
            "sarif" => assert_eq!(array(&sarif(&out)["runs"][0]["results"]).count(), 0),
            "junit" => assert_eq!(junit(&out).len(), 2),
            "json" => assert!(serde_json::from_str::<Value>(&out).is_ok()),
            _ => assert_eq!(out.matches("a.json").count(), 1, "{out}"),
        }
    }
}

#[test]
fn rules_are_listed_in_the_formats_that_lists_have() {
    let output = exportdoc()
        .args(["audit", "--list-rules", "--format", "sarif"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--format text")
    );
}
