//! The results of a SARIF log: no more than code hosts take, the weightiest first, each with a fingerprint.
//!
//! Invariant: what is left out weighs no more than anything that is kept, and is counted.

use std::collections::HashMap;
use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, Level};
use sha2::{Digest, Sha256};

/// Code scanning refuses a run with more results.
pub(crate) const LIMIT: usize = 25_000;
/// Bytes of a fingerprint: enough to tell findings apart.
const FINGERPRINT: usize = 16;

/// Results by weight: errors, warnings, infos, then those that are suppressed.
#[derive(Default)]
pub(crate) struct Results {
    by_weight: [Vec<String>; 4],
    kept: usize,
    left_out: u64,
}

impl Results {
    /// Keeps a result, or leaves out the lightest of all.
    pub(crate) fn push(&mut self, level: Level, suppressed: bool, result: String) {
        let weight = match level {
            _ if suppressed => 3,
            Level::Error => 0,
            Level::Warning => 1,
            Level::Info | Level::Off => 2,
        };
        if self.kept == LIMIT {
            self.left_out += 1;
            let lighter = self.by_weight[weight + 1..].iter_mut().rev();
            match lighter.filter_map(Vec::pop).next() {
                Some(_) => self.kept -= 1,
                None => return,
            }
        }
        self.kept += 1;
        self.by_weight[weight].push(result);
    }

    /// How many were left out.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Writes them as the members of an array.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut separator = "\n";
        for result in self.by_weight.iter().flatten() {
            write!(out, "{separator}{result}")?;
            separator = ",\n";
        }
        Ok(())
    }
}

/// Fingerprints of one file's findings.
pub(crate) struct Fingerprints<'p> {
    path: &'p str,
    seen: HashMap<[u8; FINGERPRINT], u64>,
}

impl<'p> Fingerprints<'p> {
    /// None yet.
    pub(crate) fn of(path: &'p str) -> Self {
        Self {
            path,
            seen: HashMap::new(),
        }
    }

    /// What stays the same in a new export of the same content: no offset, date, export id or place in a list is part of
    /// it, so no message either. Behind the colon stands which of several equal ones it is.
    pub(crate) fn next(&mut self, finding: &AuditFinding) -> String {
        let member = finding.at.as_ref().and_then(|place| place.path.as_deref());
        let object = finding.object.as_ref();
        let object = object.map(|object| format!("{}:{}", object.type_name, object.identifier));
        let mut sha = Sha256::new();
        for part in [
            finding.id(),
            self.path,
            &without_positions(member.unwrap_or_default()),
            &object.unwrap_or_default(),
        ] {
            sha.update((part.len() as u64).to_le_bytes());
            sha.update(part);
        }
        let mut digest = [0; FINGERPRINT];
        digest.copy_from_slice(&sha.finalize()[..FINGERPRINT]);
        let which = self.seen.entry(digest).or_default();
        *which += 1;
        format!("{}:{which}", hex::encode(digest))
    }
}

/// A JSON path without the positions in lists: engines list objects in another order in every export.
fn without_positions(path: &str) -> String {
    let mut rest = path;
    let mut plain = String::with_capacity(path.len());
    while let Some((before, behind)) = rest.split_once('[') {
        plain.push_str(before);
        plain.push('[');
        rest = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_lists_are_no_part_of_a_path() {
        assert_eq!(without_positions("$.a[12].b[3]"), "$.a[].b[]");
        assert_eq!(without_positions("$.a1"), "$.a1");
    }

    #[test]
    fn the_lightest_results_are_left_out_first() {
        let mut results = Results::default();
        for level in [Level::Info, Level::Warning] {
            for at in 0..LIMIT {
                results.push(level, false, format!("{level}{at}"));
            }
        }
        results.push(Level::Error, false, "error".to_owned());
        results.push(Level::Error, true, "suppressed".to_owned());
        assert_eq!(results.left_out(), LIMIT as u64 + 2);
        let mut out = Vec::new();
        results.write(&mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("\nerror,\nwarning0,\n") && out.ends_with("warning24998"));
    }
}
