//! Where in an object something differs, and which of these places a caller doesn't want to hear of.
//!
//! Invariant: a path names fields as the schema does (`#7` where it doesn't know them), so a rule to ignore one means
//! the same in every document.

use std::fmt;

use crate::object::data::{FieldKind, MessageSpec};

/// What the list of dependencies is called.
pub(super) const DEPENDENCIES: &str = "dependencies";

/// Fields that every object has beside its data.
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
    /// A field that has a name.
    Name(&'static str),
    /// A field that is known only by its number.
    Number(u32),
    /// An item of a list: its name, or its position for those that have none.
    Item(String),
}

/// Where in an object something differs, from the outside in.
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

    /// The fields without the items between them.
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

/// A field whose changes don't count: `email`, `columns.algorithm`, `#17`, `MASKING_JOB:email`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreRule {
    type_name: Option<String>,
    parts: Vec<Part>,
}

/// Why a text names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// Nothing between two dots, or nothing at all.
    #[error("an empty field name")]
    Empty,
    /// No message has a field of this name.
    #[error("no field is called {0:?}")]
    Unknown(String),
}

impl IgnoreRule {
    /// Reads `[TYPE:]FIELD[.FIELD…]`.
    ///
    /// # Errors
    /// A field that no message has: a slip of the pen must not pass for a rule.
    pub fn parse(text: &str) -> Result<Self, IgnoreError> {
        let (type_name, path) = match text.split_once(':') {
            Some((type_name, path)) => (Some(type_name.to_owned()), path),
            None => (None, text),
        };
        let parts = path.split('.').map(part).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { type_name, parts })
    }

    /// Whether the rule covers a path: its fields follow each other somewhere on it, so that ignoring a list ignores
    /// what is in it.
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

/// The names of a message's fields and of those inside it. Specs don't nest in circles.
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
    fn a_rule_covers_the_field_and_what_is_below_it() {
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
    fn a_name_that_no_message_has_is_no_rule() {
        assert_eq!(
            IgnoreRule::parse("emial"),
            Err(IgnoreError::Unknown("emial".into()))
        );
        assert_eq!(IgnoreRule::parse("columns."), Err(IgnoreError::Empty));
        assert_eq!(IgnoreRule::parse("#x"), Err(IgnoreError::Unknown("#x".into())));
        assert!(IgnoreRule::parse("#7").is_ok() && IgnoreRule::parse("revision").is_ok());
    }
}
