//! The texts of errors.
//!
//! Invariant: nothing else in the crate words an `errorMessage`. Clients compare five of them literally; no public
//! source settles the others.

use exportdoc::internal::import_plan::FORBIDDEN_IN_NAMES;

use super::bad_request::BadRequest;
use super::escaped::Escaped;
use super::host_guard::HostError;
use crate::engine::{BadBody, EngineError, Refusal, Running};

/// The path is known, the method is not.
pub(crate) const METHOD_NOT_ALLOWED: &str = "This endpoint does not support the request's method.";
/// A body over the limit.
pub(crate) const BODY_TOO_LARGE: &str = "The request body is too large.";
/// A body that paused too long.
pub(crate) const BODY_TOO_SLOW: &str = "The request body did not arrive in time.";
/// A body that ended early or broke the HTTP rules.
pub(crate) const BODY_CUT_OFF: &str = "The request body broke off.";
/// A large body while others fill the memory for bodies.
pub(crate) const TOO_MANY_BODIES: &str = "Too many large request bodies are being read. Try again later.";
/// A new session while the limit on sessions is reached.
pub(crate) const TOO_MANY_SESSIONS: &str = "There are too many sessions. End some of them.";
/// A handler panicked.
pub(crate) const INTERNAL_ERROR: &str = "Internal error.";
/// Bytes after the JSON value of a body.
pub(crate) const TRAILING_DATA: &str = "the body has bytes after its JSON value";

/// The text for an unknown name in `Host`. It suggests `--host` if a shell takes the name without quotes.
fn unknown_host(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let shown = Escaped(name);
    if name.starts_with('-') || !name.chars().all(is_plain) {
        return format!("the Host header's '{shown}' is not a name of this server");
    }
    format!(
        "the Host header's '{shown}' is not a name of this server: start it with --host {shown} to add it"
    )
}

/// The `errorMessage` of an error of the engine.
pub fn error_message(error: &EngineError) -> String {
    match error {
        EngineError::InvalidCredentials => "Invalid username or password".to_owned(),
        EngineError::TokenExpired => "Provided Authentication has expired. Please log in again.".to_owned(),
        EngineError::TokenUnknown => {
            "Invalid authorization, check to make sure it has not expired.".to_owned()
        }
        EngineError::PageOutOfRange { page, last } => {
            format!("Page number {page} is outside of the acceptable range. The last page is {last}")
        }
        EngineError::Busy(running) => {
            let running = match running {
                Running::Export => "an export",
                Running::Import => "an import",
                Running::Job => "a masking job",
            };
            format!("Cannot start this operation while {running} is running. Try again later.")
        }
        // The error names a path of the server, so only the log has it.
        EngineError::Persist(_) => {
            "The state could not be stored, so nothing was changed. The log says why.".to_owned()
        }
        EngineError::BadParameter {
            name,
            value,
            expected,
        } => bad_parameter(name, value, expected),
        EngineError::BadBody(bad) => bad_body(&unusable_body(bad)),
        EngineError::MissingField { what, field } => sentence(&format!("'{field}' is required for {what}")),
        EngineError::Refused(refusal) => sentence(&refused(refusal)),
        EngineError::NotFound { what, key } => sentence(&format!("{what} '{key}' does not exist")),
        EngineError::Duplicate { what, name } => sentence(&format!("{what} already exists: {name}")),
        EngineError::InUse { what, key, by } => sentence(&format!("{what} '{key}' is in use by {by}")),
        EngineError::NotCancellable { what, id } => sentence(&format!("{what} {id} cannot be cancelled")),
        EngineError::ImportFailed { .. } => "The import failed and was rolled back.".to_owned(),
        EngineError::TaskFault(detail) => detail.clone(),
        EngineError::TooManySnapshots => "There are too many snapshots. Remove some of them.".to_owned(),
        EngineError::Stopping => "The engine is shutting down.".to_owned(),
        EngineError::InitialContent => {
            "The initial content could not be made again; the log says why.".to_owned()
        }
        EngineError::Internal => INTERNAL_ERROR.to_owned(),
    }
}

/// The `errorMessage` of a request that HTTP refuses before the engine sees it.
pub(crate) fn bad_request(bad: &BadRequest) -> String {
    match bad {
        BadRequest::Body(reason) => bad_body(reason),
        BadRequest::MissingParameter(name) => sentence(&format!("the query parameter '{name}' is required")),
        BadRequest::Other(reason) => sentence(reason),
    }
}

/// The `errorMessage` of a request whose `Host` names no server, or another one.
pub(crate) fn bad_host(error: &HostError) -> String {
    match error {
        HostError::NotOne => "The request needs one Host header.".to_owned(),
        HostError::Unreadable => "The Host header is not a name or an address.".to_owned(),
        HostError::Unknown(name) => sentence(&unknown_host(name)),
    }
}

fn bad_parameter(name: &str, value: &str, expected: &str) -> String {
    sentence(&format!("'{value}' is not a valid {expected} for '{name}'"))
}

fn bad_body(reason: &str) -> String {
    sentence(&format!("the request body is not usable: {reason}"))
}

fn unusable_body(bad: &BadBody) -> String {
    match bad {
        BadBody::NotText(member) => format!("'{member}' is not text"),
        BadBody::NotBoolean(member) => format!("'{member}' is neither true nor false"),
        BadBody::NotRows(member) => format!("'{member}' is not a list of objects"),
        BadBody::NegativeNumber => "rows, bytes, counts and times are not negative".to_owned(),
        BadBody::NotOneOf(member, allowed) => format!("{member} is one of {}", allowed.join(", ")),
        BadBody::Unreadable(reason) => reason.clone(),
        BadBody::TrailingData => TRAILING_DATA.to_owned(),
        BadBody::CompressedZip => {
            "a ZIP archive must be as exported, with one uncompressed file; unpack it first".to_owned()
        }
    }
}

fn refused(refusal: &Refusal) -> String {
    let text = match refusal {
        Refusal::Object(error) => return format!("the object can't be written: {error}"),
        Refusal::TooManyFields(most) => return format!("a file format has at most {most} fields"),
        Refusal::FixedInMount(member) => return format!("'{member}' of a mount can't be changed"),
        Refusal::NoOwnKey(name) => return format!("algorithm '{name}' has no key of its own"),
        Refusal::Renamed { what, from, to } => return format!("{what} '{from}' can't be renamed to '{to}'"),
        Refusal::OtherVersion { type_name, version } => {
            return format!("an engine of version {version} has no objects of type {type_name}");
        }
        Refusal::BadName(name) => {
            return format!(
                "the name '{name}' must not begin or end with a blank or contain any of {FORBIDDEN_IN_NAMES}"
            );
        }
        Refusal::Passphrase(reason) => return reason.clone(),
        Refusal::Export(part, reason) => return format!("{part} can't be made: {reason}"),
        Refusal::NotSyncable { object, reason } => return format!("{object} is not syncable: {reason}"),
        Refusal::Rule {
            scenario,
            state,
            mistakes,
        } => {
            return format!(
                "scenario '{scenario}' can't change the content for its state '{state}': {mistakes}"
            );
        }
        Refusal::Cycle(names) => {
            return format!(
                "the objects depend on each other in a cycle: {}",
                names.join(" -> ")
            );
        }
        Refusal::SameName { type_name, name } => {
            return format!("two objects of type {type_name} are named '{name}'");
        }
        Refusal::Import(refusal) => return refusal.to_string(),
        Refusal::ImportUnclear(needs) => {
            return format!("the outcome of the import is unknown: {}", needs.join(", "));
        }
        Refusal::TooManyMasked => "the object has too many masked columns or fields for a change",
        Refusal::TooManyTables => "there are too many tables",
        Refusal::TableMoves => "a table can't move to another ruleset",
        Refusal::ColumnsFromDatabase => "columns come from the database",
        Refusal::FieldsFromFile => "fields come from the format's file",
        Refusal::FixedResult => "the result of an execution cannot be changed",
        Refusal::FixedExecution => "an execution cannot be changed",
        Refusal::KeptExecution => "an execution cannot be deleted",
        Refusal::SignatureInvalid => "the signature of the document is not valid, so it is not imported",
        Refusal::SignatureUndetermined => {
            "the signature of the document can't be verified, so it is not imported"
        }
        Refusal::PassphraseUnneeded => "a passphrase was given, but the document is not encrypted",
        Refusal::PassphraseMissing => "the document is encrypted, so its passphrase is needed",
        Refusal::PassphraseWrong => "the passphrase is wrong",
        Refusal::EncryptionUnknown => "the document is encrypted in a way that this engine doesn't know",
        Refusal::NoObjects => "the document has no objects, or some of them can't be read",
    };
    text.to_owned()
}

/// A lower-case fragment as a sentence.
pub fn sentence(fragment: &str) -> String {
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
