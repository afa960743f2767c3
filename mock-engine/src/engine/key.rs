//! Rows and the keys that name them.

use std::fmt;

use serde_json::{Map, Value};

/// The members of a row.
pub type Row = Map<String, Value>;

/// The key of a row: a number or a name. Numbers sort first, in numeric order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A generated id.
    Number(i64),
    /// A domain's or algorithm's name.
    Name(String),
}

impl Key {
    /// Parses a key; every text other than the canonical form of a number is a name.
    pub fn parse(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Self::Number(number),
            _ => Self::Name(text.to_owned()),
        }
    }

    /// Reads a key from a member; ids come as numbers or as text.
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(n) => n.as_i64().or_else(|| whole(n.as_f64()?)).map(Self::Number),
            Value::String(text) => Some(Self::parse(text)),
            _ => None,
        }
    }
}

/// Reads a whole number such as `1.0`; JSON makes no difference.
fn whole(number: f64) -> Option<i64> {
    // Above 2^53 a float has no fraction.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}
