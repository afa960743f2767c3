//! Reads a policy from TOML, and holds the text of the default one.
//! Invariant: a policy is read as a whole or not at all. An unknown rule, type or member is an error with its place,
//! so that a typo cannot weaken a policy.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::finding::{self, REGISTRY};
use crate::object::{known_by_number, type_by_name, type_help};
use crate::signature::Fingerprint;

use super::{Ignore, Level, Pattern, Policy, TextPlace, WantedType};

/// The default policy, with all settings as comments.
pub const DEFAULT_POLICY: &str = include_str!("default-policy.toml");

/// Why a policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", .at.line, .at.column)]
#[non_exhaustive]
pub struct PolicyError {
    /// The place of the error.
    pub at: TextPlace,
    /// The error.
    pub message: String,
    /// A suggestion.
    pub help: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PolicyText {
    #[serde(default)]
    levels: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    allow: AllowText,
    #[serde(default)]
    types: TypesText,
    #[serde(default)]
    ignore: Vec<Spanned<IgnoreText>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AllowText {
    hosts: Option<Vec<String>>,
    keys: Option<Vec<Spanned<String>>>,
    max_age: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TypesText {
    #[serde(default)]
    deny: Vec<Spanned<TypeText>>,
    #[serde(default)]
    require: Vec<Spanned<TypeText>>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected the name or the number of an object type")]
enum TypeText {
    Number(u64),
    Name(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct IgnoreText {
    rule: Spanned<String>,
    object: Option<Spanned<String>>,
    reason: Spanned<String>,
    until: Option<Spanned<Datetime>>,
}

impl Policy {
    /// Reads a policy in TOML. `docs/audit.md` describes the members.
    ///
    /// # Errors
    /// The first error in the text, with its line and column.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let reader = Reader { text };
        let parsed: PolicyText = toml::from_str(text).map_err(|error| {
            let at = error.span().unwrap_or_default();
            reader.error(&at, error.message().trim_end(), None)
        })?;
        let mut policy = Self::default();
        for (rule, level) in &parsed.levels {
            let known = finding::by_id(rule.get_ref()).ok_or_else(|| reader.no_rule(rule))?;
            policy.levels.insert(known.id, reader.level(level)?);
        }
        policy.hosts = parsed.allow.hosts.map(|hosts| {
            let lower = hosts.iter().map(|host| host.to_lowercase());
            lower.map(|host| Pattern::new(&host)).collect()
        });
        policy.keys = parsed
            .allow
            .keys
            .map(|keys| keys.iter().map(|key| reader.key(key)).collect())
            .transpose()?;
        policy.max_age = parsed
            .allow
            .max_age
            .as_ref()
            .map(|age| reader.age(age))
            .transpose()?;
        policy.denied_types = reader.types(&parsed.types.deny)?;
        policy.required_types = reader.types(&parsed.types.require)?;
        policy.ignores = parsed
            .ignore
            .iter()
            .map(|ignore| reader.ignore(ignore))
            .collect::<Result<_, _>>()?;
        Ok(policy)
    }
}

fn type_of_number(number: u64) -> WantedType {
    match known_by_number(number) {
        Some(known) => WantedType::Known(known.name),
        None => WantedType::Number(number),
    }
}

/// Converts the parsed text to a policy.
struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn place(&self, offset: usize) -> TextPlace {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        TextPlace {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            offset,
        }
    }

    fn error(&self, at: &Range<usize>, message: impl Into<String>, help: Option<String>) -> PolicyError {
        PolicyError {
            at: self.place(at.start),
            message: message.into(),
            help,
        }
    }

    fn no_rule(&self, rule: &Spanned<String>) -> PolicyError {
        let similar = finding::similar_ids(rule.get_ref());
        let help = match similar.as_slice() {
            [] => None,
            similar => Some(format!("similar: {}", similar.join(", "))),
        };
        let message = format!("no rule has the id {:?}", rule.get_ref());
        self.error(&rule.span(), message, help)
    }

    fn level(&self, level: &Spanned<String>) -> Result<Level, PolicyError> {
        Level::from_word(level.get_ref()).ok_or_else(|| {
            let help = "levels are off, info, warning and error".to_owned();
            self.error(
                &level.span(),
                format!("{:?} is no level", level.get_ref()),
                Some(help),
            )
        })
    }

    fn key(&self, key: &Spanned<String>) -> Result<Fingerprint, PolicyError> {
        key.get_ref().parse().map_err(|_| {
            let help = "a fingerprint is sha256: and 64 hexadecimal digits";
            self.error(
                &key.span(),
                format!("{:?} is no fingerprint", key.get_ref()),
                Some(help.to_owned()),
            )
        })
    }

    fn age(&self, age: &Spanned<String>) -> Result<SignedDuration, PolicyError> {
        let span = age.get_ref().parse::<jiff::Span>().ok();
        let days = jiff::SpanRelativeTo::days_are_24_hours();
        let duration = span.and_then(|span| span.to_duration(days).ok());
        duration.filter(SignedDuration::is_positive).ok_or_else(|| {
            let help = "an age is a number of weeks, days or hours, such as \"30d\"".to_owned();
            self.error(&age.span(), format!("{:?} is no age", age.get_ref()), Some(help))
        })
    }

    fn types(&self, types: &[Spanned<TypeText>]) -> Result<Vec<WantedType>, PolicyError> {
        let wanted = |text: &Spanned<TypeText>| match text.get_ref() {
            TypeText::Number(number) => Ok(type_of_number(*number)),
            TypeText::Name(name) => self.object_type(name, &text.span()),
        };
        types.iter().map(wanted).collect()
    }

    /// An unknown type has no name and is given by number.
    fn object_type(&self, name: &str, at: &Range<usize>) -> Result<WantedType, PolicyError> {
        if let Some(known) = type_by_name(name) {
            return Ok(WantedType::Known(known.name));
        }
        if let Ok(number) = name.parse() {
            return Ok(type_of_number(number));
        }
        let help = type_help(name);
        Err(self.error(at, format!("no object type is called {name:?}"), Some(help)))
    }

    fn ignore(&self, ignore: &Spanned<IgnoreText>) -> Result<Ignore, PolicyError> {
        let text = ignore.get_ref();
        let rule = Pattern::new(text.rule.get_ref());
        if !REGISTRY.iter().any(|known| rule.matches(known.id)) {
            return Err(self.no_rule(&text.rule));
        }
        if text.reason.get_ref().trim().is_empty() {
            let help = "give the reason, for later readers of the policy".to_owned();
            return Err(self.error(&text.reason.span(), "an ignore needs a reason", Some(help)));
        }
        if let Some(object) = text
            .object
            .as_ref()
            .filter(|object| !object.get_ref().contains([':', '*']))
        {
            let help = "objects are TYPE:IDENTIFIER or TYPE:NAME, such as \"MASKING_JOB:*\"".to_owned();
            let message = format!("{:?} fits no object", object.get_ref());
            return Err(self.error(&object.span(), message, Some(help)));
        }
        if let Some(object) = &text.object
            && let Some((name, _)) = object.get_ref().split_once(':')
            && !name.contains(['*', '?'])
        {
            self.object_type(name, &object.span())?;
        }
        Ok(Ignore {
            rule,
            object: text.object.as_ref().map(|object| Pattern::new(object.get_ref())),
            reason: text.reason.get_ref().clone(),
            until: text.until.as_ref().map(|until| self.day(until)).transpose()?,
            at: self.place(ignore.span().start),
            rule_text: text.rule.get_ref().clone(),
            object_text: text.object.as_ref().map(|object| object.get_ref().clone()),
        })
    }

    fn day(&self, until: &Spanned<Datetime>) -> Result<Date, PolicyError> {
        let text = until.get_ref().to_string();
        text.parse()
            .ok()
            .filter(|_| until.get_ref().time.is_none())
            .ok_or_else(|| {
                let help =
                    "an expiry is the last day on which the ignore holds, such as 2027-01-31".to_owned();
                self.error(&until.span(), format!("{text} is no day"), Some(help))
            })
    }
}
