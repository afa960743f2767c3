//! Reports on expectations that don't hold, in words.

use std::fmt::Write as _;

use super::{CallPattern, NearMiss};
use crate::http::journal::Entry;

/// The most numbers of requests in a sentence.
const NUMBERS: usize = 10;

/// What was wanted and how often it came; of too many requests, the first ones.
pub(super) fn times(pattern: &CallPattern, (least, most): (u64, Option<u64>), came: &[&Entry]) -> String {
    let wanted = match (least, most) {
        (0, Some(0)) => "never".to_owned(),
        (least, Some(most)) if least == most => format!("exactly {}", number(least)),
        (0, Some(most)) => format!("at most {}", number(most)),
        (least, None) => format!("at least {}", number(least)),
        (least, Some(most)) => format!("{least} to {most} times"),
    };
    let numbers: Vec<u64> = came.iter().map(|entry| entry.id()).collect();
    let count = numbers.len() as u64;
    let often = match count {
        0 => "never".to_owned(),
        count => format!("{}, as {}", number(count), requests(&numbers)),
    };
    let mut text = format!("Wanted {wanted}: {}. Came {often}.\n", named(pattern));
    if most.is_some_and(|most| count > most) {
        for entry in came.iter().take(NUMBERS) {
            let _ = writeln!(text, "      {}", shown(entry));
        }
    }
    text
}

/// A request with its answer: `request 4, POST /masking/api/import?force_overwrite=false, answered 409`.
fn shown(entry: &Entry) -> String {
    let (id, method, path) = (entry.id(), entry.method(), entry.path());
    let query = match entry.query() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let answer = match entry.status() {
        Some(status) => format!("answered {status}"),
        None => "not answered yet".to_owned(),
    };
    format!("request {id}, {method} {path}{query}, {answer}")
}

/// What was wanted in an order, how far it came, and which requests of the missing step came too early.
pub(super) fn in_order(steps: &[CallPattern], came: &[u64], early: &[u64]) -> String {
    let missing = came.len();
    let (count, step) = (steps.len(), missing + 1);
    let after = match came.last() {
        Some(last) => format!(" after request {last}"),
        None => String::new(),
    };
    let mut text = format!("Wanted {count} requests in order. Step {step} didn't come{after}");
    match early {
        [] => text.push_str(".\n"),
        early => {
            let _ = writeln!(text, ", only before it: {}.", requests(early));
        }
    }
    for (place, pattern) in steps.iter().enumerate() {
        let state = match (came.get(place), place == missing) {
            (Some(id), _) => format!("came as request {id}"),
            (None, true) => "missing".to_owned(),
            (None, false) => "not looked for".to_owned(),
        };
        let _ = writeln!(text, "  {}. {}: {state}", place + 1, named(pattern));
    }
    text
}

/// The near misses, point by point.
pub(super) fn nearest(misses: &[NearMiss], dropped: u64) -> String {
    let mut text = String::new();
    for (place, miss) in misses.iter().enumerate() {
        let (fitting, all) = (miss.fitting(), miss.points.len());
        let title = if place == 0 { "Nearest" } else { "Next" };
        let request = shown(&miss.entry);
        let _ = writeln!(text, "{title}: {request}; {fitting} of {all} points fit");
        let width = miss
            .points
            .iter()
            .map(|point| point.name.len())
            .max()
            .unwrap_or(0);
        for point in &miss.points {
            let (name, wanted, got) = (&point.name, &point.wanted, &point.got);
            let _ = if point.fits {
                writeln!(text, "      {name:width$}  {got}")
            } else {
                writeln!(text, "  !!  {name:width$}  wanted {wanted}, got {got}")
            };
        }
    }
    if dropped > 0 {
        let _ = writeln!(
            text,
            "The journal has no room for the first {dropped} requests any more."
        );
    }
    text
}

/// A pattern as a person would say it.
fn named(pattern: &CallPattern) -> String {
    let method = pattern
        .request
        .method
        .as_ref()
        .map(|method| method.to_ascii_uppercase());
    let path = pattern.request.path.as_ref().map(ToString::to_string);
    let mut text = match (method, path) {
        (Some(method), Some(path)) => format!("{method} {path}"),
        (Some(method), None) => format!("{method} of any path"),
        (None, Some(path)) => format!("a request for {path}"),
        (None, None) => "any request".to_owned(),
    };
    let points: Vec<String> = pattern.points().filter_map(|point| point.said()).collect();
    if !points.is_empty() {
        let _ = write!(text, " with {}", points.join(", "));
    }
    text
}

fn number(times: u64) -> String {
    match times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    }
}

fn requests(numbers: &[u64]) -> String {
    let mut shown: Vec<String> = numbers.iter().take(NUMBERS).map(u64::to_string).collect();
    if numbers.len() > NUMBERS {
        shown.push(format!("{} more", numbers.len() - NUMBERS));
    }
    match shown.split_last() {
        Some((last, [])) => format!("request {last}"),
        Some((last, first)) => format!("requests {} and {last}", first.join(", ")),
        None => "no request".to_owned(),
    }
}
