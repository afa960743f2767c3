//! Collects findings while a document is read.
//!
//! Invariant: the number of findings is bounded, since a hostile document can break one rule millions of times. Each rule
//! keeps its first findings, and one more that counts the rest.

use std::borrow::Cow;
use std::collections::HashMap;

use super::offset_map::{ElidedString, OffsetMap};
use crate::finding::{Finding, FindingRule, Place, ROOT};

/// Findings kept per rule.
const KEPT: u64 = 100;

/// Characters of a document that a message quotes.
const EXCERPT: usize = 60;

/// Shortens a text for a message.
pub(super) fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The findings so far, and the text that offsets are counted in.
pub(super) struct Notes<'a> {
    text: &'a str,
    map: &'a OffsetMap,
    list: Vec<Finding>,
    counts: HashMap<&'static str, (u64, &'static FindingRule)>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(text: &'a str, map: &'a OffsetMap) -> Self {
        Self {
            text,
            map,
            list: Vec::new(),
            counts: HashMap::new(),
        }
    }

    /// The file offset of a part of the text.
    pub(super) fn offset(&self, part: &str) -> u64 {
        self.map.offset(self.position(part))
    }

    fn position(&self, part: &str) -> usize {
        part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }

    /// The string here whose content was left out, and the index of its elision.
    pub(super) fn string_left_out(&self, value: &str) -> Option<(usize, &'a ElidedString)> {
        self.map.string_at(self.position(value) + 1)
    }

    /// Counts a finding of the rule; returns whether to keep it.
    fn room(&mut self, rule: &'static FindingRule) -> bool {
        let (count, _) = self.counts.entry(rule.id).or_insert((0, rule));
        *count += 1;
        *count <= KEPT
    }

    /// Whether the rule already has a finding.
    pub(super) fn has(&self, rule: &'static FindingRule) -> bool {
        self.counts.contains_key(rule.id)
    }

    /// Notes a finding at a part of the text.
    pub(super) fn at(
        &mut self,
        rule: &'static FindingRule,
        part: &str,
        path: impl FnOnce() -> String,
        message: impl FnOnce() -> String,
    ) {
        self.at_offset(rule, self.offset(part), path, message);
    }

    /// Notes a finding at a file offset.
    pub(super) fn at_offset(
        &mut self,
        rule: &'static FindingRule,
        offset: u64,
        path: impl FnOnce() -> String,
        message: impl FnOnce() -> String,
    ) {
        if self.room(rule) {
            let place = Place::json(path()).at_file_offset(offset);
            self.list.push(Finding::at(rule, place, message()));
        }
    }

    /// Notes a finding with a path alone.
    pub(super) fn path(&mut self, rule: &'static FindingRule, path: String, message: impl Into<String>) {
        if self.room(rule) {
            self.list.push(Finding::at(rule, Place::json(path), message));
        }
    }

    /// Notes a finding about the whole file at an offset.
    pub(super) fn file(&mut self, rule: &'static FindingRule, offset: u64, message: String) {
        self.at_offset(rule, offset, || ROOT.to_owned(), || message);
    }

    /// Returns the findings, with the number of those left out.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        let mut left_out: Vec<_> = self
            .counts
            .into_values()
            .filter(|(count, _)| *count > KEPT)
            .collect();
        left_out.sort_by_key(|(_, rule)| rule.id);
        for (count, rule) in left_out {
            let more = count - KEPT;
            self.list.push(Finding {
                count: more,
                ..Finding::new(rule, format!("and {more} more of these"))
            });
        }
        self.list
    }
}
