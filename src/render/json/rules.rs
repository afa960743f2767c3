//! The list of rules with their levels under a policy.

use std::io::{self, Write};

use exportdoc::internal::audit::Policy;
use exportdoc::internal::finding::{Needs, REGISTRY};
use serde_json::{Value, json};

use crate::render::json::pretty;

/// Prints one JSON value.
pub(crate) fn print(out: &mut impl Write, policy: &Policy) -> io::Result<()> {
    let rules: Vec<Value> = REGISTRY
        .iter()
        .map(|rule| {
            let (member, baseline) = match rule.needs {
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
    pretty(out, &json!({ "schema_version": 1, "rules": rules }))?;
    out.write_all(b"\n")
}
