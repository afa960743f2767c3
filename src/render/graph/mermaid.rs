//! A picture in Mermaid's language, which code hosts draw inside Markdown.

use std::io::{self, Write};

use super::dot::colours;
use super::{label, names, short};
use crate::outcome::picture::{Mark, Picture};

/// Prints the picture.
pub(crate) fn print(out: &mut impl Write, picture: &Picture) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (id, shown) in picture.boxes.iter().enumerate() {
        let mut lines = vec![short(&shown.type_name), label(shown)];
        lines.extend(names(shown));
        let lines: Vec<String> = lines.iter().map(|line| entities(line)).collect();
        writeln!(out, "  n{id}[\"{}\"]", lines.join("<br>"))?;
    }
    for arrow in &picture.arrows {
        let line = match arrow.mark {
            Mark::Added => "==>|added|",
            Mark::Removed => "-.->|removed|",
            _ => "-->",
        };
        writeln!(out, "  n{} {line} n{}", arrow.from, arrow.to)?;
    }
    for mark in Mark::SIGNED {
        let marked: Vec<String> = picture
            .boxes
            .iter()
            .enumerate()
            .filter(|(_, shown)| shown.mark == mark)
            .map(|(id, _)| format!("n{id}"))
            .collect();
        if !marked.is_empty() {
            let (border, fill) = colours(mark);
            let word = mark.word();
            writeln!(out, "  classDef {word} stroke:{border},fill:{fill},color:#1f2328")?;
            writeln!(out, "  class {} {word}", marked.join(","))?;
        }
    }
    if let Some(focus) = picture.boxes.iter().position(|shown| shown.is_focus) {
        writeln!(out, "  style n{focus} stroke-width:3px")?;
    }
    Ok(())
}

/// Text inside a label: everything but letters, digits and plain punctuation as Mermaid's numeric entities, because
/// labels may hold HTML, Markdown and links.
fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | ',' | '…' | '+' | '−' | '=' | '»' | '?')
        {
            safe.push(c);
        } else {
            safe.push_str(&format!("#{};", u32::from(c)));
        }
    }
    safe
}
