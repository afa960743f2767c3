//! What tests ask of an engine in their own process.

use super::{LocalEngine, RunningEngine, Session};
use crate::http::verify::{Expectation, Unverified};

impl RunningEngine {
    /// Compares the requests that came with an expectation.
    pub fn verify(&self, expectation: &Expectation) -> Result<(), Unverified> {
        expectation.verify(&self.app.journal).map(drop)
    }
}

impl LocalEngine {
    /// Compares the requests that came with an expectation.
    pub fn verify(&self, expectation: &Expectation) -> Result<(), Unverified> {
        expectation.verify(&self.app.journal).map(drop)
    }
}

impl Session {
    /// Compares the requests that came with an expectation.
    pub fn verify(&self, expectation: &Expectation) -> Result<(), Unverified> {
        expectation.verify(&self.app.journal).map(drop)
    }
}
