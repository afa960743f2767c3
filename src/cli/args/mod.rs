//! Arguments that several subcommands share.

pub(crate) mod format;
pub(crate) mod input;
pub(crate) mod key;
pub(crate) mod max_size;
pub(crate) mod output;
pub(crate) mod passphrase;
pub(crate) mod picture;
pub(crate) mod source;
pub(crate) mod trusted_key;
