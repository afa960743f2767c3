//! Merges the lists of several documents: roots, members, unknown fields.

use std::collections::HashSet;
use std::hash::Hash;

/// Returns the items of all sides, each once, in the order of the sides. With a base, leaves out those that a side
/// removed. If all sides agree, or only one differs from the base, returns that list unchanged.
pub(super) fn merge_lists<T: Clone + Eq + Hash>(base: Option<&[T]>, sides: &[&[T]]) -> Vec<T> {
    if let (Some(base), [ours, theirs]) = (base, sides) {
        if *ours == base {
            return theirs.to_vec();
        }
        if *theirs == base {
            return ours.to_vec();
        }
    }
    if let [first, others @ ..] = sides
        && others.iter().all(|other| other == first)
    {
        return first.to_vec();
    }
    let of = |list: &[T]| list.iter().cloned().collect::<HashSet<T>>();
    let sets: Vec<HashSet<T>> = sides.iter().map(|side| of(side)).collect();
    let base = base.map(of);
    let removed = |item: &T| {
        base.as_ref().is_some_and(|base| base.contains(item)) && sets.iter().any(|side| !side.contains(item))
    };
    let mut seen = HashSet::new();
    let all = sides.iter().flat_map(|side| side.iter());
    all.filter(|item| !removed(item) && seen.insert((*item).clone()))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::merge_lists;

    #[test]
    fn union_keeps_the_order_of_the_sides() {
        assert_eq!(merge_lists(None, &[&[3, 1], &[1, 2]]), [3, 1, 2]);
    }

    #[test]
    fn removals_and_additions_of_both_sides_apply() {
        assert_eq!(
            merge_lists(Some(&[1, 2, 3]), &[&[2, 3, 4], &[1, 2, 5]]),
            [2, 4, 5]
        );
    }

    #[test]
    fn unchanged_side_leaves_the_order_to_the_other() {
        assert_eq!(merge_lists(Some(&[1, 2]), &[&[1, 2], &[2, 1, 3]]), [2, 1, 3]);
        assert_eq!(merge_lists(Some(&[1, 2]), &[&[2, 1, 3], &[1, 2]]), [2, 1, 3]);
    }

    #[test]
    fn item_that_all_sides_repeat_stays_repeated() {
        assert_eq!(merge_lists(None, &[&[1, 1], &[1, 1]]), [1, 1]);
    }
}
