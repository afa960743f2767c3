//! Ids that differ from run to run: those of tasks, executions, files and new rows.
//!
//! The engine that answers now gives other ids than the recorded one. Pairs of answers to the same request show which id
//! stands for which, and later requests are translated.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::engine::catalogue;
use crate::engine::resources::ResourceSpec;
use crate::http::canonical;

/// The API's base.
pub(super) const BASE: &str = "/masking/api/";

/// Members with ids that every run makes anew, and what they name.
const MADE: &[(&str, &str)] = &[
    ("asyncTaskId", "asyncTaskId"),
    ("executionId", "executionId"),
    ("executionComponentId", "executionComponentId"),
    ("executionEventId", "executionEventId"),
    ("reference", "file"),
    ("fileReferenceId", "file"),
    ("fileDownloadId", "file"),
];

/// Paths with such an id in the next segment.
const PATHS: &[(&str, &str)] = &[
    ("async-tasks", "asyncTaskId"),
    ("executions", "executionId"),
    ("monitor-task", "executionId"),
    ("file-downloads", "file"),
];

/// Which present id stands for which recorded one.
#[derive(Debug, Default)]
pub(super) struct Correlation {
    present: HashMap<(String, String), Value>,
}

/// What a member with an id that is made anew names.
pub(super) fn made(member: &str) -> Option<&'static str> {
    let found = MADE.iter().find(|(name, _)| *name == member);
    found.map(|(_, what)| *what)
}

/// The resource of a path, and the rest of the path.
pub(super) fn resource(path: &str) -> Option<(&'static ResourceSpec, String)> {
    let path = canonical(path);
    let below = path.strip_prefix(BASE)?;
    let specs = catalogue::ALL.iter().map(|collection| collection.spec());
    let found = specs.filter_map(|spec| {
        let rest = below.strip_prefix(spec.path)?;
        let whole = rest.is_empty() || rest.starts_with('/');
        whole.then(|| (spec, rest.trim_start_matches('/').to_owned()))
    });
    // `classifiers/frameworks` is no classifier.
    found.max_by_key(|(spec, _)| spec.path.len())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Correlation {
    /// Learns from two answers to the same request. `created` is the resource of a new row.
    pub(super) fn learn(&mut self, recorded: &Value, present: &Value, created: Option<&ResourceSpec>) {
        if let Some(spec) = created {
            self.pair(
                spec.id_field,
                recorded.get(spec.id_field),
                present.get(spec.id_field),
            );
        }
        match (recorded, present) {
            (Value::Object(recorded), Value::Object(present)) => {
                for (name, value) in recorded {
                    if let Some(what) = made(name) {
                        self.pair(what, Some(value), present.get(name));
                    } else if let Some(present) = present.get(name) {
                        self.learn(value, present, None);
                    }
                }
            }
            (Value::Array(recorded), Value::Array(present)) => {
                for (recorded, present) in recorded.iter().zip(present) {
                    self.learn(recorded, present, None);
                }
            }
            _ => {}
        }
    }

    fn pair(&mut self, what: &str, recorded: Option<&Value>, present: Option<&Value>) {
        if let (Some(recorded), Some(present)) = (recorded.and_then(text), present)
            && text(present).is_some()
        {
            self.present.insert((what.to_owned(), recorded), present.clone());
        }
    }

    fn find(&self, what: &str, recorded: &str) -> Option<&Value> {
        self.present.get(&(what.to_owned(), recorded.to_owned()))
    }

    /// A recorded path and query with the present ids.
    pub(super) fn target(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let spec = resource(path);
        let mut what = None;
        let segments = path.split('/').map(|segment| {
            let named = PATHS.iter().find(|(name, _)| *name == segment);
            let next = named.map(|(_, what)| *what);
            let next = next.or_else(|| {
                let spec = spec.as_ref().map(|(spec, _)| *spec)?;
                (spec.path.rsplit('/').next() == Some(segment)).then_some(spec.id_field)
            });
            let decoded = percent_decode_str(segment).decode_utf8_lossy();
            let present = what.and_then(|what| self.find(what, &decoded)).and_then(text);
            what = next;
            match present {
                Some(id) => utf8_percent_encode(&id, NON_ALPHANUMERIC).to_string(),
                None => segment.to_owned(),
            }
        });
        let path = segments.collect::<Vec<_>>().join("/");
        if query.is_empty() {
            return path;
        }
        let parameters = query.split('&').map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let what = named_by(spec.as_ref().map(|(spec, _)| *spec), &member_of(name));
            let present = self.find(&what, value).and_then(text)?;
            Some(format!(
                "{name}={}",
                utf8_percent_encode(&present, NON_ALPHANUMERIC)
            ))
        });
        let parameters = parameters
            .zip(query.split('&'))
            .map(|(present, recorded)| present.unwrap_or_else(|| recorded.to_owned()));
        format!("{path}?{}", parameters.collect::<Vec<_>>().join("&"))
    }

    /// Puts the present ids into a recorded body for a path. Returns whether there were any.
    pub(super) fn body(&self, target: &str, value: &mut Value) -> bool {
        let path = target.split('?').next().unwrap_or_default();
        let spec = resource(path).map(|(spec, _)| spec);
        self.members(spec, value)
    }

    fn members(&self, spec: Option<&ResourceSpec>, value: &mut Value) -> bool {
        match value {
            Value::Object(members) => {
                let mut changed = false;
                for (name, value) in members {
                    let what = named_by(spec, name);
                    let present = text(value).and_then(|recorded| self.find(&what, &recorded));
                    match present {
                        Some(present) if present != value => {
                            *value = present.clone();
                            changed = true;
                        }
                        _ => changed |= self.members(spec, value),
                    }
                }
                changed
            }
            Value::Array(entries) => entries
                .iter_mut()
                .fold(false, |changed, entry| self.members(spec, entry) | changed),
            _ => false,
        }
    }
}

/// `environment_id` as a member.
fn member_of(parameter: &str) -> String {
    let mut member = String::new();
    let mut upper = false;
    for c in parameter.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                member.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => member.push(c),
        }
    }
    member
}

/// What a member names: a member that refers to rows of another resource names their id.
fn named_by(spec: Option<&ResourceSpec>, member: &str) -> String {
    if let Some(what) = made(member) {
        return what.to_owned();
    }
    let parents = spec.map_or(&[][..], |spec| spec.parents);
    let parent = parents.iter().find(|parent| parent.field == member);
    let target = parent.and_then(|parent| parent.targets(&Value::Null).next());
    let target = target.and_then(|path| {
        catalogue::ALL
            .iter()
            .find(|collection| collection.spec().path == path)
    });
    target
        .map_or(member, |collection| collection.spec().id_field)
        .to_owned()
}
