//! Values with the lines where they stand, read from JSON, TOML or YAML.
//!
//! Invariant: the three formats give the same tree. Depth is bounded, and so is what aliases of YAML expand to.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::ContentFormat;

/// Levels of lists and objects. Seed files have eleven at most.
const DEPTH: usize = 24;

/// Events of the parser that aliases of a YAML file may repeat.
const REPLAYED: usize = 20_000;

/// A value and its line, from 1.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Tree,
}

/// A value.
#[derive(Debug)]
pub(super) enum Tree {
    Scalar(Value),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Text that isn't of its format: the line and the parser's reason.
pub(super) type NotOfFormat = (Option<usize>, String);

pub(super) fn read(text: &str, format: ContentFormat) -> Result<Node, NotOfFormat> {
    match format {
        ContentFormat::Toml => toml(text),
        ContentFormat::Json => json(text),
        ContentFormat::Yaml => yaml(text),
    }
}

impl Node {
    /// The value without lines.
    pub(super) fn plain(&self) -> Value {
        match &self.value {
            Tree::Scalar(value) => value.clone(),
            Tree::List(entries) => entries.iter().map(Self::plain).collect(),
            Tree::Object(members) => {
                let plain = members.iter().map(|(name, node)| (name.clone(), node.plain()));
                Value::Object(plain.collect())
            }
        }
    }
}

fn too_deep(line: usize) -> NotOfFormat {
    (Some(line), format!("more than {DEPTH} levels"))
}

/// Where the lines of a text begin.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    fn at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The line of a part of the text: the difference of their addresses is its place.
    fn of_part(&self, part: &str) -> usize {
        self.at((part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize))
    }
}

fn toml(text: &str) -> Result<Node, NotOfFormat> {
    let lines = Lines::of(text);
    let table = toml::de::DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| lines.at(span.start));
        (line, error.message().to_owned())
    })?;
    toml_table(&lines, 1, table.get_ref(), 0)
}

fn toml_table(
    lines: &Lines<'_>,
    line: usize,
    table: &toml::de::DeTable<'_>,
    depth: usize,
) -> Result<Node, NotOfFormat> {
    let mut members = Vec::new();
    for (name, value) in table {
        let line = lines.at(name.span().start);
        let mut node = toml_value(lines, value, depth + 1)?;
        node.line = line;
        members.push((name.get_ref().to_string(), node));
    }
    Ok(Node {
        line,
        value: Tree::Object(members),
    })
}

fn toml_value(
    lines: &Lines<'_>,
    value: &toml::Spanned<toml::de::DeValue<'_>>,
    depth: usize,
) -> Result<Node, NotOfFormat> {
    use toml::de::DeValue;
    let line = lines.at(value.span().start);
    if depth > DEPTH {
        return Err(too_deep(line));
    }
    let out_of_range = || (Some(line), "the number is out of range".to_owned());
    let scalar = match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| out_of_range())?
            .into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_err(|_| out_of_range())?.into(),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(entries) => {
            let entries = entries.iter().map(|entry| toml_value(lines, entry, depth + 1));
            let value = Tree::List(entries.collect::<Result<_, _>>()?);
            return Ok(Node { line, value });
        }
        DeValue::Table(table) => return toml_table(lines, line, table, depth),
    };
    Ok(Node {
        line,
        value: Tree::Scalar(scalar),
    })
}

fn json(text: &str) -> Result<Node, NotOfFormat> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| json_error(1, &error))?;
    json_value(&Lines::of(text), whole, 0)
}

/// The place of an error in a part of the text that begins at a line.
fn json_error(first_line: usize, error: &serde_json::Error) -> NotOfFormat {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default().to_owned();
    (Some(first_line + error.line().saturating_sub(1)), reason)
}

fn json_value(lines: &Lines<'_>, raw: &RawValue, depth: usize) -> Result<Node, NotOfFormat> {
    let own = raw.get();
    let line = lines.of_part(own);
    if depth > DEPTH {
        return Err(too_deep(line));
    }
    let failed = |error: serde_json::Error| json_error(line, &error);
    let value = match own.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(own).map_err(failed)?;
            let nodes = members
                .into_iter()
                .map(|(name, value)| json_value(lines, value, depth + 1).map(|node| (name, node)));
            Tree::Object(nodes.collect::<Result<_, _>>()?)
        }
        Some(b'[') => {
            let entries: Vec<&RawValue> = serde_json::from_str(own).map_err(failed)?;
            let nodes = entries
                .into_iter()
                .map(|value| json_value(lines, value, depth + 1));
            Tree::List(nodes.collect::<Result<_, _>>()?)
        }
        _ => Tree::Scalar(serde_json::from_str(own).map_err(failed)?),
    };
    Ok(Node { line, value })
}

/// The members of a JSON object in order; a name must not come twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut members, mut names) = (Self::Value::new(), HashSet::new());
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom(format!("'{name}' comes twice")));
                    }
                    members.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Members)
    }
}

fn yaml(text: &str) -> Result<Node, NotOfFormat> {
    let options = serde_saphyr::options! {
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: REPLAYED },
    };
    let whole = serde_saphyr::from_str_with_options::<serde_saphyr::Spanned<Yaml>>(text, options);
    let whole = whole.map_err(|error| {
        let line = error
            .location()
            .and_then(|location| usize::try_from(location.line()).ok());
        let text = error.without_snippet().to_string();
        (line, text.lines().next().unwrap_or_default().to_owned())
    })?;
    yaml_value(whole, 0)
}

fn yaml_value(spanned: serde_saphyr::Spanned<Yaml>, depth: usize) -> Result<Node, NotOfFormat> {
    let line = usize::try_from(spanned.referenced.line()).unwrap_or_default();
    if depth > DEPTH {
        return Err(too_deep(line));
    }
    let value = match spanned.value {
        Yaml::Scalar(value) => Tree::Scalar(value),
        Yaml::List(entries) => {
            let nodes = entries.into_iter().map(|entry| yaml_value(entry, depth + 1));
            Tree::List(nodes.collect::<Result<_, _>>()?)
        }
        Yaml::Object(members) => {
            let node = |(name, value): (serde_saphyr::Spanned<String>, _)| {
                let mut node = yaml_value(value, depth + 1)?;
                node.line = usize::try_from(name.referenced.line()).unwrap_or(node.line);
                Ok((name.value, node))
            };
            Tree::Object(members.into_iter().map(node).collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { line, value })
}

/// A value of YAML.
enum Yaml {
    Scalar(Value),
    List(Vec<serde_saphyr::Spanned<Yaml>>),
    Object(Vec<(serde_saphyr::Spanned<String>, serde_saphyr::Spanned<Yaml>)>),
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Yaml;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Yaml, E> {
                Ok(Yaml::Scalar(truth.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Yaml, E> {
                Ok(Yaml::Scalar(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Yaml, E> {
                Ok(Yaml::Scalar(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Yaml, E> {
                Ok(Yaml::Scalar(number.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Yaml, E> {
                Ok(Yaml::Scalar(text.into()))
            }

            fn visit_unit<E>(self) -> Result<Yaml, E> {
                Ok(Yaml::Scalar(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Yaml, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    entries.push(entry);
                }
                Ok(Yaml::List(entries))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Yaml, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Yaml::Object(members))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
