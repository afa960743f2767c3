//! Import plan.
