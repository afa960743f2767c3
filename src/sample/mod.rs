//! A made-up engine's inventory, for tests, demonstrations and the mock engine.
//! Invariant: everything is invented, and the same in every run: UUIDs, keys and times are derived from names, so
//! documents can be compared byte for byte.

pub mod habits;
mod jobs;
mod names;

use jiff::{SignedDuration, Timestamp};
use sha1::{Digest, Sha1};

use crate::build::ExportFacts;
use crate::identifier::Identifier;
use crate::object::draft::{self, AlgorithmInfo, Draft};
use crate::object::{ObjectError, ObjectKey, RevisionPair, SyncObject};

pub use jobs::{DemoEnvironment, environments, references_to};

/// When the made-up engine was installed: 2018-02-12T09:00:00Z, in milliseconds since 1970.
pub const INSTALLED: i64 = 1_518_426_000_000;

/// The UUID pair of an object's n-th save, derived from its label.
pub fn revision_pair(label: &str, save: u32) -> RevisionPair {
    RevisionPair {
        object: uuid(&format!("{label}/object")),
        save: uuid(&format!("{label}/save/{save}")),
    }
}

/// A version 4 UUID text derived from a label.
pub fn uuid(label: &str) -> String {
    let digest = Sha1::digest(label.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// A 16-byte key derived from a label.
pub fn key_bytes(label: &str) -> [u8; 16] {
    let digest = Sha1::digest(format!("key {label}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes
}

/// Gives a draft its first revision, derived from its key.
pub(crate) fn first_revision(draft: Draft) -> Result<SyncObject<'static>, ObjectError> {
    let label = format!("{} {}", draft.key.type_number, draft.key.identifier);
    let minutes = i64::from(u16::from_be_bytes([key_bytes(&label)[0], key_bytes(&label)[1]]));
    let created = INSTALLED + minutes * 60_000;
    draft.finish(revision_pair(&label, 1), created, created + 4)
}

/// The facts of an export without requested objects. The label makes exports different.
pub fn export_facts(label: &str) -> ExportFacts {
    let started = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(1_583_918_811_482);
    ExportFacts {
        host: "engine.example.com".into(),
        export_id: uuid(label),
        started,
        finished: started + SignedDuration::from_secs(8),
        format: 2,
        requested: Vec::new(),
        type_names: Default::default(),
        encryption: None,
        declare_rule: true,
    }
}

/// The size of the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSize {
    /// Rows of the one large lookup, about 45 bytes each; 0 leaves it out.
    pub large_lookup_rows: usize,
}

impl SampleSize {
    /// Without the large lookup: some 60 KB.
    pub const SMALL: Self = Self { large_lookup_rows: 0 };
    /// With a lookup above a megabyte.
    pub const WITH_LARGE_LOOKUP: Self = Self {
        large_lookup_rows: 26_000,
    };
}

/// The engine-wide objects: settings, algorithms, domains, profile expressions and sets, the key, and last a
/// GLOBAL_OBJECT with all of them except the settings.
///
/// # Errors
/// None in practice: the drafts are all well-formed.
pub fn global_objects(size: SampleSize) -> Result<Vec<SyncObject<'static>>, ObjectError> {
    let mut drafts = settings();
    let members_from = drafts.len();
    drafts.extend(algorithms(size, |_| true));
    drafts.extend(domains());
    drafts.extend(expressions());
    drafts.push(draft::global_key(key_bytes("global")));
    let members: Vec<ObjectKey> = drafts[members_from..]
        .iter()
        .map(|draft| draft.key.clone())
        .collect();
    drafts.push(draft::global_object(&members));
    drafts.into_iter().map(first_revision).collect()
}

/// The algorithms and domains with these names of [`global_objects`] without the large lookup, in its order.
///
/// # Errors
/// None in practice: the drafts are all well-formed.
pub fn algorithms_and_domains(wanted: &[&str]) -> Result<Vec<SyncObject<'static>>, ObjectError> {
    let mut drafts = algorithms(SampleSize::SMALL, |name| wanted.contains(&name));
    let is_wanted = |draft: &Draft| draft.key.name().is_some_and(|name| wanted.contains(&name));
    drafts.extend(domains().into_iter().filter(is_wanted));
    drafts.into_iter().map(first_revision).collect()
}

fn settings() -> Vec<Draft> {
    names::SETTINGS
        .iter()
        .zip(1..)
        .map(|((group, name, value), id)| draft::setting(id, group, name, value))
        .collect()
}

fn setting_key(id: i64) -> ObjectKey {
    ObjectKey::new(25, Identifier::Integer(id))
}

fn info<'a>(name: &'a str, description: &'a str) -> AlgorithmInfo<'a> {
    AlgorithmInfo {
        name,
        description,
        date: "2018-02-12",
    }
}

fn algorithms(size: SampleSize, wanted: impl Fn(&str) -> bool) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (name, words) in names::LOOKUPS.iter().filter(|(name, _)| wanted(name)) {
        let rows: Vec<String> = (0..48).map(|n| row(words, n)).collect();
        // As on real engines, one lookup depends on a setting.
        let needs = if *name == "TelephoneNoLookup" {
            vec![setting_key(3)]
        } else {
            Vec::new()
        };
        drafts.push(draft::lookup(
            info(name, "Secure lookup"),
            rows,
            key_bytes(name),
            INSTALLED,
            &needs,
        ));
    }
    let large = Some("StreetAddressLookup").filter(|name| size.large_lookup_rows > 0 && wanted(name));
    if let Some(name) = large {
        let words = ["Oak Street", "River Road", "Hill Lane", "Mill Avenue"];
        let rows = (0..size.large_lookup_rows).map(|n| format!("{} {}", n + 1, words[n % words.len()]));
        drafts.push(draft::lookup(
            info(name, "Secure lookup"),
            rows,
            key_bytes(name),
            INSTALLED,
            &[],
        ));
    }
    for (name, layout, ignored) in names::SEGMENTS.iter().filter(|(name, ..)| wanted(name)) {
        let segments: Vec<_> = layout
            .iter()
            .map(|length| (*length, mapping(name, *length)))
            .collect();
        drafts.push(draft::segment(
            info(name, "Segment mapping"),
            &segments,
            ignored,
            &[setting_key(1)],
        ));
    }
    for name in names::TOKENIZATIONS.iter().filter(|name| wanted(name)) {
        drafts.push(draft::tokenization(
            info(name, "Tokenization"),
            key_bytes(name),
            INSTALLED,
        ));
    }
    for name in names::DATE_SHIFTS.iter().filter(|name| wanted(name)) {
        drafts.push(draft::date_shift(
            name,
            key_bytes(name),
            INSTALLED,
            &[setting_key(2)],
        ));
    }
    drafts
}

fn row(words: &[&str], n: usize) -> String {
    let word = words[n % words.len()];
    if n < words.len() {
        word.to_owned()
    } else {
        format!("{word} {}", n / words.len() + 1)
    }
}

/// A mapping of values of one length, derived from the algorithm's name.
fn mapping(name: &str, length: i64) -> Vec<(String, String)> {
    let modulus = 10_u32.pow(u32::try_from(length).unwrap_or(1).min(4));
    let turn = u32::from(key_bytes(name)[0]) + 1;
    (0..modulus.min(40))
        .map(|n| {
            let width = usize::try_from(length).unwrap_or(1);
            (
                format!("{n:0width$}"),
                format!("{:0width$}", (n + turn) % modulus),
            )
        })
        .collect()
}

/// The key of an algorithm of the inventory by name; `None` for algorithms that can't be synced.
pub fn algorithm_key(name: &str) -> Option<ObjectKey> {
    let key = |number| Some(ObjectKey::new(number, Identifier::Algorithm(name.to_owned())));
    if names::LOOKUPS.iter().any(|(n, _)| *n == name) {
        key(2)
    } else if names::SEGMENTS.iter().any(|(n, ..)| *n == name) {
        key(6)
    } else if names::TOKENIZATIONS.contains(&name) {
        key(7)
    } else if names::DATE_SHIFTS.contains(&name) {
        key(23)
    } else {
        None
    }
}

fn domain_key(name: &str) -> ObjectKey {
    ObjectKey::new(11, Identifier::Text(name.to_owned()))
}

fn domains() -> Vec<Draft> {
    names::DOMAINS
        .iter()
        .map(|(name, classification, algorithm, tokenization)| {
            let needed: Vec<_> = [Some(*algorithm), *tokenization]
                .into_iter()
                .flatten()
                .filter_map(algorithm_key)
                .collect();
            draft::domain(name, classification, algorithm, *tokenization, &needed)
        })
        .collect()
}

fn expressions() -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut keys = Vec::new();
    for ((name, domain, expression, data_level), id) in names::EXPRESSIONS.iter().zip(1..) {
        let draft = draft::profile_expression(id, name, &domain_key(domain), expression, *data_level);
        keys.push((draft.key.clone(), *name));
        drafts.push(draft);
    }
    let half = keys.len() / 2;
    let hipaa: Vec<_> = keys.iter().step_by(2).cloned().collect();
    drafts.push(draft::profile_set(1, "Financial", &keys[..half], INSTALLED));
    drafts.push(draft::profile_set(2, "HIPAA", &hipaa, INSTALLED));
    drafts.push(draft::profile_set(3, "Everything", &keys, INSTALLED));
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;

    #[test]
    fn the_inventory_is_closed_acyclic_and_large_enough() {
        let mut objects = global_objects(SampleSize::SMALL).unwrap();
        assert!(objects.len() >= 120, "{}", objects.len());
        let references = references_to(&objects);
        objects.extend(references);
        let environments = environments().unwrap();
        for environment in &environments {
            let references = references_to(&environment.objects);
            objects.extend(environment.objects.iter().cloned().chain(references));
        }
        let graph = Graph::of(&objects);
        for node in graph.nodes() {
            assert!(node.missing.is_empty(), "{} needs {:?}", node.key, node.missing);
        }
        assert!(graph.import_order().is_ok());
    }
}
