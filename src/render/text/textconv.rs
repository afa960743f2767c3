//! A document as stable lines, for tools that compare lines: no colours, no ages, no paths.

use std::io::{self, Write};

use exportdoc::internal::diff::OutlineLine;
use exportdoc::internal::escape;

use crate::render::words::diff as words;

/// Two blanks per level; objects are set apart by an empty line.
pub(crate) fn print(out: &mut impl Write, lines: &[OutlineLine]) -> io::Result<()> {
    for (at, line) in lines.iter().enumerate() {
        if line.depth == 0 && at > 0 {
            writeln!(out)?;
        }
        let indent = 2 * line.depth;
        write!(out, "{:indent$}{}", "", escape::terminal(&line.name))?;
        match &line.value {
            Some(value) => writeln!(out, ": {}", escape::terminal(&words::value(value)))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}
