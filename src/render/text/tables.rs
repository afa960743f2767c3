//! Fields, lists and tables on the terminal.

use std::fmt::Display;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::render::style::{BOLD, DIM, safe, styled};
use crate::render::text::fitting::{Wish, fit};
use crate::render::text::wrapping::{cut, measure, wrap};

/// Lines that a list shows; the others are counted.
const LISTED: usize = 200;
/// Before each line of a table.
const INDENT: usize = 2;
/// The least room for a column whose text wraps or is shortened.
const LEAST: usize = 16;

/// Before the value of a field.
const TO_VALUE: usize = 13;

/// A line with a name and a value, which wraps between words. The caller escapes the value.
pub(super) fn field(
    out: &mut (impl Write + ?Sized),
    name: &str,
    value: impl Display,
    width: Option<usize>,
) -> io::Result<()> {
    let value = value.to_string();
    let lines = match width {
        Some(width) => wrap(&value, width.saturating_sub(TO_VALUE)),
        None => vec![value],
    };
    for (at, line) in lines.iter().enumerate() {
        let name = if at == 0 { name } else { "" };
        writeln!(out, "  {} {line}", styled(DIM, format_args!("{name:<10}")))?;
    }
    Ok(())
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

/// Prints a text that wraps between words, a line after `first` blanks and the others after `next`.
pub(super) fn paragraph(
    out: &mut (impl Write + ?Sized),
    text: &str,
    width: Option<usize>,
    (first, next): (usize, usize),
) -> io::Result<()> {
    let Some(width) = width else {
        return writeln!(out, "{:first$}{text}", "");
    };
    let mut indent = first;
    for line in wrap(text, width.saturating_sub(first.max(next))) {
        writeln!(out, "{:indent$}{line}", "")?;
        indent = next;
    }
    Ok(())
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(super) struct Column {
    name: &'static str,
    rank: u8,
    is_number: bool,
    wraps: bool,
    shortens: bool,
}

impl Column {
    /// A column that every terminal shows.
    pub(super) const fn kept(name: &'static str) -> Self {
        Self::ranked(0, name)
    }

    /// A column that leaves narrow terminals: those with a larger rank leave first.
    pub(super) const fn ranked(rank: u8, name: &'static str) -> Self {
        Self {
            name,
            rank,
            is_number: false,
            wraps: false,
            shortens: false,
        }
    }

    pub(super) const fn number(mut self) -> Self {
        self.is_number = true;
        self
    }

    /// A column of texts that still say something when they are shortened.
    pub(super) const fn shortening(mut self) -> Self {
        self.shortens = true;
        self
    }

    /// A column of sentences.
    pub(super) const fn wrapping(mut self) -> Self {
        self.wraps = true;
        self
    }
}

/// A cell, escaped by the caller.
pub(super) struct Cell {
    usual: String,
    /// The form for wide terminals.
    whole: Option<String>,
}

impl Cell {
    pub(super) fn with_whole(usual: String, whole: String) -> Self {
        Self {
            usual,
            whole: Some(whole),
        }
    }

    fn whole(&self) -> &str {
        self.whole.as_ref().unwrap_or(&self.usual)
    }
}

impl From<String> for Cell {
    fn from(usual: String) -> Self {
        Self { usual, whole: None }
    }
}

/// A table without lines.
pub(super) struct Rows<const N: usize> {
    columns: [Column; N],
    rows: Vec<[Cell; N]>,
}

impl<const N: usize> Rows<N> {
    pub(super) fn new(columns: [Column; N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, row: [Cell; N]) {
        self.rows.push(row);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints the table for a terminal of this width; all of it without a width.
    pub(super) fn print(&self, out: &mut (impl Write + ?Sized), width: Option<usize>) -> io::Result<()> {
        match width {
            None => self.print_all(out),
            Some(width) => self.print_fitting(out, width),
        }
    }

    fn print_all(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let all: Vec<usize> = (0..N).collect();
        let mut table = self.table(&all);
        for row in &self.rows {
            table.add_row(row.each_ref().map(|cell| &cell.usual));
        }
        print_table(out, &table)
    }

    fn print_fitting(&self, out: &mut (impl Write + ?Sized), width: usize) -> io::Result<()> {
        let same = self.same();
        for at in &same {
            let text = format!(
                "{} in every row: {}",
                self.columns[*at].name, self.rows[0][*at].usual
            );
            paragraph(out, &text, Some(width), (INDENT, INDENT + 2))?;
        }
        let candidates: Vec<usize> = (0..N).filter(|at| !same.contains(at)).collect();
        let wishes: Vec<Wish> = candidates.iter().map(|at| self.wish(*at)).collect();
        let widths = fit(&wishes, width.saturating_sub(INDENT));
        let mut shown = Vec::new();
        let (mut hidden, mut shortened) = (Vec::new(), Vec::new());
        for ((at, wish), width) in candidates.iter().zip(&wishes).zip(widths) {
            let name = self.columns[*at].name;
            match width {
                None => hidden.push(name),
                Some(width) => {
                    shown.push((*at, width, width >= wish.whole));
                    if width < wish.usual && !self.columns[*at].wraps {
                        shortened.push(name);
                    }
                }
            }
        }
        let places: Vec<usize> = shown.iter().map(|(at, ..)| *at).collect();
        let mut table = self.table(&places);
        for row in &self.rows {
            table.add_row(shown.iter().map(|(at, width, is_whole)| {
                let cell = &row[*at];
                let text = if *is_whole { cell.whole() } else { &cell.usual };
                if self.columns[*at].wraps {
                    wrap(text, *width).join("\n")
                } else {
                    cut(text, *width)
                }
            }));
        }
        print_table(out, &table)?;
        for (what, names) in [("hidden", hidden), ("shortened", shortened)] {
            if !names.is_empty() {
                let text = format!("{what}: {} (narrow terminal)", names.join(", "));
                paragraph(out, &text, Some(width), (INDENT, INDENT + 2))?;
            }
        }
        Ok(())
    }

    /// Columns with the same value in every row, unless that are all.
    fn same(&self) -> Vec<usize> {
        let [first, _, ..] = self.rows.as_slice() else {
            return Vec::new();
        };
        let is_same = |at: &usize| {
            let mut rows = self.rows.iter();
            rows.all(|row| row[*at].whole() == first[*at].whole())
        };
        let same: Vec<usize> = (0..N).filter(is_same).collect();
        if same.len() == N { Vec::new() } else { same }
    }

    fn wish(&self, at: usize) -> Wish {
        let Column {
            name,
            rank,
            wraps,
            shortens,
            ..
        } = self.columns[at];
        let longest = |measured: &dyn Fn(&Cell) -> usize| {
            let cells = self.rows.iter().map(|row| measured(&row[at]));
            cells.max().unwrap_or_default().max(measure(name))
        };
        let usual = longest(&|cell| measure(&cell.usual));
        let word = |cell: &Cell| cell.usual.split(' ').map(measure).max().unwrap_or_default();
        Wish {
            rank,
            least: if wraps {
                usual.min(longest(&word).max(LEAST))
            } else if shortens {
                usual.min(LEAST)
            } else {
                usual
            },
            first: shortens,
            usual,
            whole: longest(&|cell| measure(cell.whole())).max(usual),
        }
    }

    /// An empty table of these columns.
    fn table(&self, places: &[usize]) -> Table {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(places.iter().map(|at| self.columns[*at].name));
        for (place, at) in places.iter().enumerate() {
            if let Some(column) = table.column_mut(place).filter(|_| self.columns[*at].is_number) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }
}

fn print_table(out: &mut (impl Write + ?Sized), table: &Table) -> io::Result<()> {
    for line in table.to_string().lines() {
        // The first column's padding. What follows may be blank in the lines of a wrapped cell.
        let line = line.strip_prefix(' ').unwrap_or(line);
        writeln!(out, "{:INDENT$}{}", "", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::kept("ID"),
        Column::ranked(2, "HASH"),
        Column::ranked(3, "BYTES").number(),
        Column::ranked(1, "NOTE").wrapping(),
    ];

    fn printed(rows: &[[&str; 4]], width: Option<usize>) -> String {
        let mut table = Rows::new(COLUMNS);
        for [id, hash, bytes, note] in rows {
            let whole = format!("{hash}-0123456789");
            table.add([
                Cell::from((*id).to_owned()),
                Cell::with_whole((*hash).to_owned(), whole),
                Cell::from((*bytes).to_owned()),
                Cell::from((*note).to_owned()),
            ]);
        }
        let mut out = Vec::new();
        table.print(&mut out, width).unwrap();
        String::from_utf8(out).unwrap()
    }

    const ROWS: [[&str; 4]; 2] = [
        ["one", "aa", "7", "needs a connector"],
        ["two", "bb", "1234", "-"],
    ];

    #[test]
    fn output_without_a_width_has_every_column() {
        assert_eq!(
            printed(&ROWS, None),
            "  ID   HASH  BYTES  NOTE\n  one  aa        7  needs a connector\n  two  bb     1234  -\n"
        );
    }

    #[test]
    fn narrow_terminal_names_the_columns_that_left() {
        assert_eq!(
            printed(&ROWS, Some(28)),
            "  ID   NOTE\n  one  needs a connector\n  two  -\n  hidden: HASH, BYTES\n    (narrow terminal)\n"
        );
    }

    #[test]
    fn sentence_wraps_between_words_in_its_column() {
        let rows = [["one", "aa", "7", "needs a connector of the target"], ROWS[1]];
        assert_eq!(
            printed(&rows, Some(25)),
            "  ID   NOTE\n  one  needs a connector\n       of the target\n  two  -\n  hidden: HASH, BYTES\n    (narrow terminal)\n"
        );
    }

    #[test]
    fn wide_terminal_shows_the_long_form() {
        let text = printed(&ROWS, Some(80));
        assert!(text.contains("one  aa-0123456789      7  needs"), "{text}");
    }

    #[test]
    fn value_of_every_row_moves_above_the_table() {
        let rows = [ROWS[0], ["two", "aa", "1234", "-"]];
        let text = printed(&rows, Some(80));
        assert!(
            text.starts_with("  HASH in every row: aa\n  ID   BYTES  NOTE\n"),
            "{text}"
        );
    }

    #[test]
    fn single_row_stays_in_the_table() {
        assert!(printed(&ROWS[..1], Some(80)).starts_with("  ID   HASH"));
    }

    #[test]
    fn long_identifier_is_cut_in_the_middle() {
        let id = "a-very-long-identifier-that-ends-with-v1";
        let rows = [[id, "aa", "7", "-"], ROWS[1]];
        let text = printed(&rows, Some(22));
        assert!(text.contains("  a-very-lon…s-with-v1\n"), "{text}");
        assert!(text.contains("shortened: ID"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 22), "{text}");
    }
}
