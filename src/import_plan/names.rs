//! Which names engines since 6.0 take.

/// Characters that no name may hold.
pub const FORBIDDEN_IN_NAMES: &str = "[](){}~!@#$%^*\"?:;,/\\`+=<>'|";

/// Types the rules say nothing of: their names are the engine's own, or none that people choose.
const EXEMPT_TYPES: [&str; 5] = [
    "APPLICATION_SETTINGS",
    "GLOBAL_OBJECT",
    "JDBC_DRIVER",
    "KEY",
    "MOUNT_INFORMATION",
];

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

/// What engines since 6.0 object to in the name of an object of a type.
pub fn name_fault(type_name: &str, name: &str) -> Option<NameFault> {
    if EXEMPT_TYPES.contains(&type_name) {
        return None;
    }
    if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) {
        return Some(NameFault::Blank);
    }
    let own_part = without_plugin(type_name, name);
    own_part
        .chars()
        .find(|c| FORBIDDEN_IN_NAMES.contains(*c))
        .map(NameFault::Character)
}

/// Algorithms that come with a plugin are called `plugin:name`, those of the engine itself `dlpx-core:name`. The colon
/// is the engine's; the rest follows the rules.
fn without_plugin<'a>(type_name: &str, name: &'a str) -> &'a str {
    match name.split_once(':') {
        Some(("dlpx-core", rest)) => rest,
        Some((plugin, rest))
            if type_name == "USER_ALGORITHM"
                && !plugin.is_empty()
                && !plugin.contains(|c| FORBIDDEN_IN_NAMES.contains(c)) =>
        {
            rest
        }
        _ => name,
    }
}
