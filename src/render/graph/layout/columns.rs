//! Assigns boxes to columns and gives long arrows their slots.

use super::{Columns, Item, MAX_SLOTS};

/// The columns of `count` boxes with these arrows.
pub(super) fn build(count: usize, arrows: &[(usize, usize)]) -> Columns {
    let forward = without_cycles(count, arrows);
    let column = longest_paths(count, &forward);
    let width = column.iter().max().map_or(0, |last| last + 1);
    let mut built = Columns {
        items: (0..count).map(Item::Box).collect(),
        columns: vec![Vec::new(); width],
        before: vec![Vec::new(); count],
        after: vec![Vec::new(); count],
        chains: Vec::with_capacity(arrows.len()),
    };
    for (id, &at) in column.iter().enumerate() {
        built.columns[at].push(id);
    }
    let mut slots = 0;
    for (from, to) in forward {
        let between = column[to] - column[from] - 1;
        let mut chain = vec![from];
        if slots + between <= MAX_SLOTS {
            slots += between;
            for at in column[from] + 1..column[to] {
                let slot = built.items.len();
                built.items.push(Item::Slot);
                built.before.push(Vec::new());
                built.after.push(Vec::new());
                built.columns[at].push(slot);
                chain.push(slot);
            }
        }
        chain.push(to);
        if chain.len() == between + 2 {
            for pair in chain.windows(2) {
                built.after[pair[0]].push(pair[1]);
                built.before[pair[1]].push(pair[0]);
            }
        }
        built.chains.push(chain);
    }
    built
}

/// The arrows, with those turned around that close a cycle.
fn without_cycles(count: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let mut leaving = vec![Vec::new(); count];
    for (at, &(from, _)) in arrows.iter().enumerate() {
        leaving[from].push(at);
    }
    let mut forward = arrows.to_vec();
    let mut visits = vec![Visit::New; count];
    for root in 0..count {
        if visits[root] != Visit::New {
            continue;
        }
        visits[root] = Visit::Open;
        let mut path = vec![(root, 0)];
        while let Some((id, next)) = path.last_mut() {
            let Some(&arrow) = leaving[*id].get(*next) else {
                visits[*id] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let (from, to) = arrows[arrow];
            match visits[to] {
                Visit::New => {
                    visits[to] = Visit::Open;
                    path.push((to, 0));
                }
                Visit::Open => forward[arrow] = (to, from),
                Visit::Done => {}
            }
        }
    }
    forward
}

/// For each box, the length of the longest path to it.
fn longest_paths(count: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut leaving = vec![Vec::new(); count];
    let mut waiting = vec![0_usize; count];
    for &(from, to) in arrows {
        leaving[from].push(to);
        waiting[to] += 1;
    }
    let mut ready: Vec<usize> = (0..count).filter(|id| waiting[*id] == 0).collect();
    let mut column = vec![0; count];
    while let Some(id) = ready.pop() {
        for &to in &leaving[id] {
            column[to] = column[to].max(column[id] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    column
}
