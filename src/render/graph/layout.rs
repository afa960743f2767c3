//! Places the boxes of a picture in columns, what needs before what is needed, and routes the arrows.
//!
//! This is the usual layered drawing: cycles are cut, each box goes one column behind what needs it, arrows over several
//! columns pass through a slot in each, sweeps order the columns so that few arrows cross, and every column is moved to
//! the mean height of its neighbours. The work is bounded by the number of boxes and arrows; nothing recurses.

mod columns;
mod order;

use crate::outcome::picture::Picture;

/// Space between columns, for the arrows.
const GUTTER: f64 = 64.0;
/// Space between boxes of a column.
const SPACE: f64 = 12.0;
/// Height of an arrow's slot.
const SLOT: f64 = 6.0;
/// Arrows beyond this many slots go straight, so that a hostile graph can't multiply arrows by columns.
const MAX_SLOTS: usize = 20_000;

/// Width and height of a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A point.
pub(super) type Point = (f64, f64);

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The upper left corner of each box.
    pub(super) corners: Vec<Point>,
    /// The points of each arrow: pairs of ends of straight pieces, with a curve from one piece to the next.
    pub(super) routes: Vec<Vec<Point>>,
}

/// A box or a slot of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Box(usize),
    Slot,
}

/// Boxes and slots in columns, and the short arrows between neighbouring columns.
#[derive(Debug, Default)]
pub(super) struct Columns {
    items: Vec<Item>,
    /// The items of each column, in order.
    columns: Vec<Vec<usize>>,
    /// For each item, the items it is joined with in the column before and after.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// The items of each arrow, from left to right.
    chains: Vec<Vec<usize>>,
}

/// Lays a picture out whose boxes have these sizes.
pub(super) fn layout(picture: &Picture, sizes: &[Size]) -> Layout {
    let ends: Vec<(usize, usize)> = picture
        .arrows
        .iter()
        .map(|arrow| (arrow.from, arrow.to))
        .collect();
    let mut columns = columns::build(sizes.len(), &ends);
    order::sort(&mut columns);
    let height = |item: usize| match columns.items[item] {
        Item::Box(id) => sizes[id].height,
        Item::Slot => SLOT,
    };
    let middles = order::heights(&columns, &height, SPACE);
    let widths: Vec<f64> = columns
        .columns
        .iter()
        .map(|column| {
            let boxes = column.iter().filter_map(|&item| match columns.items[item] {
                Item::Box(id) => Some(sizes[id].width),
                Item::Slot => None,
            });
            boxes.fold(0.0, f64::max)
        })
        .collect();
    let mut lefts = Vec::with_capacity(widths.len());
    let mut x = 0.0;
    for width in &widths {
        lefts.push(x);
        x += width + GUTTER;
    }
    let top = (0..columns.items.len())
        .map(|item| middles[item] - height(item) / 2.0)
        .fold(f64::INFINITY, f64::min);
    let top = if top.is_finite() { top } else { 0.0 };
    let mut result = Layout {
        width: (x - GUTTER).max(0.0),
        corners: vec![(0.0, 0.0); sizes.len()],
        ..Layout::default()
    };
    let mut spans = vec![(0.0, 0.0); columns.items.len()];
    for (at, column) in columns.columns.iter().enumerate() {
        for &item in column {
            let middle = middles[item] - top;
            result.height = result.height.max(middle + height(item) / 2.0);
            spans[item] = (lefts[at], lefts[at] + widths[at]);
            if let Item::Box(id) = columns.items[item] {
                result.corners[id] = (lefts[at], middle - sizes[id].height / 2.0);
                spans[item].1 = lefts[at] + sizes[id].width;
            }
        }
    }
    result.routes = columns
        .chains
        .iter()
        .zip(&ends)
        .map(|(chain, &(from, _))| route(chain, &columns, &spans, &middles, top, from))
        .collect();
    result
}

/// The points of one arrow, in its own direction. A chain runs from left to right; the arrow of a cut cycle runs back.
fn route(
    chain: &[usize],
    columns: &Columns,
    spans: &[(f64, f64)],
    middles: &[f64],
    top: f64,
    from: usize,
) -> Vec<Point> {
    let mut points = Vec::with_capacity(chain.len() * 2);
    for (at, &item) in chain.iter().enumerate() {
        let (left, right) = spans[item];
        let y = middles[item] - top;
        if at > 0 {
            points.push((left, y));
        }
        if at + 1 < chain.len() {
            points.push((right, y));
        }
    }
    if chain.first().map(|&item| columns.items[item]) != Some(Item::Box(from)) {
        points.reverse();
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::picture::{Arrow, Mark};

    fn placed(count: usize, arrows: &[(usize, usize)]) -> Layout {
        let picture = Picture {
            arrows: arrows
                .iter()
                .map(|&(from, to)| Arrow {
                    from,
                    to,
                    mark: Mark::Same,
                })
                .collect(),
            ..Picture::default()
        };
        let size = Size {
            width: 100.0,
            height: 30.0,
        };
        layout(&picture, &vec![size; count])
    }

    #[test]
    fn needed_box_stands_right_of_what_needs_it() {
        let placed = placed(4, &[(0, 1), (1, 2), (0, 2), (0, 3)]);
        let x: Vec<f64> = placed.corners.iter().map(|corner| corner.0).collect();
        assert_eq!(x, [0.0, 164.0, 328.0, 164.0]);
        assert_eq!((placed.width, placed.routes[2].len()), (428.0, 4));
    }

    #[test]
    fn boxes_of_a_column_keep_their_distance() {
        let arrows: Vec<_> = (1..40).map(|to| (0, to)).collect();
        let mut y: Vec<f64> = placed(40, &arrows).corners[1..]
            .iter()
            .map(|corner| corner.1)
            .collect();
        y.sort_by(f64::total_cmp);
        assert!(
            y.windows(2).all(|pair| pair[1] - pair[0] >= 30.0 + SPACE - 0.001),
            "{y:?}"
        );
    }

    #[test]
    fn avoidable_crossing_is_avoided() {
        let placed = placed(6, &[(0, 4), (0, 3), (1, 3), (2, 5), (1, 5)]);
        let y = |id: usize| placed.corners[id].1;
        assert_eq!(y(0) < y(1), y(4) < y(3));
        assert_eq!(y(1) < y(2), y(3) < y(5));
    }

    #[test]
    fn cycle_and_lone_box_are_drawn() {
        let placed = placed(4, &[(0, 1), (1, 2), (2, 0)]);
        let back = &placed.routes[2];
        assert!(back[0].0 > back[back.len() - 1].0, "{back:?}");
        assert_eq!(placed.corners[3].0, 0.0);
    }

    #[test]
    fn no_picture_is_empty_without_boxes() {
        assert_eq!(placed(0, &[]).height, 0.0);
    }

    #[test]
    fn dense_graph_takes_bounded_slots() {
        let arrows: Vec<_> = (0..300)
            .flat_map(|from| (from + 1..300).map(move |to| (from, to)))
            .collect();
        let ends = columns::build(300, &arrows);
        assert!(ends.items.len() <= 300 + MAX_SLOTS);
    }
}
