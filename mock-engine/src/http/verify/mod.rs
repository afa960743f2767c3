//! Verification: whether the requests came that a test wants.
//!
//! Invariant: it decides by the journal alone. Hidden values never fit, so a test can't pass by what the journal doesn't
//! know.

mod judge;
mod report;
mod spec;

use std::sync::Arc;

use serde_json::{Value, json};

pub use self::spec::{CallPattern, Expectation};

use self::judge::Judged;
use self::spec::Wanted;
use crate::http::journal::{Entry, Journal, Kept, Seen};
use crate::http::nearest::distance;
use crate::http::pattern::Facts;

/// The most near misses of a report.
const NEAREST: usize = 3;

/// An expectation that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verified {
    /// The journal's numbers of the requests that fit.
    pub(crate) requests: Vec<u64>,
}

/// An expectation that doesn't hold. Its text says what was wanted, what came, and what came near.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Unverified {
    /// How many requests fit; in an order, how many steps.
    pub count: u64,
    /// The text, of several lines.
    pub message: String,
    /// Up to three requests that nearly fit, the nearest first.
    nearest: Vec<NearMiss>,
}

/// A request that nearly fits.
#[derive(Debug, Clone)]
struct NearMiss {
    entry: Arc<Entry>,
    points: Vec<Judged>,
}

impl NearMiss {
    fn fitting(&self) -> usize {
        self.points.iter().filter(|point| point.fits).count()
    }

    fn to_json(&self) -> Value {
        json!({
            "id": self.entry.id(),
            "method": self.entry.method(),
            "path": self.entry.path(),
            "query": self.entry.query(),
            "status": self.entry.status(),
            "fits": self.fitting(),
            "of": self.points.len(),
            "points": self.points.iter().map(Judged::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Unverified {
    /// The answer of the admin API.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "errorMessage": self.message.lines().next().unwrap_or_default(),
            "message": self.message,
            "count": self.count,
            "nearest": self.nearest.iter().map(NearMiss::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Expectation {
    /// Compares the journal with the expectation.
    pub(crate) fn verify(&self, journal: &Journal) -> Result<Verified, Unverified> {
        let kept = journal.kept();
        let seen = seen(&kept, journal);
        match &self.wanted {
            Wanted::Times { pattern, least, most } => times(pattern, (*least, *most), &seen, &kept),
            Wanted::InOrder(steps) => in_order(steps, &seen, &kept),
        }
    }
}

/// The requests but for admin calls.
fn seen(kept: &Kept, journal: &Journal) -> Vec<Seen> {
    let entries = kept.entries.iter().filter(|entry| !entry.is_admin);
    let seen = entries.map(|entry| Seen::new(Arc::clone(entry), journal.session()));
    seen.collect()
}

impl CallPattern {
    /// The requests that fit, oldest first.
    pub(crate) fn select(&self, journal: &Journal) -> Vec<Arc<Entry>> {
        let seen = seen(&journal.kept(), journal).into_iter();
        let fitting = seen.filter(|seen| self.fits(seen));
        fitting.map(|seen| seen.entry).collect()
    }
}

fn times(
    pattern: &CallPattern,
    (least, most): (u64, Option<u64>),
    seen: &[Seen],
    kept: &Kept,
) -> Result<Verified, Unverified> {
    let fitting = seen.iter().filter(|seen| pattern.fits(seen));
    let came: Vec<&Entry> = fitting.map(|seen| seen.entry.as_ref()).collect();
    let count = came.len() as u64;
    if count >= least && most.is_none_or(|most| count <= most) {
        let requests = came.iter().map(|entry| entry.id()).collect();
        return Ok(Verified { requests });
    }
    let nearest = if count < least {
        nearest(pattern, seen)
    } else {
        Vec::new()
    };
    let mut message = report::times(pattern, (least, most), &came);
    message.push_str(&report::nearest(&nearest, kept.dropped));
    Err(Unverified {
        count,
        message,
        nearest,
    })
}

fn in_order(steps: &[CallPattern], seen: &[Seen], kept: &Kept) -> Result<Verified, Unverified> {
    let mut came: Vec<u64> = Vec::new();
    let mut rest = seen;
    for step in steps {
        let Some(place) = rest.iter().position(|seen| step.fits(seen)) else {
            let early: Vec<u64> = seen
                .iter()
                .filter(|seen| step.fits(seen))
                .map(|seen| seen.entry.id())
                .collect();
            let nearest = nearest(step, rest);
            let mut message = report::in_order(steps, &came, &early);
            message.push_str(&report::nearest(&nearest, kept.dropped));
            return Err(Unverified {
                count: came.len() as u64,
                message,
                nearest,
            });
        };
        came.extend(rest.get(place).map(|seen| seen.entry.id()));
        rest = rest.get(place + 1..).unwrap_or_default();
    }
    Ok(Verified { requests: came })
}

/// The requests that fit in the most points but not in all; among equals those with the most similar path, then the
/// newest.
fn nearest(pattern: &CallPattern, seen: &[Seen]) -> Vec<NearMiss> {
    let wanted = pattern.request.path.as_ref().map(ToString::to_string);
    let mut misses: Vec<(usize, usize, usize)> = Vec::new();
    for (place, seen) in seen.iter().enumerate() {
        let (mut wrong, mut apart) = (0, 0);
        for point in pattern.points() {
            if !point.fits(seen) {
                wrong += 1;
                if let (true, Some(wanted)) = (point.is_path(), &wanted) {
                    apart = distance(judge::shown_path(wanted, seen.path()), wanted);
                }
            }
        }
        if wrong > 0 {
            misses.push((wrong, apart, place));
        }
    }
    misses.sort_by_key(|&(wrong, apart, place)| (wrong, apart, std::cmp::Reverse(place)));
    misses.truncate(NEAREST);
    let near = misses.iter().filter_map(|&(.., place)| seen.get(place));
    near.map(|seen| NearMiss {
        entry: Arc::clone(&seen.entry),
        points: pattern.points().map(|point| point.judge(seen)).collect(),
    })
    .collect()
}
