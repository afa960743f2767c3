//! Checks a tree against the table of members.
//!
//! Invariant: every mistake is reported, each with its line and path.

use std::collections::BTreeMap;

use serde_json::Value;

use super::form::{Form, Kind, Member};
use super::tree::{Node, Tree};
use super::{Mistake, did_you_mean};

/// An object of a seed file.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: &'static Kind,
    pub(crate) line: usize,
    /// Its place, such as `environments[0].rulesets[1]`; empty for the file.
    pub(crate) path: String,
    values: BTreeMap<&'static str, (usize, Value)>,
    parts: BTreeMap<&'static str, Vec<Entry>>,
}

impl Entry {
    /// A value, and its line.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.text("name").unwrap_or_default()
    }

    /// The objects in a member.
    pub(crate) fn parts(&self, name: &str) -> &[Self] {
        self.parts.get(name).map_or(&[], Vec::as_slice)
    }

    /// A mistake in a member, or in the whole object.
    pub(crate) fn mistake(&self, member: Option<&str>, reason: impl Into<String>) -> Mistake {
        let line = member.and_then(|member| self.values.get(member));
        Mistake {
            line: Some(line.map_or(self.line, |(line, _)| *line)),
            path: match member {
                Some(member) => below(&self.path, member),
                None => self.path.clone(),
            },
            reason: reason.into(),
        }
    }
}

fn below(path: &str, member: &str) -> String {
    if path.is_empty() {
        member.to_owned()
    } else {
        format!("{path}.{member}")
    }
}

/// Reads an object of a kind.
pub(super) fn entry(kind: &'static Kind, node: &Node, path: String, mistakes: &mut Vec<Mistake>) -> Entry {
    let mut entry = Entry {
        kind,
        line: node.line,
        path,
        values: BTreeMap::new(),
        parts: BTreeMap::new(),
    };
    match &node.value {
        Tree::Object(members) => {
            for (name, node) in members {
                let Some(member) = kind.member(name) else {
                    let known: Vec<&str> = kind.members.iter().map(|member| member.name).collect();
                    let place = below(&entry.path, name);
                    let near = did_you_mean(name, known.iter().copied());
                    let hint = near.unwrap_or_else(|| format!("; its members are {}", known.join(", ")));
                    let reason = format!("{} has no such member{hint}", kind.one);
                    mistakes.push(mistake(node, place, reason));
                    continue;
                };
                take(&mut entry, member, node, mistakes);
            }
        }
        // A text stands for an object with only a name.
        Tree::Scalar(Value::String(_)) if kind.member("name").is_some() => {
            if let Some(member) = kind.member("name") {
                take(&mut entry, member, node, mistakes);
            }
        }
        _ => {
            mistakes.push(entry.mistake(None, format!("{} is an object", kind.one)));
            return entry;
        }
    }
    for member in kind.members.iter().filter(|member| member.needed) {
        let is_tried = matches!(&node.value, Tree::Object(members) if members.iter().any(|(name, _)| name == member.name));
        if entry.value(member.name).is_none() && !is_tried {
            mistakes.push(entry.mistake(None, format!("{} needs '{}'", kind.one, member.name)));
        }
    }
    entry
}

fn mistake(node: &Node, path: String, reason: String) -> Mistake {
    Mistake {
        line: Some(node.line),
        path,
        reason,
    }
}

fn take(entry: &mut Entry, member: &'static Member, node: &Node, mistakes: &mut Vec<Mistake>) {
    let path = below(&entry.path, member.name);
    if let Form::Many(kind) = member.form {
        let Tree::List(nodes) = &node.value else {
            mistakes.push(mistake(node, path, "it is a list".to_owned()));
            return;
        };
        let parts = nodes.iter().enumerate();
        let parts = parts.map(|(at, node)| self::entry(kind, node, format!("{path}[{at}]"), mistakes));
        let parts = parts.collect();
        entry.parts.insert(member.name, parts);
        return;
    }
    if let Form::One(kind) = member.form {
        let part = self::entry(kind, node, path, mistakes);
        entry.parts.insert(member.name, vec![part]);
        return;
    }
    match value(&member.form, node) {
        Ok(value) => {
            entry.values.insert(member.name, (node.line, value));
        }
        Err(expected) => mistakes.push(mistake(node, path, format!("it is {expected}"))),
    }
}

/// The value of a member, or what it should be.
fn value(form: &Form, node: &Node) -> Result<Value, String> {
    let value = node.plain();
    let texts = || {
        let all = value.as_array()?.iter();
        all.map(Value::as_str).collect::<Option<Vec<&str>>>()
    };
    match form {
        Form::Text | Form::Name(_) | Form::NameIn(..) => match value.as_str() {
            Some(text) if !text.is_empty() => Ok(value),
            _ => Err("a text that is not empty".to_owned()),
        },
        Form::Number => {
            let whole = value.as_i64().or_else(|| whole(value.as_f64()?));
            let whole = whole.filter(|number| (0..=i64::from(i32::MAX)).contains(number));
            whole
                .map(Value::from)
                .ok_or_else(|| format!("a whole number from 0 to {}", i32::MAX))
        }
        Form::Flag => match value {
            Value::Bool(_) => Ok(value),
            _ => Err("true or false".to_owned()),
        },
        Form::Texts | Form::Names(_) => match texts() {
            Some(_) => Ok(value),
            None => Err("a list of texts".to_owned()),
        },
        Form::SomeOf(allowed) => match texts() {
            Some(texts) if texts.iter().all(|text| allowed.contains(text)) => Ok(value),
            _ => Err(format!("a list of {}", allowed.join(", "))),
        },
        Form::Object => match value {
            Value::Object(_) => Ok(value),
            _ => Err("an object".to_owned()),
        },
        Form::One(_) => Err("an object".to_owned()),
        Form::Many(_) => Err("a list".to_owned()),
    }
}

/// A number without a fraction, such as 1.0.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < f64::from(i32::MAX)).then_some(number as i64)
}
