//! A document as lines of text that stay the same as long as what they tell of does: for tools that compare lines.
//!
//! Invariant: nothing in it depends on when or where it is made. Objects are in order of type and identifier, not of
//! records. Secrets, and what might be one, are counts and digests; asked for, their lines follow, up to a bound that is
//! said where it cuts. The digest stays and covers all of them, so that no change is lost.

use std::collections::BTreeMap;

use crate::object::data::{FieldKind, FieldSpec, MessageSpec};
use crate::object::{ObjectKey, SyncObject};
use crate::report::{DocumentReport, ObjectReport};
use crate::wire::{Field, Message};

use super::fields::{named, nested};
use super::matching::{MatchBy, MatchKey};
use super::object::label;
use super::secret::Secret;
use super::value::{Scalar, Value};
use super::{DiffLimits, ObjectRef, envelope};

/// Lines of one secret that are listed.
const SECRET_LINES: usize = 10_000;
/// Bytes of such a line.
const SECRET_LINE_BYTES: usize = 4_096;

/// Indentation from which on unknown messages are not looked into.
const DEPTH: usize = 20;

/// A line of an outline. May quote the document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineLine {
    /// How far it is indented.
    pub depth: usize,
    /// What it is about.
    pub name: String,
    /// Its value; headings have none.
    pub value: Option<Value>,
}

/// The lines of a document: first the envelope, then its objects. `show_secrets` puts secrets in clear.
pub fn outline(
    report: &DocumentReport,
    objects: &[SyncObject<'static>],
    show_secrets: bool,
) -> Vec<OutlineLine> {
    // Whole texts: a line that is cut wouldn't change when its end does.
    let limits = DiffLimits {
        text_bytes: usize::MAX,
        show_secrets,
        ..DiffLimits::default()
    };
    let mut outline = Outline {
        lines: Vec::new(),
        limits,
    };
    outline.heading(0, "envelope");
    for (name, value) in envelope::facts(report) {
        if let Some(value) = value {
            outline.text(1, name, &value);
        }
    }
    for finding in &report.findings {
        outline.text(1, "finding", &format!("{}: {}", finding.id(), finding.message));
    }
    let mut order: Vec<(&ObjectReport, &SyncObject<'static>)> = report.objects.iter().zip(objects).collect();
    order.sort_by(|a, b| (&a.0.type_name, &a.0.key).cmp(&(&b.0.type_name, &b.0.key)));
    for (object, message) in order {
        outline.object(report, object, message);
    }
    outline.lines
}

struct Outline {
    lines: Vec<OutlineLine>,
    limits: DiffLimits,
}

impl Outline {
    fn line(&mut self, depth: usize, name: impl Into<String>, value: Option<Value>) {
        let name = name.into();
        self.lines.push(OutlineLine { depth, name, value });
    }

    fn heading(&mut self, depth: usize, name: impl Into<String>) {
        self.line(depth, name, None);
    }

    fn text(&mut self, depth: usize, name: &str, text: &str) {
        let value = Value::text(text, &self.limits);
        self.line(depth, name, Some(value));
    }

    fn object(&mut self, report: &DocumentReport, object: &ObjectReport, message: &SyncObject<'_>) {
        self.heading(0, ObjectRef::of(object).to_string());
        let revision = message.revision();
        self.text(
            1,
            "revision",
            &format!("{} {}", revision.pair.object, revision.pair.save),
        );
        for (name, time) in [("created", revision.created), ("modified", revision.modified)] {
            if let Some(time) = time {
                self.line(1, name, Some(Value::Int(time)));
            }
        }
        let needs = |key: &ObjectKey| label(&MatchKey::of_dependency(report, key, MatchBy::Identifier));
        for key in message.dependencies() {
            self.text(1, "needs", &needs(key));
        }
        let spec = MessageSpec::by_name(message.data_type());
        match Message::parse(message.data_bytes()) {
            Ok(data) => {
                self.heading(1, message.data_type());
                self.message(2, spec, data, spec.is_none());
            }
            Err(_) => self.text(1, "data", "can't be read"),
        }
    }

    /// `guarded`: unknown text may be secret.
    fn message(
        &mut self,
        depth: usize,
        spec: Option<&'static MessageSpec>,
        message: Message<'_>,
        guarded: bool,
    ) {
        let mut numbers: BTreeMap<u32, Vec<Field<'_>>> = BTreeMap::new();
        for field in message.fields() {
            numbers.entry(field.number).or_default().push(field);
        }
        for (number, fields) in numbers {
            match spec.and_then(|spec| spec.field(number)) {
                Some(known) => {
                    // An occurrence of another wire type is an unknown field.
                    let (fields, others): (Vec<_>, Vec<_>) =
                        fields.into_iter().partition(|field| known.fits(field.value));
                    if !fields.is_empty() {
                        self.known(depth, known, &fields);
                    }
                    if !others.is_empty() {
                        self.unknown(depth, &format!("#{number}"), &others, true);
                    }
                }
                None => self.unknown(depth, &format!("#{number}"), &fields, guarded),
            }
        }
    }

    fn known(&mut self, depth: usize, spec: &'static FieldSpec, fields: &[Field<'_>]) {
        match spec.kind {
            FieldKind::Secret(_) => self.secret(depth, spec.name, &Secret::texts(fields)),
            FieldKind::SecretMessage(inner, _) => {
                self.secret(depth, spec.name, &Secret::messages(inner, fields));
            }
            FieldKind::Message(inner) => {
                let Some(messages) = nested(fields) else {
                    return self.unknown(depth, spec.name, fields, false);
                };
                for (name, message) in named(inner, &messages) {
                    let name = if spec.repeated {
                        format!("{} {name}", spec.name)
                    } else {
                        spec.name.to_owned()
                    };
                    self.heading(depth, name);
                    self.message(depth + 1, Some(inner), message, false);
                }
            }
            kind => {
                for field in fields {
                    let value = match Scalar::read(kind, field) {
                        Some(scalar) => Some(scalar.shown(spec.name, &self.limits)),
                        None => Value::unknown(std::slice::from_ref(field), false, &self.limits),
                    };
                    self.line(depth, spec.name, value);
                }
            }
        }
    }

    fn secret(&mut self, depth: usize, name: &str, secret: &Secret<'_>) {
        self.line(depth, name, Some(Value::Digest(secret.digest())));
        if !self.limits.show_secrets {
            return;
        }
        let limits = DiffLimits {
            text_bytes: SECRET_LINE_BYTES,
            ..self.limits
        };
        let lines = secret.lines();
        for line in lines.iter().take(SECRET_LINES) {
            self.line(depth + 1, "line", Some(Value::text(line, &limits)));
        }
        if let Some(more @ 1..) = lines.len().checked_sub(SECRET_LINES) {
            self.heading(
                depth + 1,
                format!("… and {more} more, which only the digest covers"),
            );
        }
    }

    /// Fields that nothing is known of, looked into where they read as messages.
    fn unknown(&mut self, depth: usize, name: &str, fields: &[Field<'_>], guarded: bool) {
        let messages = nested(fields).filter(|messages| {
            depth < DEPTH && messages.iter().all(|message| !message.as_bytes().is_empty())
        });
        let Some(messages) = messages else {
            return self.line(depth, name, Value::unknown(fields, guarded, &self.limits));
        };
        for message in messages {
            self.heading(depth, name);
            self.message(depth + 1, None, message, guarded);
        }
    }
}
