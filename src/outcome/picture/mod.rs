//! A dependency graph as a picture shows it: boxes and arrows, of one document or of a comparison.
//!
//! Invariant: every arrow joins two boxes of the picture, and there is at most one arrow between two boxes in each
//! direction.

mod fold;
mod make;

use exportdoc::internal::graph::NodeId;
use exportdoc::internal::object::{RefersTo, type_by_name};

pub(crate) use make::{of_comparison, of_document};

/// Boxes and arrows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    /// What it shows, as a sentence.
    pub(crate) title: String,
    pub(crate) boxes: Vec<PictureBox>,
    pub(crate) arrows: Vec<Arrow>,
}

/// One object, or several of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PictureBox {
    pub(crate) type_name: String,
    /// The object's name, else its identifier.
    pub(crate) label: String,
    pub(crate) mark: Mark,
    /// Whether the picture was made around this object.
    pub(crate) is_focus: bool,
    /// Position of the object in its report: the new document's in a comparison. `None` if the report lacks it.
    pub(crate) object: Option<NodeId>,
    /// Labels of the objects that this box stands for; empty for one object.
    pub(crate) folded: Vec<String>,
    /// How many more objects it stands for.
    pub(crate) more: usize,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mark {
    /// Nothing, or the picture shows one document.
    Same,
    Added,
    Removed,
    Changed,
    /// An engine's upgrade added content.
    Rewritten,
    /// Saved again with the same content.
    Resaved,
    /// Something it depends on changed.
    Affected,
    /// Needed, but absent from the document.
    Missing,
}

impl Mark {
    /// All marks with a sign, for legends.
    pub(crate) const SIGNED: [Self; 7] = [
        Self::Added,
        Self::Removed,
        Self::Changed,
        Self::Rewritten,
        Self::Resaved,
        Self::Affected,
        Self::Missing,
    ];

    /// A sign for readers who can't tell the colours apart.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Added => "+",
            Self::Removed => "−",
            Self::Changed => "~",
            Self::Rewritten | Self::Resaved => "=",
            Self::Affected => "»",
            Self::Missing => "?",
        }
    }

    /// The comparison's word for it, also the name of its style.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Rewritten => "rewritten-by-engine",
            Self::Resaved => "re-saved",
            Self::Affected => "dependency-changed",
            Self::Missing => "missing",
        }
    }
}

/// "`from` needs `to`".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrow {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// [`Mark::Same`], [`Mark::Added`] or [`Mark::Removed`].
    pub(crate) mark: Mark,
}

/// What object types are for; pictures colour by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Job,
    Ruleset,
    Connector,
    Domain,
    Profile,
    Algorithm,
    Key,
    Other,
}

impl Family {
    /// The family of a type.
    pub(crate) fn of(type_name: &str) -> Self {
        let known = type_by_name(type_name);
        let refers = known.and_then(|known| known.refers_to);
        if type_name.ends_with("_JOB") {
            Self::Job
        } else if type_name.ends_with("_RULESET") {
            Self::Ruleset
        } else if type_name.contains("CONNECTOR") || type_name.starts_with("MOUNT") {
            Self::Connector
        } else if type_name.starts_with("DOMAIN") {
            Self::Domain
        } else if type_name.starts_with("PROFILE_") {
            Self::Profile
        } else if known.is_some_and(|known| known.is_algorithm()) || refers == Some(RefersTo::AnyAlgorithm) {
            Self::Algorithm
        } else if type_name == "KEY" {
            Self::Key
        } else {
            Self::Other
        }
    }

    /// The name of its style.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Ruleset => "ruleset",
            Self::Connector => "connector",
            Self::Domain => "domain",
            Self::Profile => "profile",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Other => "other",
        }
    }
}

/// The part of a graph that a picture shows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Part {
    /// Steps from the object in the middle; unlimited if `None`.
    pub(crate) depth: Option<usize>,
    /// Show what needs the object instead of what it needs.
    pub(crate) reverse: bool,
    /// Draw every object, however many there are.
    pub(crate) unfold: bool,
}

impl Picture {
    /// Keeps what `focus` needs, or what needs it.
    fn around(self, focus: usize, part: Part) -> Self {
        let mut next = vec![Vec::new(); self.boxes.len()];
        for arrow in &self.arrows {
            let (from, to) = match part.reverse {
                true => (arrow.to, arrow.from),
                false => (arrow.from, arrow.to),
            };
            next[from].push(to);
        }
        let mut kept = vec![false; self.boxes.len()];
        kept[focus] = true;
        let (mut layer, mut steps) = (vec![focus], 0);
        while !layer.is_empty() && part.depth.is_none_or(|depth| steps < depth) {
            let mut reached = Vec::new();
            for id in layer {
                for &to in &next[id] {
                    if !std::mem::replace(&mut kept[to], true) {
                        reached.push(to);
                    }
                }
            }
            (layer, steps) = (reached, steps + 1);
        }
        let mut positions = vec![None; self.boxes.len()];
        let mut boxes = Vec::new();
        for (id, mut shown) in self.boxes.into_iter().enumerate() {
            if kept[id] {
                shown.is_focus = id == focus;
                positions[id] = Some(boxes.len());
                boxes.push(shown);
            }
        }
        let arrows = self.arrows.iter().filter_map(|arrow| {
            Some(Arrow {
                from: positions[arrow.from]?,
                to: positions[arrow.to]?,
                mark: arrow.mark,
            })
        });
        Self {
            title: self.title,
            arrows: arrows.collect(),
            boxes,
        }
    }
}
