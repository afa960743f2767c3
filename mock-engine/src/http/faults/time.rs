//! Faults of time: delays before an answer, and bodies in pieces. They run on real time, even under a frozen clock.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Collected};
use serde::{Deserialize, Serialize};

use crate::engine::duration::Time;

/// How long to wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    untagged,
    expecting = "a delay is a duration (250ms), or an object with uniform or lognormal"
)]
#[non_exhaustive]
pub enum Delay {
    /// Always as long. In JSON: `"250ms"`.
    Fixed(Time),
    /// Between two durations, all equally likely. In JSON: `{ "uniform": ["10ms", "2s"] }`.
    Uniform {
        /// The shortest and the longest.
        uniform: (Time, Time),
    },
    /// Mostly short, sometimes long, as networks are. In JSON: `{ "lognormal": { "median": "50ms", "sigma": 0.8 } }`.
    Lognormal {
        /// The distribution.
        lognormal: Lognormal,
    },
}

/// A lognormal distribution of durations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lognormal {
    /// Half of the durations are shorter.
    pub median: Time,
    /// The spread: with 0.5, one of 40 is longer than 2.7 times the median.
    pub sigma: f64,
}

/// No delay is longer.
const LONGEST: Duration = Duration::from_hours(24);

impl Delay {
    /// The duration for two chances, each from 0 to below 1.
    pub(super) fn draw(&self, mut chance: impl FnMut() -> f64) -> Duration {
        let duration = match self {
            Self::Fixed(time) => time.0,
            Self::Uniform { uniform: (from, to) } => from.0 + to.0.saturating_sub(from.0).mul_f64(chance()),
            Self::Lognormal { lognormal } => {
                // Box and Muller's way to a normally distributed number. The logarithm needs more than 0.
                let radius = (-2.0 * (1.0 - chance()).ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * chance()).cos();
                let factor = (lognormal.sigma * normal).exp();
                Duration::try_from_secs_f64(lognormal.median.0.as_secs_f64() * factor).unwrap_or(LONGEST)
            }
        };
        duration.min(LONGEST)
    }

    /// What is wrong with it.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::Uniform { uniform: (from, to) } if from > to => {
                Some("the shortest delay is longer than the longest")
            }
            Self::Lognormal { lognormal } if !(0.0..=5.0).contains(&lognormal.sigma) => {
                Some("sigma is not between 0 and 5")
            }
            _ => None,
        }
    }
}

/// A body that arrives in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Dribble {
    /// The number of pieces.
    pub pieces: u32,
    /// The time from the first piece to the last.
    pub over: Time,
}

impl Dribble {
    pub(super) async fn change(self, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        let pieces = usize::try_from(self.pieces)
            .unwrap_or(1)
            .clamp(1, bytes.len().max(1));
        let size = bytes.len().div_ceil(pieces).max(1);
        let pause = self.over.0 / u32::try_from(pieces.saturating_sub(1).max(1)).unwrap_or(1);
        let pieces = stream::unfold((bytes, false), move |(mut left, has_begun)| async move {
            if left.is_empty() {
                return None;
            }
            if has_begun {
                tokio::time::sleep(pause).await;
            }
            let piece: Bytes = left.split_to(size.min(left.len()));
            Some((Ok::<_, std::convert::Infallible>(piece), (left, true)))
        });
        Response::from_parts(parts, Body::from_stream(pieces))
    }
}
