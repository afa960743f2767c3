//! Collects findings, bounded: a hostile document must not make an endless report.

use std::collections::BTreeMap;

use crate::finding::{Finding, FindingRule, Place};
use crate::object::ObjectKey;

/// Findings of one id beyond this are counted, not listed, unless somebody asks for more.
pub(crate) const LISTED: u64 = 50;
/// Whoever asks for more gets it for so many bytes of messages: a document may repeat one long name in all of them.
const BYTES: usize = 32 << 20;

/// The findings made so far.
#[derive(Debug)]
pub(crate) struct Findings {
    listed: u64,
    /// Bytes of the messages listed so far.
    bytes: usize,
    list: Vec<Finding>,
    tallies: BTreeMap<&'static str, Tally>,
}

/// The findings of one rule.
#[derive(Debug)]
struct Tally {
    rule: &'static FindingRule,
    listed: u64,
    /// Found beyond those listed.
    surplus: u64,
}

impl Findings {
    /// None yet; at most so many of one id will be listed.
    pub(crate) fn new(listed: u64) -> Self {
        Self {
            listed,
            bytes: 0,
            list: Vec::new(),
            tallies: BTreeMap::new(),
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

    /// Adds another collection after this one.
    pub(crate) fn merge(&mut self, other: Self) {
        self.extend(other.list);
        for tally in other.tallies.into_values() {
            self.tally(tally.rule).surplus += tally.surplus;
        }
    }

    /// Whether any finding of this rule was made.
    pub(crate) fn has(&self, rule: &FindingRule) -> bool {
        self.tallies.contains_key(rule.id)
    }

    /// The findings, the weightiest first, each id's surplus as one more at its end.
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
