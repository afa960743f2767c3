//! A picture in Graphviz' DOT language.

use std::io::{self, Write};

use super::{label, names, short};
use crate::outcome::picture::{Mark, Picture};

/// Prints the picture. Objects of one type form a cluster.
pub(crate) fn print(out: &mut impl Write, picture: &Picture) -> io::Result<()> {
    writeln!(out, "digraph export {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  label={};", quoted(&picture.title))?;
    writeln!(
        out,
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];"
    )?;
    for (id, shown) in picture.boxes.iter().enumerate() {
        let mut lines = vec![short(&shown.type_name), label(shown)];
        lines.extend(names(shown));
        let mut attributes = format!("label={}", quoted(&lines.join("\n")));
        if shown.mark != Mark::Same {
            let (border, fill) = colours(shown.mark);
            attributes.push_str(&format!(
                ", color=\"{border}\", fillcolor=\"{fill}\", class={}",
                quoted(shown.mark.word())
            ));
        }
        if shown.mark == Mark::Missing || shown.mark == Mark::Removed {
            attributes.push_str(", style=\"rounded,filled,dashed\"");
        }
        if shown.is_focus {
            attributes.push_str(", penwidth=3");
        }
        writeln!(out, "  n{id} [{attributes}];")?;
    }
    for arrow in &picture.arrows {
        let attributes = match arrow.mark {
            Mark::Added => format!(" [color=\"{}\", label=\"+\"]", colours(Mark::Added).0),
            Mark::Removed => format!(
                " [color=\"{}\", style=dashed, label=\"−\"]",
                colours(Mark::Removed).0
            ),
            _ => String::new(),
        };
        writeln!(out, "  n{} -> n{}{attributes};", arrow.from, arrow.to)?;
    }
    writeln!(out, "}}")
}

/// Border and background of marked boxes, legible on white.
pub(super) fn colours(mark: Mark) -> (&'static str, &'static str) {
    match mark {
        Mark::Same => ("#57606a", "#ffffff"),
        Mark::Added => ("#1a7f37", "#dafbe1"),
        Mark::Removed => ("#cf222e", "#ffebe9"),
        Mark::Changed => ("#9a6700", "#fff8c5"),
        Mark::Rewritten | Mark::Resaved => ("#57606a", "#f6f8fa"),
        Mark::Affected => ("#0969da", "#ddf4ff"),
        Mark::Missing => ("#8250df", "#fbefff"),
    }
}

/// A quoted string. A backslash would begin an escape sequence, so it's doubled.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
