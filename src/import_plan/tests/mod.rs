//! Expectations written by hand from the engines' documented behaviour, rule by rule. Each file is one group of rules.

mod documents;
mod environments;
mod identity;
mod memory;
mod overwriting;
mod perhaps;
mod properties;
mod references;
mod support;
mod uncertain;
