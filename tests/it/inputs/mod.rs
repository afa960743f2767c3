//! Inputs of the commands: encodings, containers, directories, batches.

mod batches;
mod containers;
mod encodings;
mod metadata;
mod walking;

use std::path::Path;

use crate::support::exportdoc;

/// The result of a command: its exit code, standard output and standard error.
struct Answer {
    code: i32,
    out: String,
    err: String,
}

/// Runs the program in a directory.
fn run(directory: &Path, arguments: &[&str]) -> Answer {
    let output = exportdoc()
        .current_dir(directory)
        .args(arguments)
        .output()
        .unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A text as Windows programs save it: two bytes a character behind a mark.
fn utf_16(text: &str, little_endian: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units
        .flat_map(|unit| match little_endian {
            true => unit.to_le_bytes(),
            false => unit.to_be_bytes(),
        })
        .collect()
}

/// A text as Notepad saves it.
fn marked(text: &str) -> Vec<u8> {
    [b"\xef\xbb\xbf", text.as_bytes()].concat()
}
