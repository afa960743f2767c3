//! What is documented of engine versions: which types of objects they take, and whether names are checked.
//!
//! Invariant: only what a public source says is claimed. Between the last version known to lack a type and the first one
//! known to have it, the answer is unknown. No source ties a document's format number to a version, so nothing here does.

use std::fmt;
use std::str::FromStr;

use super::inventory::Presence;
use crate::object::type_by_name;

/// An engine's version, such as `6.0.1.0`. Parts that aren't written count as 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EngineVersion([u32; 4]);

/// A text that is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one to four numbers with dots between, such as 6.0.1.0")]
pub struct VersionError;

impl EngineVersion {
    /// The first version that imports all of a document or nothing of it. What a plan says holds from here on.
    pub const ALL_OR_NOTHING: Self = Self([5, 3, 0, 0]);
    /// The first version that checks names.
    pub const CHECKS_NAMES: Self = Self([6, 0, 0, 0]);

    /// Whether an engine of this version takes objects of a type.
    pub fn takes_type(self, type_name: &str) -> Presence<()> {
        let Some(span) = SPANS.iter().find(|span| span.types.contains(&type_name)) else {
            return match type_by_name(type_name) {
                Some(_) => Presence::Present(()),
                None => self.unclear(type_name),
            };
        };
        if span.lacking_to.is_some_and(|last| self <= Self(last))
            || span.dropped_from.is_some_and(|first| self >= Self(first))
        {
            return Presence::Absent;
        }
        let between = span.had_to.is_some_and(|last| self > Self(last));
        match self >= Self(span.had_from) && !between {
            true => Presence::Present(()),
            false => self.unclear(type_name),
        }
    }

    fn unclear(self, type_name: &str) -> Presence<()> {
        Presence::Unknown {
            needs: format!("whether an engine of version {self} takes objects of type {type_name}"),
        }
    }
}

impl FromStr for EngineVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let mut parts = [0; 4];
        for (at, part) in text.split('.').enumerate() {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| digits).ok_or(VersionError)?;
            *parts.get_mut(at).ok_or(VersionError)? = number;
        }
        Ok(Self(parts))
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

/// The versions that some types are known to belong to.
struct Span {
    types: &'static [&'static str],
    /// Last version known to lack them.
    lacking_to: Option<[u32; 4]>,
    /// First version known to have them.
    had_from: [u32; 4],
    /// Last version known to have them, where they were dropped later.
    had_to: Option<[u32; 4]>,
    /// First version known to have dropped them.
    dropped_from: Option<[u32; 4]>,
}

/// Types that came with a version and stayed.
const fn since(types: &'static [&'static str], lacking_to: [u32; 4], had_from: [u32; 4]) -> Span {
    Span {
        types,
        lacking_to: Some(lacking_to),
        had_from,
        had_to: None,
        dropped_from: None,
    }
}

/// The largest number a part can be: "any release of".
const ANY: u32 = u32::MAX;

/// From the vendor's release pages and the enumerations of API versions 5.1.0 (6.0.0.0), 5.1.1 (6.0.1.0) and 5.1.42
/// (2025.2). Types that the first page (5.2) has aren't listed: they were always there.
const SPANS: &[Span] = &[
    since(
        &[
            "DATE_SHIFT",
            "DOMAIN",
            "GLOBAL_OBJECT",
            "FILE_FORMAT",
            "DATABASE_CONNECTOR",
            "FILE_CONNECTOR",
            "DATABASE_RULESET",
            "FILE_RULESET",
            "MASKING_JOB",
            "ALGORITHM_REFERENCE",
            "DOMAIN_REFERENCE",
            "SOURCE_DATABASE_CONNECTOR",
            "SOURCE_FILE_CONNECTOR",
        ],
        [5, 2, ANY, ANY],
        [5, 3, 0, 0],
    ),
    since(&["CLEANSING", "MIN_MAX"], [5, 3, 1, ANY], [5, 3, 2, 0]),
    since(
        &["REDACTION", "PROFILE_SET", "PROFILE_SET_REFERENCE"],
        [5, 3, 2, ANY],
        [5, 3, 3, 0],
    ),
    // One page says 5.3.2, another one 5.3.3.
    since(&["PROFILE_JOB"], [5, 3, 1, ANY], [5, 3, 3, 0]),
    since(
        &["MOUNT_INFORMATION", "APPLICATION_SETTINGS", "JDBC_DRIVER"],
        [5, 2, ANY, ANY],
        [6, 0, 0, 0],
    ),
    since(
        &["REIDENTIFICATION_JOB", "TOKENIZATION_JOB"],
        [6, 0, 0, ANY],
        [6, 0, 1, 0],
    ),
    since(&["USER_ALGORITHM"], [6, 0, 1, ANY], [6, 0, 4, 0]),
    since(&["ENVIRONMENT"], [6, 0, 1, ANY], [2025, 2, 0, 0]),
    since(
        &[
            "ALGORITHM_PLUGIN",
            "CLASSIFIER",
            "CLASSIFIER_REFERENCE",
            "CREDENTIAL_PATH",
            "DATASET_CONNECTOR",
            "DATASET_FORMAT",
            "DATASET_RULESET",
            "DRIVER_SUPPORT_PLUGIN",
            "LICENSE_INFO",
            "PASSWORD_VAULT",
            "SOURCE_DATASET_CONNECTOR",
        ],
        [6, 0, 1, ANY],
        [2025, 2, 0, 0],
    ),
    Span {
        types: &["PROFILE_EXPRESSION", "PROFILE_EXPRESSION_REFERENCE"],
        lacking_to: Some([5, 3, 2, ANY]),
        had_from: [5, 3, 3, 0],
        had_to: Some([6, 0, 1, ANY]),
        dropped_from: Some([2025, 2, 0, 0]),
    },
    Span {
        types: &["MAPPLET"],
        lacking_to: None,
        had_from: [0; 4],
        had_to: Some([6, 0, 14, ANY]),
        dropped_from: Some([6, 0, 15, 0]),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(version: &str, type_name: &str) -> Option<bool> {
        match version.parse::<EngineVersion>().unwrap().takes_type(type_name) {
            Presence::Present(()) => Some(true),
            Presence::Absent => Some(false),
            Presence::Unknown { needs } => {
                assert!(needs.contains(version) && needs.contains(type_name), "{needs}");
                None
            }
        }
    }

    #[test]
    fn versions_are_read_with_one_to_four_parts_and_compare_by_number() {
        let read = |text: &str| text.parse::<EngineVersion>();
        assert_eq!(read("6"), read("6.0.0.0"));
        assert!(read("6.0.9").unwrap() < read("6.0.15").unwrap());
        assert!(read("20.0.0.0").unwrap() < read("2025.2").unwrap());
        for text in ["", "6.", ".6", "6.0.1.0.0", "6.x", "+6", "6.0-rc1", "99999999999"] {
            assert_eq!(read(text), Err(VersionError), "{text}");
        }
    }

    #[test]
    fn rule_4_13_a_version_takes_the_types_of_its_generation() {
        assert_eq!(takes("5.2.0.0", "LOOKUP"), Some(true));
        assert_eq!(takes("5.2.0.0", "DOMAIN"), Some(false));
        assert_eq!(takes("5.3.0.0", "DOMAIN"), Some(true));
        assert_eq!(takes("5.3.2.0", "REDACTION"), Some(false));
        assert_eq!(takes("5.3.3.0", "REDACTION"), Some(true));
        assert_eq!(takes("6.0.0.0", "TOKENIZATION_JOB"), Some(false));
        assert_eq!(takes("6.0.1.0", "TOKENIZATION_JOB"), Some(true));
        assert_eq!(takes("6.0.1.0", "CLASSIFIER"), Some(false));
        assert_eq!(takes("2025.2.0.0", "CLASSIFIER"), Some(true));
    }

    #[test]
    fn rule_4_13_features_that_were_removed_are_not_taken_any_more() {
        assert_eq!(takes("6.0.14.0", "MAPPLET"), Some(true));
        assert_eq!(takes("6.0.15.0", "MAPPLET"), Some(false));
        assert_eq!(takes("6.0.1.0", "PROFILE_EXPRESSION"), Some(true));
        assert_eq!(takes("2025.2.0.0", "PROFILE_EXPRESSION"), Some(false));
    }

    #[test]
    fn between_documented_versions_nothing_is_claimed() {
        assert_eq!(takes("5.3.2.0", "PROFILE_JOB"), None);
        assert_eq!(takes("6.0.3.0", "USER_ALGORITHM"), None);
        assert_eq!(takes("6.0.8.0", "ENVIRONMENT"), None);
        assert_eq!(takes("6.0.8.0", "PROFILE_EXPRESSION"), None);
        assert_eq!(takes("6.0.8.0", "NO_SUCH_TYPE"), None);
    }
}
