//! Collects findings, bounded: a hostile document must not make an endless report.

use std::collections::BTreeMap;

use crate::finding::{Finding, FindingRule, Place};

/// Findings of one id beyond this are counted, not listed.
const LISTED: u64 = 50;

/// The findings made so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    counts: BTreeMap<&'static str, (&'static FindingRule, u64)>,
}

impl Findings {
    /// Adds a finding; the message is only made when it will be listed.
    pub(super) fn add(
        &mut self,
        rule: &'static FindingRule,
        place: Option<Place>,
        message: impl FnOnce() -> String,
    ) {
        let (_, count) = self.counts.entry(rule.id).or_insert((rule, 0));
        *count += 1;
        if *count <= LISTED {
            let finding = Finding::new(rule, message());
            self.list.push(Finding { at: place, ..finding });
        }
    }

    /// Adds a finding about a place in the blob.
    pub(super) fn in_blob(
        &mut self,
        rule: &'static FindingRule,
        offset: u64,
        message: impl FnOnce() -> String,
    ) {
        self.add(rule, Some(Place::blob(offset)), message);
    }

    /// Adds findings made elsewhere.
    pub(super) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.add(finding.rule, finding.at, || finding.message);
        }
    }

    /// Adds another collection after this one.
    pub(super) fn merge(&mut self, other: Self) {
        let surplus: Vec<_> = other
            .counts
            .into_values()
            .filter_map(|(rule, count)| Some((rule, count.checked_sub(LISTED)?)))
            .collect();
        self.extend(other.list);
        for (rule, more) in surplus {
            self.counts.entry(rule.id).or_insert((rule, 0)).1 += more;
        }
    }

    /// Whether any finding of this rule was made.
    pub(super) fn has(&self, rule: &FindingRule) -> bool {
        self.counts.contains_key(rule.id)
    }

    /// The findings, the weightiest first, each id's surplus as one more at its end.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        for (rule, count) in self.counts.into_values() {
            if count > LISTED {
                self.list
                    .push(Finding::new(rule, format!("and {} more", count - LISTED)));
            }
        }
        self.list
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        self.list
    }
}
