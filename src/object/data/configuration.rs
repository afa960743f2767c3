//! The configuration of a user algorithm: JSON text whose shape its framework decides.
//!
//! Invariant: a text in it that looks like a key is counted and never shown.

use serde_json::Value;

use super::possible_key::looks_like_key;

/// What stands in the place of a text that isn't shown.
const NOT_SHOWN: &str = "(not shown: looks like a key)";

/// A configuration that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// Its JSON, without texts that look like keys.
    pub json: Value,
    /// The files that it names, by their URIs, in the order of its members.
    pub lookup_files: Vec<String>,
    /// Texts in it that look like keys.
    pub possible_keys: u64,
}

impl Configuration {
    /// Reads a configuration; `None` where the text is no JSON.
    pub fn read(text: &str) -> Option<Self> {
        let mut configuration = Self {
            json: serde_json::from_str(text).ok()?,
            lookup_files: Vec::new(),
            possible_keys: 0,
        };
        let mut json = std::mem::take(&mut configuration.json);
        configuration.visit(None, &mut json);
        configuration.json = json;
        Some(configuration)
    }

    /// The JSON reader bounds the depth.
    fn visit(&mut self, member: Option<&str>, value: &mut Value) {
        match value {
            Value::String(text) if looks_like_key(text.as_bytes()) => {
                self.possible_keys += 1;
                NOT_SHOWN.clone_into(text);
            }
            Value::String(text) if member == Some("uri") => self.lookup_files.push(text.clone()),
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(member, item)),
            Value::Object(members) => members
                .iter_mut()
                .for_each(|(name, value)| self.visit(Some(name), value)),
            _ => {}
        }
    }
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
}
