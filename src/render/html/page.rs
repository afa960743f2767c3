//! A page: what a reader needs first, then blocks in order. One template prints them all.
//!
//! Invariant: no text of a document becomes markup. The template escapes every value but pictures and the page's own
//! style and script, and the page's policy lets no other script run.

// The derived code of an enum names types in full.
#![allow(unused_qualifications)]

use std::fmt;
use std::io::{self, Write};

use askama::Template;
use askama::filters::Escaper;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exportdoc::internal::diff::OutlineLine;
use exportdoc::internal::escape;
use exportdoc::internal::finding::FindingRule;
use sha2::{Digest as _, Sha256};

use crate::outcome::picture::Picture;
use crate::render::graph::svg::{self, Links as Leading};
pub(super) use crate::render::words::Tone;
use crate::render::words::diff::value;

/// The escaper of the template: shows hidden characters, too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        dest.write_str(&escape::html(string))
    }
}

impl Tone {
    /// The name of its style.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unsure => "unsure",
            Self::Plain => "plain",
        }
    }
}

/// A whole page.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page {
    /// What kind of report it is.
    pub(super) kind: &'static str,
    /// The name of what it reports on.
    pub(super) title: String,
    pub(super) tone: Tone,
    /// The outcome in a few words.
    pub(super) headline: String,
    /// The outcome in a sentence.
    pub(super) lead: String,
    pub(super) blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Template)]
#[template(path = "block.html")]
pub(super) enum Block {
    /// Facts side by side.
    Cards(Vec<Card>),
    /// What a reader has to know or do.
    Findings(Vec<FindingView>),
    /// Titled lines; left out if there are none.
    List {
        title: String,
        tone: Tone,
        lines: Vec<String>,
    },
    /// A table; left out without rows.
    Table {
        title: String,
        head: Vec<&'static str>,
        rows: Vec<Row>,
    },
    /// A drawn graph, as SVG that is safe to include.
    Picture { title: &'static str, svg: String },
    /// Objects by type.
    Objects(Vec<Group>),
    /// Objects that differ.
    Changes(Vec<ChangeView>),
    /// Folded texts with a title each.
    Folded {
        /// For the links of rows.
        id: Option<usize>,
        title: String,
        blocks: Vec<Block>,
    },
}

/// One fact.
pub(super) struct Card {
    pub(super) name: &'static str,
    pub(super) tone: Tone,
    pub(super) text: String,
    /// What it means, or details.
    pub(super) notes: Vec<String>,
}

/// Findings of one rule.
pub(super) struct FindingView {
    /// `error`, `warning` or `info`; also its style.
    pub(super) level: &'static str,
    pub(super) id: &'static str,
    /// Each message with its place.
    pub(super) messages: Vec<(String, String)>,
    /// The number of messages left out.
    pub(super) more: usize,
    pub(super) meaning: &'static str,
    pub(super) action: &'static str,
}

/// A row of a table.
pub(super) struct Row {
    pub(super) tone: Tone,
    pub(super) cells: Vec<String>,
    /// The folded text that its first cell leads to.
    pub(super) link: Option<usize>,
}

/// Objects of one type.
pub(super) struct Group {
    pub(super) type_name: String,
    pub(super) family: &'static str,
    pub(super) objects: Vec<ObjectView>,
}

/// One object.
pub(super) struct ObjectView {
    pub(super) id: usize,
    pub(super) name: String,
    pub(super) identifier: String,
    pub(super) marks: Vec<(Tone, String)>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) needs: Links,
    pub(super) needed_by: Links,
    pub(super) fields: Vec<FieldView>,
    /// The number of fields left out.
    pub(super) more_fields: usize,
}

/// Other objects: those with a place on the page, and a note on the rest.
#[derive(Default)]
pub(super) struct Links {
    pub(super) list: Vec<(usize, String)>,
    pub(super) note: String,
}

/// A line of an object's content.
pub(super) struct FieldView {
    /// The indentation, from 0 to 9.
    pub(super) depth: usize,
    pub(super) name: String,
    /// Empty for headings.
    pub(super) value: String,
}

/// An object that differs.
pub(super) struct ChangeView {
    pub(super) status: &'static str,
    pub(super) sign: &'static str,
    pub(super) name: String,
    pub(super) reasons: Vec<String>,
    /// Path, old and new value.
    pub(super) fields: Vec<(String, String, String)>,
    /// The content of an added or removed object.
    pub(super) content: Vec<FieldView>,
    pub(super) note: String,
}

/// Messages of one rule; the others are counted.
const MESSAGES: usize = 20;

impl FindingView {
    /// Adds a finding to those of its rule and level.
    pub(super) fn add(
        views: &mut Vec<Self>,
        level: &'static str,
        rule: &'static FindingRule,
        message: (String, String),
    ) {
        let at = views
            .iter()
            .position(|view| view.id == rule.id && view.level == level);
        let at = at.unwrap_or_else(|| {
            views.push(Self {
                level,
                id: rule.id,
                messages: Vec::new(),
                more: 0,
                meaning: rule.meaning,
                action: rule.action,
            });
            views.len() - 1
        });
        if let Some(view) = views.get_mut(at) {
            if view.messages.len() < MESSAGES {
                view.messages.push(message);
            } else {
                view.more += 1;
            }
        }
    }
}

impl From<&OutlineLine> for FieldView {
    fn from(line: &OutlineLine) -> Self {
        Self {
            depth: line.depth.min(9),
            name: line.name.clone(),
            value: line.value.as_ref().map(value).unwrap_or_default(),
        }
    }
}

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Page {
    /// Prints the page.
    pub(super) fn print(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.write_into(&mut io::BufWriter::new(out))
    }

    /// The policy: the page's own style and script, and nothing from elsewhere.
    fn policy(&self) -> String {
        let hash = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
        format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
        )
    }

    fn style(&self) -> &'static str {
        STYLE
    }

    fn script(&self) -> &'static str {
        SCRIPT
    }
}

impl Block {
    /// A picture whose boxes lead to the objects of this page.
    pub(super) fn picture(title: &'static str, picture: &Picture) -> Self {
        let mut bytes = Vec::new();
        // Writing to a vector can't fail.
        let _ = svg::element(&mut bytes, picture, Leading::Objects);
        let svg = String::from_utf8(bytes).unwrap_or_default();
        Self::Picture { title, svg }
    }

    /// A list in the plain tone.
    pub(super) fn list(title: impl Into<String>, tone: Tone, lines: Vec<String>) -> Self {
        Self::List {
            title: title.into(),
            tone,
            lines,
        }
    }
}

impl Card {
    pub(super) fn new(name: &'static str, tone: Tone, text: impl Into<String>) -> Self {
        Self {
            name,
            tone,
            text: text.into(),
            notes: Vec::new(),
        }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
