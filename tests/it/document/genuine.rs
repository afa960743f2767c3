//! Documents as real engines write them: every command separates changes by engines from changes by people or attackers.

use std::path::PathBuf;
use std::sync::LazyLock;

use crate::support::changes::{Object, altered, compare, edit, nested, paths, replaced, resaved, statuses};
use crate::support::property;
use crate::support::{exportdoc, ids, key, report};
use exportdoc::internal::build::{ExportFacts, in_record_order, seal};
use exportdoc::internal::diff::{DiffOptions, DocumentDiff, Status};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::data::{FieldKind, MessageSpec};
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::sample::habits::{Export, root};
use exportdoc::internal::sample::{self, SampleSize};
use exportdoc::internal::signature::KeySize;
use exportdoc::internal::wire::{Message, Writer};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

const FIRST: Export = Export {
    day: date(2023, 7, 18),
    order: 1,
    upgraded: false,
};
/// Three days later; nothing was changed on the engine.
const LATER: Export = Export {
    day: date(2023, 7, 21),
    order: 2,
    upgraded: false,
};
/// After the engine's upgrade.
const UPGRADED: Export = Export {
    day: date(2023, 11, 11),
    order: 3,
    upgraded: true,
};

fn document(facts: &ExportFacts, objects: Vec<Object>, root: &ObjectKey) -> Vec<u8> {
    let size = KeySize::Dsa512;
    let objects = in_record_order(objects, std::slice::from_ref(root)).unwrap();
    seal(facts, &objects, &key(size, "genuine"), size.default_rule()).unwrap()
}

/// The first export's document.
static EXPORTED: LazyLock<Vec<u8>> = LazyLock::new(|| exported(FIRST));

fn exported(export: Export) -> Vec<u8> {
    with(export, |_| {})
}

/// An export of which some objects were changed before it was sealed.
fn with(export: Export, change: impl FnOnce(&mut Vec<Object>)) -> Vec<u8> {
    let mut objects = export.global_objects().unwrap();
    change(&mut objects);
    document(&export.facts(), objects, &root())
}

/// A job with its ruleset and connector, exported at two times.
fn job(export: Export, change: impl FnOnce(&mut Vec<Object>)) -> Vec<u8> {
    let mut objects = sample::global_objects(SampleSize::SMALL).unwrap();
    objects = sample::references_to(&objects);
    for environment in sample::environments().unwrap() {
        objects.extend(sample::references_to(&environment.objects));
        objects.extend(environment.objects);
    }
    change(&mut objects);
    document(&export.facts(), objects, &crate::support::numbered(20, 7))
}

fn algorithm(type_number: u64, name: &str) -> ObjectKey {
    ObjectKey::new(type_number, Identifier::Algorithm(name.to_owned()))
}

fn diff(old: &[u8], new: &[u8]) -> DocumentDiff {
    compare(old, new, &DiffOptions::default())
}

/// Files in a directory of their own.
struct Files {
    directory: TempDir,
}

impl Files {
    fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let directory = TempDir::new().unwrap();
        for (name, bytes) in files {
            crate::support::file(directory.path(), name, bytes);
        }
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Exit code and standard output.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = exportdoc()
            .current_dir(self.directory.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments).1).unwrap()
    }
}

fn exports() -> Files {
    Files::new(&[
        ("first.json", exported(FIRST)),
        ("later.json", exported(LATER)),
        ("upgraded.json", exported(UPGRADED)),
    ])
}

/// Levels and ids of what an audit says about changes since a baseline.
fn since(files: &Files, baseline: &str, document: &str) -> Vec<(String, String)> {
    let arguments = ["audit", "--format", "json", "--baseline", baseline, document];
    let found = files.json(&arguments)["documents"][0]["findings"].clone();
    let text = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
    found
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (text(finding, "level"), text(finding, "id")))
        .filter(|(_, id)| {
            [
                "content-without-revision",
                "rewritten-by-engine",
                "algorithm-changed",
                "baseline-not-comparable",
            ]
            .contains(&id.as_str())
        })
        .collect()
}

/// The number of objects of each kind in the exports.
fn carriers() -> usize {
    let objects = FIRST.global_objects().unwrap();
    let habits = |object: &&Object| matches!(object.key().type_number, 2 | 13 | 26);
    objects.iter().filter(habits).count()
}

#[test]
fn exports_of_an_unchanged_engine_are_equal() {
    let files = exports();
    for (old, new) in [("first.json", "later.json"), ("later.json", "first.json")] {
        let (code, text) = files.run(&["diff", old, new]);
        assert_eq!(code, 0, "{text}");
        let line = format!(
            "{} objects carry values that engines change in every export (dates, orders); \
             --show-volatile lists them",
            carriers()
        );
        assert!(text.contains(&line), "{text}");
        assert!(!text.contains("2023-07-21\""), "{text}");

        let json = files.json(&["diff", "--format", "json", old, new]);
        assert_eq!(json["same"], true);
        assert_eq!(json["summary"]["volatile"], carriers());
        assert_eq!(json["volatile"].as_array().unwrap().len(), carriers());
        assert_eq!(json["findings"], serde_json::json!([]));
        assert_eq!(since(&files, old, new), []);
    }
    let (code, text) = files.run(&["diff", "--show-volatile", "first.json", "later.json"]);
    assert_eq!(code, 0);
    for line in [
        "info.date: \"2023-07-18\" → \"2023-07-21\"",
        "expressions: same items, different order",
        "dependencies: same items, different order",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    for (format, date) in [("markdown", "| info.date |"), ("html", " info.date: ")] {
        let (_, page) = files.run(&[
            "diff",
            "--show-volatile",
            "--format",
            format,
            "first.json",
            "later.json",
        ]);
        assert!(
            page.contains(date) && page.contains("different order"),
            "{format}: {page}"
        );
    }
}

#[test]
fn upgrade_under_old_revisions_is_rewritten_by_engine() {
    let files = exports();
    for (old, new, there) in [
        ("later.json", "upgraded.json", "added"),
        ("upgraded.json", "later.json", "removed"),
    ] {
        let json = files.json(&["diff", "--format", "json", old, new]);
        let of = |status: &str| -> Vec<String> {
            let objects = json["objects"].as_array().unwrap().iter();
            let object = |object: &Value| match object["new"].is_null() {
                true => object["old"].clone(),
                false => object["new"].clone(),
            };
            objects
                .filter(|object| object["status"] == status)
                .map(|it| object(it)["type"].as_str().unwrap().to_owned())
                .collect()
        };
        let count = |list: &[String], name: &str| list.iter().filter(|it| *it == name).count();
        let rewritten = of("rewritten-by-engine");
        let all = UPGRADED.global_objects().unwrap();
        let of_type = |number| {
            all.iter()
                .filter(|object| object.key().type_number == number)
                .count()
        };
        assert_eq!(count(&rewritten, "LOOKUP"), 1);
        assert_eq!(count(&rewritten, "SEGMENT"), of_type(6));
        assert_eq!(count(&rewritten, "DATE_SHIFT"), of_type(23));
        assert_eq!(rewritten.len(), 1 + of_type(6) + of_type(23));
        assert_eq!(of(there), ["APPLICATION_SETTINGS"; 3]);
        assert!(!of("dependency-changed").is_empty());
        for status in ["content-without-revision", "changed", "re-saved"] {
            assert_eq!(of(status), [""; 0], "{status}");
        }
        let (code, text) = files.run(&["diff", old, new]);
        assert_eq!(code, 1);
        assert!(text.contains("engine upgrades write this, but an editor could, too"));

        let found = since(&files, old, new);
        assert_eq!(found.len(), rewritten.len(), "{found:?}");
        for (severity, id) in found {
            assert_eq!((severity.as_str(), id.as_str()), ("info", "rewritten-by-engine"));
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn merge_of_one_engines_exports_takes_the_newest() {
    let files = exports();
    let newest = |one: &str, other: &str, newest: &str| {
        let (code, text) = files.run(&["merge", "--force", one, other, "-o", "merged.json"]);
        assert_eq!(code, 0, "{text}");
        let merged = std::fs::read(files.path("merged.json")).unwrap();
        let wanted = std::fs::read(files.path(newest)).unwrap();
        let difference = diff(&wanted, &merged);
        assert!(difference.is_same(), "{:?}", statuses(&difference));
        assert!(difference.volatile.is_empty(), "{:?}", difference.volatile);
        let report = report(&merged);
        let tally = report.hash_tally();
        assert_eq!(tally.matching, tally.objects);
        text
    };
    for (one, other) in [("first.json", "later.json"), ("later.json", "first.json")] {
        let text = newest(one, other, "later.json");
        assert!(!text.contains("Decided"), "{text}");
    }
    for (one, other) in [("later.json", "upgraded.json"), ("upgraded.json", "later.json")] {
        let text = newest(one, other, "upgraded.json");
        assert!(
            text.contains("rewritten by an engine, from upgraded.json"),
            "{text}"
        );
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn sealed_copy_is_not_later_than_the_upgrades_export() {
    let files = exports();
    let merge = |one: &str, other: &str, result: &str| {
        let (code, text) = files.run(&["merge", "--force", one, other, "-o", result]);
        assert_eq!(code, 0, "{text}");
        std::fs::read(files.path(result)).unwrap()
    };
    merge("first.json", "later.json", "together.json");
    for (one, other) in [
        ("together.json", "upgraded.json"),
        ("upgraded.json", "together.json"),
    ] {
        let merged = merge(one, other, "merged.json");
        assert!(diff(&exported(UPGRADED), &merged).is_same());
    }
    let json = files.json(&["diff", "--format", "json", "together.json", "upgraded.json"]);
    assert_eq!(json["summary"]["content_without_revision"], 0);
}

#[test]
fn a_change_that_a_person_made_goes_before_an_upgrade() {
    let segment = algorithm(6, "SsnSegment");
    let changed = with(LATER, |objects| {
        edit(objects, &segment, |object| {
            let data = replaced(object.data_bytes(), 7, |w| {
                w.text(7, "+");
            });
            resaved(object, Some(&data))
        });
    });
    let files = Files::new(&[
        ("base.json", exported(FIRST)),
        ("changed.json", changed),
        ("upgraded.json", exported(UPGRADED)),
    ]);
    for sides in [
        ["changed.json", "upgraded.json"],
        ["upgraded.json", "changed.json"],
    ] {
        let [ours, theirs] = sides;
        let arguments = [
            "merge",
            "--force",
            "--base",
            "base.json",
            ours,
            theirs,
            "-o",
            "merged.json",
        ];
        let (code, text) = files.run(&arguments);
        assert_eq!(code, 0, "{text}");
        assert!(
            text.contains("SEGMENT SsnSegment: changed on one side, from changed.json"),
            "{text}"
        );
    }
}

#[test]
fn text_for_git_is_the_same_but_for_the_header() {
    let files = exports();
    let text = |name: &str| files.run(&["textconv", name]).1;
    let (first, later) = (text("first.json"), text("later.json"));
    let split = |text: &str| {
        let (header, objects) = text.split_once("\n\n").unwrap();
        (header.to_owned(), objects.to_owned())
    };
    let ((header, objects), (later_header, later_objects)) = (split(&first), split(&later));
    assert_eq!(objects, later_objects);
    assert!(
        header.contains("every LOOKUP info.date: \"2023-07-18\""),
        "{header}"
    );
    assert!(later_header.contains("every LOOKUP info.date: \"2023-07-21\""));
    assert!(objects.contains("modified: 2018-") && objects.contains("key_time: 2018-02-12T09:00:00.000Z"));
    assert!(
        objects.contains("lookupFile\n        uri: \"jar://names.txt\""),
        "{objects}"
    );
}

#[test]
fn added_objects_are_one_block_in_git() {
    let set = crate::support::numbered(26, 1);
    let added = with(LATER, |objects| {
        let all = objects.iter().find(|object| object.key().type_number == 26);
        let names = Message::parse(all.unwrap().data_bytes()).unwrap();
        assert!(names.text(3).is_some());
        edit(objects, &set, |object| {
            let mut data = Writer::new().text(3, "A new expression").finish();
            data.extend(object.data_bytes());
            resaved(object, Some(&data))
        });
    });
    let files = Files::new(&[("first.json", exported(FIRST)), ("added.json", added)]);
    let lines = |name: &str| -> Vec<String> {
        let text = files.run(&["textconv", name]).1;
        let objects = text.split_once("\n\n").unwrap().1;
        let content = |line: &&str| !line.starts_with("  revision") && !line.starts_with("  modified");
        objects.lines().filter(content).map(str::to_owned).collect()
    };
    let (before, after) = (lines("first.json"), lines("added.json"));
    let new: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
    assert_eq!(new, ["    expressions: \"A new expression\""]);
    assert_eq!(after.len(), before.len() + 1);
}

#[test]
fn a_genuine_document_gets_no_untrue_finding() {
    for export in [FIRST, LATER, UPGRADED] {
        let ids = ids(&report(&exported(export)));
        for untrue in [
            "unknown-field",
            "hand-edited",
            "secrets-unknown",
            "possible-key",
            "format-unknown",
            "type-contradicted",
            "metadata-type-differs",
            "record-order",
        ] {
            assert!(!ids.contains(&untrue), "{untrue} among {ids:?}");
        }
    }
}

/// The status of one object and the paths of its changes, where a later export has it in another state.
fn found(new: &[u8]) -> (Status, Vec<String>) {
    let difference = diff(&EXPORTED, new);
    let apart: Vec<_> = difference
        .objects
        .iter()
        .filter(|object| object.status != Status::DependencyChanged)
        .collect();
    let [object] = apart[..] else {
        panic!("{:?}", statuses(&difference));
    };
    (object.status, paths(object))
}

fn with_data(key: &ObjectKey, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    with(LATER, |objects| {
        edit(objects, key, |object| {
            altered(object, &change(object.data_bytes()))
        });
    })
}

fn tampered(path: &str) -> (Status, Vec<String>) {
    (Status::ContentWithoutRevision, vec![path.to_owned()])
}

#[test]
#[ignore = "ci/long runs it"]
fn a_date_that_is_no_date_is_an_edit() {
    let lookup = algorithm(2, "FirstNameLookup");
    for date in [
        "soon",
        "2023-7-21",
        "2023-02-30",
        "2023-07-21 attacker.example",
        "",
    ] {
        let new = with_data(&lookup, |data| {
            nested(data, 1, |_, info| {
                Some(replaced(info, 3, |w| {
                    w.text(3, date);
                }))
            })
        });
        assert_eq!(found(&new), tampered("info.date"), "{date}");
    }
}

#[test]
fn edit_under_an_old_revision_fails_audit_and_merge() {
    let new = with_data(&algorithm(2, "FirstNameLookup"), |data| {
        replaced(data, 7, |w| {
            w.text(7, "AAAAAAAAAAAAAAAAAAAAAA==");
        })
    });
    let files = Files::new(&[("first.json", exported(FIRST)), ("edited.json", new)]);
    let found = since(&files, "first.json", "edited.json");
    assert!(
        found.contains(&("error".to_owned(), "content-without-revision".to_owned())),
        "{found:?}"
    );
    let (code, _) = files.run(&["merge", "first.json", "edited.json", "-o", "merged.json"]);
    assert_ne!(code, 0);
    assert!(!files.path("merged.json").exists());
}

#[test]
fn a_set_with_another_item_or_one_twice_is_an_edit() {
    let set = crate::support::numbered(26, 1);
    let first = |data: &[u8]| Message::parse(data).unwrap().text(3).unwrap().into_owned();
    let with_item = |item: &str| {
        let item = item.to_owned();
        with_data(&set, move |data| {
            let item = if item.is_empty() { first(data) } else { item };
            [data, &Writer::new().text(3, &item).finish()].concat()
        })
    };
    let (status, changed) = found(&with_item("Another"));
    assert_eq!((status, changed), tampered("expressions[Another]"));
    let (status, changed) = found(&with_item(""));
    assert_eq!(status, Status::ContentWithoutRevision);
    assert!(changed[0].ends_with(" (2)]"), "{changed:?}");
}

#[test]
#[ignore = "ci/long runs it"]
fn upgrade_field_needs_the_value_that_engines_write() {
    let segment = algorithm(6, "SsnSegment");
    let with_variant = |text: &'static str| {
        with_data(&segment, |data| {
            [data, &Writer::new().text(13, text).finish()].concat()
        })
    };
    assert_eq!(
        found(&with_variant("DEFAULT")),
        (Status::RewrittenByEngine, vec!["variant".to_owned()])
    );
    assert_eq!(found(&with_variant("OTHER")), tampered("variant"));
    // Additions of an upgrade hide no other change.
    let both = with_data(&segment, |data| {
        let data = [data, &Writer::new().text(13, "DEFAULT").finish()].concat();
        replaced(&data, 7, |w| {
            w.text(7, "?");
        })
    });
    let (status, changed) = found(&both);
    assert_eq!(status, Status::ContentWithoutRevision);
    assert_eq!(changed, ["ignored_characters", "variant"]);
    // An export that is older than the other can't have it.
    let upgraded_before = Export {
        day: date(2023, 7, 1),
        ..UPGRADED
    };
    let difference = diff(&EXPORTED, &exported(upgraded_before));
    assert!(difference.count(Status::ContentWithoutRevision) > 0);
    assert_eq!(difference.count(Status::RewrittenByEngine), 0);
}

#[test]
fn a_dependency_that_no_upgrade_adds_is_an_edit() {
    let depending = |from: ObjectKey, to: ObjectKey| {
        with(LATER, |objects| {
            edit(objects, &from, |object| {
                let dependencies = [object.dependencies(), &[to]].concat();
                SyncObject::build(
                    object.key(),
                    &dependencies,
                    object.revision(),
                    object.data_type(),
                    object.data_bytes(),
                )
                .unwrap()
            });
        })
    };
    let lookup = algorithm(2, "FirstNameLookup");
    let new = depending(lookup.clone(), algorithm(7, "CustomerToken"));
    assert_eq!(found(&new), tampered("dependencies[TOKENIZATION CustomerToken]"));
    // Upgrades make only lookups, segment mappings and date shifts depend on settings.
    let difference = diff(
        &EXPORTED,
        &depending(algorithm(7, "CustomerToken"), crate::support::numbered(25, 1)),
    );
    assert_eq!(difference.count(Status::ContentWithoutRevision), 1);
    let difference = diff(&EXPORTED, &depending(lookup, crate::support::numbered(25, 1)));
    assert_eq!(difference.count(Status::RewrittenByEngine), 1);
    assert_eq!(difference.count(Status::ContentWithoutRevision), 0);
}

#[test]
fn a_dependency_listed_twice_is_one() {
    let new = with(LATER, |objects| {
        let domain = objects
            .iter()
            .position(|object| object.key().type_number == 11)
            .unwrap();
        let object = &objects[domain];
        let dependencies = [object.dependencies(), object.dependencies()].concat();
        objects[domain] = SyncObject::build(
            object.key(),
            &dependencies,
            object.revision(),
            object.data_type(),
            object.data_bytes(),
        )
        .unwrap();
    });
    assert!(diff(&EXPORTED, &new).is_same());
}

#[test]
#[ignore = "ci/long runs it"]
fn changed_secret_or_host_under_one_revision_is_an_edit() {
    let lookup = algorithm(2, "FirstNameLookup");
    let new = with_data(&lookup, |data| {
        replaced(data, 7, |w| {
            w.text(7, "AAAAAAAAAAAAAAAAAAAAAA==");
        })
    });
    assert_eq!(found(&new), tampered("key"));
    let user = algorithm(40, "dlpx-core:Names");
    let new = with_data(&user, |data| {
        replaced(data, 7, |w| {
            w.text(
                7,
                r#"{"lookupFile":{"uri":"jar://attacker.txt"},"caseSensitive":false}"#,
            );
        })
    });
    assert_eq!(found(&new), tampered("configuration[lookupFile][uri]"));

    let in_job = |key: ObjectKey, change: &dyn Fn(&[u8]) -> Vec<u8>| {
        let new = job(LATER, |objects| {
            edit(objects, &key, |object| {
                altered(object, &change(object.data_bytes()))
            });
        });
        let difference = diff(&job(FIRST, |_| {}), &new);
        assert_eq!(
            difference.count(Status::ContentWithoutRevision),
            1,
            "{:?}",
            statuses(&difference)
        );
        paths(&difference.objects[0])
    };
    let connector = crate::support::numbered(10, 3);
    let host = |data: &[u8]| {
        replaced(data, 7, |w| {
            w.wrapped_text(7, "attacker.example");
        })
    };
    assert_eq!(in_job(connector.clone(), &host), ["host"]);
    let url = |data: &[u8]| {
        replaced(data, 6, |w| {
            w.wrapped_text(6, "jdbc:postgresql://attacker.example/x");
        })
    };
    assert_eq!(in_job(connector, &url), ["jdbc_url"]);
    let algorithm = |data: &[u8]| {
        crate::support::changes::columns(data, |name, column| {
            let other = replaced(column, 2, |w| {
                w.wrapped_text(2, "NullLookup");
            });
            Some(if name == "email" { other } else { column.to_vec() })
        })
    };
    let changed = in_job(crate::support::numbered(14, 3), &algorithm);
    assert!(changed[0].ends_with("columns[email].algorithm"), "{changed:?}");
}

#[test]
fn global_object_changes_members_under_one_revision() {
    let gone = algorithm(40, "dlpx-core:Names");
    let smaller = with(LATER, |objects| {
        objects.retain(|object| *object.key() != gone);
        edit(objects, &root(), |object| {
            let left: Vec<_> = object
                .dependencies()
                .iter()
                .filter(|key| **key != gone)
                .cloned()
                .collect();
            let (revision, data) = (object.revision(), object.data_bytes());
            SyncObject::build(object.key(), &left, revision, object.data_type(), data).unwrap()
        });
    });
    let difference = diff(&EXPORTED, &smaller);
    assert_eq!(
        statuses(&difference),
        [
            "changed GLOBAL_OBJECT global",
            "removed USER_ALGORITHM dlpx-core:Names"
        ]
    );
    assert!(difference.findings.is_empty());
    let files = Files::new(&[("first.json", exported(FIRST)), ("smaller.json", smaller)]);
    assert_eq!(since(&files, "first.json", "smaller.json"), []);
    let (_, text) = files.run(&["diff", "first.json", "smaller.json"]);
    assert!(
        text.contains("engines keep it when members are added or removed"),
        "{text}"
    );
    for shown in [
        "framework: \"Name\"",
        "plugin: \"dlpx-core\"",
        "key: 1 secret, 24 bytes, sha256 ",
    ] {
        assert!(
            text.contains(shown),
            "what is gone is shown with its fields: {shown}\n{text}"
        );
    }
    let (_, page) = files.run(&["diff", "--format", "markdown", "first.json", "smaller.json"]);
    assert!(page.contains("  - framework"), "{page}");
}

/// A change of one field that no engine makes by itself, and the path of the field.
fn edited(object: &Object, field: &prop::sample::Index, text: &str) -> Option<(Vec<u8>, &'static str)> {
    let spec = MessageSpec::by_name(object.data_type())?;
    let fields: Vec<_> = spec.fields.iter().filter(|field| !field.volatile).collect();
    let field = fields.get(field.index(fields.len().max(1)))?;
    let data = replaced(object.data_bytes(), field.number, |w| {
        match field.kind {
            FieldKind::TextValue | FieldKind::NumberTextValue => w.wrapped_text(field.number, text),
            FieldKind::Int => w.int(field.number, i64::try_from(text.len()).unwrap() + 7_000_000),
            FieldKind::IntValue => w.wrapped_int(field.number, 7_000_000),
            _ => w.text(field.number, text),
        };
    });
    Some((data, field.name))
}

proptest! {
    #![proptest_config(property(3))]

    #[test]
    fn exports_of_one_state_are_equal_in_any_order(
        days in (0_i32..2_000, 0_i32..2_000), orders in any::<(u64, u64)>(), upgraded in any::<bool>()
    ) {
        let export = |day: i32, order| {
            let day = date(2019, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            exported(Export { day, order, upgraded })
        };
        let (one, other) = (export(days.0, orders.0), export(days.1, orders.1));
        let difference = diff(&one, &other);
        prop_assert!(difference.is_same(), "{:?}", statuses(&difference));
        prop_assert!(difference.findings.is_empty());
    }

    #[test]
    fn an_edit_is_found_on_top_of_all_habits(
        at in any::<prop::sample::Index>(),
        field in any::<prop::sample::Index>(),
        text in "[a-z]{12,20}",
        order in any::<u64>(),
    ) {
        let export = Export { order, ..LATER };
        let objects = export.global_objects().unwrap();
        // The settings come into a document with an upgrade.
        let there = |object: &&Object| !matches!(object.data_type(), "EmptyData" | "ApplicationSettingsData");
        let candidates: Vec<_> = objects.iter().filter(there).collect();
        let object = at.get(&candidates);
        if let Some((data, name)) = edited(object, &field, &text) {
            let key = object.key().clone();
            let new = with(export, |objects| edit(objects, &key, |object| altered(object, &data)));
            let difference = diff(&EXPORTED, &new);
            let own: Vec<_> = difference
                .objects
                .iter()
                .filter(|object| object.status != Status::DependencyChanged)
                .collect();
            prop_assert_eq!(own.len(), 1, "{} {}: {:?}", object.key(), name, statuses(&difference));
            prop_assert_eq!(own[0].status, Status::ContentWithoutRevision);
            prop_assert!(paths(own[0]).iter().all(|path| path.starts_with(name)), "{:?}", paths(own[0]));
        }
    }
}
