//! Turns the library's errors into errors of the command line, with hints that name commands and options.

use exportdoc::internal::envelope::EnvelopeError;
use exportdoc::internal::extract::ExtractError;
use exportdoc::internal::merge::MergeError;
use exportdoc::internal::object::misspelt_type;
use exportdoc::internal::reuse::ReuseError;
use exportdoc::internal::target_state::StateError;

use crate::cli::error::{CliError, refused, user_error};
use crate::cli::exit::Exit;

/// The number of candidates that a hint lists.
const CANDIDATES: usize = 8;

impl From<ReuseError> for CliError {
    fn from(error: ReuseError) -> Self {
        refused(&error).hinted(of_document(&error))
    }
}

fn of_document(error: &ReuseError) -> &'static str {
    match error {
        ReuseError::Unreadable(_) => "export again, or restore the document from another copy",
        ReuseError::Encrypted => "give the passphrase with --passphrase-file",
        ReuseError::UnknownEncryption => "ask its sender for an unencrypted document",
        ReuseError::WrongPassphrase => "check the passphrase",
        ReuseError::Unsound(_) => {
            "'exportdoc inspect' shows more; --allow-invalid accepts the document anyway"
        }
        ReuseError::TypeNumberTaken { .. } => "pass the document on unchanged",
    }
}

impl From<ExtractError> for CliError {
    fn from(error: ExtractError) -> Self {
        let hint = match &error {
            ExtractError::NotFound(wanted) => misspelt_type(wanted).or_else(|| {
                Some("'exportdoc inspect' lists the objects; give TYPE:ID or TYPE:NAME".to_owned())
            }),
            ExtractError::Ambiguous { candidates, .. } => Some(one_of(candidates)),
            ExtractError::OtherReference { .. } | ExtractError::Circle(_) => {
                Some("extract with --closure instead".to_owned())
            }
            _ => None,
        };
        refused(error).maybe_hinted(hint)
    }
}

/// `give one of A, B and 3 more`.
pub(crate) fn one_of(candidates: &[String]) -> String {
    let listed = &candidates[..candidates.len().min(CANDIDATES)];
    let more = match candidates.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("give one of {}{more}", listed.join(", "))
}

impl From<MergeError> for CliError {
    fn from(error: MergeError) -> Self {
        let hint = match &error {
            MergeError::DuplicateObject { .. } => "'exportdoc inspect' shows both; export the document again",
            MergeError::NotSingle { .. } => {
                "no engine exports this; 'exportdoc extract' takes one of them out"
            }
            MergeError::TypeNames { .. } => {
                "the documents come from engines that number types differently, so they can't be merged"
            }
            MergeError::Missing { .. } => {
                "export the dependent object again, with its dependencies; --allow-invalid leaves the gap"
            }
            MergeError::Cycle(_) => "take one side of one of them with --resolve",
            MergeError::Resolution { .. } => "take one of the candidates that the conflict lists",
            _ => return refused(error),
        };
        refused(error).hinted(hint)
    }
}

/// A file that `--target` names.
pub(crate) fn of_target(label: &str, error: &StateError) -> CliError {
    let hint = match error {
        StateError::Unrecognised(
            EnvelopeError::EngineError { .. } | EnvelopeError::Empty | EnvelopeError::Truncated { .. },
        ) => "save it from the target again",
        StateError::Document { error, .. } => of_document(error),
        StateError::InvalidSignature => {
            "'exportdoc verify-signature' shows why; export again from the target"
        }
        StateError::Contradiction { .. } => "all files must be of one time: save them again",
        StateError::TooManyEntries => "leave out lists without objects of the document",
        _ => {
            "give an export document of the target, saved answers of GET /syncable-objects, or a mock-engine's \
             state dump"
        }
    };
    let exit = if error.is_limit() {
        Exit::Limit
    } else {
        Exit::Usage
    };
    let message = match error {
        // Its message names both files.
        StateError::Contradiction { .. } => error.to_string(),
        _ => format!("{label}: {error}"),
    };
    user_error(message).hinted(hint).exiting(exit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_name_lists_eight_candidates() {
        let candidates =
            |count: usize| -> Vec<String> { (1..=count).map(|n| format!("DOMAIN:{n}")).collect() };
        assert_eq!(one_of(&candidates(2)), "give one of DOMAIN:1, DOMAIN:2");
        assert!(one_of(&candidates(8)).ends_with(", DOMAIN:8"));
        assert!(one_of(&candidates(10)).ends_with(", DOMAIN:8 and 2 more"));
    }
}
