//! A document as lines of text, for tools that compare lines.
//!
//! Invariant: equal content gives equal lines. Objects are sorted by type and identifier, and sets are sorted. Values that
//! engines write anew in every export are listed with the envelope. Secrets appear as counts and digests, on request
//! followed by a bounded number of lines. The digest covers all lines, so every change is visible.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::date;
use crate::object::data::{Configuration, FieldKind, FieldSpec, MessageSpec, Treatment};
use crate::object::{ObjectKey, SyncObject};
use crate::report::{DocumentReport, ObjectReport};
use crate::wire::{Field, Message};

use super::fields::{json_value, named, nested};
use super::matching::{MatchBy, MatchKey};
use super::object::label;
use super::secret::Secret;
use super::value::{Scalar, Value, ValueDigest};
use super::{DiffLimits, ObjectRef, envelope};

/// The most lines of a secret.
const SECRET_LINES: usize = 10_000;
/// The most bytes of such a line.
const SECRET_LINE_BYTES: usize = 4_096;

/// The indentation at which unknown messages are shown as bytes.
const DEPTH: usize = 20;

/// A line of an outline. May quote the document: renderers escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineLine {
    /// The indentation.
    pub depth: usize,
    /// The name of the value or heading.
    pub name: String,
    /// The value; `None` for headings.
    pub value: Option<Value>,
}

/// Returns the lines of a document: the envelope, then the objects. `show_secrets` shows secrets in clear.
pub fn outline(
    report: &DocumentReport,
    objects: &[SyncObject<'static>],
    show_secrets: bool,
) -> Vec<OutlineLine> {
    // Texts aren't cut, so that a change at the end is visible.
    let limits = DiffLimits {
        text_bytes: usize::MAX,
        show_secrets,
        ..DiffLimits::default()
    };
    let mut order: Vec<(&ObjectReport, &SyncObject<'static>)> = report.objects.iter().zip(objects).collect();
    order.sort_by(|a, b| (&a.0.type_name, &a.0.key).cmp(&(&b.0.type_name, &b.0.key)));
    let mut of_objects = Outline::new(&limits);
    let mut volatile = VolatileValues::new();
    for (object, message) in order {
        of_objects.volatile = Some(Vec::new());
        of_objects.object(report, object, message);
        for (path, value) in of_objects.volatile.take().unwrap_or_default() {
            let of_value = volatile.entry((object.type_name.clone(), path)).or_default();
            of_value.entry(value).or_default().push(ObjectRef::of(object));
        }
    }
    let mut outline = Outline::new(&limits);
    outline.heading(0, "envelope");
    for (name, value) in envelope::facts(report) {
        if let Some(value) = value {
            outline.text(1, name, &value);
        }
    }
    for finding in &report.findings {
        outline.text(1, "finding", &format!("{}: {}", finding.id(), finding.message));
    }
    outline.volatile_values(&volatile);
    outline.lines.append(&mut of_objects.lines);
    outline.lines
}

/// Returns the lines of one object's dependencies and content.
pub fn content(report: &DocumentReport, object: &SyncObject<'_>, limits: &DiffLimits) -> Vec<OutlineLine> {
    let mut outline = Outline::new(limits);
    outline.content(0, report, object);
    outline.lines
}

/// Values that engines write anew in every export, by type and path, with their objects.
type VolatileValues = BTreeMap<(String, String), BTreeMap<String, Vec<ObjectRef>>>;

struct Outline {
    lines: Vec<OutlineLine>,
    limits: DiffLimits,
    /// Volatile values of the current object by path, if they are listed elsewhere.
    volatile: Option<Vec<(String, String)>>,
    /// The path of the current message.
    inside: Vec<&'static str>,
}

impl Outline {
    fn new(limits: &DiffLimits) -> Self {
        Self {
            lines: Vec::new(),
            limits: limits.clone(),
            volatile: None,
            inside: Vec::new(),
        }
    }

    /// Lists one line if all objects of a type agree, as in an engine's own export.
    fn volatile_values(&mut self, values: &VolatileValues) {
        for ((type_name, path), by_value) in values {
            for (value, objects) in by_value {
                if by_value.len() == 1 {
                    self.text(1, &format!("every {type_name} {path}"), value);
                    continue;
                }
                for object in objects {
                    self.text(1, &format!("{object} {path}"), value);
                }
            }
        }
    }

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
                self.line(1, name, Some(Value::Time(time)));
            }
        }
        self.content(1, report, message);
    }

    fn content(&mut self, depth: usize, report: &DocumentReport, message: &SyncObject<'_>) {
        let needs = |key: &ObjectKey| label(&MatchKey::of_dependency(report, key, MatchBy::Identifier));
        let needs: BTreeSet<String> = message.dependencies().iter().map(needs).collect();
        for key in needs {
            self.text(depth, "needs", &key);
        }
        let spec = MessageSpec::by_name(message.data_type());
        match Message::parse(message.data_bytes()) {
            Ok(data) => {
                self.heading(depth, message.data_type());
                self.message(depth + 1, spec, data, spec.is_none());
            }
            Err(_) => self.text(depth, "data", "can't be read"),
        }
    }

    /// Lists the fields of a message. `guarded` means that unknown text may be secret.
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
                    self.inside.push(spec.name);
                    self.message(depth + 1, Some(inner), message, false);
                    self.inside.pop();
                }
            }
            kind => {
                let mut fields = fields.to_vec();
                if spec.set {
                    fields.sort_by_key(Field::bytes);
                }
                if let ([field], Some(elsewhere)) = (&fields[..], &mut self.volatile)
                    && spec.volatile
                    && let Some(Scalar::Text(text)) = Scalar::read(kind, field)
                    && date::is_day(&text)
                {
                    let path = [&self.inside[..], &[spec.name]].concat().join(".");
                    elsewhere.push((path, text));
                    return;
                }
                for field in &fields {
                    let value = match Scalar::read(kind, field) {
                        Some(Scalar::Text(text)) if spec.treatment == Treatment::Configuration => {
                            self.configuration(depth, spec, &text);
                            continue;
                        }
                        Some(scalar) => Some(scalar.shown(spec, &self.limits)),
                        None => Value::unknown(std::slice::from_ref(field), false, &self.limits),
                    };
                    self.line(depth, spec.name, value);
                }
            }
        }
    }

    /// Lists a configuration member by member, below a digest that also covers its layout.
    fn configuration(&mut self, depth: usize, spec: &FieldSpec, text: &str) {
        let Some(value) = Configuration::json(text) else {
            let shown = Scalar::Text(text.to_owned()).shown(spec, &self.limits);
            return self.line(depth, spec.name, Some(shown));
        };
        let digest = ValueDigest::of(false, 1, [text.as_bytes()]);
        self.line(depth, spec.name, Some(Value::Digest(digest)));
        self.members(depth + 1, spec, &value);
    }

    fn members(&mut self, depth: usize, spec: &FieldSpec, value: &Json) {
        let members: Vec<(String, &Json)> = match value {
            Json::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), value))
                .collect(),
            Json::Array(items) => (1_usize..).map(|at| at.to_string()).zip(items).collect(),
            _ => Vec::new(),
        };
        for (name, value) in members {
            let empty = value.as_object().is_some_and(serde_json::Map::is_empty)
                || value.as_array().is_some_and(Vec::is_empty);
            if (value.is_object() || value.is_array()) && !empty {
                self.heading(depth, name);
                self.members(depth + 1, spec, value);
            } else {
                let shown = json_value(value).shown(spec, &self.limits);
                self.line(depth, name, Some(shown));
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

    /// Lists unknown fields: as messages if they parse as such, else as bytes.
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
