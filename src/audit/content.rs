//! Rules about a document's content: people and places in clear, names, traces of editing, the origin of the signature.

use std::collections::{BTreeMap, HashMap};

use crate::finding::{self, FindingRule, Place};
use crate::import_plan::name_fault;
use crate::jdbc::{self, Secret};
use crate::object::data::{FieldSpec, StandInKind, Treatment};
use crate::object::type_by_name;
use crate::report::{DocumentReport, Encryption, Findings, ObjectReport};

/// Characters of a text that a finding quotes.
const QUOTED: usize = 100;
/// Texts of one object that a finding quotes. Objects that engines write have at most four.
const TEXTS: usize = 8;

/// Applies the rules to a report.
pub(super) fn judge(report: &DocumentReport, findings: &mut Findings) {
    if report.encryption == Encryption::Clear && !report.objects.is_empty() {
        findings.in_blob(&finding::NOT_ENCRYPTED, 0, || match report.objects.len() {
            1 => "1 object in clear".to_owned(),
            count => format!("{count} objects in clear"),
        });
        let redacted = report.findings.iter().any(|f| f.rule == &finding::REDACTED);
        for object in &report.objects {
            exposed(object, redacted, findings);
        }
    }
    duplicate_names(report, findings);
    refused_names(report, findings);
    hand_edited(report, findings);
    let sealed = |f: &&finding::Finding| f.rule == &finding::SEALED_BY_TOOLKIT;
    if let Some(sealed) = report.findings.iter().find(sealed) {
        findings.add(
            &finding::ENGINE_SIGNATURE_MISSING,
            Some(Place::json("$.signature")),
            || sealed.message.clone(),
        );
    }
}

/// Adds the findings about people and places that an object names. Stand-ins of a redacted copy are skipped.
fn exposed(object: &ObjectReport, redacted: bool, findings: &mut Findings) {
    let mut told: [(&'static FindingRule, Vec<String>); 3] = [
        (&finding::HOST_IN_CLEAR, Vec::new()),
        (&finding::USER_IN_CLEAR, Vec::new()),
        (&finding::EMAIL_IN_CLEAR, Vec::new()),
    ];
    let mut password = None;
    for found in &object.texts.list {
        let Some((slot, kind)) = told_as(found.field) else {
            continue;
        };
        let text = found.text.as_deref();
        if redacted && text.is_some_and(|text| kind.is_stand_in(text)) {
            continue;
        }
        let field = found.field.name;
        let secret = match (kind, text) {
            (StandInKind::JdbcUrl, Some(url)) => jdbc::secret(url),
            // The search for a password covers no URL of this length. Real ones are shorter.
            (StandInKind::JdbcUrl, None) => Secret::Held,
            (_, Some(text)) => jdbc::secret_within(text),
            (_, None) => Secret::None,
        };
        if secret == Secret::Held {
            password = Some(field);
        }
        let shown = match (secret, text) {
            (Secret::Held, Some(_)) => format!("{field} (not shown: it holds a password)"),
            (Secret::Possible, Some(_)) => format!("{field} (not shown: it may hold a password)"),
            (Secret::Held | Secret::Possible, None) => {
                format!("{field} (not shown: too long to be looked through)")
            }
            (_, Some(text)) => format!("{field} {}", quoted(text)),
            (_, None) => format!("{field} (not shown: too long)"),
        };
        // A field may occur any number of times.
        if told[slot].1.len() < TEXTS {
            told[slot].1.push(shown);
        }
    }
    let place = || Place::blob(object.offset);
    for (rule, texts) in told.into_iter().filter(|(_, texts)| !texts.is_empty()) {
        findings.about(rule, &object.key, place(), || {
            format!("{}: {}", object.describe(), texts.join(", "))
        });
    }
    if let Some(field) = password {
        findings.about(&finding::PASSWORD_IN_CLEAR, &object.key, place(), || {
            format!("{}: {field}", object.describe())
        });
    }
}

/// Whether a field may name people or places.
pub(super) fn tells(field: &FieldSpec) -> bool {
    told_as(field).is_some()
}

/// The rule about people and places that applies to a field, and what the field holds.
fn told_as(field: &FieldSpec) -> Option<(usize, StandInKind)> {
    let Treatment::Replace(kind) = field.treatment else {
        return None;
    };
    let slot = match kind {
        StandInKind::Host | StandInKind::JdbcUrl | StandInKind::Database | StandInKind::Schema => 0,
        StandInKind::User => 1,
        StandInKind::Email => 2,
        _ => return None,
    };
    Some((slot, kind))
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Finds duplicate names among objects that engines identify by name alone. All algorithms share one name space.
fn duplicate_names(report: &DocumentReport, findings: &mut Findings) {
    let mut first: HashMap<(&str, &str), &ObjectReport> = HashMap::new();
    for object in &report.objects {
        let known = type_by_name(&object.type_name);
        let Some(name) = object.name.as_deref().or_else(|| object.key.name()) else {
            continue;
        };
        let space = match known {
            Some(known) if known.is_reference() => continue,
            Some(known) if known.is_algorithm() => "algorithm",
            _ => object.type_name.as_str(),
        };
        let before = first.entry((space, name)).or_insert(object);
        // Two objects with the same key have their own finding.
        if before.key != object.key {
            findings.about(
                &finding::DUPLICATE_NAME,
                &object.key,
                Place::blob(object.offset),
                || format!("{} and {}", object.describe(), before.describe()),
            );
        }
    }
}

/// Finds names that engines since 6.0 refuse. References are skipped, because an import doesn't write them.
fn refused_names(report: &DocumentReport, findings: &mut Findings) {
    for object in &report.objects {
        let known = type_by_name(&object.type_name);
        let name = object.name.as_deref().or_else(|| object.key.name());
        if let (Some(known), Some(name)) = (known, name)
            && !known.is_reference()
            && let Some(fault) = name_fault(known.name, name)
        {
            findings.about(
                &finding::NAME_REFUSED,
                &object.key,
                Place::blob(object.offset),
                || format!("{}: {name:?} {fault}", object.describe()),
            );
        }
    }
}

/// Layout is no sign of editing: engines and Java clients also write several lines.
fn hand_edited(report: &DocumentReport, findings: &mut Findings) {
    let mut traces = BTreeMap::new();
    for found in &report.findings {
        if let Some(trace) = found.rule.trace {
            traces.entry(trace).or_insert(&found.at);
        }
    }
    if !traces.is_empty() {
        let place = traces.values().find_map(|at| (*at).clone());
        let words: Vec<&str> = traces.keys().map(|trace| trace.as_str()).collect();
        findings.add(&finding::HAND_EDITED, place, || words.join(", "));
    }
}
