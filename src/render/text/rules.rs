//! The list of rules with their levels under a policy.

use std::io::{self, Write};

use exportdoc::internal::audit::{Needs, Policy, needs};
use exportdoc::internal::finding::REGISTRY;
use serde_json::{Value, json};

/// A table by topic, for people.
pub(crate) fn text(out: &mut impl Write, policy: &Policy) -> io::Result<()> {
    let mut topic = "";
    for rule in REGISTRY {
        if rule.topic != topic {
            let gap = if topic.is_empty() { "" } else { "\n" };
            topic = rule.topic;
            writeln!(out, "{gap}{topic}")?;
        }
        let needs = match needs(rule) {
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

/// One JSON value.
pub(crate) fn json(out: &mut impl Write, policy: &Policy) -> io::Result<()> {
    let rules: Vec<Value> = REGISTRY
        .iter()
        .map(|rule| {
            let (member, baseline) = match needs(rule) {
                Needs::Nothing => (None, false),
                Needs::Policy(member) => (Some(member), false),
                Needs::Baseline => (None, true),
            };
            json!({
                "id": rule.id,
                "topic": rule.topic,
                "level": policy.level(rule).as_str(),
                "severity": rule.severity.as_str(),
                "reason": rule.meaning,
                "remedy": rule.action,
                "needs_policy": member,
                "needs_baseline": baseline,
            })
        })
        .collect();
    crate::render::json::pretty(out, &json!({ "schema_version": 1, "rules": rules }))?;
    out.write_all(b"\n")
}
