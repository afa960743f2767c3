//! Query strings, as clients write them.
//!
//! Invariant: the form of a query is never refused: empty parts (`&&`, a bare `?`), `True` and `False`, unknown
//! parameters. Only invalid values are.

use percent_encoding::percent_decode_str;

use super::{EngineError, PageRequest};
use crate::engine::defaults;

/// A parsed query string.
#[derive(Debug, Clone)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// Size of a page if the client doesn't choose it.
    page_size: u64,
}

impl Default for Query {
    fn default() -> Self {
        Self::parse("")
    }
}

impl Query {
    /// Parses a query string. Invalid escapes stay; bytes that are not UTF-8 become U+FFFD.
    pub fn parse(raw: &str) -> Self {
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
        };
        let parts = raw.split('&').filter(|part| !part.is_empty());
        let pairs = parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        });
        Self {
            pairs: pairs.collect(),
            page_size: defaults::PAGE_SIZE,
        }
    }

    /// Sets the size of a page that the client doesn't choose.
    #[must_use]
    pub fn with_page_size(mut self, page_size: u64) -> Self {
        self.page_size = page_size;
        self
    }

    /// Returns a parameter's text. An empty one counts as absent; the first of several counts.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self
            .pairs
            .iter()
            .find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the first parameter that is not one of these.
    pub fn beside(&self, known: &[&str]) -> Option<&str> {
        let mut names = self.pairs.iter().map(|(name, _)| name.as_str());
        names.find(|name| !known.contains(name))
    }

    /// Returns a parameter as an id.
    pub fn number(&self, name: &'static str) -> Result<Option<i64>, EngineError> {
        self.read(name, "integer", |text| text.trim().parse().ok())
    }

    /// Returns a parameter as a boolean, in any case.
    pub fn boolean(&self, name: &'static str) -> Result<Option<bool>, EngineError> {
        self.read(name, "boolean", |text| {
            match text.trim().to_ascii_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            }
        })
    }

    /// Returns `page_number` and `page_size`.
    pub fn page(&self) -> Result<PageRequest, EngineError> {
        let positive = |name| {
            self.read(name, "positive integer", |text| {
                text.parse().ok().filter(|n| *n > 0)
            })
        };
        Ok(PageRequest {
            number: positive("page_number")?.unwrap_or(1),
            size: positive("page_size")?.unwrap_or(self.page_size),
        })
    }

    fn read<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, EngineError> {
        let read = |text: &str| {
            let value = text.to_owned();
            parse(text).ok_or(EngineError::BadParameter {
                name: name.to_owned(),
                value,
                expected,
            })
        };
        self.text(name).map(read).transpose()
    }
}
