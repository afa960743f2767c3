//! The engine versions that accept a type, as documented.
//! Invariant: every version comes from a public source. Between the last version known to lack a type and the first
//! known to have it, the answer is unknown. No source relates a document's format number to a version.

/// The versions that accept a type, as four numbers each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// Last version known to lack it.
    pub lacking_to: Option<[u32; 4]>,
    /// First version known to have it.
    pub had_from: [u32; 4],
    /// Last version known to have it, if it was dropped.
    pub had_to: Option<[u32; 4]>,
    /// First version known to have dropped it.
    pub dropped_from: Option<[u32; 4]>,
}

/// The largest number of a part. It stands for any release.
const ANY: u32 = u32::MAX;

// From the vendor's release pages and the enumerations of API versions 5.1.0 (6.0.0.0), 5.1.1 (6.0.1.0) and 5.1.42
// (2025.2).
impl Versions {
    /// Types that the first page (5.2) has were always there.
    pub(super) const ALL: Self = Self {
        lacking_to: None,
        had_from: [0; 4],
        had_to: None,
        dropped_from: None,
    };
    pub(super) const SINCE_5_3: Self = since([5, 2, ANY, ANY], [5, 3, 0, 0]);
    pub(super) const SINCE_5_3_2: Self = since([5, 3, 1, ANY], [5, 3, 2, 0]);
    pub(super) const SINCE_5_3_3: Self = since([5, 3, 2, ANY], [5, 3, 3, 0]);
    /// One page says 5.3.2, another one 5.3.3.
    pub(super) const SINCE_5_3_2_OR_3: Self = since([5, 3, 1, ANY], [5, 3, 3, 0]);
    pub(super) const SINCE_6: Self = since([5, 2, ANY, ANY], [6, 0, 0, 0]);
    pub(super) const SINCE_6_0_1: Self = since([6, 0, 0, ANY], [6, 0, 1, 0]);
    pub(super) const SINCE_6_0_4: Self = since([6, 0, 1, ANY], [6, 0, 4, 0]);
    pub(super) const SINCE_2025: Self = since([6, 0, 1, ANY], [2025, 2, 0, 0]);
    /// Profile expressions came with profile sets, and classifiers took their place.
    pub(super) const UNTIL_CLASSIFIERS: Self = Self {
        had_to: Some([6, 0, 1, ANY]),
        dropped_from: Some([2025, 2, 0, 0]),
        ..Self::SINCE_5_3_3
    };
    pub(super) const UNTIL_6_0_14: Self = Self {
        had_to: Some([6, 0, 14, ANY]),
        dropped_from: Some([6, 0, 15, 0]),
        ..Self::ALL
    };
}

/// A type that came with a version and stayed.
const fn since(lacking_to: [u32; 4], had_from: [u32; 4]) -> Versions {
    Versions {
        lacking_to: Some(lacking_to),
        had_from,
        ..Versions::ALL
    }
}
