//! The page on one document.

use std::collections::BTreeMap;
use std::io::{self, Write};

use exportdoc::internal::diff::{DiffLimits, content};
use exportdoc::internal::finding::{Finding, Severity};
use exportdoc::internal::graph::NodeId;
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::report::{DocumentReport, ObjectReport, Outcome, Verdict};
use jiff::Timestamp;

use super::page::{Block, Card, FieldView, FindingView, Group, Links, ObjectView, Page, Tone};
use crate::outcome::picture::{Family, Picture};
use crate::render::words::{capitalised, contents, counted, time};

/// Links of one object; the others are counted.
const LINKS: usize = 100;
/// Fields of one object.
const FIELDS: usize = 2_000;
/// Fields of all objects, so that a page of many objects opens in any browser.
const ALL_FIELDS: usize = 60_000;

/// Prints the page.
pub(crate) fn print(
    out: &mut impl Write,
    path: &str,
    report: &DocumentReport,
    objects: &[SyncObject<'static>],
    picture: &Picture,
    now: Timestamp,
) -> io::Result<()> {
    let (tone, headline) = headline(report);
    let mut blocks = vec![
        Block::Cards(cards(report, now)),
        Block::Findings(findings(&report.findings)),
    ];
    if !picture.boxes.is_empty() {
        blocks.push(Block::picture("What needs what", picture));
    }
    blocks.push(Block::Objects(groups(report, objects)));
    let page = Page {
        kind: "Export document",
        title: path.to_owned(),
        tone,
        headline,
        lead: format!("{}.", capitalised(&contents::sentence(report, now))),
        blocks,
    };
    page.print(out)
}

fn headline(report: &DocumentReport) -> (Tone, String) {
    let errors = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let secrets: u64 = report.secrets().iter().map(|(_, count)| count).sum();
    if report.signature.verdict == Verdict::Invalid {
        return (
            Tone::Bad,
            "Don't import this: the signature is invalid".to_owned(),
        );
    }
    if errors > 0 {
        return (
            Tone::Bad,
            format!(
                "Don't import this before you have read {}",
                counted(errors as u64, "error")
            ),
        );
    }
    let origin = match report.signature.verdict {
        Verdict::Valid => "The signature is valid",
        _ => "The signature can't be checked",
    };
    match (secrets, report.secrets_unknown()) {
        (0, None) => {
            let tone = if report.signature.verdict == Verdict::Valid {
                Tone::Good
            } else {
                Tone::Unsure
            };
            (tone, format!("{origin}; no secrets in clear"))
        }
        (0, Some(_)) => (Tone::Unsure, format!("{origin}; secrets can't be ruled out")),
        (_, _) => (
            Tone::Unsure,
            format!("{origin}; the document holds secrets in clear"),
        ),
    }
}

fn cards(report: &DocumentReport, now: Timestamp) -> Vec<Card> {
    let signature = &report.signature;
    let (word, meaning) = contents::verdict(report);
    let tone = match signature.verdict {
        Verdict::Valid => Tone::Good,
        Verdict::Invalid => Tone::Bad,
        Verdict::Undetermined => Tone::Unsure,
    };
    let mut seal = Card::new("Signature", tone, word);
    if !meaning.is_empty() {
        seal = seal.note(meaning);
    }
    for check in signature
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Fails)
    {
        seal = seal.note(format!("fails: {}", check.what));
    }
    if let Some(key) = &signature.key {
        seal = seal.note(format!(
            "{} {} bits, {}",
            key.algorithm, key.bits, key.fingerprint
        ));
    }
    let secrets: u64 = report.secrets().iter().map(|(_, count)| count).sum();
    let clear = if secrets == 0 && report.secrets_unknown().is_none() {
        Tone::Good
    } else {
        Tone::Unsure
    };
    let envelope = &report.envelope;
    let started = report.header.as_ref().and_then(|header| header.started);
    let mut origin = Card::new(
        "Exported by",
        Tone::Plain,
        envelope.host.as_deref().unwrap_or("an unnamed host"),
    )
    .note("Stated by the file, and not signed");
    if let Some(at) = started {
        origin = origin.note(format!("{} ({})", time::instant(at), time::age(at, now)));
    }
    if let Some(header) = &report.header {
        let format = header
            .format
            .map_or_else(|| "none".to_owned(), |format| format.to_string());
        origin = origin.note(format!("export {}, format {format}", header.export_id));
    }
    let tally = report.hash_tally();
    let all = tally.compared == tally.objects && tally.matching == tally.objects;
    vec![
        seal,
        Card::new("Secrets in clear", clear, contents::in_clear(report))
            .note(format!("encryption: {}", contents::encryption(report))),
        origin,
        Card::new(
            "Revision hashes",
            if all { Tone::Good } else { Tone::Unsure },
            contents::hashes(report),
        )
        .note(format!(
            "{} in the document",
            counted(report.objects.len() as u64, "object")
        )),
    ]
}

pub(super) fn findings(findings: &[Finding]) -> Vec<FindingView> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    });
    let mut views = Vec::new();
    for finding in sorted {
        let place = finding.at.as_ref().map(ToString::to_string).unwrap_or_default();
        let message = (finding.message.clone(), place);
        FindingView::add(&mut views, finding.severity.as_str(), finding.rule, message);
    }
    views
}

fn groups(report: &DocumentReport, objects: &[SyncObject<'static>]) -> Vec<Group> {
    let nodes = report.graph.nodes();
    let mut needed_by: Vec<Vec<NodeId>> = vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        for &dependency in &node.dependencies {
            needed_by[dependency].push(id);
        }
    }
    let mut groups: BTreeMap<&str, Vec<ObjectView>> = BTreeMap::new();
    let mut room = ALL_FIELDS;
    for (id, object) in report.objects.iter().enumerate() {
        let missing: Vec<String> = nodes[id].missing.iter().map(ToString::to_string).collect();
        let fields = objects.get(id).map(|message| fields(report, message, &mut room));
        let (fields, more_fields) = fields.unwrap_or_default();
        let view = ObjectView {
            id,
            name: object
                .name
                .clone()
                .unwrap_or_else(|| object.key.identifier.to_string()),
            identifier: object.key.identifier.to_string(),
            marks: marks(object),
            facts: facts(object),
            needs: links(report, &nodes[id].dependencies, &missing),
            needed_by: links(report, &needed_by[id], &[]),
            fields,
            more_fields,
        };
        groups.entry(&object.type_name).or_default().push(view);
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(type_name, objects)| Group {
            type_name: type_name.to_owned(),
            family: Family::of(type_name).word(),
            objects,
        })
        .collect();
    // Jobs first: they are what an import is for.
    groups.sort_by_key(|group| !group.type_name.ends_with("_JOB"));
    groups
}

fn marks(object: &ObjectReport) -> Vec<(Tone, String)> {
    let mut marks = Vec::new();
    if object.hash_matches() == Some(false) {
        marks.push((Tone::Bad, "revision hash differs".to_owned()));
    }
    if object.hash_has_gaps {
        marks.push((Tone::Bad, "needs something that is missing".to_owned()));
    }
    for (kind, count) in &object.secrets {
        marks.push((
            Tone::Unsure,
            format!("{} in clear", contents::secrets(*kind, *count)),
        ));
    }
    if object.unread_data {
        marks.push((Tone::Unsure, "data of an unknown type".to_owned()));
    }
    marks
}

fn facts(object: &ObjectReport) -> Vec<(&'static str, String)> {
    let mut facts = vec![("identifier", object.key.identifier.to_string())];
    for (name, at) in [("created", object.created), ("modified", object.modified)] {
        if at.is_some() {
            facts.push((name, format!("{} UTC", time::short_millis(at))));
        }
    }
    if let Some(hash) = object.computed_hash.as_ref().or(object.stated_hash.as_ref()) {
        facts.push(("revision hash", hash.clone()));
    }
    facts.push(("size", counted(object.size, "byte")));
    facts
}

fn links(report: &DocumentReport, ids: &[NodeId], missing: &[String]) -> Links {
    let list = ids
        .iter()
        .take(LINKS)
        .map(|&id| (id, report.objects[id].describe()))
        .collect();
    let mut notes = Vec::new();
    if let Some(more @ 1..) = ids.len().checked_sub(LINKS) {
        notes.push(format!("and {more} more"));
    }
    for key in missing.iter().take(LINKS) {
        notes.push(format!("missing: {key}"));
    }
    if let Some(more @ 1..) = missing.len().checked_sub(LINKS) {
        notes.push(format!("and {more} more missing"));
    }
    Links {
        list,
        note: notes.join(", "),
    }
}

/// The lines of an object's content, and how many are left out.
fn fields(report: &DocumentReport, message: &SyncObject<'_>, room: &mut usize) -> (Vec<FieldView>, usize) {
    let limits = DiffLimits {
        text_bytes: 300,
        ..DiffLimits::default()
    };
    let lines = content(report, message, &limits);
    // The dependencies are links.
    let lines: Vec<_> = lines
        .iter()
        .skip_while(|line| line.depth == 0 && line.name == "needs")
        .collect();
    let shown = lines.len().min(FIELDS).min(*room);
    *room -= shown;
    (
        lines[..shown].iter().map(|line| FieldView::from(*line)).collect(),
        lines.len() - shown,
    )
}
