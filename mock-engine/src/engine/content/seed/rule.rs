//! Rules of seed files: what changes when a scenario comes into a state.

use super::{Content, Entry};

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    content: Content,
    place: usize,
}

impl Rule {
    pub(super) fn new(content: Content, place: usize) -> Self {
        Self { content, place }
    }

    /// Where it stands, for its mistakes.
    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    fn entry(&self) -> Option<&Entry> {
        self.content.root().parts("rules").get(self.place)
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.entry().and_then(|entry| entry.text(member))
    }

    /// Whether it is about a scenario that comes into a state.
    pub(crate) fn is_for(&self, scenario: &str, state: &str) -> bool {
        self.scenario() == scenario && self.is() == state
    }

    /// The scenario.
    pub(crate) fn scenario(&self) -> &str {
        self.text("scenario").unwrap_or_default()
    }

    /// The state.
    pub(crate) fn is(&self) -> &str {
        self.text("is").unwrap_or_default()
    }

    /// The state afterwards.
    pub(crate) fn becomes(&self) -> Option<&str> {
        self.text("becomes")
    }

    /// What comes or changes.
    pub(crate) fn put(&self) -> Option<&Entry> {
        self.entry()?.parts("put").first()
    }

    /// What goes.
    pub(crate) fn removals(&self) -> &[Entry] {
        self.entry().map_or(&[], |entry| entry.parts("remove"))
    }
}
