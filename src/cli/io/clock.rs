//! Time and randomness, which the library leaves to its callers.

use std::time::SystemTime;

use crate::cli::error::{CliError, refused};

/// The current time.
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default()
}

/// A random UUID as text.
pub(crate) fn new_uuid() -> Result<String, CliError> {
    Ok(uuid::Builder::from_random_bytes(random()?)
        .into_uuid()
        .to_string())
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], CliError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| refused(format_args!("the system's random generator failed: {error}")))?;
    Ok(bytes)
}
