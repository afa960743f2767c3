//! The differences as a comment on a pull request: a summary, a table of objects, folded details.

use std::io::{self, Write};

use exportdoc::internal::diff::{DocumentDiff, FieldChange, LineTag, ObjectDiff};
use exportdoc::internal::escape;

use crate::outcome::comparison::Compared;
use crate::render::markdown::{LIMIT, Page, cell, summary_html};
use crate::render::words::counted;
use crate::render::words::diff::{self as words, View};

/// Prints the comment.
pub(crate) fn print(out: &mut impl Write, compared: &Compared, view: View) -> io::Result<()> {
    let diff = &compared.diff;
    let mut page = Page::default();
    page.required(&format!(
        "**Export document: {}**\n\n",
        escape::markdown(&words::summary(diff))
    ));
    page.required(&format!(
        "{} → {}\n\n",
        cell(&compared.old.path),
        cell(&compared.new.path)
    ));
    for obstacle in &diff.obstacles {
        page.required(&format!(
            "⚠️ {}\n\n",
            escape::markdown(&words::obstacle(obstacle))
        ));
    }
    for finding in &diff.findings {
        page.optional(&format!("⚠️ `{}`: {}\n\n", finding.id(), cell(&finding.message)));
    }
    table(&mut page, diff);
    for object in &diff.objects {
        if !object.changes.is_empty() {
            page.optional(&details(object));
        }
        if !object.content.is_empty() {
            page.optional(&content(object));
        }
    }
    volatile(&mut page, diff, view);
    around(&mut page, diff, view);
    out.write_all(page.finish("exportdoc diff").as_bytes())
}

fn table(page: &mut Page, diff: &DocumentDiff) {
    if diff.objects.is_empty() {
        return;
    }
    page.required("| | Object | What |\n|---|---|---|\n");
    for object in &diff.objects {
        let name = object.object().map(ToString::to_string).unwrap_or_default();
        let mut what = words::reasons(object);
        let fields = object.changes.len() as u64 + object.more_changes;
        if fields > 0 {
            what.push(counted(fields, "field"));
        }
        page.optional(&format!(
            "| {} | {} | {} |\n",
            object.status.as_str(),
            cell(&name),
            cell(&what.join("; "))
        ));
    }
    page.required("\n");
}

fn details(object: &ObjectDiff) -> String {
    let name = object.object().map(ToString::to_string).unwrap_or_default();
    let mut text = format!(
        "<details><summary>{} {}</summary>\n\n| Field | Old | New |\n|---|---|---|\n",
        object.status.as_str(),
        summary_html(&name)
    );
    for change in &object.changes {
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            cell(&change.path.to_string()),
            cell(&words::side(change.old.as_ref())),
            cell(&words::side(change.new.as_ref()))
        ));
        // A part that is too long is omitted as a whole.
        if text.len() > LIMIT {
            break;
        }
    }
    if object.more_changes > 0 {
        text.push_str(&format!("\n{} more\n", counted(object.more_changes, "change")));
    }
    for change in &object.changes {
        lines(&mut text, change);
    }
    text.push_str("\n</details>\n\n");
    text
}

/// The content of an added or removed object as a nested list.
fn content(object: &ObjectDiff) -> String {
    let name = object.object().map(ToString::to_string).unwrap_or_default();
    let mut text = format!(
        "<details><summary>{} {}</summary>\n\n",
        object.status.as_str(),
        summary_html(&name)
    );
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
    text.push_str("\n</details>\n\n");
    text
}

/// The changed lines of a secret, for `--show-secrets`.
fn lines(text: &mut String, change: &FieldChange) {
    let Some(diff) = change.secret.as_ref().and_then(|secret| secret.lines.as_ref()) else {
        return;
    };
    text.push_str(&format!("\n{}\n\n", cell(&change.path.to_string())));
    for (tag, line) in &diff.lines {
        let mark = match tag {
            LineTag::Same => "both",
            LineTag::Removed => "old",
            LineTag::Added => "new",
        };
        text.push_str(&format!("- {mark}: {}\n", cell(line)));
    }
    if let Some(note) = words::cut(diff) {
        text.push_str(&format!("- {}\n", escape::markdown(&note)));
    }
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
    let rows: String = diff
        .volatile
        .iter()
        .flat_map(|object| object.changes.iter().map(move |change| (&object.new, change)))
        .map(|(object, change)| {
            let (object, path) = (cell(&object.to_string()), cell(&change.path.to_string()));
            format!("| {object} | {path} | {} |\n", cell(&words::change(change)))
        })
        .collect();
    page.optional(&format!(
        "<details><summary>{}</summary>\n\n| Object | Field | What |\n|---|---|---|\n{rows}\n</details>\n\n",
        summary_html(&what)
    ));
}

fn around(page: &mut Page, diff: &DocumentDiff, view: View) {
    let mut rows = String::new();
    let envelope = words::envelope(diff, view.envelope);
    for change in &envelope {
        let side = |side: &Option<String>| side.as_deref().map_or_else(|| "–".to_owned(), cell);
        rows.push_str(&format!(
            "| {} | {} | {} |\n",
            escape::markdown(change.field),
            side(&change.old),
            side(&change.new)
        ));
    }
    if !rows.is_empty() {
        let count = counted(envelope.len() as u64, "difference");
        page.optional(&format!(
            "<details><summary>Envelope: {count}, no content</summary>\n\n\
             | | Old | New |\n|---|---|---|\n{rows}\n</details>\n\n"
        ));
    }
    if !diff.renumbered.is_empty() {
        let rows: String = diff
            .renumbered
            .iter()
            .map(|(old, new)| {
                format!(
                    "- {} → {}\n",
                    cell(&old.to_string()),
                    cell(&new.identifier.to_string())
                )
            })
            .collect();
        page.optional(&format!(
            "<details><summary>Other identifiers, same content: {}</summary>\n\n{rows}\n</details>\n\n",
            diff.renumbered.len()
        ));
    }
    if let Some(bytes) = &diff.bytes {
        let rows: String = words::bytes(bytes)
            .iter()
            .map(|line| format!("- {}\n", cell(line)))
            .collect();
        page.optional(&format!(
            "<details><summary>Bytes</summary>\n\n{rows}\n</details>\n"
        ));
    }
}
