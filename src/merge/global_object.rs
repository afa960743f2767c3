//! Merges `GLOBAL_OBJECT`, which only lists its members.

use std::collections::HashSet;

use crate::object::ObjectKey;

use super::lists::merge_lists;
use super::outcome::Origin;
use super::state::{Decision, State};

/// Merges the members of all sides. With a base, leaves out those that a side removed. If a side has exactly the merged
/// members, takes that side. Returns `None` if the sides differ in more than their members.
pub(super) fn derive(sides: &[State], base: Option<&State>) -> Option<Decision> {
    let first = sides.first()?;
    if !sides.iter().all(|side| differ_in_members_only(first, side)) {
        return None;
    }
    let lists: Vec<&[ObjectKey]> = sides.iter().map(|side| side.object.dependencies()).collect();
    let members = merge_lists(base.map(|base| base.object.dependencies()), &lists);
    let wanted: HashSet<&ObjectKey> = members.iter().collect();
    let whole = sides
        .iter()
        .filter(|side| side.object.dependencies().iter().collect::<HashSet<_>>() == wanted)
        .max_by_key(|side| (side.object.revision().modified, &side.object.revision().pair));
    Some(match whole {
        Some(side) => Decision::Take(side.source, Origin::LastSave),
        None => Decision::Derive {
            from: first.source,
            members,
        },
    })
}

fn differ_in_members_only(one: &State, other: &State) -> bool {
    !one.changes(other, 0).beyond_members
}
