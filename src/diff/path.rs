//! Paths of fields in objects, and rules to ignore them.
//!
//! Invariant: a path uses the schema's field names (`#7` for unknown fields), so a rule means the same in all documents.

use std::fmt;

use crate::object::data::{FieldKind, MessageSpec};

/// The name of the list of dependencies.
pub(super) const DEPENDENCIES: &str = "dependencies";

/// The fields of every object apart from its data.
pub const COMMON_FIELDS: [&str; 7] = [
    "revision",
    "json",
    "created",
    "modified",
    DEPENDENCIES,
    "data",
    "data_type",
];

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A known field.
    Name(&'static str),
    /// An unknown field.
    Number(u32),
    /// An item of a list: its name, else its position.
    Item(String),
}

/// The path of a field, from the outside in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath {
    /// The steps.
    pub steps: Vec<Step>,
}

impl FieldPath {
    pub(super) fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }

    /// The fields, without list items.
    fn fields(&self) -> Vec<Part> {
        self.steps
            .iter()
            .filter_map(|step| match step {
                Step::Name(name) => Some(Part::Name(name)),
                Step::Number(number) => Some(Part::Number(*number)),
                Step::Item(_) => None,
            })
            .collect()
    }
}

/// `tables[PATIENTS].record_groups[All Row].columns[SSN].algorithm`. Not escaped.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            match step {
                Step::Name(name) => write!(f, "{dot}{name}")?,
                Step::Number(number) => write!(f, "{dot}#{number}")?,
                Step::Item(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Name(&'static str),
    Number(u32),
}

/// A field whose changes are ignored: `email`, `columns.algorithm`, `#17`, `MASKING_JOB:email`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreRule {
    type_name: Option<String>,
    parts: Vec<Part>,
}

/// Why a rule is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreError {
    /// An empty rule, or one with an empty part.
    #[error("an empty field name")]
    Empty,
    /// A field that no message has.
    #[error("no field is called {0:?}")]
    Unknown(String),
}

impl IgnoreRule {
    /// Parses `[TYPE:]FIELD[.FIELD…]`.
    ///
    /// # Errors
    /// A field that no message has, because a typo must not become a rule.
    pub fn parse(text: &str) -> Result<Self, IgnoreError> {
        let (type_name, path) = match text.split_once(':') {
            Some((type_name, path)) => (Some(type_name.to_owned()), path),
            None => (None, text),
        };
        let parts = path.split('.').map(part).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { type_name, parts })
    }

    #[doc(hidden)]
    /// Whether the rule covers a path: the path contains the rule's fields one after the other. A rule for a list covers
    /// its items.
    pub fn covers(&self, type_name: &str, path: &FieldPath) -> bool {
        self.type_name.as_ref().is_none_or(|wanted| wanted == type_name)
            && path
                .fields()
                .windows(self.parts.len())
                .any(|window| window == self.parts)
    }

    /// Whether the rule covers whole revisions.
    pub(super) fn covers_revision(&self, type_name: &str) -> bool {
        let revision = FieldPath {
            steps: vec![Step::Name("revision")],
        };
        self.covers(type_name, &revision)
    }
}

fn part(text: &str) -> Result<Part, IgnoreError> {
    if text.is_empty() {
        return Err(IgnoreError::Empty);
    }
    if let Some(number) = text.strip_prefix('#').and_then(|digits| digits.parse().ok()) {
        return Ok(Part::Number(number));
    }
    COMMON_FIELDS
        .into_iter()
        .chain(MessageSpec::all().iter().flat_map(|spec| names(spec)))
        .find(|name| *name == text)
        .map(Part::Name)
        .ok_or_else(|| IgnoreError::Unknown(text.to_owned()))
}

/// The names of a message's fields and of nested ones. Specs don't nest in circles.
fn names(spec: &'static MessageSpec) -> Vec<&'static str> {
    let mut found = Vec::new();
    for field in spec.fields {
        found.push(field.name);
        if let FieldKind::Message(inner) | FieldKind::SecretMessage(inner, _) = field.kind {
            found.extend(names(inner));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[Step]) -> FieldPath {
        FieldPath {
            steps: steps.to_vec(),
        }
    }

    #[test]
    fn rule_covers_a_field_and_its_parts() {
        let column = path(&[
            Step::Name("tables"),
            Step::Item("T".into()),
            Step::Name("columns"),
            Step::Item("C".into()),
            Step::Name("algorithm"),
        ]);
        for rule in [
            "algorithm",
            "columns",
            "tables",
            "columns.algorithm",
            "DATABASE_RULESET:columns",
        ] {
            assert!(
                IgnoreRule::parse(rule)
                    .unwrap()
                    .covers("DATABASE_RULESET", &column),
                "{rule}"
            );
        }
        for rule in ["tables.algorithm", "domain", "MASKING_JOB:columns", "#5"] {
            assert!(
                !IgnoreRule::parse(rule)
                    .unwrap()
                    .covers("DATABASE_RULESET", &column),
                "{rule}"
            );
        }
        assert_eq!(column.to_string(), "tables[T].columns[C].algorithm");
    }

    #[test]
    fn unknown_field_name_is_refused() {
        assert_eq!(
            IgnoreRule::parse("emial"),
            Err(IgnoreError::Unknown("emial".into()))
        );
        assert_eq!(IgnoreRule::parse("columns."), Err(IgnoreError::Empty));
        assert_eq!(IgnoreRule::parse("#x"), Err(IgnoreError::Unknown("#x".into())));
        assert!(IgnoreRule::parse("#7").is_ok() && IgnoreRule::parse("revision").is_ok());
    }
}
