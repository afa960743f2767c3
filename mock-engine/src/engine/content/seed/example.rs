//! The example that `mock-engine init` writes.

use super::form::{FILE, Form, Kind, Member};

const HEAD: &str = "\
# Content of a mock engine. Start one with: mock-engine --seed-file FILE
#
# Objects refer to each other by name. Lines that begin with `# name =` are optional members. A list such as
# `tables = [\"A\", \"B\"]` may have names in place of objects. JSON and YAML files have the same members.
# The objects of a fresh installation are there as well, unless the engine starts with --empty.
";

/// An example with every member, in TOML.
pub(super) fn example() -> String {
    let mut text = HEAD.to_owned();
    text.push('\n');
    members(&mut text, &FILE);
    parts(&mut text, &FILE, "");
    text
}

/// Members that have a line, not a table of their own.
fn members(text: &mut String, kind: &Kind) {
    for member in kind.members.iter().filter(|member| is_line(member)) {
        let sign = if member.needed { "" } else { "# " };
        text.push_str(&format!("{sign}{} = {}", member.name, member.example));
        if !member.about.is_empty() {
            text.push_str(&format!("  # {}", member.about));
        }
        text.push('\n');
    }
}

fn parts(text: &mut String, kind: &Kind, above: &str) {
    for member in kind.members.iter().filter(|member| !is_line(member)) {
        let Form::Many(part) = member.form else { continue };
        let path = format!("{above}{}", member.name);
        text.push_str(&format!("\n# {}\n[[{path}]]\n", part.about));
        members(text, part);
        parts(text, part, &format!("{path}."));
    }
}

fn is_line(member: &Member) -> bool {
    !matches!(member.form, Form::Many(_)) || !member.example.is_empty()
}
