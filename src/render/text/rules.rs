//! The list of rules with their levels under a policy.

use std::io::{self, Write};

use exportdoc::internal::audit::Policy;
use exportdoc::internal::finding::{Needs, REGISTRY};

use crate::render::text::tables::paragraph;
use crate::render::text::wrapping::wrap;

/// From this width on, level, rule and meaning share a line.
const WIDE: usize = 100;
/// What comes before the meaning on that line.
const TO_MEANING: usize = 37;

/// Prints a table by topic. On a narrow terminal, each meaning is below its rule.
pub(crate) fn print(out: &mut impl Write, policy: &Policy, width: Option<usize>) -> io::Result<()> {
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
        let level = policy.level(rule).as_str();
        let meaning = format!("{}{needs}", rule.meaning);
        match width {
            Some(width) if width < WIDE => {
                writeln!(out, "  {level:<7} {}", rule.id)?;
                paragraph(out, &meaning, Some(width), (10, 10))?;
            }
            Some(width) => {
                let mut lines = wrap(&meaning, width - TO_MEANING).into_iter();
                let first = lines.next().unwrap_or_default();
                writeln!(out, "  {level:<7} {:<26} {first}", rule.id)?;
                for line in lines {
                    writeln!(out, "{:TO_MEANING$}{line}", "")?;
                }
            }
            None => writeln!(out, "  {level:<7} {:<26} {meaning}", rule.id)?,
        }
    }
    Ok(())
}
