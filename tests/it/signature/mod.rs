//! Keys, signatures and verdicts.

mod detached;
mod keys;
mod odd_keys;
mod odd_signatures;
mod oracles;
mod properties;
mod tamper;
mod trusted_keys;
mod vectors;
mod verdict_checks;
