//! Makes pictures of reports.

use std::collections::{HashMap, HashSet};

use exportdoc::internal::diff::{ObjectRef, Status};
use exportdoc::internal::graph::{Graph, NodeId};
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::report::{DocumentReport, ObjectReport};

use super::{Arrow, Mark, Part, Picture, PictureBox};
use crate::outcome::comparison::Compared;

/// The picture of one document, or of what is around one of its objects.
pub(crate) fn of_document(report: &DocumentReport, focus: Option<&ObjectKey>, part: Part) -> Picture {
    let mut drawing = Drawing::default();
    for (id, object) in report.objects.iter().enumerate() {
        drawing.add(object, Mark::Same, Some(id));
    }
    for (id, node) in report.graph.nodes().iter().enumerate() {
        for &to in &node.dependencies {
            drawing.arrow(id, to, Mark::Same);
        }
        for missing in &node.missing {
            let to = drawing.missing(missing);
            drawing.arrow(id, to, Mark::Same);
        }
    }
    let focus = focus.and_then(|key| report.graph.find(key));
    drawing.finish(focus, part)
}

/// The picture of both documents: the new one's objects and arrows, and those that only the old one has.
pub(crate) fn of_comparison(compared: &Compared, focus: Option<&ObjectKey>, part: Part) -> Picture {
    let (old, new) = (&compared.old.report, &compared.new.report);
    let status: HashMap<ObjectKey, Status> = compared
        .diff
        .objects
        .iter()
        .filter_map(|object| Some((key(object.new.as_ref()?), object.status)))
        .collect();
    let mut drawing = Drawing::default();
    for (id, object) in new.objects.iter().enumerate() {
        let mark = status.get(&object.key).copied().map_or(Mark::Same, mark_of);
        drawing.add(object, mark, Some(id));
    }
    let partners = partners(compared, &mut drawing);
    let in_both: HashSet<usize> = partners.iter().flatten().copied().collect();
    let old_arrows = arrows(&old.graph, &partners);
    let new_boxes: Vec<Option<usize>> = (0..new.objects.len()).map(Some).collect();
    let new_arrows = arrows(&new.graph, &new_boxes);
    let known: HashSet<(usize, usize)> = old_arrows.iter().copied().collect();
    let kept: HashSet<(usize, usize)> = new_arrows.iter().copied().collect();
    for (from, to) in new_arrows {
        // An added object's arrows are new, too, but say nothing more than the object.
        let is_new = !known.contains(&(from, to)) && in_both.contains(&from);
        drawing.arrow(from, to, if is_new { Mark::Added } else { Mark::Same });
    }
    for (from, to) in old_arrows {
        if !kept.contains(&(from, to)) {
            drawing.arrow(from, to, Mark::Removed);
        }
    }
    for (id, node) in new.graph.nodes().iter().enumerate() {
        for missing in &node.missing {
            let to = drawing.missing(missing);
            drawing.arrow(id, to, Mark::Same);
        }
    }
    let focus = focus.and_then(|key| {
        let gone = || old.graph.find(key).and_then(|id| partners[id]);
        new.graph.find(key).or_else(gone)
    });
    drawing.finish(focus, part)
}

/// The box of each object of the old document, which adds boxes for removed ones. `None` for objects that weren't
/// compared.
fn partners(compared: &Compared, drawing: &mut Drawing) -> Vec<Option<usize>> {
    let mut new_keys: HashMap<ObjectKey, ObjectKey> = HashMap::new();
    let mut removed = HashSet::new();
    for object in &compared.diff.objects {
        match (&object.old, &object.new) {
            (Some(old), Some(new)) => {
                new_keys.insert(key(old), key(new));
            }
            (Some(old), None) => {
                removed.insert(key(old));
            }
            _ => {}
        }
    }
    for (old, new) in &compared.diff.renumbered {
        new_keys.insert(key(old), key(new));
    }
    let objects = compared.old.report.objects.iter();
    objects
        .map(|object| {
            if removed.contains(&object.key) {
                return Some(drawing.add(object, Mark::Removed, None));
            }
            let partner = new_keys.get(&object.key).unwrap_or(&object.key);
            compared.new.report.graph.find(partner)
        })
        .collect()
}

fn arrows(graph: &Graph, boxes: &[Option<usize>]) -> Vec<(usize, usize)> {
    let mut arrows = Vec::new();
    for (id, node) in graph.nodes().iter().enumerate() {
        for &to in &node.dependencies {
            arrows.extend(boxes[id].zip(boxes[to]));
        }
    }
    arrows
}

fn key(object: &ObjectRef) -> ObjectKey {
    ObjectKey::new(object.type_number, object.identifier.clone())
}

fn mark_of(status: Status) -> Mark {
    match status {
        Status::Added => Mark::Added,
        Status::Removed => Mark::Removed,
        Status::Changed | Status::ContentWithoutRevision => Mark::Changed,
        Status::RewrittenByEngine => Mark::Rewritten,
        Status::Resaved => Mark::Resaved,
        Status::DependencyChanged => Mark::Affected,
        _ => Mark::Same,
    }
}

/// `21 objects`, in a comparison followed by what happened to them.
fn counts(boxes: &[PictureBox]) -> String {
    let count = |mark: Mark| boxes.iter().filter(|shown| shown.mark == mark).count();
    let mut text = match boxes.len() {
        1 => "1 object".to_owned(),
        all => format!("{all} objects"),
    };
    for (at, mark) in Mark::SIGNED
        .into_iter()
        .filter(|mark| count(*mark) > 0)
        .enumerate()
    {
        let joint = if at == 0 { ": " } else { ", " };
        text.push_str(&format!("{joint}{} {}", count(mark), mark.word()));
    }
    text
}

#[derive(Default)]
struct Drawing {
    picture: Picture,
    missing: HashMap<ObjectKey, usize>,
    drawn: HashSet<(usize, usize)>,
}

impl Drawing {
    fn add(&mut self, object: &ObjectReport, mark: Mark, at: Option<NodeId>) -> usize {
        let identifier = object.key.identifier.to_string();
        let label = object.name.clone().unwrap_or(identifier);
        self.push(object.type_name.clone(), label, mark, at)
    }

    fn missing(&mut self, key: &ObjectKey) -> usize {
        if let Some(at) = self.missing.get(key) {
            return *at;
        }
        let type_name = exportdoc::internal::object::known_by_number(key.type_number)
            .map_or_else(|| key.type_number.to_string(), |known| known.name.to_owned());
        let at = self.push(type_name, key.identifier.to_string(), Mark::Missing, None);
        self.missing.insert(key.clone(), at);
        at
    }

    fn push(&mut self, type_name: String, label: String, mark: Mark, object: Option<NodeId>) -> usize {
        self.picture.boxes.push(PictureBox {
            type_name,
            label,
            mark,
            is_focus: false,
            object,
            folded: Vec::new(),
            more: 0,
        });
        self.picture.boxes.len() - 1
    }

    fn arrow(&mut self, from: usize, to: usize, mark: Mark) {
        if from != to && self.drawn.insert((from, to)) {
            self.picture.arrows.push(Arrow { from, to, mark });
        }
    }

    fn finish(self, focus: Option<usize>, part: Part) -> Picture {
        let all = self.picture;
        let Some(focus) = focus else {
            let title = counts(&all.boxes);
            return Picture { title, ..all }.folded(part.unfold);
        };
        let middle = &all.boxes[focus];
        let (type_name, label) = (&middle.type_name, &middle.label);
        let title = match part.reverse {
            true => format!("What needs {type_name} {label}"),
            false => format!("What {type_name} {label} needs"),
        };
        Picture { title, ..all }.around(focus, part).folded(part.unfold)
    }
}
