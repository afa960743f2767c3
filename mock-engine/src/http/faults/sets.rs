//! Ready-made sets of faults, by name.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::spec::Fault;

/// The sets: name, what a client meets, and the definition.
pub(crate) const SETS: &[(&str, &str, &str)] = &[
    (
        "flaky-network",
        "resets, lost and cut-off answers, bad gateways, mostly short delays",
        include_str!("sets/flaky-network.json"),
    ),
    (
        "expiring-token",
        "a token that expires after ten requests, and others now and then",
        include_str!("sets/expiring-token.json"),
    ),
    (
        "busy-engine",
        "two refused exports and imports while others run, and overload with Retry-After",
        include_str!("sets/busy-engine.json"),
    ),
    (
        "slow-engine",
        "slow answers, tasks that take several polls, downloads in pieces",
        include_str!("sets/slow-engine.json"),
    ),
];

/// A list of faults, as `PUT /__admin/faults` takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultList {
    #[serde(default)]
    faults: Vec<Fault>,
    /// Ready-made sets, after the faults.
    #[serde(default)]
    sets: Vec<String>,
    /// As the list is shown; they start again.
    #[serde(default, rename = "counters")]
    _counters: IgnoredAny,
}

impl FaultList {
    /// The faults, then those of the sets; else the name that no set has.
    pub(crate) fn into_faults(self) -> Result<Vec<Fault>, String> {
        let mut all = self.faults;
        for name in self.sets {
            match Fault::ready_made(&name) {
                Some(faults) => all.extend(faults),
                None => return Err(format!("sets: no set of faults is named '{name}'")),
            }
        }
        Ok(all)
    }
}

impl Fault {
    /// A ready-made set of faults, such as `flaky-network`.
    pub fn ready_made(set: &str) -> Option<Vec<Self>> {
        read(definition(set)?).ok()
    }
}

/// The definition of a set.
pub(crate) fn definition(name: &str) -> Option<&'static str> {
    let set = SETS.iter().find(|(known, ..)| *known == name);
    set.map(|(_, _, definition)| *definition)
}

/// Reads a list of faults from JSON; an error names the place.
pub(crate) fn read(json: &str) -> Result<Vec<Fault>, String> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let list: Result<FaultList, _> = serde_path_to_error::deserialize(&mut reader);
    list.map_err(|error| error.to_string())?.into_faults()
}
