//! Shared helpers: clients, engines, the running program.

pub(crate) mod blocking;
pub(crate) mod client;
pub(crate) mod pair;
pub(crate) mod program;

use proptest::prelude::ProptestConfig;

/// The configuration of a property test. `PROPTEST_CASES`, which the nightly run sets, overrides the number of cases.
pub(crate) fn property(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: setting("PROPTEST_CASES", cases),
        max_shrink_iters: 8,
        ..ProptestConfig::default()
    }
}

/// A number from the environment, or the default.
pub(crate) fn setting(variable: &str, default: u32) -> u32 {
    std::env::var(variable).map_or(default, |number| number.parse().unwrap())
}
