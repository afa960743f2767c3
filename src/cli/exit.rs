//! The exit codes, and the one table of their meanings: every help text and manual page quotes it.

use std::process::ExitCode;

use crate::outcome::document::{Cause, Ended, Unreadable};

/// How a command ended, from the weakest to the strongest. Scripts rely on the numbers: they change only with a major
/// version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Good,
    Untrusted,
    Undetermined,
    Limit,
    Usage,
    Bad,
    Internal,
    Interrupted,
}

/// In the order of their numbers.
const ALL: [Exit; 8] = [
    Exit::Good,
    Exit::Bad,
    Exit::Usage,
    Exit::Undetermined,
    Exit::Untrusted,
    Exit::Limit,
    Exit::Internal,
    Exit::Interrupted,
];

impl Exit {
    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Bad => 1,
            Self::Usage => 2,
            Self::Undetermined => 3,
            Self::Untrusted => 4,
            Self::Limit => 5,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    /// The exit code of two documents together.
    pub(crate) fn and(self, other: Self) -> Self {
        self.max(other)
    }

    /// The meaning of the code in a subcommand; `None` if the subcommand never exits with it. The empty name stands for
    /// the program as a whole.
    #[rustfmt::skip]
    fn meaning(self, command: &str) -> Option<&'static str> {
        Some(match (self, command) {
            (Self::Good, "") => "success: readable, valid, same content, accepted by the policy, would succeed",
            (Self::Good, "inspect") => "readable, and no finding is an error",
            (Self::Good, "verify-signature") => "valid, and by a trusted key if --trusted-key is given",
            (Self::Good, "audit") => "no finding reaches the level --fail-on",
            (Self::Good, "diff") => "same content",
            (Self::Good, "plan") => "the import would succeed",
            (Self::Good, "merge-driver") => "merged",
            (Self::Good, "textconv") => "printed, even if the file isn't a document: git stops at any other code",
            (Self::Good, "git-setup") => "printed or installed",
            (Self::Good, _) => "written",

            (Self::Bad, "") => "failure: a finding is an error, invalid, different, rejected by the policy, would fail",
            (Self::Bad, "inspect") => "a finding is an error",
            (Self::Bad, "verify-signature") => "invalid, or more content follows the document",
            (Self::Bad, "audit") => "a finding reaches the level --fail-on",
            (Self::Bad, "diff") => "different, or more content follows a document",
            (Self::Bad, "plan") => "the import would fail or do what --deny forbids, or more content follows the document",
            (Self::Bad, "merge") => "conflicts, or documents that don't fit together",
            (Self::Bad, "merge-driver") => "conflicts (the current version stays), or documents that don't fit together",
            (Self::Bad, "extract") => "the document is invalid or lacks the object",
            (Self::Bad, "seal" | "encrypt" | "decrypt" | "redact") => "the document is invalid",

            (Self::Usage, "audit") => "wrong usage, or a document or policy that can't be read or is too large; wins over 1",
            (Self::Usage, "diff") => "wrong usage, or a document that can't be read in full",
            (Self::Usage, "git-setup") => "wrong usage, no repository, or a file that can't be written",
            (Self::Usage, "" | "inspect" | "verify-signature" | "plan" | "textconv") => "wrong usage, or an input that can't be read",
            (Self::Usage, _) => "wrong usage, an input that can't be read, or an output that can't be created",

            (Self::Undetermined, "") => "undetermined: no known signing rule verifies, or the outcome of an import is unknown",
            (Self::Undetermined, "verify-signature") => "undetermined: no known signing rule verifies",
            (Self::Undetermined, "plan") => "the outcome is unknown",

            (Self::Untrusted, "" | "verify-signature") => "valid, but not by a trusted key",

            (Self::Limit, "" | "verify-signature") => "a limit was exceeded, or --deny-weak rejects the algorithm",
            (Self::Limit, "inspect" | "diff" | "plan" | "textconv") => "a limit was exceeded",

            (Self::Internal, "" | "inspect" | "verify-signature" | "audit" | "diff" | "plan" | "textconv" | "git-setup") => "internal error",
            (Self::Internal, _) => "internal error, or the disk is full or fails",

            (Self::Interrupted, "" | "inspect" | "verify-signature" | "audit") => "interrupted by Ctrl-C; the results so far are printed",

            _ => return None,
        })
    }
}

/// The exit codes of a subcommand, one a line; of all subcommands together for the empty name.
pub(crate) fn table(command: &str) -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in ALL {
        if let Some(meaning) = exit.meaning(command) {
            text.push_str(&format!("  {:<3} {meaning}\n", exit.code()));
        }
    }
    if command.is_empty() {
        text.push_str(
            "For several documents, the first of 130, 70, 1, 2, 5, 3, 4, 0 that applies to any of them.\n",
        );
    }
    text
}

/// The end of a subcommand's help: an introduction, the exit codes, examples.
pub(crate) fn help(command: &str, before: &str, after: &str) -> String {
    let table = table(command);
    let parts = [before, &table, after].map(str::trim_end);
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<&Unreadable> for Exit {
    fn from(error: &Unreadable) -> Self {
        match error.cause {
            Cause::Input => Self::Usage,
            Cause::TooLarge => Self::Limit,
            Cause::Defect => Self::Internal,
        }
    }
}

impl From<Ended> for Exit {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Whole => Self::Good,
            Ended::Interrupted => Self::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_exit_code_wins() {
        let order = [
            Exit::Interrupted,
            Exit::Internal,
            Exit::Bad,
            Exit::Usage,
            Exit::Limit,
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
