//! The names that engines since 6.0 accept.

use crate::object::{NameRule, type_by_name};

/// Characters that no name may contain.
pub const FORBIDDEN_IN_NAMES: &str = "[](){}~!@#$%^*\"?:;,/\\`+=<>'|";

/// Why engines refuse a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// A blank at the beginning or end.
    #[error("begins or ends with a blank")]
    Blank,
    /// A character of [`FORBIDDEN_IN_NAMES`].
    #[error("contains the forbidden character {0:?}")]
    Character(char),
}

/// Names of an engine's own content that break the rules for users' names. Both occur in global exports of March to
/// November 2019, as expressions 30 and 47 of the stock list, and in the vendor's documentation of 6.0.1. Engines of every
/// version accept their own content.
const FACTORY_NAMES: &[(&str, &str)] = &[
    ("PROFILE_EXPRESSION", "Certificate Number "),
    ("PROFILE_EXPRESSION", "Data - Address "),
];

/// Which names to check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NameCheck {
    /// No names: engines before 6.0.
    Off,
    /// Names that users choose. Names of an engine's own content and names that the target has are accepted.
    #[default]
    MadeByPeople,
    /// All names, exactly by the vendor's page.
    Strict,
}

impl NameCheck {
    /// Checks the name of a new object.
    pub fn fault(self, type_name: &str, name: &str) -> Option<NameFault> {
        match self {
            Self::Off => None,
            Self::MadeByPeople if FACTORY_NAMES.contains(&(type_name, name)) => None,
            Self::MadeByPeople | Self::Strict => fault(type_name, name),
        }
    }

    /// Checks the name of an object that the target has.
    pub(super) fn fault_of_known(self, type_name: &str, name: &str) -> Option<NameFault> {
        match self {
            Self::Off | Self::MadeByPeople => None,
            Self::Strict => fault(type_name, name),
        }
    }
}

/// Checks a name by the rules of engines since 6.0. Accepts names of an engine's own content.
pub fn name_fault(type_name: &str, name: &str) -> Option<NameFault> {
    NameCheck::MadeByPeople.fault(type_name, name)
}

fn fault(type_name: &str, name: &str) -> Option<NameFault> {
    let rule = type_by_name(type_name).map_or(NameRule::Checked, |known| known.name_rule);
    if rule == NameRule::Exempt {
        return None;
    }
    if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) {
        return Some(NameFault::Blank);
    }
    let own_part = without_plugin(rule, name);
    own_part
        .chars()
        .find(|c| FORBIDDEN_IN_NAMES.contains(*c))
        .map(NameFault::Character)
}

/// Strips the prefix of a plugin's algorithm, `plugin:name`, or of the engine's own, `dlpx-core:name`. The rules apply to
/// the rest.
fn without_plugin(rule: NameRule, name: &str) -> &str {
    match name.split_once(':') {
        Some(("dlpx-core", rest)) => rest,
        Some((plugin, rest))
            if rule == NameRule::CheckedBehindPlugin
                && !plugin.is_empty()
                && !plugin.contains(|c| FORBIDDEN_IN_NAMES.contains(c)) =>
        {
            rest
        }
        _ => name,
    }
}
