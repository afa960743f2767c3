//! Engine versions, and the types, names and formats that each accepts.

use std::fmt;
use std::str::FromStr;

use super::NEWEST_KNOWN_FORMAT;
use super::inventory::Presence;
use super::names::NameCheck;
use crate::blob::KNOWN_FORMATS;
use crate::object::type_by_name;

/// Versions from here on are years; smaller numbers count generations.
const FIRST_YEAR: u32 = 2000;

/// The newest format that engines before 6.0 read. This is the project's choice: documents of November 2019 have this
/// format, when both generations of engines were in use.
const NEWEST_BEFORE_6: u64 = 2;

/// An engine's version, such as `6.0.1.0`. Missing parts are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EngineVersion([u32; 4]);

/// An invalid version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one to four numbers separated by dots, such as 6.0.1.0")]
pub struct VersionError;

impl EngineVersion {
    /// The first version whose imports are all or nothing. Plans are valid since this version.
    pub const ALL_OR_NOTHING: Self = Self([5, 3, 0, 0]);
    /// The first version that checks names.
    pub const CHECKS_NAMES: Self = Self([6, 0, 0, 0]);

    /// Whether an engine of this version accepts objects of a type.
    pub fn takes_type(self, type_name: &str) -> Presence<()> {
        let Some(span) = type_by_name(type_name).map(|known| known.versions) else {
            return self.unclear(type_name);
        };
        if span.lacking_to.is_some_and(|last| self <= Self(last))
            || span.dropped_from.is_some_and(|first| self >= Self(first))
        {
            return Presence::Absent;
        }
        let between = span.had_to.is_some_and(|last| self > Self(last));
        if self >= Self(span.had_from) && !between {
            Presence::Present(())
        } else {
            self.unclear(type_name)
        }
    }

    /// Which names an engine of this version checks. `strict` applies the vendor's page exactly.
    pub fn name_check(self, strict: bool) -> NameCheck {
        if self < Self::CHECKS_NAMES {
            NameCheck::Off
        } else if strict {
            NameCheck::Strict
        } else {
            NameCheck::MadeByPeople
        }
    }

    /// The newest format that a mock engine of this version reads. No source relates formats to versions, so this is the
    /// project's choice.
    pub fn newest_format(self) -> u64 {
        if self < Self::CHECKS_NAMES {
            NEWEST_BEFORE_6
        } else {
            NEWEST_KNOWN_FORMAT
        }
    }

    /// The newest format that engines of this version certainly read. No source relates formats to versions. But a version
    /// named after a year is newer than documents of earlier years, so it reads their formats.
    pub(crate) fn wrote_format(self) -> Option<u64> {
        let [year, ..] = self.0;
        let seen = KNOWN_FORMATS.iter().filter(|(_, seen_in)| *seen_in < year);
        seen.map(|(format, _)| *format)
            .max()
            .filter(|_| year >= FIRST_YEAR)
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
    fn versions_have_one_to_four_parts_and_compare_by_number() {
        let read = |text: &str| text.parse::<EngineVersion>();
        assert_eq!(read("6"), read("6.0.0.0"));
        assert!(read("6.0.9").unwrap() < read("6.0.15").unwrap());
        assert!(read("20.0.0.0").unwrap() < read("2025.2").unwrap());
        for text in ["", "6.", ".6", "6.0.1.0.0", "6.x", "+6", "6.0-rc1", "99999999999"] {
            assert_eq!(read(text), Err(VersionError), "{text}");
        }
    }

    #[test]
    fn rule_4_13_version_accepts_types_of_its_generation() {
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
    fn rule_4_13_removed_features_are_not_accepted() {
        assert_eq!(takes("6.0.14.0", "MAPPLET"), Some(true));
        assert_eq!(takes("6.0.15.0", "MAPPLET"), Some(false));
        assert_eq!(takes("6.0.1.0", "PROFILE_EXPRESSION"), Some(true));
        assert_eq!(takes("2025.2.0.0", "PROFILE_EXPRESSION"), Some(false));
    }

    #[test]
    fn versions_between_documented_ones_are_unknown() {
        assert_eq!(takes("5.3.2.0", "PROFILE_JOB"), None);
        assert_eq!(takes("6.0.3.0", "USER_ALGORITHM"), None);
        assert_eq!(takes("6.0.8.0", "ENVIRONMENT"), None);
        assert_eq!(takes("6.0.8.0", "PROFILE_EXPRESSION"), None);
        assert_eq!(takes("6.0.8.0", "NO_SUCH_TYPE"), None);
    }

    #[test]
    fn last_build_of_a_version_has_its_types() {
        let last = format!("6.0.14.{}", u32::MAX);
        assert_eq!(takes(&last, "MAPPLET"), Some(true));
    }

    #[test]
    fn versions_before_6_check_no_names_and_read_format_2() {
        for (version, checks, strictly, format) in [
            ("5.3.9.0", NameCheck::Off, NameCheck::Off, 2),
            ("6.0.0.0", NameCheck::MadeByPeople, NameCheck::Strict, 6),
            ("6.0.0.1", NameCheck::MadeByPeople, NameCheck::Strict, 6),
            ("2025.2", NameCheck::MadeByPeople, NameCheck::Strict, 6),
        ] {
            let read: EngineVersion = version.parse().unwrap();
            assert_eq!(read.name_check(false), checks, "{version}");
            assert_eq!(read.name_check(true), strictly, "{version}");
            assert_eq!(read.newest_format(), format, "{version}");
        }
    }

    #[test]
    fn year_reads_the_formats_of_earlier_years_only() {
        for (version, format) in [
            ("6.0.1.0", None),
            ("1999", None),
            ("2019", None),
            ("2020", Some(2)),
            ("2023.9", Some(2)),
            ("2024", Some(6)),
        ] {
            let read: EngineVersion = version.parse().unwrap();
            assert_eq!(read.wrote_format(), format, "{version}");
        }
    }
}
