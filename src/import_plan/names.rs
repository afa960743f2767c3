//! Which names engines since 6.0 take.

use crate::object::{NameRule, type_by_name};

/// Characters that no name may hold.
pub const FORBIDDEN_IN_NAMES: &str = "[](){}~!@#$%^*\"?:;,/\\`+=<>'|";

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It begins or ends with a blank.
    #[error("begins or ends with a blank")]
    Blank,
    /// It holds a character of [`FORBIDDEN_IN_NAMES`].
    #[error("holds the forbidden character {0:?}")]
    Character(char),
}

/// Names that an engine's own content has, though they break the rules for names that people choose. Both stand in global
/// exports of March to November 2019, expressions 30 and 47 of the stock list, and the vendor's documentation of 6.0.1
/// lists the same expressions. Engines take their own content at every version.
const FACTORY_NAMES: &[(&str, &str)] = &[
    ("PROFILE_EXPRESSION", "Certificate Number "),
    ("PROFILE_EXPRESSION", "Data - Address "),
];

/// Whose names the rules are asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NameCheck {
    /// No names: engines before 6.0.
    Off,
    /// Those that people make. What an engine's factory brings passes, and so does what the target has already.
    #[default]
    MadeByPeople,
    /// All: the vendor's page on names to the letter.
    Strict,
}

impl NameCheck {
    /// What is wrong with the name of a new object of a type.
    pub fn fault(self, type_name: &str, name: &str) -> Option<NameFault> {
        match self {
            Self::Off => None,
            Self::MadeByPeople if FACTORY_NAMES.contains(&(type_name, name)) => None,
            Self::MadeByPeople | Self::Strict => fault(type_name, name),
        }
    }

    /// What is wrong with the name of an object that the target has already.
    pub(super) fn fault_of_known(self, type_name: &str, name: &str) -> Option<NameFault> {
        match self {
            Self::Off | Self::MadeByPeople => None,
            Self::Strict => fault(type_name, name),
        }
    }
}

/// What engines since 6.0 object to in the name of an object of a type, unless their factory brings it.
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

/// Algorithms that come with a plugin are called `plugin:name`, those of the engine itself `dlpx-core:name`. The colon
/// is the engine's; the rest follows the rules.
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
