//! The differences as a comment on a pull request: the outcome, the most serious changes before and after, a picture, and
//! every object folded.

use std::io::{self, Write};

use exportdoc::internal::diff::{DocumentDiff, ObjectDiff, Status};
use exportdoc::internal::escape;

use super::{LIMIT, Page, SERIOUS, bounded_table, bullets, cell, changes, folded, row, summary_html};
use crate::outcome::comparison::Compared;
use crate::outcome::picture::Picture;
use crate::render::graph::mermaid;
use crate::render::words::counted;
use crate::render::words::diff::{self as words, View};

/// Boxes of a picture that fits a comment have to be fewer.
const BOXES: usize = 40;

/// Prints the comment.
pub(crate) fn print(
    out: &mut impl Write,
    compared: &Compared,
    picture: &Picture,
    view: View,
) -> io::Result<()> {
    let diff = &compared.diff;
    let mut page = Page::new(words::headline(diff));
    page.required(&format!(
        "{} → {}: {}\n\n",
        cell(&compared.old.path),
        cell(&compared.new.path),
        escape::markdown(&words::summary(diff))
    ));
    for obstacle in &diff.obstacles {
        page.required(&format!(
            "⛔ {}\n\n",
            escape::markdown(&words::obstacle(obstacle))
        ));
    }
    let objects = words::by_seriousness(diff);
    let (serious, others) = objects.split_at(serious(&objects));
    page.table(
        &["", "Object", "Before → after"],
        serious.iter().map(|object| table_row(object)),
    );
    let findings = diff
        .findings
        .iter()
        .map(|finding| row(&[&format!("`{}`", finding.id()), &cell(&finding.message)]));
    if !diff.findings.is_empty() {
        let table = bounded_table(&["Rule", "What"], findings);
        page.optional(&folded(&format!("⚠️ Findings ({})", diff.findings.len()), &table));
    }
    if !diff.objects.is_empty() {
        graph(&mut page, picture)?;
    }
    if !others.is_empty() {
        let rows = others.iter().map(|object| table_row(object));
        let table = bounded_table(&["", "Object", "Before → after"], rows);
        let more = counted(others.len() as u64, "more object");
        page.optional(&folded(&more, &table));
    }
    for object in objects {
        if object.changes.len() > changes::BRIEF || says_more(object) {
            let fields = changes::table(&object.changes, object.more_changes, ["Before", "After"]);
            page.optional(&folded(&title(object), &fields));
        }
        if !object.content.is_empty() {
            page.optional(&folded(&title(object), &content(object)));
        }
    }
    volatile(&mut page, diff, view);
    around(&mut page, diff, view);
    out.write_all(page.finish("exportdoc diff").as_bytes())
}

/// How many objects the first table has: those that differ themselves, unless all differ by dependencies only.
fn serious(objects: &[&ObjectDiff]) -> usize {
    let themselves = objects
        .iter()
        .filter(|object| object.status != Status::DependencyChanged)
        .count();
    match themselves {
        0 => objects.len().min(SERIOUS),
        count => count.min(SERIOUS),
    }
}

fn name(object: &ObjectDiff) -> String {
    object.object().map(ToString::to_string).unwrap_or_default()
}

fn title(object: &ObjectDiff) -> String {
    format!("{} {}", marked(object.status), summary_html(&name(object)))
}

/// The status with a sign whose shape differs from all others.
fn marked(status: Status) -> String {
    let sign = match status {
        Status::ContentWithoutRevision => "⛔",
        Status::Changed => "✏️",
        Status::Added => "➕",
        Status::Removed => "➖",
        Status::RewrittenByEngine => "⚙️",
        Status::Resaved => "💾",
        _ => "🔗",
    };
    format!("{sign} {}", status.as_str())
}

fn table_row(object: &ObjectDiff) -> String {
    let reasons = words::reasons(object);
    let mut what: Vec<String> = reasons.iter().map(|reason| cell(reason)).collect();
    what.extend(changes::brief(&object.changes, object.more_changes));
    if !object.content.is_empty() {
        what.push("all its fields are below".to_owned());
    }
    row(&[&marked(object.status), &cell(&name(object)), &what.join("<br>")])
}

/// Whether the details say more than the row: a value is long, or has lines.
fn says_more(object: &ObjectDiff) -> bool {
    object.changes.iter().any(|change| {
        let sides = [&change.old, &change.new].map(|side| words::side(side.as_ref()));
        let secret = change.secret.as_ref();
        secret.is_some_and(|secret| secret.lines.is_some())
            || sides.iter().any(|side| side.len() > super::SHORT)
    })
}

/// What changed and what that reaches, where a comment has the room for it.
fn graph(page: &mut Page, picture: &Picture) -> io::Result<()> {
    if picture.boxes.len() >= BOXES {
        return Ok(());
    }
    let mut drawn = Vec::new();
    mermaid::print(&mut drawn, picture)?;
    let block = format!("```mermaid\n{}```\n", String::from_utf8_lossy(&drawn));
    page.optional(&folded("🗺️ What changed, and what that reaches", &block));
    Ok(())
}

/// The content of an added or removed object as a nested list.
fn content(object: &ObjectDiff) -> String {
    let mut text = String::new();
    for line in &object.content {
        let indent = "  ".repeat(line.depth);
        text.push_str(&format!("{indent}- {}\n", cell(&words::line(line))));
        if text.len() > LIMIT {
            break;
        }
    }
    if object.more_content > 0 {
        let more = counted(object.more_content, "line");
        text.push_str(&format!("\n{more} more\n"));
    }
    text
}

fn volatile(page: &mut Page, diff: &DocumentDiff, view: View) {
    if diff.volatile.is_empty() {
        return;
    }
    let what = words::volatile(diff, view.volatile);
    if !view.volatile {
        page.optional(&format!("{}\n\n", escape::markdown(&what)));
        return;
    }
    let rows = diff.volatile.iter().flat_map(|object| {
        object.changes.iter().map(move |change| {
            let (name, path) = (cell(&object.new.to_string()), cell(&change.path.to_string()));
            row(&[&name, &path, &cell(&words::change(change))])
        })
    });
    let table = bounded_table(&["Object", "Field", "Before → after"], rows);
    page.optional(&folded(&escape::html(&what), &table));
}

fn around(page: &mut Page, diff: &DocumentDiff, view: View) {
    let envelope = words::envelope(diff, view.envelope);
    if !envelope.is_empty() {
        let side = |side: &Option<String>| side.as_deref().map_or_else(|| "–".to_owned(), cell);
        let rows = envelope.iter().map(|change| {
            row(&[
                &escape::markdown(change.field),
                &side(&change.old),
                &side(&change.new),
            ])
        });
        let table = bounded_table(&["", "Before", "After"], rows);
        let title = format!("Around the objects, no content ({})", envelope.len());
        page.optional(&folded(&title, &table));
    }
    let renumbered = diff
        .renumbered
        .iter()
        .map(|(old, new)| format!("{old} → {}", new.identifier));
    page.folded_list(
        "Other identifiers, same content",
        "-",
        &renumbered.collect::<Vec<_>>(),
    );
    if let Some(bytes) = &diff.bytes {
        page.optional(&folded("Bytes", &bullets("-", &words::bytes(bytes))));
    }
}
