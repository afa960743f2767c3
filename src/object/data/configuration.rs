//! The configuration of a user algorithm: JSON text whose form depends on its framework.
//! Invariant: texts that look like keys, and URLs that may have a password, are never shown.

use serde_json::Value;

use crate::jdbc::{self, Secret};
use crate::possible_key;

/// The replacement for a text that is not shown.
const NOT_SHOWN: &str = "(not shown: looks like a key)";
const URL_NOT_SHOWN: &str = "(not shown: may hold a password)";

/// A configuration that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// Its JSON, without texts that look like keys.
    pub json: Value,
    /// The URIs of the files that it names, in the order of its members.
    pub lookup_files: Vec<String>,
    /// Texts in it that look like keys.
    pub possible_keys: u64,
}

impl Configuration {
    /// The JSON of a configuration. `None` if it cannot be shown: it is not JSON, or a member's name looks like a key.
    pub fn json(text: &str) -> Option<Value> {
        let json = serde_json::from_str(text).ok()?;
        names_are_plain(&json).then_some(json)
    }

    /// Whether a text of a configuration is or contains a possible key.
    pub fn hides_key(text: &str) -> bool {
        possible_key::in_text(text.as_bytes()) > 0
    }

    /// Reads a configuration. `None` if it cannot be shown: it is not JSON, or a member's name looks like a key.
    pub fn read(text: &str) -> Option<Self> {
        let mut configuration = Self {
            json: Self::json(text)?,
            lookup_files: Vec::new(),
            possible_keys: 0,
        };
        let mut json = std::mem::take(&mut configuration.json);
        configuration.visit(None, &mut json);
        configuration.json = json;
        // A repeated member is visible in the text only.
        configuration.possible_keys = configuration
            .possible_keys
            .max(possible_key::in_text(text.as_bytes()));
        Some(configuration)
    }

    /// The JSON reader bounds the depth.
    fn visit(&mut self, member: Option<&str>, value: &mut Value) {
        match value {
            Value::String(text) if Self::hides_key(text) => {
                self.possible_keys += 1;
                NOT_SHOWN.clone_into(text);
            }
            Value::String(text) if may_hold_password(text) => URL_NOT_SHOWN.clone_into(text),
            Value::String(text) if member == Some("uri") => self.lookup_files.push(text.clone()),
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(member, item)),
            Value::Object(members) => members
                .iter_mut()
                .for_each(|(name, value)| self.visit(Some(name), value)),
            _ => {}
        }
    }
}

/// The JSON reader bounds the depth.
fn names_are_plain(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(names_are_plain),
        Value::Object(members) => {
            let mut members = members.iter();
            members.all(|(name, value)| !Configuration::hides_key(name) && names_are_plain(value))
        }
        _ => true,
    }
}

/// Whether a text is a URL with a login, or contains a JDBC URL that may have a password.
fn may_hold_password(text: &str) -> bool {
    let login = text.contains("://") && jdbc::secret(text) == Secret::Held;
    login || jdbc::secret_within(text) != Secret::None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_lists_its_files_and_hides_what_looks_like_a_key() {
        let text = r#"{"lookupFile":{"uri":"jar://file/Names.txt"},"more":[{"uri":"file:///x"}],
            "salt":"Zm9vYmFyYmF6cXV4MTIzNA==","length":3}"#;
        let read = Configuration::read(text).unwrap();
        assert_eq!(read.lookup_files, ["jar://file/Names.txt", "file:///x"]);
        assert_eq!(read.possible_keys, 1);
        assert!(!read.json.to_string().contains("Zm9v"), "{}", read.json);
        assert_eq!(Configuration::read("no JSON"), None);
    }

    #[test]
    fn a_url_that_may_hold_a_password_is_hidden() {
        let text = r#"{"a":"jdbc:mysql://root:sesame@db/x","lookupFile":{"uri":"https://me:sesame@files.example/x"}}"#;
        let read = Configuration::read(text).unwrap();
        assert!(!read.json.to_string().contains("sesame"), "{}", read.json);
        assert_eq!((read.lookup_files, read.possible_keys), (Vec::new(), 0));
    }
}
