//! Disjoint sets of numbered things.

/// The sets; at first each thing is one of its own.
pub(super) struct Sets(Vec<usize>);

impl Sets {
    /// Of so many things.
    pub(super) fn of(count: usize) -> Self {
        Self((0..count).collect())
    }

    /// The first thing of the set that a thing is in.
    pub(super) fn first(&mut self, mut thing: usize) -> usize {
        while self.0[thing] != thing {
            // Halves the way for the next time.
            self.0[thing] = self.0[self.0[thing]];
            thing = self.0[thing];
        }
        thing
    }

    /// Makes the sets of two things one.
    pub(super) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b)] = a.min(b);
    }
}
