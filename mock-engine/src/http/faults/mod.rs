//! Faults: what the mock does wrong on purpose.
//!
//! Invariant: an engine without faults does nothing for them but read a flag. The first fault of the list that fits and
//! is due fires; the others neither fire nor count. Calls of `/__admin` never meet faults, so a test can always take
//! them back.

mod act;
mod answer;
mod connection;
mod live;
mod sets;
mod spec;
mod time;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tokio::sync::Notify;

pub use self::answer::{AnswerFault, PageFault};
pub use self::connection::ConnectionFault;
pub(crate) use self::connection::{Broken, End, TLS_ALERT};
pub(crate) use self::sets::{FaultList, SETS};
#[cfg(feature = "cli")]
pub(crate) use self::sets::{definition, read};
pub use self::spec::{Act, Fault, FaultError};
pub use self::time::{Delay, Dribble, Lognormal};

use self::live::Live;
use super::App;
use super::answer::ApiError;
use super::messages::error_message;
use super::scenarios::{Scenarios, Taken};
use crate::engine::locking::lock;

/// The faults of an engine.
#[derive(Debug, Default)]
pub struct Faults {
    /// Whether there are any.
    any: AtomicBool,
    list: Mutex<Arc<[Arc<Defined>]>>,
    /// The faults that the engine starts with.
    initial: Vec<Fault>,
    /// Counts decisions by chance.
    draws: AtomicU64,
    /// Wakes requests that a fault keeps silent.
    replaced: Notify,
}

/// A fault with its counters.
#[derive(Debug)]
struct Defined {
    fault: Fault,
    /// Requests that it fitted.
    fitted: AtomicU64,
    /// Requests that it changed.
    fired: AtomicU64,
    /// When it changed the first one.
    began: OnceLock<Instant>,
}

/// The fault that a request meets.
#[derive(Debug)]
pub(super) struct Met {
    pub(super) act: Act,
    /// What it did to a scenario.
    pub(super) taken: Taken,
    name: Option<String>,
    place: usize,
}

impl Met {
    /// Its name, or its place in the list: `#0`.
    pub(super) fn label(&self) -> String {
        let name = self.name.clone();
        name.unwrap_or_else(|| format!("#{}", self.place))
    }
}

impl Met {
    /// Changes the content if the fault moved a scenario.
    pub(super) async fn move_on(&self, app: &Arc<App>) -> Result<(), ApiError> {
        let Taken::Moves { scenario, state } = &self.taken else {
            return Ok(());
        };
        let (app_, scenario, state) = (Arc::clone(app), scenario.clone(), state.clone());
        app.blocking(move |_| app_.scenario_came(&scenario, &state)).await
    }
}

impl Defined {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            fitted: AtomicU64::new(0),
            fired: AtomicU64::new(0),
            began: OnceLock::new(),
        }
    }

    /// Whether the time that it lasts has passed.
    fn is_over(&self) -> bool {
        let times = self.fault.lasts.zip(self.began.get());
        times.is_some_and(|(lasts, began)| began.elapsed() >= lasts.0)
    }

    /// Counts a request that fits; returns what the fault does if it fires, also to its scenario.
    fn due(&self, chance: impl FnOnce() -> f64, scenarios: &Scenarios) -> Option<(&Act, Taken)> {
        let step = self.fault.scenario.as_ref();
        if step.is_some_and(|step| !scenarios.is_in(step)) {
            return None;
        }
        let before = self.fitted.fetch_add(1, Ordering::Relaxed);
        if before < self.fault.after
            || self.is_over()
            || self.fault.probability.is_some_and(|share| chance() >= share)
        {
            return None;
        }
        let times = self.fault.times();
        let fired = self
            .fired
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |fired| {
                (fired < times).then_some(fired + 1)
            });
        let number = fired.ok()?;
        self.began.get_or_init(Instant::now);
        // Of two requests at once, one moves the scenario on.
        let taken = step.map_or(Some(Taken::Stays), |step| scenarios.take(step))?;
        Some((self.fault.act_of(number), taken))
    }
}

impl Faults {
    /// The faults that an engine starts with.
    pub(crate) fn starting_with(initial: Vec<Fault>) -> Result<Self, FaultError> {
        let faults = Self {
            initial: initial.clone(),
            ..Self::default()
        };
        faults.set(initial)?;
        Ok(faults)
    }

    /// Goes back to the faults that the engine started with; their counters start again.
    pub(crate) fn reset(&self) {
        // They passed the checks before.
        let _ = self.set(self.initial.clone());
    }

    /// Replaces the list; all counters start again.
    pub fn set(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        for (place, fault) in faults.iter().enumerate() {
            fault.check(&format!("faults[{place}]"))?;
        }
        let mut list = lock(&self.list);
        self.any.store(!faults.is_empty(), Ordering::Relaxed);
        *list = faults.into_iter().map(Defined::new).map(Arc::new).collect();
        self.replaced.notify_waiters();
        Ok(())
    }

    /// Adds a fault at the end.
    pub fn add(&self, fault: Fault) -> Result<(), FaultError> {
        fault.check("fault")?;
        let mut list = lock(&self.list);
        *list = list
            .iter()
            .cloned()
            .chain([Arc::new(Defined::new(fault))])
            .collect();
        self.any.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Removes all faults.
    pub fn clear(&self) {
        let mut list = lock(&self.list);
        self.any.store(false, Ordering::Relaxed);
        *list = Arc::default();
        self.replaced.notify_waiters();
    }

    /// The list with its counters.
    pub(crate) fn to_json(&self) -> Value {
        let list = Arc::clone(&lock(&self.list));
        let faults: Vec<&Fault> = list.iter().map(|defined| &defined.fault).collect();
        let counter = |defined: &Arc<Defined>| {
            json!({
                "name": defined.fault.name,
                "fitted": defined.fitted.load(Ordering::Relaxed),
                "fired": defined.fired.load(Ordering::Relaxed),
            })
        };
        let counters: Vec<Value> = list.iter().map(counter).collect();
        json!({ "faults": faults, "counters": counters })
    }

    /// The faults.
    pub fn list(&self) -> Vec<Fault> {
        let list = Arc::clone(&lock(&self.list));
        list.iter().map(|defined| defined.fault.clone()).collect()
    }

    /// Whether there are faults that a request could meet. Most requests end here, at little cost.
    pub(super) fn concern(&self, request: &Request<Body>) -> bool {
        let path = request.uri().path();
        if !self.any.load(Ordering::Relaxed) || path.starts_with("/__admin") {
            return false;
        }
        let list = Arc::clone(&lock(&self.list));
        let method = request.method().as_str();
        let could_meet = |defined: &Arc<Defined>| {
            let fault = &defined.fault;
            !fault.is_before_requests() && fault.pattern.endpoint_fits(method, path)
        };
        list.iter().any(could_meet)
    }

    /// The fault that a request meets. Reads the body if a fault that fits otherwise asks for it.
    pub(super) async fn meet(
        &self,
        app: &Arc<App>,
        request: Request<Body>,
    ) -> Result<(Request<Body>, Option<Met>), ApiError> {
        let list = Arc::clone(&lock(&self.list));
        let mut live = Live::of(request);
        for (place, defined) in list.iter().enumerate() {
            let pattern = &defined.fault.pattern;
            if defined.fault.is_before_requests() || !pattern.head_fits(&live) {
                continue;
            }
            if pattern.needs_body() {
                live.read_body(app, pattern.object.is_some()).await?;
                if !pattern.fits(&live) {
                    continue;
                }
            }
            if let Some((act, taken)) = defined.due(|| self.chance(app), &app.scenarios) {
                let met = Met {
                    act: act.clone(),
                    taken,
                    name: defined.fault.name.clone(),
                    place,
                };
                return Ok((live.into_request(), Some(met)));
            }
        }
        Ok((live.into_request(), None))
    }

    /// Whether a TLS handshake is refused.
    pub(crate) fn refuses_tls(&self, app: &App) -> bool {
        if !self.any.load(Ordering::Relaxed) {
            return false;
        }
        let list = Arc::clone(&lock(&self.list));
        let mut refusing = list.iter().filter(|defined| defined.fault.is_before_requests());
        let due = refusing.find_map(|defined| defined.due(|| self.chance(app), &app.scenarios));
        if let Some((_, Taken::Moves { scenario, state })) = &due
            && let Err(error) = app.scenario_came(scenario, state)
        {
            // Without a handshake nothing else shows it.
            let error = error_message(&error);
            tracing::warn!(%error, "a refused TLS handshake moves a scenario");
        }
        due.is_some()
    }

    /// Waits until the list is replaced or cleared.
    async fn changed(&self) {
        self.replaced.notified().await;
    }

    /// A number from 0 to below 1; the same ones after each start of a seeded engine.
    fn chance(&self, app: &App) -> f64 {
        app.engine.ids.chance(self.draws.fetch_add(1, Ordering::Relaxed))
    }
}
