//! Errors of reading a pickle.

use crate::envelope::MAX_DEPTH;

/// Why a pickle is unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PickleError {
    /// An opcode that would call a function or make an object.
    #[error(
        "it holds more than dictionaries, lists and texts ({opcode} at byte {offset}), and code in it is never run"
    )]
    Refused {
        /// Python's name of the opcode.
        opcode: &'static str,
        /// Its offset.
        offset: usize,
    },
    /// An opcode that no client needs.
    #[error("an unsupported opcode (0x{opcode:02x} at byte {offset})")]
    Opcode {
        /// The opcode.
        opcode: u8,
        /// Its offset.
        offset: usize,
    },
    /// The pickle breaks off, or its parts don't fit together.
    #[error("damaged at byte {offset}")]
    Damaged {
        /// Its offset.
        offset: usize,
    },
    /// A value that JSON doesn't have.
    #[error("it holds {0}, which JSON can't represent")]
    NoJson(&'static str),
    /// Larger than any document's.
    #[error("it holds more than any export document does")]
    TooLarge,
    /// Nested deeper than any document, or in itself.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl PickleError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "get the file again, in binary mode",
            _ => {
                "if you trust where it comes from, let Python write it as JSON: json.dump(pickle.load(file), out)"
            }
        }
    }
}

/// The error for an opcode that isn't read.
pub(super) fn refusal(opcode: u8, offset: usize) -> PickleError {
    let name = match opcode {
        b'c' => "GLOBAL",
        0x93 => "STACK_GLOBAL",
        b'R' => "REDUCE",
        b'b' => "BUILD",
        b'i' => "INST",
        b'o' => "OBJ",
        0x81 => "NEWOBJ",
        0x92 => "NEWOBJ_EX",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => return PickleError::Opcode { opcode, offset },
    };
    PickleError::Refused { opcode: name, offset }
}
