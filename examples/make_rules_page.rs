//! Makes `docs/rules.md` from the registry of findings.
//!
//! ```sh
//! cargo run --example make_rules_page               # writes it
//! cargo run --example make_rules_page -- --check    # fails when it differs from what it makes
//! ```

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use exportdoc::internal::audit::{Level, Needs, needs};
use exportdoc::internal::finding::REGISTRY;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => fs::write(PAGE, page())?,
        ["--check"] if fs::read_to_string(PAGE)? != page() => {
            writeln!(io::stderr(), "error: docs/rules.md differs from the registry")?;
            writeln!(io::stderr(), "run: cargo run --example make_rules_page")?;
            return Ok(ExitCode::FAILURE);
        }
        ["--check"] => {}
        _ => return Err("the only argument is --check".into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Made from the registry in src/finding/registry.rs by 'cargo run --example make_rules_page'. -->\n\n\
         # Rules\n\n\
         Everything that `exportdoc audit` can find, with the level that a rule has when the policy gives it no other. \
         The other\ncommands report what they find under the same ids. An id keeps its meaning for good. \
         [audit.md](audit.md) says how a\npolicy changes levels, and how to ignore findings.\n",
    );
    let mut topic = "";
    for rule in REGISTRY {
        if rule.topic != topic {
            topic = rule.topic;
            page.push_str(&format!("\n## {topic}\n"));
        }
        let needs = match needs(rule) {
            Needs::Nothing => String::new(),
            Needs::Policy(member) => format!("; needs `{member}` in the policy"),
            Needs::Baseline => "; needs `--baseline`".to_owned(),
        };
        let in_audit = match Level::default_of(rule) {
            level if level == rule.severity.into() => String::new(),
            level => format!("; {level} in an audit"),
        };
        page.push_str(&format!(
            "\n### {}\n\n*{}{in_audit}{needs}.* {}\n\nWhat to do: {}\n",
            rule.id,
            rule.severity,
            text(rule.meaning),
            text(rule.action)
        ));
    }
    page
}

/// The registry's sentences are plain text; of what Markdown would read otherwise they have only backslashes.
fn text(sentence: &str) -> String {
    sentence.replace('\\', "\\\\")
}
