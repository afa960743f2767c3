//! Names in a document appear in JSON and Markdown as plain text.

use crate::support::{exportdoc, file, numbered, oracle_text, small};
use exportdoc::internal::object::RevisionPair;
use exportdoc::internal::object::draft::{ConnectorSpec, connector};
use serde_json::Value;

/// Texts that code hosts turn into links, mentions, references or pictures, or that end a cell or begin code.
const NAMES: &[&str] = &[
    "@team",
    "a@team b",
    "#12",
    "GH-12",
    "JIRA-7",
    "owner/repo#3",
    "!12 $12 %12 ~12 &12",
    "www.example.com",
    "WWW.example.com/x",
    "https://e.example/x",
    "ftp://e.example",
    "mailto:a@b.example",
    "a.b@c.example",
    "a&#64;b.example &commat;team",
    "[l](http://e.example)",
    "![i](http://e.example/i.png)",
    "[l]",
    "<http://e.example>",
    "<a href=\"http://e.example\">x</a>",
    "<img src=x> <!-- x -->",
    "`@team`",
    "``@team`` ` @team",
    "` @team `",
    "``` @team",
    "\\`@team",
    "| @team |",
    "\\| @team \\\\| x",
    "*@team* _@team_ ~~@team~~",
    ":tada:",
    "at a5c3785ed8d6a35868bc169f07e40e889087fd2e",
    "0123abc",
    "# x",
    "- [ ] x",
    "1. x",
    "> x",
    "$x$ $$x$$",
    " @team ",
    "plain name",
];

/// Characters that move, hide or reorder text.
const HIDDEN: &str = "a\u{1b}[31m\u{7}\u{202e}b\u{200b}c\u{2066}\u{feff}\u{9b}\u{ad}\r\n\u{e0041}";

/// A document with a connector of each name, which is its host and its user, too.
fn document(names: &[String], saved: u64) -> Vec<u8> {
    let mut plan = small();
    let objects = (1..).zip(names).map(|(id, name)| {
        let spec = ConnectorSpec {
            name,
            host: Some(name),
            user: (saved > 0).then_some(name),
            ..Default::default()
        };
        let pair = RevisionPair {
            object: format!("00000000-0000-4000-8000-{id:012}"),
            save: format!("00000000-0000-4000-9{saved:03}-{id:012}"),
        };
        connector(id, &spec).finish(pair, 0, 0).unwrap()
    });
    plan.objects = objects.collect();
    let roots: Vec<_> = (1..=names.len()).map(|id| numbered(10, id as i64)).collect();
    plan.facts.requested = crate::support::facts(&roots).requested;
    plan.seal()
}

/// A page without its code.
fn outside_of_code(html: &str) -> String {
    // A picture is code in Mermaid's language, which another test reads.
    let (before, behind) = html.split_once("<pre>").unwrap_or((html, ""));
    let behind = behind.split_once("</pre>").map_or(behind, |(_, behind)| behind);
    let html = format!("{before}{behind}");
    let mut rest = html.as_str();
    let mut outside = String::new();
    while let Some((before, behind)) = rest.split_once("<code>") {
        outside.push_str(before);
        rest = behind.split_once("</code>").unwrap().1;
    }
    outside.push_str(rest);
    outside
}

fn has_digit_behind(text: &str, sign: &str) -> bool {
    text.match_indices(sign)
        .any(|(at, _)| text[at + sign.len()..].starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
#[ignore = "ci/long runs it"]
fn names_stay_plain_text_in_markdown() {
    let directory = tempfile::tempdir().unwrap();
    // In twos as well: one may close what the other opened.
    let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.extend(
        NAMES
            .iter()
            .zip(NAMES.iter().skip(1))
            .map(|(a, b)| format!("{a}{b}")),
    );
    for (at, names) in names.chunks(26).enumerate() {
        file(directory.path(), "old @team #1.json", document(names, 0));
        file(directory.path(), "new www.e.example.json", document(names, 1));
        let (old, new) = ("old @team #1.json", "new www.e.example.json");
        for command in [
            &["audit", "--format", "markdown", old, new][..],
            &["diff", "--format", "markdown", old, new],
            &["plan", "--format", "markdown", "--target", old, new],
            &[
                "merge",
                "--unsigned",
                "--format",
                "markdown",
                old,
                new,
                "-o",
                "merged.json",
            ],
        ] {
            let run = exportdoc()
                .current_dir(directory.path())
                .args(command)
                .output()
                .unwrap();
            let page = String::from_utf8(run.stdout).unwrap();
            assert!(page.contains("team"), "{command:?}: {page}");
            assert!(!page.contains("omitted here for length"), "{command:?}: {page}");
            let extensions = [
                "-e",
                "table",
                "-e",
                "autolink",
                "-e",
                "strikethrough",
                "-e",
                "tagfilter",
            ];
            let arguments = [&["--unsafe"][..], &extensions].concat();
            let html = oracle_text("cmark-gfm", &arguments, page.as_bytes());
            assert!(html.contains("<table>"), "{command:?}: {html}");
            let outside = outside_of_code(&html);
            for sign in [
                "<a", "<img", "@", "www.", "WWW.", "://", "&lt;", "GH-", "JIRA-", ":tada:", "<del>", "<em>",
            ] {
                assert!(!outside.contains(sign), "{command:?} {at}: {sign} in {outside}");
            }
            for sign in ["#", "!", "$", "%", "~"] {
                assert!(
                    !has_digit_behind(&outside, sign),
                    "{command:?} {at}: {sign} in {outside}"
                );
            }
            assert!(
                !outside.contains("a5c3785") && !outside.contains("0123abc"),
                "{outside}"
            );
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn json_of_every_command_shows_hidden_characters_as_escapes() {
    let directory = tempfile::tempdir().unwrap();
    let names = [HIDDEN.to_owned(), "plain".to_owned()];
    file(directory.path(), "old.json", document(&names, 0));
    file(directory.path(), "new.json", document(&names, 1));
    let mut other = document(&names, 2);
    other.push(b'\n');
    file(directory.path(), "other.json", other);
    for command in [
        &["inspect", "--format", "json", "new.json"][..],
        &["inspect", "--format", "ndjson", "new.json"],
        &["verify-signature", "--format", "json", "new.json"],
        &["verify-signature", "--format", "ndjson", "new.json"],
        &["audit", "--format", "json", "new.json"],
        &["audit", "--format", "ndjson", "new.json"],
        &["audit", "--format", "sarif", "new.json"],
        &["audit", "--list-rules", "--format", "json"],
        &["diff", "--format", "json", "old.json", "new.json"],
        &["plan", "--format", "json", "--target", "old.json", "new.json"],
        &[
            "merge",
            "--format",
            "json",
            "old.json",
            "new.json",
            "-o",
            "merged.json",
        ],
    ] {
        let run = exportdoc()
            .current_dir(directory.path())
            .args(command)
            .output()
            .unwrap();
        let text = String::from_utf8(run.stdout).unwrap();
        assert!(
            !text.is_empty(),
            "{command:?}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
        let hidden = |c: &char| *c != '\n' && HIDDEN.contains(*c) && !c.is_ascii_graphic();
        assert_eq!(text.chars().find(hidden), None, "{command:?}: {text}");
        // Escaped or not, it is the same value.
        let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let values: Vec<Value> = values.map(Result::unwrap).collect();
        let told = format!("{values:?}");
        let names = !matches!(command[0], "verify-signature") && command[1] != "--list-rules";
        if names && command[2] != "sarif" {
            assert!(
                values.iter().any(|value| holds(value, HIDDEN)),
                "{command:?}: {told}"
            );
        }
    }
}

/// Whether some text in a value has another text in it.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(members) => members.values().any(|member| holds(member, text)),
        _ => false,
    }
}
