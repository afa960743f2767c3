//! Options that several subcommands share.

pub(crate) mod passphrase;
pub(crate) mod trusted_key;
