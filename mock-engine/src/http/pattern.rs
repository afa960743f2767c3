//! Patterns of requests, for faults and for verification.
//!
//! Invariant: a pattern decides by the [`Facts`] of a request alone. A request under way and its journal entry have the
//! same facts, except two: the journal hides secrets, and of an export it has the requested objects without those they
//! depend on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, json};
use wildmatch::WildMatch;

use crate::engine::Query;
use crate::engine::exchange::ObjectName;

/// What of a request can be matched.
pub(crate) trait Facts {
    fn method(&self) -> &str;
    /// The canonical path.
    fn path(&self) -> &str;
    /// The query string.
    fn query(&self) -> &str;
    /// The value of a header.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
    /// The body, if it is JSON.
    fn body(&self) -> Option<&Value>;
    /// The objects that are exported or imported.
    fn objects(&self) -> &[ObjectName];
    /// The id of the session; empty outside of sessions.
    fn session(&self) -> &str;
}

/// Selects requests. An empty pattern selects all; otherwise everything given must fit.
///
/// ```json
/// { "method": "POST", "path": "/import", "query": { "force_overwrite": "true" },
///   "headers": { "passphrase": { "present": false } }, "object": { "type": "MASKING_JOB", "name": "nightly*" } }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RequestPattern {
    /// The method, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathPattern>,
    /// Query parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, ValuePattern>,
    /// Headers, by names in any case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, ValuePattern>,
    /// Values in the JSON body, by JSON pointers such as `/0/objectType`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, ValuePattern>,
    /// An object among those that the request exports or imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectPattern>,
    /// The id of the session; empty text for requests outside of sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<ValuePattern>,
}

impl RequestPattern {
    /// Whether the facts of the head alone can't decide.
    pub(crate) fn needs_body(&self) -> bool {
        !self.body.is_empty() || self.object.is_some()
    }

    /// Whether method and path fit. Cheaper than the other questions.
    pub(crate) fn endpoint_fits(&self, method: &str, path: &str) -> bool {
        let wanted = self.method.as_ref();
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_ref().is_none_or(|wanted| wanted.fits(path))
    }

    /// Whether everything but the body fits.
    pub(crate) fn head_fits(&self, facts: &dyn Facts) -> bool {
        let mut parts = self.parts();
        parts.all(|part| matches!(part, Part::Body(..) | Part::Object(_)) || part.fits(facts))
    }

    /// Whether everything fits.
    pub(crate) fn fits(&self, facts: &dyn Facts) -> bool {
        self.parts().all(|part| part.fits(facts))
    }

    /// The parts in the order in which people read a request.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let method = self.method.iter().map(|method| Part::Method(method));
        let path = self.path.iter().map(Part::Path);
        let query = self.query.iter().map(|(name, value)| Part::Query(name, value));
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| Part::Header(name, value));
        let session = self.session.iter().map(Part::Session);
        let body = self.body.iter().map(|(place, value)| Part::Body(place, value));
        let object = self.object.iter().map(Part::Object);
        let head = method.chain(path).chain(query).chain(headers).chain(session);
        head.chain(body).chain(object)
    }
}

/// One condition of a pattern.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'p> {
    Method(&'p str),
    Path(&'p PathPattern),
    Query(&'p str, &'p ValuePattern),
    Header(&'p str, &'p ValuePattern),
    Session(&'p ValuePattern),
    Body(&'p str, &'p ValuePattern),
    Object(&'p ObjectPattern),
}

impl Part<'_> {
    pub(crate) fn fits(&self, facts: &dyn Facts) -> bool {
        match self {
            Self::Method(method) => method.eq_ignore_ascii_case(facts.method()),
            Self::Path(path) => path.fits(facts.path()),
            Self::Query(name, value) => value.fits_text(Query::parse(facts.query()).text(name)),
            Self::Header(name, value) => value.fits_text(facts.header(name).as_deref()),
            Self::Session(value) => value.fits_text(Some(facts.session())),
            Self::Body(place, value) => value.fits(facts.body().and_then(|body| body.pointer(place))),
            Self::Object(object) => facts.objects().iter().any(|other| object.fits(other)),
        }
    }
}

/// A pattern of paths: `*` and `?` stand for text and for one character within a segment, `/**` at the end for any
/// rest. It counts from the API's base, unless it begins with `/masking` or `/__admin`.
#[derive(Debug, Clone, PartialEq)]
pub struct PathPattern {
    text: String,
    /// How every fitting path begins: all before the first wildcard.
    start: String,
    segments: Vec<WildMatch>,
    /// Whether more segments may follow.
    open: bool,
}

impl PathPattern {
    /// Reads a pattern.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let path = super::canonical(&text);
        let (path, open) = match path.strip_suffix("/**") {
            Some(path) => (path, true),
            None => (path.as_str(), false),
        };
        let based = ["/masking", "/__admin"].iter().any(|base| path.starts_with(base));
        let plain = path.split(['*', '?']).next().unwrap_or_default();
        let start = format!("{}{plain}", if based { "" } else { "/masking/api" });
        let base = ["masking", "api"].into_iter().filter(|_| !based);
        let segments = base.chain(path.split('/').filter(|part| !part.is_empty()));
        Self {
            segments: segments.map(WildMatch::new).collect(),
            start: start.trim_end_matches('/').to_owned(),
            open,
            text,
        }
    }

    /// Whether the path begins as it must. Cheaper than [`Self::fits`].
    fn may_fit(&self, path: &str) -> bool {
        path.starts_with(&self.start)
    }

    pub(crate) fn fits(&self, path: &str) -> bool {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let fits = |segment: &WildMatch| parts.next().is_some_and(|part| segment.matches(part));
        self.may_fit(path) && self.segments.iter().all(fits) && (self.open || parts.next().is_none())
    }
}

impl From<&str> for PathPattern {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for PathPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PathPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A pattern of a value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ValuePattern {
    /// A text, in which `*` and `?` are wildcards; another value counts by its JSON. In JSON: a text.
    Text(WildMatch),
    /// Exactly this value. In JSON: a number, a boolean or null, or `{ "equals": VALUE }`.
    Equals(Value),
    /// Whether there is a value. In JSON: `{ "present": true }`.
    Present(bool),
    /// Any value that the pattern doesn't fit, or none. In JSON: `{ "not": PATTERN }`.
    Not(Box<Self>),
}

impl ValuePattern {
    /// A pattern of a text with wildcards.
    pub fn text(text: &str) -> Self {
        Self::Text(WildMatch::new(text))
    }

    pub(crate) fn fits_text(&self, text: Option<&str>) -> bool {
        match (self, text) {
            (Self::Text(wild), Some(text)) => wild.matches(text),
            (Self::Equals(Value::String(wanted)), Some(text)) => wanted == text,
            (Self::Equals(wanted), Some(text)) => format!("{wanted}") == text,
            (Self::Text(_) | Self::Equals(_), None) => false,
            (Self::Present(wanted), text) => *wanted == text.is_some(),
            (Self::Not(other), text) => !other.fits_text(text),
        }
    }

    pub(crate) fn fits(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (_, Some(Value::String(text))) => self.fits_text(Some(text)),
            (Self::Text(wild), Some(value)) => wild.matches(&value.to_string()),
            (Self::Equals(wanted), Some(value)) => wanted == value,
            (Self::Text(_) | Self::Equals(_), None) => false,
            (Self::Present(wanted), value) => *wanted == value.is_some(),
            (Self::Not(other), value) => !other.fits(value),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(wild) => wild.to_string().into(),
            Self::Equals(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value.clone(),
            Self::Equals(value) => json!({ "equals": value }),
            Self::Present(present) => json!({ "present": present }),
            Self::Not(other) => json!({ "not": other.to_json() }),
        }
    }

    fn from_json(value: Value) -> Option<Self> {
        let members = match value {
            Value::String(text) => return Some(Self::text(&text)),
            Value::Object(members) => members,
            Value::Array(_) => return None,
            plain => return Some(Self::Equals(plain)),
        };
        let mut members = members.into_iter();
        let (name, value) = members.next().filter(|_| members.len() == 0)?;
        match name.as_str() {
            "equals" => Some(Self::Equals(value)),
            "present" => value.as_bool().map(Self::Present),
            "not" => Self::from_json(value).map(Box::new).map(Self::Not),
            _ => None,
        }
    }
}

impl Serialize for ValuePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ValuePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a pattern is a text (* and ? are wildcards), a number, a boolean, null, or an object with one \
            of equals, present (true or false) and not";
        Self::from_json(Value::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(expected))
    }
}

/// A pattern of an exported or imported object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ObjectPattern {
    /// Its type, such as `MASKING_JOB`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<ValuePattern>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ValuePattern>,
}

impl ObjectPattern {
    pub(crate) fn fits(&self, object: &ObjectName) -> bool {
        let type_name = Some(object.type_name.as_str());
        let fits = |pattern: &Option<ValuePattern>, text: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| pattern.fits_text(text))
        };
        fits(&self.type_name, type_name) && fits(&self.name, object.name.as_deref())
    }
}
