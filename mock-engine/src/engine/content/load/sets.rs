//! Disjoint sets of numbered things.

/// The sets. At first each thing is a set of its own.
pub(super) struct Sets(Vec<usize>);

impl Sets {
    /// Sets of `count` things.
    pub(super) fn of(count: usize) -> Self {
        Self((0..count).collect())
    }

    /// The first thing in the set of a thing.
    pub(super) fn first(&mut self, mut thing: usize) -> usize {
        while self.0[thing] != thing {
            // Shortens the path for later calls.
            self.0[thing] = self.0[self.0[thing]];
            thing = self.0[thing];
        }
        thing
    }

    /// Joins the sets of two things.
    pub(super) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b)] = a.min(b);
    }
}
