//! The exit codes of every subcommand.

use std::process::ExitCode;

/// How a command ended. Scripts rely on the numbers: they only change with a major version.
///
/// | code | `inspect` | `verify-signature` | `diff` | `audit` | `plan` |
/// |---|---|---|---|---|---|
/// | 0 | everything could be read, no finding is an error | valid (and trusted, where trusted keys are given) | the same content | nothing weighs as much as `--fail-on` | the import would succeed |
/// | 1 | a finding is an error | invalid, or more content behind the document | different, or more content behind a document | something does | it would fail, or do what `--deny` names; or more content behind the document |
/// | 2 | usage, or an input that can't be read | the same | the same, or one that can be read only in part | the same, a policy included; whatever else was found | usage, or an input that can't be read |
/// | 3 | – | undetermined | – | – | that can't be told |
/// | 4 | – | valid, but not by a trusted key | – | – | – |
/// | 5 | a limit was hit | a limit was hit, or `--deny-weak` | a limit was hit | – | a limit was hit |
/// | 70 | internal error | the same | the same | the same | the same |
///
/// Commands that write documents answer 0 when they wrote, 1 when the input is not what they may work on, 2 as above
/// and when there is no place to write to, and 70 when the disk is full or fails.
///
/// Over many documents Ctrl-C answers 130, after what was judged until then was told.
///
/// Over many documents the first of 130, 70, 1, 2, 5, 3, 4, 0 that occurred is the answer. For `audit` it is the first
/// of 130, 70, 2, 1, 0: a gate must not take a run that couldn't see everything for one that did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Good,
    Bad,
    Usage,
    Undetermined,
    Untrusted,
    Denied,
    Internal,
    Interrupted,
}

impl Exit {
    /// The number the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Bad => 1,
            Self::Usage => 2,
            Self::Undetermined => 3,
            Self::Untrusted => 4,
            Self::Denied => 5,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    fn precedence(self) -> u8 {
        match self {
            Self::Interrupted => 7,
            Self::Internal => 6,
            Self::Bad => 5,
            Self::Usage => 4,
            Self::Denied => 3,
            Self::Undetermined => 2,
            Self::Untrusted => 1,
            Self::Good => 0,
        }
    }

    /// The answer over two documents.
    pub(crate) fn and(self, other: Self) -> Self {
        if other.precedence() > self.precedence() {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_over_many_documents_is_as_documented() {
        let order = [
            Exit::Interrupted,
            Exit::Internal,
            Exit::Bad,
            Exit::Usage,
            Exit::Denied,
            Exit::Undetermined,
            Exit::Untrusted,
            Exit::Good,
        ];
        assert_eq!(order.map(Exit::code), [130, 70, 1, 2, 5, 3, 4, 0]);
        for (i, first) in order.iter().enumerate() {
            for second in &order[i..] {
                assert_eq!(first.and(*second), *first);
                assert_eq!(second.and(*first), *first);
            }
        }
    }
}
