//! Collects findings, bounded: a hostile document must not make an endless report.

use std::collections::BTreeMap;

use crate::finding::{Finding, FindingRule, Place};
use crate::object::ObjectKey;

/// Findings of one id beyond this are counted, not listed, unless somebody asks for more.
pub(crate) const LISTED: u64 = 50;

/// The findings made so far.
#[derive(Debug)]
pub(crate) struct Findings {
    listed: u64,
    list: Vec<Finding>,
    counts: BTreeMap<&'static str, (&'static FindingRule, u64)>,
}

impl Findings {
    /// None yet; at most so many of one id will be listed.
    pub(crate) fn new(listed: u64) -> Self {
        Self {
            listed,
            list: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Adds a finding; the message is only made when it will be listed.
    pub(crate) fn add(
        &mut self,
        rule: &'static FindingRule,
        place: Option<Place>,
        message: impl FnOnce() -> String,
    ) {
        self.list(rule, || Finding {
            at: place,
            ..Finding::new(rule, message())
        });
    }

    /// Adds a finding about a place in the blob.
    pub(crate) fn in_blob(
        &mut self,
        rule: &'static FindingRule,
        offset: u64,
        message: impl FnOnce() -> String,
    ) {
        self.add(rule, Some(Place::blob(offset)), message);
    }

    /// Adds a finding about an object.
    pub(crate) fn about(
        &mut self,
        rule: &'static FindingRule,
        object: &ObjectKey,
        place: Place,
        message: impl FnOnce() -> String,
    ) {
        self.list(rule, || {
            Finding::at(rule, place, message()).about(object.type_number, &object.identifier)
        });
    }

    fn list(&mut self, rule: &'static FindingRule, make: impl FnOnce() -> Finding) {
        let (_, count) = self.counts.entry(rule.id).or_insert((rule, 0));
        *count += 1;
        if *count <= self.listed {
            self.list.push(make());
        }
    }

    /// Adds findings made elsewhere.
    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.list(finding.rule, || finding);
        }
    }

    /// Adds another collection after this one.
    pub(crate) fn merge(&mut self, other: Self) {
        let surplus: Vec<_> = other
            .counts
            .into_values()
            .filter_map(|(rule, count)| Some((rule, count.checked_sub(other.listed)?)))
            .collect();
        self.extend(other.list);
        for (rule, more) in surplus {
            self.counts.entry(rule.id).or_insert((rule, 0)).1 += more;
        }
    }

    /// Whether any finding of this rule was made.
    pub(crate) fn has(&self, rule: &FindingRule) -> bool {
        self.counts.contains_key(rule.id)
    }

    /// The findings, the weightiest first, each id's surplus as one more at its end.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        for (rule, count) in self.counts.into_values() {
            if count > self.listed {
                let more = count - self.listed;
                self.list.push(Finding {
                    count: more,
                    ..Finding::new(rule, format!("and {more} more"))
                });
            }
        }
        self.list
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        self.list
    }
}
