//! The report on one document, and the verdict on its signature.

use std::io::{self, Write};

use exportdoc::internal::finding::{Finding, Severity};
use exportdoc::internal::report::{DocumentReport, ListedObject, Outcome, Verdict};

use crate::outcome::document::{Judged, Unreadable};
use crate::render::style::{BOLD, DIM, GREEN, RED, YELLOW, safe, styled};
use crate::render::text::algorithms;
use crate::render::text::listing::{label, partial, references, secret_values, table, types};
use crate::render::text::tables::{field, paragraph};
use crate::render::text::tree;
use crate::render::words::{capitalised, contents, time};

/// What `inspect` shows.
pub(crate) struct View<'a> {
    /// A tree instead of a table.
    pub(crate) tree: bool,
    /// What the types of the objects are for.
    pub(crate) explain: bool,
    /// Only these types; all if empty.
    pub(crate) types: &'a [String],
    /// The document in which references are resolved.
    pub(crate) against: Option<&'a Judged>,
    /// The current time, for ages.
    pub(crate) now: jiff::Timestamp,
    /// The width of the terminal; `None` for other outputs.
    pub(crate) width: Option<usize>,
}

/// Prints everything about one document.
pub(crate) fn print(out: &mut impl Write, judged: &Judged, view: &View<'_>) -> io::Result<()> {
    let report = match &judged.outcome {
        Ok(report) => report,
        Err(error) => return unreadable(out, &judged.path, error),
    };
    writeln!(out, "{}", styled(BOLD, safe(&judged.path)))?;
    let sentence = capitalised(&contents::sentence(report, view.now));
    paragraph(out, &format!("{}.", safe(&sentence)), view.width, (2, 2))?;
    facts(out, report, view)?;
    writeln!(out)?;
    if view.tree {
        tree::print(out, report, view.types)?;
    } else {
        table(out, report, view.types, view.width)?;
    }
    if view.explain {
        types(out, report, view.types, view.width)?;
    }
    partial(out, report)?;
    label(out, report, view.types, view.width)?;
    algorithms::print(out, report, view.types)?;
    secret_values(out, report)?;
    if let Some(against) = view.against {
        references(out, report, against, view.width)?;
    }
    findings(out, &report.findings, view.width)?;
    writeln!(out)
}

/// Prints why a document can't be read.
pub(super) fn unreadable(out: &mut impl Write, path: &str, error: &Unreadable) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} {}",
        styled(BOLD, safe(path)),
        styled(RED, "unreadable:"),
        safe(&error.message)
    )?;
    if let Some(help) = &error.help {
        writeln!(out, "  help: {}", safe(help))?;
    }
    Ok(())
}

fn facts(out: &mut impl Write, report: &DocumentReport, view: &View<'_>) -> io::Result<()> {
    let envelope = &report.envelope;
    let host = envelope.host.as_deref().map_or("an unnamed host".into(), safe);
    let when = match (&report.header, &envelope.date_text) {
        (Some(header), _) if header.started.is_some() => header.started.map_or_else(String::new, |at| {
            format!("{} ({})", time::instant(at), time::age(at, view.now))
        }),
        (_, Some(text)) => safe(text).into_owned(),
        _ => "at an unknown time".to_owned(),
    };
    field(out, "exported", format_args!("{when} by {host}"), view.width)?;
    if let Some(header) = &report.header {
        let format = header.format.map_or_else(|| "none".to_owned(), |n| n.to_string());
        field(
            out,
            "export id",
            format_args!("{}, format {format}", safe(&header.export_id)),
            view.width,
        )?;
    }
    if let Some(date) = &envelope.date_text {
        field(out, "exportDate", safe(date), view.width)?;
    }
    field(out, "requested", rows(&envelope.requested), view.width)?;
    field(out, "objects", summary(report), view.width)?;
    field(out, "encryption", safe(&contents::encryption(report)), view.width)?;
    field(out, "in clear", contents::in_clear(report), view.width)?;
    field(out, "hashes", contents::hashes(report), view.width)?;
    signature_facts(out, report, view.width)
}

fn signature_facts(out: &mut impl Write, report: &DocumentReport, width: Option<usize>) -> io::Result<()> {
    let signature = &report.signature;
    field(out, "signature", verdict_line(report), width)?;
    if let Some((r, s)) = &signature.r_and_s {
        field(out, "", format_args!("r {r}"), width)?;
        field(out, "", format_args!("s {s}"), width)?;
    }
    if let Some(key) = &signature.key {
        let parameters = key
            .parameter_set
            .map_or_else(|| "own parameters".to_owned(), |set| format!("{set} parameters"));
        field(
            out,
            "key",
            format_args!("{} {} bits, {parameters}", key.algorithm, key.bits),
            width,
        )?;
        field(out, "", format_args!("{}", key.fingerprint), width)?;
    } else if let Some(partial) = &signature.partial_key {
        let set = partial
            .parameter_set
            .map_or_else(|| "unknown parameters".to_owned(), |s| format!("{s} parameters"));
        let at = partial.breaks_off_at;
        if partial.declared_size == Some(at) {
            field(
                out,
                "key",
                format_args!("complete, but refused: see findings; {set}"),
                width,
            )?;
        } else {
            field(
                out,
                "key",
                format_args!("breaks off at its byte {at}; {set}"),
                width,
            )?;
        }
    } else {
        field(out, "key", "unreadable", width)?;
    }
    Ok(())
}

fn verdict_line(report: &DocumentReport) -> String {
    let signature = &report.signature;
    let rule = signature
        .rule
        .as_deref()
        .map(|rule| format!(" (rule {})", safe(rule)))
        .unwrap_or_default();
    let style = match signature.verdict {
        Verdict::Valid => GREEN,
        Verdict::Invalid => RED,
        Verdict::Undetermined => YELLOW,
    };
    match contents::verdict(report) {
        (word, "") => format!("{}{rule}", styled(style, word)),
        (word, meaning) => format!("{}: {meaning}{rule}", styled(style, word)),
    }
}

fn rows(rows: &[ListedObject]) -> String {
    const SHOWN: usize = 8;
    let mut texts: Vec<String> = rows
        .iter()
        .take(SHOWN)
        .map(|row| {
            let type_name = row.type_name.as_deref().unwrap_or("?");
            let identifier = row
                .identifier
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!("{} {}", safe(type_name), safe(&identifier))
        })
        .collect();
    if rows.len() > SHOWN {
        texts.push(format!("and {} more", rows.len() - SHOWN));
    }
    if texts.is_empty() {
        "not stated".to_owned()
    } else {
        texts.join(", ")
    }
}

fn summary(report: &DocumentReport) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for object in &report.objects {
        *counts.entry(object.type_name.as_str()).or_insert(0_usize) += 1;
    }
    let parts: Vec<_> = counts
        .iter()
        .map(|(name, count)| format!("{count} {}", safe(name)))
        .collect();
    match parts.as_slice() {
        [] => "none that could be read".to_owned(),
        _ => format!("{}: {}", report.objects.len(), parts.join(", ")),
    }
}

fn findings(out: &mut impl Write, findings: &[Finding], width: Option<usize>) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", styled(BOLD, "Findings"))?;
    for finding in findings {
        let style = match finding.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Info => DIM,
        };
        let severity = styled(style, format_args!("{:<7}", finding.severity));
        let mut text = format!("{severity} {}: {}", finding.id(), safe(&finding.message));
        if let Some(place) = &finding.at {
            let place = format!("[{}]", safe(&place.to_string()));
            text.push_str(&format!(" {}", styled(DIM, place)));
        }
        paragraph(out, &text, width, (2, 10))?;
    }
    Ok(())
}

/// Prints the verdict on one document and its checks.
pub(crate) fn verdict(out: &mut impl Write, judged: &Judged) -> io::Result<()> {
    let report = match &judged.outcome {
        Ok(report) => report,
        Err(error) => return unreadable(out, &judged.path, error),
    };
    let signature = &report.signature;
    writeln!(
        out,
        "{}: {}",
        styled(BOLD, safe(&judged.path)),
        verdict_line(report)
    )?;
    for check in &signature.checks {
        let mark = match check.outcome {
            Outcome::Holds => styled(GREEN, "holds  "),
            Outcome::Fails => styled(RED, "fails  "),
            Outcome::Unknown => styled(YELLOW, "unknown"),
        };
        writeln!(out, "  {mark} {}", safe(&check.what))?;
    }
    if let Some(key) = &signature.key {
        let fingerprint = key.fingerprint;
        writeln!(
            out,
            "  key     {} {} bits, {fingerprint}",
            key.algorithm, key.bits
        )?;
    }
    findings(out, &report.findings, None)?;
    writeln!(out)
}
