//! Pictures of the dependency graph: SVG, DOT and Mermaid.

use std::collections::BTreeSet;
use std::fs;

use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::{ObjectKey, Revision, SyncObject};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::{Plan, assert_snapshot, exportdoc, global, numbered, testdata};

/// What a command prints on success.
fn printed(arguments: &[&str]) -> String {
    let output = exportdoc().args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command reports when it ends with code 2.
fn refused(arguments: &[&str]) -> String {
    let output = exportdoc().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The labels of an SVG's boxes, and its elements. Fails unless it is well-formed.
fn svg(text: &str) -> (Vec<String>, BTreeSet<String>) {
    let (mut names, mut elements) = (Vec::new(), BTreeSet::new());
    let mut name: Option<String> = None;
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                elements.insert(start.name().as_ref().to_owned());
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap();
                    let key: &str = attribute.key.as_ref();
                    assert!(!key.starts_with("on") && key != "href", "{key}");
                    if key == "class" && attribute.value == "name" {
                        name = Some(String::new());
                    }
                }
            }
            Event::Text(text) => {
                if let Some(name) = &mut name {
                    name.push_str(&text);
                }
            }
            Event::GeneralRef(_) => {
                if let Some(name) = &mut name {
                    name.push('&');
                }
            }
            Event::End(_) => names.extend(name.take()),
            Event::Eof => return (names, elements),
            _ => {}
        }
    }
}

#[test]
fn job_is_drawn_in_every_language() {
    let path = "testdata/handmade/masking-job.json";
    let mermaid = printed(&["inspect", "--format", "mermaid", path]);
    let dot = printed(&["inspect", "--format", "dot", path]);
    assert_snapshot("inspect-mermaid", &mermaid);
    assert_snapshot("inspect-dot", &dot);
    let mut names = svg(&printed(&["inspect", "--format", "svg", path])).0;
    names.sort();
    let expected = [
        "FIRST_NAME",
        "FirstNameLookup",
        "Guestbook copy",
        "GuestbookRules",
        "Nightly guest masking",
    ];
    assert_eq!(names, expected);
}

#[test]
fn picture_shows_what_needs_an_object() {
    let path = "testdata/handmade/masking-job.json";
    let around = |options: &[&str]| {
        let start = ["inspect", path, "--format", "svg", "--object"];
        let mut names = svg(&printed(&[&start[..], options].concat())).0;
        names.sort();
        names
    };
    assert_eq!(
        around(&["DOMAIN_REFERENCE:FIRST_NAME"]),
        ["FIRST_NAME", "FirstNameLookup"]
    );
    let one_step = ["FIRST_NAME", "FirstNameLookup", "GuestbookRules"];
    assert_eq!(
        around(&["FirstNameLookup", "--reverse", "--depth", "1"]),
        one_step
    );
    let all = [
        "FIRST_NAME",
        "FirstNameLookup",
        "GuestbookRules",
        "Nightly guest masking",
    ];
    assert_eq!(around(&["FirstNameLookup", "--reverse"]), all);
}

#[test]
fn large_graph_shows_one_box_per_type() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("global.json");
    let plan = global();
    fs::write(&path, plan.seal()).unwrap();
    let path = path.to_str().unwrap();
    assert!(plan.objects.len() > 40);
    let types: BTreeSet<u64> = plan
        .objects
        .iter()
        .map(|object| object.key().type_number)
        .collect();
    let folded = svg(&printed(&["inspect", "--format", "svg", path])).0;
    assert_eq!(folded.len(), types.len(), "{folded:?}");
    assert!(folded.iter().any(|name| name.ends_with(" objects")), "{folded:?}");
    let whole = svg(&printed(&["inspect", "--format", "svg", "--unfold", path])).0;
    assert_eq!(whole.len(), plan.objects.len());
}

/// Names that try to become markup, statements or links.
pub(crate) const HOSTILE: [&str; 5] = [
    "</text><script>alert(1)</script>",
    "\"]; click n0 \"https://example.com\" --> x[\"",
    "\\\" ]; URL=\"javascript:alert(1)\" \n } digraph {",
    "<img src=x onerror=alert(1)>&lt;",
    "]]><a href='x'>\u{202e}\u{7}#quot;`",
];

/// A document of domain references with these names, each needing the next.
pub(crate) fn chain(names: &[&str]) -> Vec<u8> {
    let key = |name: &str| ObjectKey::new(19, Identifier::Text(name.to_owned()));
    let objects = names.iter().enumerate().map(|(at, name)| {
        let needs: Vec<ObjectKey> = names.get(at + 1).map(|next| key(next)).into_iter().collect();
        SyncObject::build(&key(name), &needs, &Revision::default(), "EmptyData", &[]).unwrap()
    });
    Plan::new(objects.collect(), &[key(names[0])]).seal()
}

#[test]
fn comparison_marks_added_and_removed_objects() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = [("old.json", ["A", "B", "C"]), ("new.json", ["A", "B", "D"])].map(|(file, names)| {
        let path = directory.path().join(file);
        fs::write(&path, chain(&names)).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let draw = |format: &str| {
        let output = exportdoc()
            .args(["diff", "--format", format, &old, &new])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let names = svg(&draw("svg")).0;
    for name in ["+ D", "− C"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    assert_snapshot("diff-mermaid", &draw("mermaid"));
}

#[test]
fn names_of_a_document_add_nothing_to_a_picture() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("hostile.json");
    fs::write(&path, chain(&HOSTILE)).unwrap();
    let path = path.to_str().unwrap();
    let (names, elements) = svg(&printed(&["inspect", "--format", "svg", path]));
    assert_eq!(names.len(), HOSTILE.len());
    let known = ["circle", "g", "path", "rect", "style", "svg", "text", "title"];
    assert!(
        elements.iter().all(|element| known.contains(&element.as_str())),
        "{elements:?}"
    );

    let mermaid = printed(&["inspect", "--format", "mermaid", path]);
    let boxes: Vec<&str> = mermaid.lines().filter(|line| line.contains('[')).collect();
    assert_eq!(boxes.len(), HOSTILE.len());
    for line in boxes {
        let label = line.split_once("[\"").unwrap().1.strip_suffix("\"]").unwrap();
        let text = label.replace("<br>", "");
        assert!(!text.contains(['"', '<', '>', '`', '[', ']']), "{line}");
    }

    let dot = printed(&["inspect", "--format", "dot", path]);
    // An even number of unescaped quotes in each line: no name ends its string.
    for line in dot.lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert_eq!(quotes % 2, 0, "{line}");
    }
    assert!(!dot.contains("\n }"), "{dot}");
}

#[test]
fn missing_dependency_is_drawn_as_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("gap.json");
    let key = numbered(20, 4);
    let object = SyncObject::build(&key, &[numbered(14, 9)], &Revision::default(), "EmptyData", &[]).unwrap();
    fs::write(
        &path,
        Plan {
            objects: vec![object],
            ..global()
        }
        .seal(),
    )
    .unwrap();
    let output = exportdoc()
        .args(["inspect", "--format", "svg"])
        .arg(&path)
        .output()
        .unwrap();
    let (names, _) = svg(&String::from_utf8(output.stdout).unwrap());
    assert!(names.contains(&"? 9".to_owned()), "{names:?}");
}

#[test]
fn picture_of_nothing_is_refused_with_advice() {
    let path = testdata("handmade/masking-job.json");
    let path = path.to_str().unwrap();
    let several = refused(&["inspect", "--format", "svg", path, path]);
    assert!(
        several.contains("one document") && several.contains("help: "),
        "{several}"
    );
    let unknown = refused(&["inspect", "--format", "svg", "--object", "DOMAIN:NONE", path]);
    assert!(unknown.contains("no object matches 'DOMAIN:NONE'"), "{unknown}");
    let as_text = refused(&["inspect", "--object", "FIRST_NAME", path]);
    assert!(as_text.contains("--format svg"), "{as_text}");
}
