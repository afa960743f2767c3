//! A document as stable lines for tools that compare lines: no colours, no ages, no paths.

use std::io::{self, Write};

use exportdoc::internal::diff::OutlineLine;

use crate::render::style::safe;
use crate::render::words::diff as words;

/// Prints the lines, indented by two blanks per level, with an empty line before each object.
pub(crate) fn print(out: &mut impl Write, lines: &[OutlineLine]) -> io::Result<()> {
    for (at, line) in lines.iter().enumerate() {
        if line.depth == 0 && at > 0 {
            writeln!(out)?;
        }
        let indent = 2 * line.depth;
        write!(out, "{:indent$}{}", "", safe(&line.name))?;
        match &line.value {
            Some(value) => writeln!(out, ": {}", safe(&words::value(value)))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}
