//! The results of a SARIF log: at most as many as code hosts accept, the most severe first, each with a fingerprint.
//!
//! Invariant: an omitted result is never more severe than one that is kept.

use std::collections::HashMap;
use std::io::{self, Write};

use exportdoc::internal::audit::{AuditFinding, Level};
use sha2::{Digest, Sha256};

/// Code scanning refuses runs with more results.
pub(crate) const LIMIT: usize = 25_000;
/// Bytes of a fingerprint: enough to distinguish findings.
const FINGERPRINT: usize = 16;

/// Results by severity: errors, warnings, infos, then suppressed ones.
pub(crate) struct Results {
    limit: usize,
    by_severity: [Vec<String>; 4],
    kept: usize,
    omitted: u64,
}

impl Default for Results {
    fn default() -> Self {
        Self::limited(LIMIT)
    }
}

impl Results {
    /// No results yet; at most `limit` are kept.
    pub(crate) fn limited(limit: usize) -> Self {
        Self {
            limit,
            by_severity: Default::default(),
            kept: 0,
            omitted: 0,
        }
    }

    /// Adds a result; if there are too many, omits the least severe.
    pub(crate) fn push(&mut self, level: Level, suppressed: bool, result: String) {
        let severity = match level {
            _ if suppressed => 3,
            Level::Error => 0,
            Level::Warning => 1,
            Level::Info | Level::Off => 2,
        };
        if self.kept == self.limit {
            self.omitted += 1;
            let less_severe = self.by_severity[severity + 1..].iter_mut().rev();
            match less_severe.filter_map(Vec::pop).next() {
                Some(_) => self.kept -= 1,
                None => return,
            }
        }
        self.kept += 1;
        self.by_severity[severity].push(result);
    }

    /// The number of omitted results.
    pub(crate) fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Writes the results as members of an array.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut separator = "\n";
        for result in self.by_severity.iter().flatten() {
            write!(out, "{separator}{result}")?;
            separator = ",\n";
        }
        Ok(())
    }
}

/// The fingerprints of one file's findings.
pub(crate) struct Fingerprints<'p> {
    path: &'p str,
    seen: HashMap<[u8; FINGERPRINT], u64>,
}

impl<'p> Fingerprints<'p> {
    /// No fingerprints yet.
    pub(crate) fn of(path: &'p str) -> Self {
        Self {
            path,
            seen: HashMap::new(),
        }
    }

    /// The fingerprint of the next finding. It is the same in a new export of the same content: no offset, date, export
    /// id, list position or message is part of it. The number after the colon distinguishes equal ones.
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

/// A JSON path without list positions, because engines change the order of objects in every export.
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
    fn list_positions_are_removed_from_a_path() {
        assert_eq!(without_positions("$.a[12].b[3]"), "$.a[].b[]");
        assert_eq!(without_positions("$.a1"), "$.a1");
    }

    #[test]
    fn least_severe_results_are_omitted_first() {
        assert_eq!(Results::default().limit, 25_000, "what code hosts accept");
        let mut results = Results::limited(40);
        for level in [Level::Info, Level::Warning] {
            for at in 0..40 {
                results.push(level, false, format!("{level}{at}"));
            }
        }
        results.push(Level::Error, false, "error".to_owned());
        results.push(Level::Error, true, "suppressed".to_owned());
        assert_eq!(results.omitted(), 42);
        let mut out = Vec::new();
        results.write(&mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("\nerror,\nwarning0,\n") && out.ends_with("warning38"));
    }
}
