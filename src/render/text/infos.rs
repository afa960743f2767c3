//! Information that many documents have in common, for people: every sentence once, with how often it was said.

use std::collections::HashMap;

use exportdoc::internal::audit::AuditFinding;
use exportdoc::internal::finding::FindingRule;

/// Different sentences of one rule that are kept. The others are counted.
const KEPT: usize = 1_000;

/// Information of a run, by rule.
#[derive(Default)]
pub(crate) struct Infos(HashMap<&'static str, OfRule>);

#[derive(Default)]
struct OfRule {
    said: HashMap<String, u64>,
    more: u64,
}

impl Infos {
    /// Counts what was found in a document.
    pub(crate) fn add(&mut self, finding: &AuditFinding) {
        let of_rule = self.0.entry(finding.id()).or_default();
        if let Some(count) = of_rule.said.get_mut(&finding.message) {
            *count += finding.count;
        } else if of_rule.said.len() < KEPT {
            of_rule.said.insert(finding.message.clone(), finding.count);
        } else {
            of_rule.more += finding.count;
        }
    }

    /// The most frequent sentences of a rule, each with its count, and how many findings are in none of them.
    pub(crate) fn of(&self, rule: &FindingRule, shown: usize) -> (Vec<(&str, u64)>, u64) {
        let Some(of_rule) = self.0.get(rule.id) else {
            return (Vec::new(), 0);
        };
        let mut said: Vec<(&str, u64)> = of_rule.said.iter().map(|(text, n)| (text.as_str(), *n)).collect();
        said.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let more = said.iter().skip(shown).map(|(_, n)| n).sum::<u64>() + of_rule.more;
        said.truncate(shown);
        (said, more)
    }
}
