//! The list of rules with their levels under a policy.

use std::io::{self, Write};

use exportdoc::internal::audit::Policy;
use exportdoc::internal::finding::{Needs, REGISTRY};

/// Prints a table by topic.
pub(crate) fn print(out: &mut impl Write, policy: &Policy) -> io::Result<()> {
    let mut topic = "";
    for rule in REGISTRY {
        if rule.topic != topic {
            let gap = if topic.is_empty() { "" } else { "\n" };
            topic = rule.topic;
            writeln!(out, "{gap}{topic}")?;
        }
        let needs = match rule.needs {
            Needs::Nothing => String::new(),
            needs => format!(" ({needs})"),
        };
        writeln!(
            out,
            "  {:<7} {:<26} {}{needs}",
            policy.level(rule).as_str(),
            rule.id,
            rule.meaning
        )?;
    }
    Ok(())
}
