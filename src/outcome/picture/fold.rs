//! Folds objects of one type into one box where a picture would have too many.

use std::collections::HashMap;

use super::{Arrow, Mark, Picture, PictureBox};

/// Boxes of a picture that a person takes in at once.
const READABLE: usize = 40;
/// Boxes that a picture has at most, so that its layout takes bounded time.
const DRAWN: usize = 2_000;
/// Labels that a folded box keeps.
const LABELS: usize = 200;

/// How coarse a fold is.
#[derive(Clone, Copy, PartialEq)]
enum Fold {
    /// Unmarked objects of one type.
    Unmarked,
    /// Objects of one type with one mark.
    Marked,
    /// All objects of all types.
    Everything,
}

impl Picture {
    /// Folds as little as makes it readable, or, with `unfold`, as makes it possible to draw.
    pub(super) fn folded(self, unfold: bool) -> Self {
        let limit = if unfold { DRAWN } else { READABLE };
        let mut picture = self;
        for fold in [Fold::Unmarked, Fold::Marked] {
            if picture.boxes.len() > limit {
                picture = picture.fold(fold);
            }
        }
        if picture.boxes.len() > DRAWN {
            picture = picture.fold(Fold::Everything);
        }
        picture
    }

    fn fold(self, fold: Fold) -> Self {
        let mut boxes: Vec<PictureBox> = Vec::new();
        let mut groups: HashMap<(String, Mark), usize> = HashMap::new();
        let mut positions = Vec::with_capacity(self.boxes.len());
        for shown in self.boxes {
            let stays = shown.is_focus || (fold == Fold::Unmarked && shown.mark != Mark::Same);
            if stays {
                positions.push(boxes.len());
                boxes.push(shown);
                continue;
            }
            let type_name = match fold {
                Fold::Everything => "more types".to_owned(),
                _ => shown.type_name.clone(),
            };
            let at = *groups.entry((type_name, shown.mark)).or_insert(boxes.len());
            positions.push(at);
            match boxes.get_mut(at) {
                None => boxes.push(shown),
                Some(group) => group.take_in(shown, fold),
            }
        }
        let mut marks: HashMap<(usize, usize), Mark> = HashMap::new();
        let mut order = Vec::new();
        for arrow in &self.arrows {
            let ends = (positions[arrow.from], positions[arrow.to]);
            if ends.0 == ends.1 {
                continue;
            }
            let mark = marks.entry(ends).or_insert_with(|| {
                order.push(ends);
                arrow.mark
            });
            if *mark != arrow.mark {
                *mark = Mark::Same;
            }
        }
        let arrows = order.into_iter().map(|(from, to)| Arrow {
            from,
            to,
            mark: marks.get(&(from, to)).copied().unwrap_or(Mark::Same),
        });
        Self {
            title: self.title,
            arrows: arrows.collect(),
            boxes,
        }
    }
}

impl PictureBox {
    /// The number of objects that it stands for.
    pub(crate) fn count(&self) -> usize {
        match self.folded.as_slice() {
            [] => 1,
            labels => labels.len().saturating_add(self.more),
        }
    }

    fn take_in(&mut self, other: Self, fold: Fold) {
        if self.folded.is_empty() {
            let first = std::mem::take(&mut self.label);
            self.folded.push(first);
            self.object = None;
        }
        if fold == Fold::Everything {
            "more types".clone_into(&mut self.type_name);
        }
        let labels = match other.folded.is_empty() {
            true => vec![other.label],
            false => other.folded,
        };
        self.more += other.more;
        for label in labels {
            if self.folded.len() < LABELS {
                self.folded.push(label);
            } else {
                self.more += 1;
            }
        }
    }
}
