//! Orders the items of each column, and finds their heights.

use super::Columns;

/// Sweeps over the columns; later ones change little.
const SWEEPS: usize = 12;

/// Orders the items of every column so that few arrows cross.
pub(super) fn sort(columns: &mut Columns) {
    let mut place = vec![0; columns.items.len()];
    renumber(&columns.columns, &mut place);
    let mut best = (crossings(columns, &place), columns.columns.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let forward = sweep % 2 == 0;
        let count = columns.columns.len();
        for step in 1..count {
            let at = if forward { step } else { count - 1 - step };
            let neighbours = if forward { &columns.before } else { &columns.after };
            let mean = |item: usize| {
                let joined = &neighbours[item];
                if joined.is_empty() {
                    return place[item] as f64;
                }
                joined.iter().map(|other| place[*other] as f64).sum::<f64>() / joined.len() as f64
            };
            let mut sorted: Vec<(f64, usize)> = columns.columns[at]
                .iter()
                .map(|&item| (mean(item), item))
                .collect();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (number, &(_, item)) in sorted.iter().enumerate() {
                place[item] = number;
            }
            columns.columns[at] = sorted.into_iter().map(|(_, item)| item).collect();
        }
        let crossed = crossings(columns, &place);
        if crossed < best.0 {
            best = (crossed, columns.columns.clone());
        }
    }
    columns.columns = best.1;
}

fn renumber(columns: &[Vec<usize>], place: &mut [usize]) {
    for column in columns {
        for (number, &item) in column.iter().enumerate() {
            place[item] = number;
        }
    }
}

/// The number of crossings between neighbouring columns, counted as inversions.
fn crossings(columns: &Columns, place: &[usize]) -> u64 {
    let mut total = 0;
    for (at, column) in columns.columns.iter().enumerate().skip(1) {
        let mut ends = Vec::new();
        for &left in &columns.columns[at - 1] {
            let mut right: Vec<usize> = columns.after[left].iter().map(|&item| place[item]).collect();
            right.sort_unstable();
            ends.extend(right);
        }
        // A Fenwick tree counts the earlier ends below each end.
        let mut tree = vec![0_u64; column.len() + 1];
        for end in ends.iter().rev() {
            let mut node = *end;
            while node > 0 {
                total += tree[node];
                node &= node - 1;
            }
            node = end + 1;
            while node < tree.len() {
                tree[node] += 1;
                node += node & node.wrapping_neg();
            }
        }
    }
    total
}

/// The middle of each item: near the mean of its neighbours, without overlaps.
pub(super) fn heights(columns: &Columns, height: &impl Fn(usize) -> f64, space: f64) -> Vec<f64> {
    let mut middles = vec![0.0; columns.items.len()];
    for column in &columns.columns {
        let mut y = 0.0;
        for &item in column {
            middles[item] = y + height(item) / 2.0;
            y += height(item) + space;
        }
        for &item in column {
            middles[item] -= y / 2.0;
        }
    }
    let count = columns.columns.len();
    for sweep in 0..SWEEPS {
        let forward = sweep % 2 == 0;
        for step in 0..count {
            let column = &columns.columns[if forward { step } else { count - 1 - step }];
            let wanted: Vec<f64> = column
                .iter()
                .map(|&item| {
                    let joined = match sweep + 1 == SWEEPS {
                        true => columns.before[item].iter().chain(&columns.after[item]),
                        false if forward => columns.before[item].iter().chain(&[]),
                        false => columns.after[item].iter().chain(&[]),
                    };
                    let (sum, count) =
                        joined.fold((0.0, 0), |(sum, count), &other| (sum + middles[other], count + 1));
                    if count == 0 {
                        middles[item]
                    } else {
                        sum / f64::from(count)
                    }
                })
                .collect();
            for (item, y) in column.iter().zip(apart(column, &wanted, height, space)) {
                middles[*item] = y;
            }
        }
    }
    middles
}

/// The heights nearest to the wanted ones (in squares) that keep order and distance: neighbours that would overlap form a
/// block, which moves to the mean of what its items want.
fn apart(column: &[usize], wanted: &[f64], height: &impl Fn(usize) -> f64, space: f64) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0.0;
    for (at, &item) in column.iter().enumerate() {
        if at > 0 {
            offset += (height(column[at - 1]) + height(item)) / 2.0 + space;
        }
        offsets.push(offset);
    }
    // Blocks as (sum, count).
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (y, offset) in wanted.iter().zip(&offsets) {
        let mut block = (y - offset, 1);
        while let Some(&(sum, count)) = blocks.last() {
            if sum / count as f64 <= block.0 / block.1 as f64 {
                break;
            }
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let starts = blocks
        .into_iter()
        .flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    starts
        .zip(offsets)
        .map(|(start, offset)| start + offset)
        .collect()
}
