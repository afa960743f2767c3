//! What whoever gates imports wants to hear of, and how much it weighs.
//!
//! Invariants: a policy names only rules and types there are. A rule that judges by what a policy says is silent when the
//! policy says nothing. Nothing is ignored without a reason.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Date;
use wildmatch::WildMatch;

use crate::diff::ObjectRef;
use crate::finding::{self, Finding, FindingRule};

use super::Level;

/// A policy, as [`Policy::parse`] reads it. The default one reports every rule at its registered severity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Levels that differ from the registered severity, by rule id.
    pub levels: BTreeMap<&'static str, Level>,
    /// Hosts that may export, such as `masker-*.example.com`; any host when `None`. A port counts only where the pattern
    /// has one.
    pub hosts: Option<Vec<Pattern>>,
    /// SHA-256 fingerprints of the keys that may sign; any key when `None`.
    pub keys: Option<Vec<[u8; 32]>>,
    /// Object types that a document must not hold.
    pub denied_types: Vec<WantedType>,
    /// Object types that a document must hold.
    pub required_types: Vec<WantedType>,
    /// How old an export may be, by the instant in its header; any age when `None`.
    pub max_age: Option<SignedDuration>,
    /// Findings that don't count, and why. The first one that covers a finding takes it.
    pub ignores: Vec<Ignore>,
}

/// Findings that are information in every engine's own document, and that a sealed document may lack. Their level bounds
/// that of a seal from below, so that sealing never improves a score.
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
    /// Whether it is the type of an object.
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
    /// How much a rule weighs.
    pub fn level(&self, rule: &'static FindingRule) -> Level {
        self.weigh(rule, Level::default_of(rule))
    }

    /// How much a finding weighs.
    pub(crate) fn level_of(&self, finding: &Finding) -> Level {
        if finding.severity == finding.rule.severity {
            self.level(finding.rule)
        } else {
            self.weigh(finding.rule, finding.severity.into())
        }
    }

    /// The level that the policy sets for a rule, or else the one given.
    ///
    /// A document sealed by this toolkit must not come off better than a genuine one, whose signature is undetermined
    /// and whose key is weak. So the two findings that every sealed document has weigh at least as much as the two that
    /// every genuine one has, whatever the policy says.
    fn weigh(&self, rule: &'static FindingRule, default: Level) -> Level {
        // A list of keys that only warns would let every document through.
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
            // A policy that refuses secrets refuses what may be one, unless it says otherwise.
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

    /// The ignores by which a finding doesn't count: the first that covers it, then those that it needs beside. `None`
    /// when it counts.
    ///
    /// For the same reason as in [`Policy::level`], a seal is ignored only where the policy lets through, by ignores or
    /// by levels, what every genuine document has instead.
    pub fn ignored_by(
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

/// Text in which `*` stands for anything and `?` for one character. Upper and lower case differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(WildMatch);

impl Pattern {
    /// The pattern that a text is.
    pub fn new(text: &str) -> Self {
        Self(WildMatch::new(text))
    }

    /// Whether a text is of that form.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

/// A finding that doesn't count, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Ignore {
    /// The rules, by id.
    pub rule: Pattern,
    /// The objects, as `TYPE:IDENTIFIER` or `TYPE:NAME`; the type by name or by number. `None` covers every finding of the rules, also those that
    /// aren't about one object.
    pub object: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, in UTC; for good when `None`.
    pub until: Option<Date>,
    /// Where it begins in the policy's text.
    pub at: TextPlace,
    /// The pattern for rules as it was written.
    pub rule_text: String,
    /// The pattern for objects as it was written.
    pub object_text: Option<String>,
}

impl Ignore {
    /// Whether it covers a finding of this rule about this object, expired or not.
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

    /// Whether it held only until a day before this one.
    pub fn is_expired(&self, today: Date) -> bool {
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
