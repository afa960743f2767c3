//! The objects as a tree of dependencies.
//!
//! Invariant: every object is expanded once and only named again elsewhere. The walk keeps its own stack and bounds the
//! indentation, so hostile graphs neither overflow the stack nor fill the screen with blanks.

use std::io::{self, Write};

use exportdoc::internal::graph::NodeId;
use exportdoc::internal::report::DocumentReport;

use crate::render::style::safe;
use crate::render::text::listing::display_name;

/// The deepest indentation.
const DRAWN_DEPTH: usize = 24;

/// Prints the trees below every object of the given types. Without types: below every object that nothing depends on,
/// then objects that only cycles reach.
pub(crate) fn print(out: &mut impl Write, report: &DocumentReport, types: &[String]) -> io::Result<()> {
    let nodes = report.graph.nodes();
    let mut shown = vec![false; nodes.len()];
    if !types.is_empty() {
        let chosen = |id: &NodeId| types.contains(&report.objects[*id].type_name);
        for root in (0..nodes.len()).filter(chosen) {
            below(out, report, root, &mut shown)?;
        }
        return Ok(());
    }
    let mut needed = vec![false; nodes.len()];
    for node in nodes {
        for &dependency in &node.dependencies {
            needed[dependency] = true;
        }
    }
    for root in (0..nodes.len()).filter(|id| !needed[*id]) {
        below(out, report, root, &mut shown)?;
    }
    for root in 0..nodes.len() {
        if !shown[root] {
            below(out, report, root, &mut shown)?;
        }
    }
    Ok(())
}

fn below(out: &mut impl Write, report: &DocumentReport, root: NodeId, shown: &mut [bool]) -> io::Result<()> {
    // (object, prefix of its line, prefix of the lines below it, depth)
    let mut stack = vec![(root, "  ".to_owned(), "  ".to_owned(), 0)];
    while let Some((id, line, indent, depth)) = stack.pop() {
        let node = &report.graph.nodes()[id];
        let again = std::mem::replace(&mut shown[id], true);
        let leaf = node.dependencies.is_empty() && node.missing.is_empty();
        let note = if again && !leaf { " (see above)" } else { "" };
        writeln!(out, "{line}{}{note}", label(report, id))?;
        if again {
            continue;
        }
        let drawn = depth < DRAWN_DEPTH;
        for (at, missing) in node.missing.iter().enumerate() {
            let last = node.dependencies.is_empty() && at + 1 == node.missing.len();
            let branch = if last { "└─ " } else { "├─ " };
            writeln!(out, "{indent}{branch}missing: {}", safe(&missing.to_string()))?;
        }
        for (at, &dependency) in node.dependencies.iter().enumerate().rev() {
            let last = at + 1 == node.dependencies.len();
            let line = format!("{indent}{}", if last { "└─ " } else { "├─ " });
            let below = if drawn {
                format!("{indent}{}", if last { "   " } else { "│  " })
            } else {
                indent.clone()
            };
            stack.push((dependency, line, below, depth + 1));
        }
    }
    Ok(())
}

fn label(report: &DocumentReport, id: NodeId) -> String {
    let object = &report.objects[id];
    let identifier = object.key.identifier.to_string();
    let start = format!("{} {}", safe(&object.type_name), safe(&identifier));
    match display_name(object).as_str() {
        "-" => start,
        name => format!("{start} ({name})"),
    }
}
