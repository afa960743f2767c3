//! Fields, lists and tables on the terminal.

use std::fmt::Display;
use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

use crate::render::style::{BOLD, DIM, safe, styled};

/// Lines that a list shows; the others are counted.
const LISTED: usize = 200;

/// A line with a name and a value. The caller escapes the value.
pub(super) fn field(out: &mut (impl Write + ?Sized), name: &str, value: impl Display) -> io::Result<()> {
    writeln!(out, "  {} {value}", styled(DIM, format_args!("{name:<10}")))
}

/// A titled list; nothing for an empty one.
pub(super) fn list(
    out: &mut (impl Write + ?Sized),
    title: &str,
    lines: impl Iterator<Item = String>,
) -> io::Result<()> {
    let mut count = 0;
    for line in lines {
        if count == 0 {
            writeln!(out, "\n{}", styled(BOLD, title))?;
        }
        count += 1;
        if count <= LISTED {
            writeln!(out, "    {}", safe(&line))?;
        }
    }
    if count > LISTED {
        writeln!(out, "    … and {} more", count - LISTED)?;
    }
    Ok(())
}

/// An empty table without lines.
pub(super) fn plain_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    table
}

/// Prints a table.
pub(super) fn print_table(out: &mut (impl Write + ?Sized), table: &Table) -> io::Result<()> {
    for line in table.to_string().lines() {
        writeln!(out, "  {}", line.trim())?;
    }
    Ok(())
}
