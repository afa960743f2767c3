//! Expectations as tests write them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::http::pattern::{ObjectPattern, PathPattern, RequestPattern, ValuePattern};

/// Selects requests in the journal: by the request, and by what became of it.
///
/// ```
/// use mock_engine::{CallPattern, ValuePattern};
///
/// let mut refused = CallPattern::new("POST", "/import");
/// refused.status = Some(ValuePattern::text("4*"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(from = "Members")]
#[non_exhaustive]
pub struct CallPattern {
    /// The request.
    pub request: RequestPattern,
    /// The status of the answer.
    pub status: Option<ValuePattern>,
    /// The name of the fault that it met.
    pub fault: Option<ValuePattern>,
    /// Whether no endpoint has its method and path.
    pub unmatched: Option<bool>,
    /// The `importStatus` of an imported object: of one that fits the pattern of objects, if there is one.
    pub outcome: Option<ValuePattern>,
}

impl CallPattern {
    /// A pattern of a method and a path.
    pub fn new(method: impl Into<String>, path: impl Into<PathPattern>) -> Self {
        RequestPattern {
            method: Some(method.into()),
            path: Some(path.into()),
            ..RequestPattern::default()
        }
        .into()
    }
}

impl From<RequestPattern> for CallPattern {
    fn from(request: RequestPattern) -> Self {
        Self {
            request,
            ..Self::default()
        }
    }
}

/// The members of a pattern, all on one level.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Members {
    method: Option<String>,
    path: Option<PathPattern>,
    query: BTreeMap<String, ValuePattern>,
    headers: BTreeMap<String, ValuePattern>,
    body: BTreeMap<String, ValuePattern>,
    object: Option<ObjectPattern>,
    session: Option<ValuePattern>,
    status: Option<ValuePattern>,
    fault: Option<ValuePattern>,
    unmatched: Option<bool>,
    outcome: Option<ValuePattern>,
}

impl From<Members> for CallPattern {
    fn from(members: Members) -> Self {
        Self {
            request: RequestPattern {
                method: members.method,
                path: members.path,
                query: members.query,
                headers: members.headers,
                body: members.body,
                object: members.object,
                session: members.session,
            },
            status: members.status,
            fault: members.fault,
            unmatched: members.unmatched,
            outcome: members.outcome,
        }
    }
}

/// What a test wants of the requests that came.
///
/// ```
/// use mock_engine::{CallPattern, Expectation};
///
/// let import = || CallPattern::new("POST", "/import");
/// let once = Expectation::of(import()).exactly(1);
/// let after_login = Expectation::in_order([CallPattern::new("POST", "/login"), import()]);
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Expectation {
    pub(super) wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    Times {
        pattern: Box<CallPattern>,
        least: u64,
        most: Option<u64>,
    },
    InOrder(Vec<CallPattern>),
}

impl Expectation {
    /// A request that fits comes at least once.
    pub fn of(pattern: impl Into<CallPattern>) -> Self {
        Self::times(Box::new(pattern.into()), 1, None)
    }

    fn times(pattern: Box<CallPattern>, least: u64, most: Option<u64>) -> Self {
        Self {
            wanted: Wanted::Times { pattern, least, most },
        }
    }

    fn between(self, least: u64, most: Option<u64>) -> Self {
        match self.wanted {
            Wanted::Times { pattern, .. } => Self::times(pattern, least, most),
            Wanted::InOrder(_) => self,
        }
    }

    /// The requests come so many times. An order stays as it is, here and below.
    pub fn exactly(self, times: u64) -> Self {
        self.between(times, Some(times))
    }

    /// They come so many times or more.
    pub fn at_least(self, times: u64) -> Self {
        self.between(times, None)
    }

    /// They come so many times or fewer.
    pub fn at_most(self, times: u64) -> Self {
        self.between(0, Some(times))
    }

    /// None comes.
    pub fn never(self) -> Self {
        self.exactly(0)
    }

    /// For each pattern a request comes, in this order. Others may come between them.
    pub fn in_order(patterns: impl IntoIterator<Item = CallPattern>) -> Self {
        Self {
            wanted: Wanted::InOrder(patterns.into_iter().collect()),
        }
    }
}

/// An expectation in JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    #[serde(rename = "match")]
    pattern: Option<CallPattern>,
    exactly: Option<u64>,
    at_least: Option<u64>,
    at_most: Option<u64>,
    never: Option<bool>,
    in_order: Option<Vec<CallPattern>>,
}

impl TryFrom<Written> for Expectation {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let never = written.never.unwrap_or(false);
        let bounds = (written.exactly, written.at_least, written.at_most, never);
        if let Some(steps) = written.in_order {
            let alone = written.pattern.is_none() && bounds == (None, None, None, false);
            return match (alone, steps.is_empty()) {
                (false, _) => Err("inOrder stands alone"),
                (true, true) => Err("inOrder is empty"),
                (true, false) => Ok(Self::in_order(steps)),
            };
        }
        let all = Self::of(written.pattern.unwrap_or_default());
        match bounds {
            (None, None, None, false) => Ok(all),
            (Some(times), None, None, false) => Ok(all.exactly(times)),
            (None, None, None, true) => Ok(all.never()),
            (None, Some(least), Some(most), false) if least > most => Err("atLeast is more than atMost"),
            (None, least, most, false) => Ok(all.between(least.unwrap_or(0), most)),
            _ => Err("exactly, never and the others (atLeast, atMost) exclude each other"),
        }
    }
}
