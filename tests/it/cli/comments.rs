//! Comments of `--format markdown`: they say what matters first, fit a code host, and hold no foreign markup.

use std::fs;

use exportdoc::internal::object::RevisionPair;
use exportdoc::internal::object::draft::{ConnectorSpec, connector};
use tempfile::TempDir;

use crate::cli::pictures::{HOSTILE, chain};
use crate::support::{assert_snapshot, exportdoc, facts, file, numbered, oracle_text, small, testdata};

/// What the documentation promises.
const LONGEST: usize = 60_000;

/// The comment that a command prints with this exit code.
fn comment(code: i32, arguments: &[&str]) -> String {
    let output = exportdoc()
        .args(arguments)
        .args(["--format", "markdown"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The comment of a merge of generated documents into a file that is thrown away.
fn merged(code: i32, arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = exportdoc()
        .current_dir(testdata("generated/merge"))
        .args(["merge", "--unsigned", "--format", "markdown"])
        .args(arguments)
        .arg("-o")
        .arg(directory.path().join("merged.json"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn rendered(page: &str) -> String {
    let extensions = ["table", "autolink", "strikethrough", "tasklist"];
    let mut arguments = vec!["--unsafe"];
    arguments.extend(extensions.iter().flat_map(|extension| ["-e", *extension]));
    oracle_text("cmark-gfm", &arguments, page.as_bytes())
}

/// The elements of a page, each once.
fn elements(html: &str) -> std::collections::BTreeSet<&str> {
    html.split('<')
        .skip(1)
        .map(|part| {
            let name = part.trim_start_matches('/');
            let end = name.find(|c: char| !c.is_ascii_alphanumeric());
            &name[..end.unwrap_or(name.len())]
        })
        .collect()
}

#[test]
fn comments_on_merges_show_conflicts_and_decisions() {
    let mut shown = String::new();
    for (code, arguments) in [
        (
            0,
            &["--by-name", "base.json", "test-engine.json", "--prefer", "newest"][..],
        ),
        (1, &["base.json", "test-engine.json"]),
        (1, &["--base", "base.json", "ours.json", "theirs-too.json"]),
        (1, &["--base", "base.json", "theirs.json", "weekly.json"]),
        (1, &["bundle.json", "other-bundle.json"]),
    ] {
        shown.push_str(&format!(
            "$ exportdoc merge {}\n{}\n",
            arguments.join(" "),
            merged(code, arguments)
        ));
    }
    assert_snapshot("merge-markdown", &shown);
}

#[test]
fn comment_begins_with_the_outcome() {
    let of = |name: &str| {
        testdata(&format!("generated/{name}"))
            .to_str()
            .unwrap()
            .to_owned()
    };
    let (job, other) = (of("masking-job.json"), of("on-the-fly-job.json"));
    let (job, other) = (job.as_str(), other.as_str());
    for (code, arguments, headline) in [
        (0, &["diff", job, job][..], "### ✅ Same content"),
        (1, &["diff", job, other], "### ⚠️ "),
        (0, &["audit", job], "### ✅ No errors"),
        (
            1,
            &["audit", "--fail-on", "info", job],
            "### ❌ The document has findings",
        ),
    ] {
        let page = comment(code, arguments);
        assert!(page.starts_with(headline), "{page}");
    }
    let page = merged(0, &["base.json", "base.json"]);
    assert!(page.starts_with("### ✅ Merged without conflicts\n"), "{page}");
    let state = of("targets/state.json");
    let ours = of("merge/ours.json");
    let denied = [
        "plan",
        "--target",
        &state,
        "--environment",
        "1",
        "--force-overwrite",
        "--deny",
        "overwrite",
        &ours,
    ];
    let page = comment(1, &denied);
    let headline = "### ❌ With force overwrite this import would succeed, but --deny forbids it\n";
    assert!(
        page.starts_with(headline) && page.contains("Denied: 1 object would be overwritten"),
        "{page}"
    );
}

#[test]
fn names_become_no_markup_in_comments() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = [&HOSTILE[..], &HOSTILE[1..]].map(|names| {
        let name = format!("<b>{}<b>|@x.json", names.len());
        fs::write(directory.path().join(&name), chain(names)).unwrap();
        directory.path().join(name).to_str().unwrap().to_owned()
    });
    let merged = directory.path().join("merged.json");
    let merged = merged.to_str().unwrap();
    for (code, arguments) in [
        (1, &["diff", &old, &new][..]),
        (0, &["plan", &new, "--target", &old]),
        (3, &["plan", &old, "--target", &new, "--force-overwrite"]),
        (0, &["audit", &old, &new]),
        (0, &["merge", "--unsigned", &old, &new, "-o", merged]),
    ] {
        let page = comment(code, arguments);
        let html = rendered(&page);
        let ours = [
            "br", "code", "details", "h3", "input", "li", "p", "pre", "strong", "summary", "table", "tbody",
            "td", "th", "thead", "tr", "ul",
        ];
        for element in elements(&html) {
            assert!(
                element.is_empty() || ours.contains(&element),
                "{arguments:?}: {element} in {html}"
            );
        }
        for side in ["details", "summary"] {
            let [open, close] = ["<", "</"].map(|start| html.matches(&format!("{start}{side}>")).count());
            assert_eq!(open, close, "{arguments:?}: {html}");
        }
        // Every row of a table has as many cells as its head.
        for table in page.split("\n\n").filter(|part| part.starts_with("| ")) {
            let mut bars = table.lines().map(|line| line.matches('|').count());
            let head = bars.next().unwrap();
            assert!(bars.all(|bars| bars == head), "{table}");
        }
    }
}

#[test]
fn comment_on_a_diff_has_a_folded_graph() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = [("old.json", ["A", "B", "C"]), ("new.json", ["A", "B", "D"])].map(|(name, names)| {
        file(directory.path(), name, chain(&names));
        directory.path().join(name).to_str().unwrap().to_owned()
    });
    let html = rendered(&comment(1, &["diff", &old, &new]));
    let block = html
        .split("<details>")
        .find(|part| part.contains("language-mermaid"));
    let block = block.unwrap().split_once("</details>").unwrap().0;
    assert!(
        block.contains("flowchart LR") && block.contains("==&gt;|added|"),
        "{block}"
    );
    let same = comment(0, &["diff", &old, &old]);
    assert!(!same.contains("mermaid"), "{same}");
}

/// Two documents of many connectors with long names that escapes make longer still.
fn large() -> (TempDir, [String; 2]) {
    let directory = tempfile::tempdir().unwrap();
    let name = "|".repeat(200);
    let paths = [0, 1].map(|saved| {
        let mut plan = small();
        let objects = (1..=150_i64).map(|id| {
            let name = format!("{id} {name}");
            let spec = ConnectorSpec {
                name: &name,
                host: Some(&name),
                user: (saved > 0).then_some(name.as_str()),
                ..Default::default()
            };
            let pair = RevisionPair {
                object: format!("00000000-0000-4000-8000-{id:012}"),
                save: format!("00000000-0000-4000-9{saved:03}-{id:012}"),
            };
            connector(id, &spec).finish(pair, 0, 0).unwrap()
        });
        plan.objects = objects.collect();
        let roots: Vec<_> = (1..=150).map(|id| numbered(10, id)).collect();
        plan.facts.requested = facts(&roots).requested;
        file(directory.path(), &format!("{saved}.json"), plan.seal());
        let path = directory.path().join(format!("{saved}.json"));
        path.to_str().unwrap().to_owned()
    });
    (directory, paths)
}

#[test]
fn comments_fit_a_host_and_say_what_is_omitted() {
    let (directory, [old, new]) = large();
    let merged = directory.path().join("merged.json");
    let merged = merged.to_str().unwrap();
    for (code, arguments) in [
        (1, &["diff", &old, &new][..]),
        (1, &["plan", &new, "--target", &old]),
        (1, &["merge", "--unsigned", &old, &new, "-o", merged]),
    ] {
        let page = comment(code, arguments);
        assert!(
            (15_000..=LONGEST).contains(&page.len()),
            "{arguments:?}: {}",
            page.len()
        );
        assert!(
            page.contains(" more\n") || page.contains("omitted here for length"),
            "{arguments:?}"
        );
        let html = rendered(&page);
        assert_eq!(
            html.matches("<details>").count(),
            html.matches("</details>").count(),
            "{arguments:?}"
        );
    }
}
