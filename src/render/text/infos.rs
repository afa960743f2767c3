//! The infos of many documents: each message once, with its number.

use std::collections::HashMap;

use exportdoc::internal::audit::AuditFinding;
use exportdoc::internal::finding::FindingRule;

/// Different messages of one rule to keep; the others are counted.
const KEPT: usize = 1_000;

/// The infos of a run, by rule.
#[derive(Default)]
pub(crate) struct Infos(HashMap<&'static str, OfRule>);

#[derive(Default)]
struct OfRule {
    messages: HashMap<String, u64>,
    more: u64,
}

impl Infos {
    /// Counts a finding.
    pub(crate) fn add(&mut self, finding: &AuditFinding) {
        let of_rule = self.0.entry(finding.id()).or_default();
        if let Some(count) = of_rule.messages.get_mut(&finding.message) {
            *count += finding.count;
        } else if of_rule.messages.len() < KEPT {
            of_rule.messages.insert(finding.message.clone(), finding.count);
        } else {
            of_rule.more += finding.count;
        }
    }

    /// The most frequent messages of a rule with their counts, and the number of all other findings.
    pub(crate) fn of(&self, rule: &FindingRule, shown: usize) -> (Vec<(&str, u64)>, u64) {
        let Some(of_rule) = self.0.get(rule.id) else {
            return (Vec::new(), 0);
        };
        let mut messages: Vec<(&str, u64)> = of_rule
            .messages
            .iter()
            .map(|(text, n)| (text.as_str(), *n))
            .collect();
        messages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let more = messages.iter().skip(shown).map(|(_, n)| n).sum::<u64>() + of_rule.more;
        messages.truncate(shown);
        (messages, more)
    }
}
