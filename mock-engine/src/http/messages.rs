//! The texts of errors: those that clients compare literally, and our own where no public source settles one.
//!
//! Invariant: nothing else in the crate words an `errorMessage`.

use crate::engine::ModelError;
use crate::http::Escaped;

/// Name of a path that no endpoint has.
pub(crate) const NO_SUCH_ENDPOINT: &str = "There is no such endpoint.";
/// A known path with another method.
pub(crate) const METHOD_NOT_ALLOWED: &str = "This endpoint does not support the request's method.";
/// A body over the limit.
pub(crate) const BODY_TOO_LARGE: &str = "The request body is too large.";
/// A body that stopped coming.
pub(crate) const BODY_TOO_SLOW: &str = "The request body did not arrive in time.";
/// A body that ended early or broke the HTTP rules.
pub(crate) const BODY_CUT_OFF: &str = "The request body broke off.";
/// A large body while others take all the memory that bodies may have.
pub(crate) const TOO_MANY_BODIES: &str = "Too many large request bodies are being read. Try again later.";
/// The state directory can't be written.
pub(crate) const NOT_STORED: &str =
    "The state could not be stored, so nothing was changed. The log says why.";
/// A handler panicked.
pub(crate) const INTERNAL_ERROR: &str = "Internal error.";

/// Why a name in `Host` is refused, with the option that lets it in where a shell takes the name as it is.
pub(crate) fn unknown_host(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let shown = Escaped(name);
    if name.starts_with('-') || !name.chars().all(is_plain) {
        return format!("the Host header's '{shown}' is not a name of this server");
    }
    format!(
        "the Host header's '{shown}' is not a name of this server: start it with --host {shown} to add it"
    )
}

/// The `errorMessage` of a refusal. Four texts are compared literally by clients; the rest are the error's own words
/// as a sentence.
pub(crate) fn error_message(error: &ModelError) -> String {
    match error {
        ModelError::InvalidCredentials => "Invalid username or password".to_owned(),
        ModelError::TokenExpired => "Provided Authentication has expired. Please log in again.".to_owned(),
        ModelError::TokenUnknown => {
            "Invalid authorization, check to make sure it has not expired.".to_owned()
        }
        ModelError::PageOutOfRange { page, last } => {
            format!("Page number {page} is outside of the acceptable range. The last page is {last}")
        }
        ModelError::Busy { running } => {
            format!("Cannot start this operation while {running} is running. Try again later.")
        }
        // Says where on the server; the log has it.
        ModelError::Persist(_) => NOT_STORED.to_owned(),
        other => sentence(&other.to_string()),
    }
}

/// A lower-case fragment as a sentence.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let mut text: String = chars
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    text.push_str(chars.as_str());
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_become_sentences_and_literals_stay() {
        assert_eq!(
            error_message(&ModelError::not_found("application", 7)),
            "Application '7' does not exist."
        );
        assert_eq!(
            error_message(&ModelError::Duplicate {
                what: "user",
                name: "x".into()
            }),
            "User already exists: x."
        );
        assert!(
            error_message(&ModelError::PageOutOfRange { page: 3, last: 2 })
                .contains("is outside of the acceptable range. The last page is")
        );
        assert_eq!(sentence(""), ".");
    }
}
