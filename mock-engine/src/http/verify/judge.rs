//! Single points of a pattern, compared with a request.

use serde_json::{Value, json};

use super::CallPattern;
use crate::engine::Query;
use crate::engine::exchange::ObjectName;
use crate::http::body::Sent;
use crate::http::journal::Seen;
use crate::http::pattern::{Facts, ObjectPattern, Part, ValuePattern};
use crate::http::redact::REDACTED;

/// The most characters of a shown value.
const SHOWN: usize = 100;
/// The most objects of a shown list.
const OBJECTS: usize = 3;

/// What a report says of a value that the journal hides.
const HIDDEN: &str = "a value that the journal hides: only whether it is there can be matched";

/// A point of a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) enum Point<'p> {
    Request(Part<'p>),
    Status(&'p ValuePattern),
    Fault(&'p ValuePattern),
    Unmatched(bool),
    Outcome(&'p ValuePattern, Option<&'p ObjectPattern>),
}

/// A point with what came instead.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) wanted: String,
    pub(super) got: String,
    pub(super) fits: bool,
}

impl Judged {
    pub(super) fn to_json(&self) -> Value {
        json!({ "point": self.name, "wanted": self.wanted, "got": self.got, "fits": self.fits })
    }
}

impl CallPattern {
    pub(super) fn points(&self) -> impl Iterator<Item = Point<'_>> {
        let object = self.request.object.as_ref();
        let status = self.status.iter().map(Point::Status);
        let fault = self.fault.iter().map(Point::Fault);
        let unmatched = self.unmatched.map(Point::Unmatched);
        let outcome = self.outcome.iter();
        let outcome = outcome.map(move |value| Point::Outcome(value, object));
        let request = self.request.parts().map(Point::Request);
        request.chain(status).chain(fault).chain(unmatched).chain(outcome)
    }

    pub(super) fn fits(&self, seen: &Seen) -> bool {
        self.points().all(|point| point.fits(seen))
    }
}

impl Point<'_> {
    pub(super) fn is_path(&self) -> bool {
        matches!(self, Self::Request(Part::Path(_)))
    }

    pub(super) fn fits(&self, seen: &Seen) -> bool {
        match self {
            Self::Request(part) => !self.is_hidden(seen) && part.fits(seen),
            Self::Status(value) => value.fits(status(seen).as_ref()),
            Self::Fault(value) => value.fits_text(seen.entry.fault()),
            Self::Unmatched(wanted) => seen.entry.is_unmatched() == *wanted,
            Self::Outcome(value, object) => {
                let mut own = outcomes(seen, *object);
                own.any(|outcome| value.fits_text(Some(outcome)))
            }
        }
    }

    /// Whether the point asks for a value that the journal hides.
    fn is_hidden(&self, seen: &Seen) -> bool {
        match self {
            Self::Request(Part::Query(name, value)) => {
                asks_value(value) && Query::parse(seen.query()).text(name) == Some(REDACTED)
            }
            Self::Request(Part::Header(name, value)) => {
                asks_value(value) && seen.header(name).as_deref() == Some(REDACTED)
            }
            Self::Request(Part::Body(place, value)) => {
                asks_value(value) && seen.body().is_some_and(|body| is_below_hidden(body, place))
            }
            _ => false,
        }
    }

    pub(super) fn judge(&self, seen: &Seen) -> Judged {
        let (name, wanted, mut got) = match *self {
            Self::Request(part) => request(part, seen),
            Self::Status(value) => {
                let got = status(seen).map_or("no answer yet".to_owned(), |status| status.to_string());
                ("status".to_owned(), shown(value), got)
            }
            Self::Fault(value) => {
                let got = seen.entry.fault().map_or("no fault".to_owned(), quoted);
                ("fault".to_owned(), shown(value), got)
            }
            Self::Unmatched(wanted) => {
                let got = seen.entry.is_unmatched().to_string();
                ("unmatched".to_owned(), wanted.to_string(), got)
            }
            Self::Outcome(value, object) => {
                let mut own: Vec<&str> = outcomes(seen, object).collect();
                own.sort_unstable();
                own.dedup();
                let got = if own.is_empty() {
                    "no outcome".to_owned()
                } else {
                    own.join(", ")
                };
                ("outcome".to_owned(), shown(value), got)
            }
        };
        if self.is_hidden(seen) {
            HIDDEN.clone_into(&mut got);
        }
        Judged {
            name,
            wanted,
            got,
            fits: self.fits(seen),
        }
    }

    /// The point within a sentence about the pattern: `query page_size 100`. Method and path have their own place.
    pub(super) fn said(&self) -> Option<String> {
        Some(match *self {
            Self::Request(Part::Method(_) | Part::Path(_)) => return None,
            Self::Request(Part::Query(name, value)) => format!("query {name} {}", shown(value)),
            Self::Request(Part::Header(name, value)) => format!("header {name} {}", shown(value)),
            Self::Request(Part::Session(value)) => format!("session {}", shown(value)),
            Self::Request(Part::Body(place, value)) => format!("body {place} {}", shown(value)),
            Self::Request(Part::Object(object)) => format!("an object of {}", shown_object(object)),
            Self::Status(value) => format!("status {}", shown(value)),
            Self::Fault(value) => format!("fault {}", shown(value)),
            Self::Unmatched(true) => "no endpoint".to_owned(),
            Self::Unmatched(false) => "an endpoint".to_owned(),
            Self::Outcome(value, _) => format!("outcome {}", shown(value)),
        })
    }
}

/// The name of a part, what it wants and what came.
fn request(part: Part<'_>, seen: &Seen) -> (String, String, String) {
    let nothing = || "nothing".to_owned();
    match part {
        Part::Method(method) => (
            "method".to_owned(),
            method.to_ascii_uppercase(),
            seen.method().to_owned(),
        ),
        Part::Path(path) => {
            let wanted = path.to_string();
            let got = shown_path(&wanted, seen.path()).to_owned();
            ("path".to_owned(), wanted, got)
        }
        Part::Query(name, value) => {
            let query = Query::parse(seen.query());
            let got = query.text(name).map_or_else(nothing, quoted);
            (format!("query {name}"), shown(value), got)
        }
        Part::Header(name, value) => {
            let got = seen.header(name).map_or_else(nothing, |text| quoted(&text));
            (format!("header {name}"), shown(value), got)
        }
        Part::Session(value) => {
            let got = match seen.session() {
                "" => "no session".to_owned(),
                session => quoted(session),
            };
            ("session".to_owned(), shown(value), got)
        }
        Part::Body(place, value) => (format!("body {place}"), shown(value), body_at(place, seen)),
        Part::Object(object) => ("object".to_owned(), shown_object(object), objects(seen.objects())),
    }
}

/// A path as the pattern counts it: from the API's base, unless the pattern names that.
pub(super) fn shown_path<'a>(wanted: &str, path: &'a str) -> &'a str {
    let is_based = wanted.starts_with("/masking") || wanted.starts_with("/__admin");
    match path.strip_prefix("/masking/api") {
        Some(rest) if !is_based && !rest.is_empty() => rest,
        _ => path,
    }
}

fn body_at(place: &str, seen: &Seen) -> String {
    match (seen.body(), seen.entry.sent()) {
        (Some(body), _) => body.pointer(place).map_or("nothing".to_owned(), json_text),
        (None, Some(bytes)) if bytes > Sent::LIMIT => {
            let limit = Sent::LIMIT;
            format!("a body of {bytes} bytes: the journal keeps bodies of at most {limit}")
        }
        (None, Some(0) | None) => "no body, or one that the engine didn't read".to_owned(),
        (None, Some(bytes)) => format!("a body of {bytes} bytes that is not JSON"),
    }
}

fn objects(objects: &[ObjectName]) -> String {
    if objects.is_empty() {
        return "no known objects".to_owned();
    }
    let name = |object: &ObjectName| match &object.name {
        Some(name) => format!("{} {}", object.type_name, quoted(name)),
        None => object.type_name.clone(),
    };
    let mut list: Vec<String> = objects.iter().take(OBJECTS).map(name).collect();
    if objects.len() > OBJECTS {
        list.push(format!("{} more", objects.len() - OBJECTS));
    }
    list.join(", ")
}

fn outcomes<'s>(seen: &'s Seen, object: Option<&'s ObjectPattern>) -> impl Iterator<Item = &'s str> {
    let objects = seen.seen_objects().iter();
    let wanted = objects.filter(move |own| object.is_none_or(|object| object.fits(&own.name)));
    wanted.filter_map(|own| own.outcome.as_deref())
}

fn status(seen: &Seen) -> Option<Value> {
    seen.entry.status().map(Value::from)
}

/// Whether a pattern asks for more than whether there is a value.
fn asks_value(pattern: &ValuePattern) -> bool {
    match pattern {
        ValuePattern::Present(_) => false,
        ValuePattern::Not(other) => asks_value(other),
        ValuePattern::Text(_) | ValuePattern::Equals(_) => true,
    }
}

/// Whether a value or one around it is hidden.
fn is_below_hidden(body: &Value, place: &str) -> bool {
    let ends = place.match_indices('/').map(|(end, _)| end).chain([place.len()]);
    let mut around = ends.filter_map(|end| body.pointer(place.get(..end)?));
    around.any(|value| value == REDACTED)
}

/// A pattern in words.
fn shown(pattern: &ValuePattern) -> String {
    match pattern {
        ValuePattern::Text(wild) => quoted(&wild.to_string()),
        ValuePattern::Equals(value) => json_text(value),
        ValuePattern::Present(true) => "(any value)".to_owned(),
        ValuePattern::Present(false) => "(no value)".to_owned(),
        ValuePattern::Not(other) => format!("(not {})", shown(other)),
    }
}

fn shown_object(pattern: &ObjectPattern) -> String {
    let point = |name: &str, value: &Option<ValuePattern>| {
        let value = value.as_ref()?;
        Some(format!("{name} {}", shown(value)))
    };
    let points = [point("type", &pattern.type_name), point("name", &pattern.name)];
    let points: Vec<String> = points.into_iter().flatten().collect();
    if points.is_empty() {
        "any type".to_owned()
    } else {
        points.join(" and ")
    }
}

fn quoted(text: &str) -> String {
    json_text(&text.into())
}

/// A value as JSON, cut if it is long.
fn json_text(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
