//! The output of `exportdoc diff` for every kind of difference and every option.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::changes::{altered, columns, compare, edit, paths, replaced, resaved, statuses};
use crate::support::made;
use crate::support::{
    Plan, assert_snapshot, exportdoc, global, inventory, made_text, masking_job, numbered, testdata,
};
use exportdoc::internal::diff::{DiffLimits, DiffOptions, LineTag, MatchBy, Status, Value};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, SyncObject, rename};
use exportdoc::internal::sample::SampleSize;
use exportdoc::internal::wire::{Message, Writer};
use tempfile::TempDir;

fn job() -> ObjectKey {
    numbered(20, 4)
}

fn ruleset() -> ObjectKey {
    numbered(14, 2)
}

/// The sample job's document with one object changed.
fn with(key: &ObjectKey, change: impl FnOnce(&SyncObject<'static>) -> SyncObject<'static>) -> Vec<u8> {
    let mut plan = masking_job();
    edit(&mut plan.objects, key, change);
    plan.seal()
}

fn with_email(email: &str) -> Vec<u8> {
    with(&job(), |job| {
        let data = replaced(job.data_bytes(), 13, |w| {
            w.wrapped_text(13, email);
        });
        resaved(job, Some(&data))
    })
}

#[test]
fn a_document_does_not_differ_from_itself() {
    let document = masking_job().seal();
    let diff = compare(&document, &document, &DiffOptions::default());
    assert!(diff.is_same() && diff.envelope.is_empty() && diff.findings.is_empty());
    assert_eq!(diff.unchanged, 21);
}

#[test]
fn two_exports_of_one_state_have_the_same_content() {
    let (first, mut second) = (masking_job(), masking_job());
    second.facts.export_id = "c65a13a5-9d0b-4b43-8d1f-1f4d9c3c8e11".to_owned();
    second.facts.host = "elsewhere.example.com".to_owned();
    let diff = compare(&first.seal(), &second.seal(), &DiffOptions::default());
    assert!(diff.is_same());
    let fields: Vec<_> = diff.envelope.iter().map(|change| change.field).collect();
    assert_eq!(fields, ["host", "export_id", "signature"]);
}

#[test]
fn change_is_shown_by_field_and_by_dependent() {
    let changed = with(&ruleset(), |ruleset| {
        let data = columns(ruleset.data_bytes(), |name, column| match name {
            "SSN" => Some(replaced(column, 2, |w| {
                w.wrapped_text(2, "OtherSegment");
            })),
            "CARD" => None,
            _ => Some(column.to_vec()),
        });
        resaved(ruleset, Some(&data))
    });
    let diff = compare(&masking_job().seal(), &changed, &DiffOptions::default());
    assert_eq!(
        statuses(&diff),
        ["dependency-changed MASKING_JOB 4", "changed DATABASE_RULESET 2"]
    );
    let [dependent, own] = &diff.objects[..] else {
        panic!("two objects");
    };
    assert_eq!(
        paths(own),
        [
            "tables[PATIENTS].record_groups[All Row].columns[SSN].algorithm",
            "tables[PATIENTS].record_groups[All Row].columns[CARD]",
        ]
    );
    let text = |text: &str| {
        Some(Value::Text {
            text: text.to_owned(),
            cut: 0,
        })
    };
    assert_eq!(own.changes[0].old, text("SsnSegment"));
    assert_eq!(own.changes[0].new, text("OtherSegment"));
    assert_eq!(own.changes[1].new, None);
    assert!(own.revisions.as_ref().unwrap().same_object());
    let moved: Vec<_> = dependent
        .moved
        .iter()
        .map(|(status, object)| (*status, object.to_string()))
        .collect();
    assert_eq!(
        moved,
        [(Status::Changed, "DATABASE_RULESET 2 (Patients rules)".to_owned())]
    );
    assert!(diff.findings.is_empty());
}

#[test]
fn a_save_without_change_is_told_as_one() {
    let changed = with(&job(), |job| resaved(job, None));
    let diff = compare(&masking_job().seal(), &changed, &DiffOptions::default());
    assert_eq!(statuses(&diff), ["re-saved MASKING_JOB 4"]);
    assert!(diff.objects[0].changes.is_empty());
}

#[test]
fn other_content_under_the_same_revision_is_a_finding() {
    let changed = with(&job(), |job| {
        let data = replaced(job.data_bytes(), 13, |w| {
            w.wrapped_text(13, "eve@example.com");
        });
        altered(job, &data)
    });
    let diff = compare(&masking_job().seal(), &changed, &DiffOptions::default());
    assert_eq!(statuses(&diff), ["content-without-revision MASKING_JOB 4"]);
    assert_eq!(diff.findings.len(), 1);
    assert_eq!(diff.findings[0].id(), "content-without-revision");
    assert_eq!(diff.findings[0].message, "MASKING_JOB 4 (Mask patients): email");
}

#[test]
fn added_and_removed_objects_are_told_with_their_secrets() {
    let (mut smaller, larger) = (global(), global());
    let gone = ObjectKey::new(2, Identifier::Algorithm("FirstNameLookup".to_owned()));
    smaller.objects.retain(|object| *object.key() != gone);
    let diff = compare(&larger.seal(), &smaller.seal(), &DiffOptions::default());
    let removed: Vec<_> = diff
        .objects
        .iter()
        .filter(|object| object.status == Status::Removed)
        .collect();
    assert_eq!(removed.len(), 1);
    let secrets: Vec<_> = removed[0]
        .secrets
        .iter()
        .map(|(kind, count)| (kind.as_str(), *count))
        .collect();
    assert_eq!(secrets, [("algorithm-key", 1), ("lookup-rows", 48)]);
    let back = compare(&smaller.seal(), &larger.seal(), &DiffOptions::default());
    assert_eq!(back.count(Status::Added), 1);
}

/// The lookup's document with a row changed and one added.
pub(super) fn with_other_rows() -> (Vec<u8>, Vec<u8>) {
    let lookup = ObjectKey::new(2, Identifier::Algorithm("FirstNameLookup".to_owned()));
    let old = Plan::new(inventory(SampleSize::SMALL), std::slice::from_ref(&lookup));
    let mut new = Plan::new(inventory(SampleSize::SMALL), std::slice::from_ref(&lookup));
    edit(&mut new.objects, &lookup, |lookup| {
        let message = Message::parse(lookup.data_bytes()).unwrap();
        let rows = message.text(6).unwrap();
        let (first, rest) = rows.split_once("<row ").unwrap();
        let rows = format!("{first}<row id=\"99\" value=\"Sentinel\"/><row {rest}");
        let data = replaced(lookup.data_bytes(), 6, |w| {
            w.text(6, &rows);
        });
        resaved(lookup, Some(&data))
    });
    (old.seal(), new.seal())
}

#[test]
fn secrets_show_only_on_request() {
    let (old, new) = with_other_rows();
    let diff = compare(&old, &new, &DiffOptions::default());
    let change = &diff.objects[0].changes[0];
    assert_eq!(change.path.to_string(), "rows");
    let (Some(Value::Digest(before)), Some(Value::Digest(after))) = (&change.old, &change.new) else {
        panic!("digests, not {change:?}");
    };
    assert!(before.secret && before.count == 48 && after.count == 49);
    let secret = change.secret.as_ref().unwrap();
    assert_eq!((secret.added, secret.removed, &secret.lines), (1, 0, &None));
    assert!(!format!("{diff:?}").contains("Sentinel"));

    let mut options = DiffOptions::default();
    options.limits.show_secrets = true;
    let diff = compare(&old, &new, &options);
    let lines = diff.objects[0].changes[0]
        .secret
        .as_ref()
        .unwrap()
        .lines
        .as_ref()
        .unwrap();
    assert!(lines.in_order && lines.cut == 0);
    let added: Vec<_> = lines
        .lines
        .iter()
        .filter(|(tag, _)| *tag == LineTag::Added)
        .collect();
    assert_eq!(added.len(), 1);
    assert!(added[0].1.contains("Sentinel"));
}

/// A lookup whose 5,000 rows are all replaced.
pub(super) fn with_many_other_rows() -> (Vec<u8>, Vec<u8>) {
    let lookup = ObjectKey::new(2, Identifier::Algorithm("FirstNameLookup".to_owned()));
    let with_rows = |word: &str, save: bool| {
        let rows: String = (0..5_000)
            .map(|n| format!("<row id=\"{n}\" value=\"{word}\"/>"))
            .collect();
        let mut plan = Plan::new(inventory(SampleSize::SMALL), std::slice::from_ref(&lookup));
        edit(&mut plan.objects, &lookup, |lookup| {
            let data = replaced(lookup.data_bytes(), 6, |w| {
                w.text(6, &rows);
            });
            if save {
                resaved(lookup, Some(&data))
            } else {
                altered(lookup, &data)
            }
        });
        plan.seal()
    };
    (with_rows("a", false), with_rows("b", true))
}

/// A message with its fields in reverse order.
fn reversed(message: &[u8]) -> Vec<u8> {
    let fields: Vec<_> = Message::parse(message).unwrap().fields().collect();
    let mut writer = Writer::new();
    for field in fields.iter().rev() {
        writer.raw(field.raw);
    }
    writer.finish()
}

/// The sample job's document with the lists of the ruleset in reverse order.
pub(super) fn with_reversed_ruleset() -> Vec<u8> {
    with(&ruleset(), |ruleset| {
        resaved(ruleset, Some(&reversed(ruleset.data_bytes())))
    })
}

#[test]
fn a_text_diff_is_bounded_and_says_what_it_leaves_out() {
    let (old, new) = with_many_other_rows();
    let mut options = DiffOptions::default();
    options.limits.show_secrets = true;
    let diff = compare(&old, &new, &options);
    let secret = diff.objects[0].changes[0].secret.as_ref().unwrap();
    let lines = secret.lines.as_ref().unwrap();
    assert_eq!((secret.added, secret.removed), (5_000, 5_000));
    assert!(!lines.in_order);
    assert_eq!(lines.lines.len() as u64 + lines.cut, 10_000);
    assert_eq!(lines.lines.len(), options.limits.secret_lines);
}

#[test]
fn field_order_alone_is_a_bytes_difference() {
    let changed = with(&job(), |job| altered(job, &reversed(job.data_bytes())));
    let old = masking_job().seal();
    assert!(compare(&old, &changed, &DiffOptions::default()).is_same());
    let strict = DiffOptions::default().strict_bytes(true);
    let diff = compare(&old, &changed, &strict);
    let bytes = diff.bytes.as_ref().unwrap();
    assert!(!diff.is_same() && bytes.first_difference.is_some() && !bytes.reordered);
    assert_eq!(bytes.rewritten[0].to_string(), "MASKING_JOB 4 (Mask patients)");
    assert!(compare(&old, &old, &strict).is_same());
}

#[test]
fn unknown_fields_are_compared_under_their_numbers() {
    let changed = with(&job(), |job| {
        let mut data = job.data_bytes().to_vec();
        data.extend(
            Writer::new()
                .varint(99, 7)
                .text(100, "an unknown thing of some length")
                .finish(),
        );
        resaved(job, Some(&data))
    });
    let diff = compare(&masking_job().seal(), &changed, &DiffOptions::default());
    assert_eq!(paths(&diff.objects[0]), ["#99", "#100"]);
    assert_eq!(diff.objects[0].changes[0].new, Some(Value::Unsigned(7)));
    assert!(matches!(&diff.objects[0].changes[1].new, Some(Value::Digest(digest)) if !digest.secret));
}

#[test]
fn a_password_in_a_connection_url_is_not_shown() {
    let connector = numbered(10, 1);
    let url = |url: &'static str| {
        with(&connector, |connector| {
            let data = replaced(connector.data_bytes(), 6, |w| {
                w.wrapped_text(6, url);
            });
            resaved(connector, Some(&data))
        })
    };
    let old = masking_job().seal();
    for secret in [
        "jdbc:oracle:thin:scott/tiger@db",
        "jdbc:sqlserver://db;user=sa;password=tiger",
    ] {
        let diff = compare(&old, &url(secret), &DiffOptions::default());
        assert!(!format!("{diff:?}").contains("tiger"), "{secret}");
    }
}

/// The job's document as another engine would number it, under other revisions when `saved` says so.
pub(super) fn renumbered(saved: bool) -> Plan {
    let mut plan = masking_job();
    let moved = |key: &ObjectKey| match key.identifier {
        Identifier::Integer(n) => Some(numbered(key.type_number, n + 100)),
        _ => None,
    };
    for object in &mut plan.objects {
        let own = moved(object.key()).unwrap_or_else(|| object.key().clone());
        *object = rename(object, &own, moved).unwrap();
        if saved && *object.key() == numbered(20, 104) {
            *object = resaved(object, None);
        }
    }
    plan.facts.requested = crate::support::facts(&[numbered(20, 104)]).requested;
    plan
}

/// The objects as another engine made them: nothing tells that they are the same but their names.
pub(super) fn with_other_uuids(mut plan: Plan) -> Vec<u8> {
    for object in &mut plan.objects {
        let mut revision = object.revision().clone();
        revision.pair.object = exportdoc::internal::sample::uuid(&format!("{} there", revision.pair.object));
        let (key, needs) = (object.key(), object.dependencies());
        let (data_type, data) = (object.data_type(), object.data_bytes());
        *object = SyncObject::build(key, needs, &revision, data_type, data).unwrap();
    }
    plan.seal()
}

#[test]
fn by_name_numbers_are_only_labels() {
    // Other UUIDs, like objects of another engine.
    let (old, new) = (masking_job().seal(), with_other_uuids(renumbered(false)));
    let by_id = compare(&old, &new, &DiffOptions::default());
    assert_eq!((by_id.count(Status::Added), by_id.count(Status::Removed)), (3, 3));
    let by_name = DiffOptions::default().match_by(MatchBy::Name);
    let diff = compare(&old, &renumbered(false).seal(), &by_name);
    assert!(diff.is_same(), "{:?}", statuses(&diff));
    assert_eq!(diff.renumbered.len(), 3);
    let diff = compare(&old, &renumbered(true).seal(), &by_name);
    assert_eq!(statuses(&diff), ["re-saved MASKING_JOB 104"]);
    let diff = compare(&old, &new, &by_name);
    assert_eq!((diff.count(Status::Added), diff.count(Status::Removed)), (0, 0));
}

#[test]
fn object_with_one_uuid_matches_under_another_number() {
    let (old, new) = (masking_job().seal(), renumbered(false).seal());
    let diff = compare(&old, &new, &DiffOptions::default());
    assert!(diff.is_same(), "{:?}", statuses(&diff));
    assert_eq!(diff.renumbered.len(), 3);
    assert!(diff.findings.is_empty());
    let diff = compare(&old, &renumbered(true).seal(), &DiffOptions::default());
    assert_eq!(statuses(&diff), ["re-saved MASKING_JOB 104"]);
}

// --- the command ---

pub(super) struct Files {
    directory: TempDir,
}

impl Files {
    pub(super) fn new(files: &[(&str, &[u8])]) -> Self {
        let directory = TempDir::new().unwrap();
        for (name, bytes) in files {
            std::fs::write(directory.path().join(name), bytes).unwrap();
        }
        Self { directory }
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        exportdoc()
            .current_dir(self.path())
            .env("COLUMNS", "100")
            .arg("diff")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn code(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).status.code().unwrap()
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Two documents between which every reason occurs.
pub(super) fn every_reason() -> Files {
    let mut new = masking_job();
    edit(&mut new.objects, &job(), |job| {
        let data = replaced(job.data_bytes(), 13, |w| {
            w.wrapped_text(13, "new|team`@example.com\u{1b}[2J\u{202e}");
        });
        resaved(job, Some(&data))
    });
    edit(&mut new.objects, &numbered(10, 1), |connector| {
        let data = replaced(connector.data_bytes(), 9, |w| {
            w.wrapped_text(9, "OPERATOR");
        });
        altered(connector, &data)
    });
    let lookup = ObjectKey::new(18, Identifier::Algorithm("FirstNameLookup".to_owned()));
    edit(&mut new.objects, &lookup, |lookup| resaved(lookup, None));
    let gone = ObjectKey::new(18, Identifier::Algorithm("CustomerToken".to_owned()));
    new.objects.retain(|object| *object.key() != gone);
    let added = inventory(SampleSize::SMALL)
        .into_iter()
        .find(|object| object.key().type_number == 7);
    new.objects.push(added.unwrap());
    let old = std::fs::read(testdata("generated/masking-job.json")).unwrap();
    Files::new(&[("old.json", &old), ("new.json", &new.seal())])
}

fn snapshot(name: &str, files: &Files, runs: &[&[&str]]) {
    let mut transcripts = Vec::new();
    for arguments in runs {
        let output = files.run(arguments);
        let mut transcript = format!(
            "$ exportdoc diff {}\n{}",
            arguments.join(" "),
            text(&output.stdout)
        );
        if !output.stderr.is_empty() {
            transcript.push_str(&format!("--- standard error\n{}", text(&output.stderr)));
        }
        transcript.push_str(&format!("--- exit code {}\n", output.status.code().unwrap()));
        transcripts.push(transcript);
    }
    assert_snapshot(name, &transcripts.join("\n"));
}

#[test]
fn text_shows_every_reason() {
    snapshot(
        "diff-text",
        &every_reason(),
        &[&["old.json", "new.json"], &["old.json", "old.json"]],
    );
}

#[test]
fn stat_and_name_only_are_short() {
    let runs: &[&[&str]] = &[
        &["--stat", "old.json", "new.json"],
        &["--name-only", "old.json", "new.json"],
        &["--stat", "--only", "MASKING_JOB", "old.json", "new.json"],
    ];
    snapshot("diff-short", &every_reason(), runs);
}

#[test]
fn markdown_is_a_comment_for_a_pull_request() {
    snapshot(
        "diff-markdown",
        &every_reason(),
        &[&["--format", "markdown", "old.json", "new.json"]],
    );
}

#[test]
fn json_shows_every_reason() {
    let runs: &[&[&str]] = &[&["--format", "json", "--strict-bytes", "old.json", "new.json"]];
    snapshot("diff-json", &every_reason(), runs);
}

#[test]
fn text_shows_secrets_when_asked() {
    let (old, new) = with_other_rows();
    let files = Files::new(&[("old.json", &old), ("new.json", &new)]);
    let runs: &[&[&str]] = &[
        &["old.json", "new.json"],
        &["--show-secrets", "old.json", "new.json"],
    ];
    snapshot("diff-secrets", &files, runs);
}

#[test]
fn json_fits_its_schema() {
    let schema =
        std::fs::read_to_string(crate::support::root().join("docs/schema/diff-v1.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let (old, new) = with_other_rows();
    let files = every_reason();
    std::fs::write(files.path().join("rows.json"), old).unwrap();
    std::fs::write(files.path().join("more-rows.json"), new).unwrap();
    let generated = testdata("generated");
    let encrypted = generated.join("encrypted.json").to_string_lossy().into_owned();
    let future = generated.join("future.json").to_string_lossy().into_owned();
    for arguments in [
        &["old.json", "new.json"][..],
        &["--strict-bytes", "old.json", "new.json"],
        &["--strict-bytes", "old.json", "old.json"],
        &["--by-name", "old.json", &future],
        &["--show-secrets", "rows.json", "more-rows.json"],
        &["rows.json", "more-rows.json"],
        &["old.json", &encrypted],
    ] {
        let output = files.run(&[&["--format", "json"], arguments].concat());
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{arguments:?}\n{}", errors.join("\n"));
    }
    for wrong in [r#"{}"#, r#"{"schema_version": 2}"#] {
        assert!(!validator.is_valid(&serde_json::from_str(wrong).unwrap()));
    }
}

#[test]
fn different_bytes_are_told_in_the_short_forms_too() {
    let files = every_reason();
    let engine_like = testdata("generated/engine-like.json")
        .to_string_lossy()
        .into_owned();
    let told = |form: &str| {
        let output = files.run(&["--strict-bytes", form, &engine_like, "old.json"]);
        assert_eq!(output.status.code(), Some(1), "{form}");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let [stat, _] = told("--stat");
    assert!(stat.contains("Bytes\n    "), "{stat}");
    let [names, aside] = told("--name-only");
    assert!(names.is_empty() && aside.starts_with("bytes: "), "{names}{aside}");
}

#[test]
fn exit_codes_are_those_of_diff() {
    let files = every_reason();
    let generated = |name: &str| testdata("generated").join(name).to_string_lossy().into_owned();
    assert_eq!(files.code(&["old.json", "old.json"]), 0);
    assert_eq!(files.code(&[&generated("engine-like.json"), "old.json"]), 0);
    assert_eq!(
        files.code(&["--strict-bytes", &generated("engine-like.json"), "old.json"]),
        1
    );
    assert_eq!(files.code(&["old.json", "new.json"]), 1);
    assert_eq!(files.code(&["old.json", "missing.json"]), 2);
    assert_eq!(files.code(&["old.json", &made_text("damaged/not-json.json")]), 2);
    assert_eq!(
        files.code(&["old.json", &made_text("damaged/truncated-in-blob.json")]),
        2
    );
    assert_eq!(files.code(&["old.json", &generated("encrypted.json")]), 2);
    assert_eq!(files.code(&["-", "-"]), 2);
    assert_eq!(files.code(&["--only", "MASKING_JOBS", "old.json", "new.json"]), 2);
    assert_eq!(files.code(&["--ignore", "emial", "old.json", "new.json"]), 2);
    assert_eq!(files.code(&["--stat", "--name-only", "old.json", "new.json"]), 2);
    assert_eq!(files.code(&["--max-size", "1K", "old.json", "new.json"]), 5);
}

#[test]
fn standard_input_may_be_either_side() {
    let old = testdata("generated/masking-job.json");
    for arguments in [[Path::new("-"), &old], [&old, Path::new("-")]] {
        let mut command = exportdoc();
        let command = command
            .arg("diff")
            .args(arguments)
            .write_stdin(std::fs::read(&old).unwrap());
        assert_eq!(command.output().unwrap().status.code(), Some(0));
    }
}

#[test]
fn what_is_ignored_is_counted_and_does_not_differ() {
    let old = masking_job().seal();
    let files = Files::new(&[("old.json", &old), ("new.json", &with_email("else@example.com"))]);
    assert_eq!(files.code(&["old.json", "new.json"]), 1);
    for rule in ["email", "MASKING_JOB:email"] {
        let output = files.run(&["--ignore", rule, "old.json", "new.json"]);
        assert_eq!(output.status.code(), Some(0), "{rule}");
        assert!(text(&output.stdout).contains("1 difference ignored"), "{rule}");
    }
    assert_eq!(files.code(&["--ignore", "script", "old.json", "new.json"]), 1);
    assert_eq!(
        files.code(&["--ignore", "DOMAIN:email", "old.json", "new.json"]),
        1
    );
    let resaved = with(&ruleset(), |ruleset| resaved(ruleset, None));
    std::fs::write(files.path().join("new.json"), resaved).unwrap();
    assert_eq!(files.code(&["old.json", "new.json"]), 1);
    assert_eq!(files.code(&["--ignore", "revision", "old.json", "new.json"]), 0);
}

#[test]
fn only_objects_of_a_type_are_compared_when_asked() {
    let files = every_reason();
    assert_eq!(
        files.code(&["--only", "DATABASE_CONNECTOR", "old.json", "new.json"]),
        1
    );
    assert_eq!(files.code(&["--only", "PROFILE_SET", "old.json", "new.json"]), 0);
}

#[test]
fn encrypted_documents_are_compared_once_they_are_opened() {
    let encrypted: PathBuf = testdata("generated/encrypted.json");
    let path = encrypted.to_string_lossy().into_owned();
    let passphrase: &[u8] = b"made up for the test data\n";
    let files = Files::new(&[("passphrase", passphrase), ("wrong", b"something else\n")]);
    let other = made("undeclared.json").to_string_lossy().into_owned();
    let code = files.code(&["--passphrase-file", "passphrase", &path, &other]);
    assert!(code == 0 || code == 1, "{code}");
    assert_eq!(files.code(&["--passphrase-file", "wrong", &path, &other]), 2);
    // Equal bytes are equal with or without the passphrase.
    assert_eq!(files.code(&[&path, &path]), 0);
    let thrice = ["--passphrase-file=wrong"; 3];
    assert_eq!(files.code(&[&thrice[..], &[&path, &path]].concat()), 2);
}

#[test]
fn what_a_document_says_is_escaped_in_every_format() {
    let files = every_reason();
    for format in ["text", "json", "markdown"] {
        let output = files.run(&["--format", format, "old.json", "new.json"]);
        let shown = text(&output.stdout);
        assert!(shown.contains("new"), "{format}");
        if format != "json" {
            assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{format}");
        } else {
            assert!(!shown.contains('\u{1b}'), "{format}");
        }
    }
}

#[test]
fn a_comment_stays_below_what_code_hosts_take() {
    let old = masking_job().seal();
    let changed = with(&ruleset(), |ruleset| {
        let data = columns(ruleset.data_bytes(), |_, column| Some(column.to_vec()));
        let mut data = data;
        let table = |n: usize| {
            let name = format!("TABLE_{n:05}_{}", "X".repeat(150));
            Writer::new().text(1, &name).wrapped_text(2, "SQLLOADER").finish()
        };
        for n in 0..2_000 {
            data.extend(Writer::new().bytes(4, &table(n)).finish());
        }
        resaved(ruleset, Some(&data))
    });
    let files = Files::new(&[("old.json", &old), ("new.json", &changed)]);
    let shown = text(
        &files
            .run(&["--format", "markdown", "old.json", "new.json"])
            .stdout,
    );
    assert!(shown.len() < 65_536);
    assert!(shown.contains("omitted here for length"));
    let limits = DiffLimits::default();
    let diff = compare(&old, &changed, &DiffOptions::default());
    let object = diff
        .objects
        .iter()
        .find(|object| object.status == Status::Changed)
        .unwrap();
    assert_eq!(object.changes.len(), limits.changes_per_object);
    assert_eq!(object.more_changes, 2_000 - limits.changes_per_object as u64);
}
