//! Collects findings within bounds, because a hostile document can cause millions.

use std::collections::BTreeMap;

use crate::finding::{Finding, FindingRule, Place};
use crate::object::ObjectKey;

use super::ObjectReport;

/// Default number of findings listed per id. The rest are counted.
pub(crate) const LISTED: u64 = 50;
/// Limit on the bytes of all messages. Beyond it, only [`LISTED`] findings per id are listed, because a document may repeat
/// one long name in all of them.
const BYTES: usize = 32 << 20;

/// The findings so far.
#[derive(Debug)]
pub(crate) struct Findings {
    listed: u64,
    /// Bytes of the listed messages.
    bytes: usize,
    list: Vec<Finding>,
    tallies: BTreeMap<&'static str, Tally>,
}

/// The findings of one rule.
#[derive(Debug)]
struct Tally {
    rule: &'static FindingRule,
    listed: u64,
    /// Findings that are counted only.
    surplus: u64,
}

impl Findings {
    /// An empty collection that lists at most `listed` findings per id.
    pub(crate) fn new(listed: u64) -> Self {
        Self {
            listed,
            bytes: 0,
            list: Vec::new(),
            tallies: BTreeMap::new(),
        }
    }

    /// Adds a finding. The message is built only if it is listed.
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

    /// Adds a finding that only names its object.
    pub(crate) fn on(&mut self, object: &ObjectReport, rule: &'static FindingRule) {
        self.about(rule, &object.key, Place::blob(object.offset), || {
            object.describe()
        });
    }

    fn list(&mut self, rule: &'static FindingRule, make: impl FnOnce() -> Finding) {
        let (limit, spent) = (self.listed, self.bytes >= BYTES);
        let tally = self.tally(rule);
        if tally.listed >= limit || (spent && tally.listed >= LISTED) {
            tally.surplus += 1;
            return;
        }
        tally.listed += 1;
        let finding = make();
        self.bytes += finding.message.len();
        self.list.push(finding);
    }

    fn tally(&mut self, rule: &'static FindingRule) -> &mut Tally {
        self.tallies.entry(rule.id).or_insert(Tally {
            rule,
            listed: 0,
            surplus: 0,
        })
    }

    /// Adds findings made elsewhere.
    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.list(finding.rule, || finding);
        }
    }

    /// Appends another collection.
    pub(crate) fn merge(&mut self, other: Self) {
        self.extend(other.list);
        for tally in other.tallies.into_values() {
            self.tally(tally.rule).surplus += tally.surplus;
        }
    }

    /// Whether there is a finding of this rule.
    pub(crate) fn has(&self, rule: &FindingRule) -> bool {
        self.tallies.contains_key(rule.id)
    }

    /// Returns the findings, the most severe first. An id's unlisted findings become one finding with their count.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        for Tally { rule, surplus, .. } in self.tallies.into_values().filter(|tally| tally.surplus > 0) {
            self.list.push(Finding {
                count: surplus,
                ..Finding::new(rule, format!("and {surplus} more"))
            });
        }
        self.list
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.list
    }
}
