//! Which columns of a table fit a terminal, and how wide they are.

/// Between columns.
pub(super) const GAP: usize = 2;
/// A column that is cut keeps this many characters.
const CUT_TO: usize = 8;

/// What a column wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// The smaller, the longer the column stays. Columns with 0 always stay.
    pub(super) rank: u8,
    /// Without it, the column leaves.
    pub(super) least: usize,
    /// Whether it takes what it wants before columns that matter less come. The others take their least.
    pub(super) first: bool,
    /// Room for its cells on one line.
    pub(super) usual: usize,
    /// Room for the long form of its cells.
    pub(super) whole: usize,
}

/// The width of each column, `None` for those that leave. Only columns that always stay get less than their least, if
/// not even they have room.
pub(super) fn fit(wishes: &[Wish], room: usize) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|at| wishes[*at].rank);
    let mut widths = vec![None; wishes.len()];
    // The last column has no gap after it.
    let mut left = room + GAP;
    for at in &order {
        let wish = wishes[*at];
        if wish.rank == 0 || wish.least + GAP <= left {
            let width = if wish.first {
                wish.usual.min(left.saturating_sub(GAP)).max(wish.least)
            } else {
                wish.least
            };
            widths[*at] = Some(width);
            left = left.saturating_sub(width + GAP);
        }
    }
    cut(&mut widths, room);
    let taken: usize = widths.iter().flatten().map(|width| width + GAP).sum();
    left = (room + GAP).saturating_sub(taken);
    for at in &order {
        let Wish { least, usual, .. } = wishes[*at];
        if let Some(width) = widths[*at].as_mut().filter(|width| **width >= least) {
            let more = usual.saturating_sub(*width).min(left);
            *width += more;
            left -= more;
        }
    }
    for at in &order {
        let Wish { usual, whole, .. } = wishes[*at];
        if let Some(width) = widths[*at].as_mut().filter(|width| **width == usual) {
            // A part of the long form is worth nothing.
            let more = whole.saturating_sub(usual);
            if more <= left {
                *width += more;
                left -= more;
            }
        }
    }
    widths
}

/// Takes room from the widest columns until all fit.
fn cut(widths: &mut [Option<usize>], room: usize) {
    loop {
        let taken: usize = widths.iter().flatten().map(|width| width + GAP).sum();
        let widest = widths.iter_mut().flatten().max();
        match widest {
            Some(width) if taken > room + GAP && *width > CUT_TO => *width -= 1,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(rank: u8, width: usize) -> Wish {
        Wish {
            rank,
            least: width,
            first: false,
            usual: width,
            whole: width,
        }
    }

    #[test]
    fn all_columns_stay_if_they_fit_exactly() {
        let wishes = [fixed(0, 10), fixed(2, 10), fixed(1, 10)];
        assert_eq!(fit(&wishes, 34), [Some(10), Some(10), Some(10)]);
    }

    #[test]
    fn column_that_matters_least_leaves_first() {
        let wishes = [fixed(0, 10), fixed(2, 10), fixed(1, 10)];
        assert_eq!(fit(&wishes, 33), [Some(10), None, Some(10)]);
        assert_eq!(fit(&wishes, 21), [Some(10), None, None]);
    }

    #[test]
    fn narrow_column_takes_the_room_of_a_wide_one_that_left() {
        let wishes = [fixed(0, 10), fixed(1, 20), fixed(2, 5)];
        assert_eq!(fit(&wishes, 20), [Some(10), None, Some(5)]);
    }

    #[test]
    fn widest_of_the_columns_that_always_stay_is_cut() {
        let wishes = [fixed(0, 10), fixed(0, 100), fixed(1, 2)];
        assert_eq!(fit(&wishes, 40), [Some(10), Some(28), None]);
        assert_eq!(fit(&wishes, 1), [Some(8), Some(8), None]);
    }

    #[test]
    fn long_names_are_shortened_before_they_leave() {
        let name = Wish {
            least: 16,
            first: true,
            ..fixed(1, 90)
        };
        let wishes = [fixed(0, 10), name, fixed(2, 5)];
        assert_eq!(fit(&wishes, 50), [Some(10), Some(38), None]);
        assert_eq!(fit(&wishes, 27), [Some(10), None, Some(5)]);
        assert_eq!(fit(&wishes, 109), [Some(10), Some(90), Some(5)]);
    }

    #[test]
    fn long_form_is_shown_whole_or_not_at_all() {
        let hash = Wish {
            whole: 40,
            ..fixed(1, 12)
        };
        assert_eq!(fit(&[fixed(0, 10), hash], 51), [Some(10), Some(12)]);
        assert_eq!(fit(&[fixed(0, 10), hash], 52), [Some(10), Some(40)]);
    }

    #[test]
    fn wrapping_column_gets_the_room_that_is_left() {
        let note = Wish {
            least: 12,
            ..fixed(1, 90)
        };
        assert_eq!(fit(&[fixed(0, 10), note], 50), [Some(10), Some(38)]);
    }
}
