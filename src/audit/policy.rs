//! The audit policy: levels of rules, allowed hosts, keys and types, ignores.
//! Invariants: a policy names only existing rules and types. Nothing is ignored without a reason.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Date;
use wildmatch::WildMatch;

use crate::diff::ObjectRef;
use crate::finding::{self, Finding, FindingRule};
use crate::signature::Fingerprint;

use super::Level;

/// An audit policy. The default reports every rule at its registered severity.
///
/// ```
/// use exportdoc::Policy;
///
/// let policy = Policy::parse("[levels]\nhost-in-clear = \"off\"")?;
/// assert_ne!(policy, Policy::default());
/// # Ok::<(), exportdoc::PolicyError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    #[doc(hidden)]
    /// Levels that differ from the registered severity, by rule id.
    pub levels: BTreeMap<&'static str, Level>,
    #[doc(hidden)]
    /// Allowed hosts, such as `masker-*.example.com`. `None` allows every host. The port is compared only if the
    /// pattern has one.
    pub hosts: Option<Vec<Pattern>>,
    #[doc(hidden)]
    /// Keys that may sign. `None` allows every key.
    pub keys: Option<Vec<Fingerprint>>,
    #[doc(hidden)]
    /// Object types that a document must not hold.
    pub denied_types: Vec<WantedType>,
    #[doc(hidden)]
    /// Object types that a document must hold.
    pub required_types: Vec<WantedType>,
    #[doc(hidden)]
    /// The maximum age of an export, by the header's time. `None` allows every age.
    pub max_age: Option<SignedDuration>,
    #[doc(hidden)]
    /// Findings that don't count, with reasons. The first match applies.
    pub ignores: Vec<Ignore>,
}

/// Findings that every engine's own document has, but a sealed one may lack. The level of a seal is at least theirs, so
/// sealing never improves a score.
const OF_EVERY_GENUINE: [&FindingRule; 2] = [&finding::SIGNATURE_UNDETERMINED, &finding::KEY_WEAK];

/// An object type in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedType {
    /// A known type, by its name.
    Known(&'static str),
    /// An unknown type, by its number in the blob.
    Number(u64),
}

impl WantedType {
    /// Whether an object has this type.
    pub fn is(&self, type_name: &str, type_number: u64) -> bool {
        match self {
            Self::Known(name) => *name == type_name,
            Self::Number(number) => *number == type_number,
        }
    }
}

impl std::fmt::Display for WantedType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(name) => f.write_str(name),
            Self::Number(number) => write!(f, "type {number}"),
        }
    }
}

impl Policy {
    #[doc(hidden)]
    /// The level of a rule.
    pub fn level(&self, rule: &'static FindingRule) -> Level {
        self.weigh(rule, Level::default_of(rule))
    }

    /// The level of a finding.
    pub(crate) fn level_of(&self, finding: &Finding) -> Level {
        if finding.severity == finding.rule.severity {
            self.level(finding.rule)
        } else {
            self.weigh(finding.rule, finding.severity.into())
        }
    }

    /// The level that the policy sets for a rule, or else `default`.
    ///
    /// Every genuine document has two findings: its signature is undetermined and its key is weak. Every sealed document
    /// has two others. These have at least the level of the former, so that a sealed document never scores better.
    fn weigh(&self, rule: &'static FindingRule, default: Level) -> Level {
        // If it only warned, a list of trusted keys would let every document pass.
        let default = match &self.keys {
            Some(_) if rule == &finding::KEY_NOT_TRUSTED => Level::Error,
            _ => default,
        };
        let own = self.levels.get(rule.id).copied().unwrap_or(default);
        if rule == &finding::SEALED_BY_TOOLKIT {
            let genuine = OF_EVERY_GENUINE.map(|rule| self.level_in_genuine(rule));
            genuine.into_iter().fold(own, Level::max)
        } else if rule == &finding::ENGINE_SIGNATURE_MISSING {
            own.max(self.level_in_genuine(&finding::SIGNATURE_UNDETERMINED))
        } else if rule == &finding::SECRETS_UNKNOWN || rule == &finding::POSSIBLE_KEY {
            // Possible secrets have the level of secrets, unless the policy sets another.
            let asked = self.levels.get(finding::SECRETS_IN_CLEAR.id).copied();
            match self.levels.contains_key(rule.id) {
                true => own,
                false => own.max(asked.unwrap_or(Level::Off)),
            }
        } else {
            own
        }
    }

    /// The level of a finding that every engine's own document has.
    fn level_in_genuine(&self, rule: &FindingRule) -> Level {
        self.levels.get(rule.id).copied().unwrap_or(Level::Info)
    }

    #[doc(hidden)]
    /// The ignores that suppress a finding: the first match, then those that it additionally needs. `None` if the
    /// finding counts. For the reason in [`Policy::level`], a seal is ignored only if the policy also ignores or turns
    /// off the findings that every genuine document has instead.
    pub(crate) fn ignored_by(
        &self,
        rule: &'static FindingRule,
        object: Option<&ObjectRef>,
        today: Date,
    ) -> Option<Vec<usize>> {
        let covering = |rule: &FindingRule, object: Option<&ObjectRef>| {
            self.ignores
                .iter()
                .position(|ignore| !ignore.is_expired(today) && ignore.covers(rule, object))
        };
        let mut ignores = vec![covering(rule, object)?];
        if rule == &finding::SEALED_BY_TOOLKIT {
            for genuine in OF_EVERY_GENUINE {
                if self.level_in_genuine(genuine) > Level::Off {
                    ignores.push(covering(genuine, None)?);
                }
            }
        }
        Some(ignores)
    }
}

/// A pattern: `*` matches any text, `?` one character. Case matters.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(WildMatch);

impl Pattern {
    /// Parses a pattern. Every text is valid.
    pub fn new(text: &str) -> Self {
        Self(WildMatch::new(text))
    }

    /// Whether the pattern matches a text.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

/// A finding that doesn't count, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Ignore {
    /// The rules, by id.
    pub rule: Pattern,
    /// The objects, as `TYPE:IDENTIFIER` or `TYPE:NAME`, the type by name or number. `None` covers all findings of the
    /// rules, including those without an object.
    pub object: Option<Pattern>,
    /// The reason.
    pub reason: String,
    /// The last day on which it holds, in UTC. `None` if it doesn't expire.
    pub until: Option<Date>,
    /// Where it begins in the policy's text.
    pub at: TextPlace,
    /// The pattern for rules as it was written.
    pub rule_text: String,
    /// The pattern for objects as it was written.
    pub object_text: Option<String>,
}

impl Ignore {
    /// Whether it covers a finding of this rule about this object. Expiry is not checked.
    pub fn covers(&self, rule: &FindingRule, object: Option<&ObjectRef>) -> bool {
        let right_object = match (&self.object, object) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(pattern), Some(object)) => {
                let names = [Some(object.identifier.to_string()), object.name.clone()];
                let mut names = names.iter().flatten();
                names.any(|name| {
                    pattern.matches(&format!("{}:{name}", object.type_name))
                        || pattern.matches(&format!("{}:{name}", object.type_number))
                })
            }
        };
        right_object && self.rule.matches(rule.id)
    }

    /// Whether it has expired.
    pub(crate) fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// A place in a text file. Lines and columns count from 1, bytes from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextPlace {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
    /// Byte offset.
    pub offset: usize,
}
