//! What several tests share: clients, engines, the running program.

pub(crate) mod blocking;
pub(crate) mod client;
pub(crate) mod pair;
pub(crate) mod program;
