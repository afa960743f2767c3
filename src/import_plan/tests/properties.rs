//! What holds for every document and every target.

use std::collections::HashSet;

use proptest::prelude::*;

use super::memory::Entry;
use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{Action, GivenEnvironment, ImportStatus, Location, TargetInventory, Verdict};
use crate::object::{Scope, by_number_in_own_document};

/// Type, number of the name, saved state, and offsets of dependencies among the objects before it.
type Draft = (usize, u8, u8, Vec<prop::sample::Index>);

const TYPES: [&str; 10] = [
    "LOOKUP",
    "SEGMENT",
    "DOMAIN",
    "KEY",
    "PROFILE_SET",
    "DATABASE_CONNECTOR",
    "DATABASE_RULESET",
    "MASKING_JOB",
    "GLOBAL_OBJECT",
    "SOURCE_DATABASE_CONNECTOR",
];

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let draft = (
        0..TYPES.len(),
        0_u8..4,
        0_u8..2,
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    );
    prop::collection::vec(draft, 1..12)
}

/// Objects without circles; some as references to what isn't in the document. Names are unique when asked for.
fn objects(drafts: &[Draft], unique: bool) -> Vec<Object> {
    let mut built: Vec<Object> = Vec::new();
    let mut seen = HashSet::new();
    for (n, (kind, name, save, dependencies)) in drafts.iter().enumerate() {
        let (name, save) = (format!("n{name}"), format!("s{save}"));
        let id = i64::try_from(n).unwrap();
        let plain = match TYPES[*kind] {
            "KEY" => key(&save),
            "GLOBAL_OBJECT" => global_object(&[]),
            "DOMAIN" => domain(&name, &[], &save),
            "PROFILE_SET" => profile_set(id, &name, &save),
            "DATABASE_CONNECTOR" => connector(id, &name, &save),
            "DATABASE_RULESET" => ruleset(id, &name, &[], &save),
            "MASKING_JOB" => job(id, &name, &[], &save),
            "SOURCE_DATABASE_CONNECTOR" => source(id, &name, &save),
            algorithm_type => algorithm(algorithm_type, &name, &save),
        };
        let name_space = if *kind < 2 { 0 } else { *kind };
        if unique && !seen.insert((name_space, plain.name())) {
            continue;
        }
        let chosen: Vec<_> = match built.len() {
            0 => vec![],
            len => dependencies
                .iter()
                .map(|at| built[at.index(len)].key().clone())
                .collect(),
        };
        let object = build(
            plain.key().clone(),
            &chosen,
            &save,
            (plain.data_type(), plain.data_bytes().to_vec()),
        );
        built.push(if dependencies.len() == 2 && *kind < 3 {
            reference(&object)
        } else {
            object
        });
    }
    built.reverse();
    // A reference keeps only edges to references, which may name what isn't there: leave those out.
    let keys: HashSet<_> = built.iter().map(|o| o.key().clone()).collect();
    built
        .iter()
        .map(|o| {
            let kept: Vec<_> = o
                .dependencies()
                .iter()
                .filter(|d| keys.contains(d))
                .cloned()
                .collect();
            let data = (o.data_type(), o.data_bytes());
            crate::object::SyncObject::build(o.key(), &kept, o.revision(), data.0, data.1).unwrap()
        })
        .collect()
}

/// What the target holds after it got the objects.
fn entries(objects: &[Object]) -> Vec<Entry> {
    let entry = |object: &Object| {
        let known = by_number_in_own_document(object.key().type_number).unwrap();
        let (type_name, location) = match known.name {
            "ALGORITHM_REFERENCE" => ("LOOKUP", Location::Global),
            "DOMAIN_REFERENCE" => ("DOMAIN", Location::Global),
            "SOURCE_DATABASE_CONNECTOR" => ("DATABASE_CONNECTOR", Location::Environment(SOURCE)),
            name if known.scope == Scope::Environment => (name, Location::Environment(ENVIRONMENT)),
            name => (name, Location::Global),
        };
        Entry::of(object, type_name, object.key().identifier.clone(), location)
    };
    objects.iter().map(entry).collect()
}

fn import_of(objects: &[Object], target: &[Object]) -> Import {
    import(&objects.iter().collect::<Vec<_>>()).onto(entries(target))
}

proptest! {
    #[test]
    fn a_target_that_has_everything_stays_unchanged(drafts in drafts(), force in any::<bool>()) {
        let objects = objects(&drafts, true);
        let import = import_of(&objects, &objects).with(|o| {
            o.force_overwrite = force;
            o.strict_references = true;
        });
        let plan = import.plan();
        prop_assert_eq!(&plan.verdict, &Verdict::WouldSucceed);
        for step in &plan.steps {
            let idle = matches!(
                step.action,
                Action::Unchanged { .. } | Action::Derived | Action::ReferenceInDocument { .. }
                    | Action::ReferenceResolved { stale: Some(false), .. }
            );
            prop_assert!(idle, "{:?}", told(&plan));
        }
        prop_assert_eq!(plan.irreversible().count(), 0);
    }

    #[test]
    fn plan_of_known_target_is_complete_and_repeatable(
        drafts in drafts(), target in drafts(), force in any::<bool>(), unique in any::<bool>()
    ) {
        let objects = objects(&drafts, unique);
        let import = import_of(&objects, &self::objects(&target, true)).with(|o| o.force_overwrite = force);
        let plan = import.plan();
        prop_assert_eq!(&plan, &import.plan());
        let mut indices: Vec<_> = plan.steps.iter().map(|s| s.index).collect();
        indices.sort_unstable();
        prop_assert_eq!(indices, (0..objects.len()).collect::<Vec<_>>());
        let unknown = plan.steps.iter().any(|s| matches!(s.action, Action::Unknown { .. }));
        let open = matches!(plan.verdict, Verdict::Unknown { .. });
        prop_assert!(!unknown && !open);
    }

    #[test]
    fn with_force_only_missing_references_and_rules_end_an_import(drafts in drafts(), target in drafts()) {
        let objects = objects(&drafts, true);
        let plan = import_of(&objects, &self::objects(&target, true)).force().plan();
        for step in &plan.steps {
            let conflict = matches!(step.action, Action::Conflict { .. } | Action::KeyConflict { .. });
            prop_assert!(!conflict, "{:?}", told(&plan));
        }
    }

    #[test]
    fn dependencies_come_before_dependents(drafts in drafts()) {
        let objects = objects(&drafts, true);
        let plan = import_of(&objects, &[]).plan();
        let mut done = HashSet::new();
        for step in &plan.steps {
            for dependency in objects[step.index].dependencies() {
                prop_assert!(done.contains(dependency), "{:?}", told(&plan));
            }
            done.insert(step.key.clone());
        }
    }

    #[test]
    fn rows_show_one_failure_at_most_and_nothing_done_after_it(drafts in drafts(), target in drafts()) {
        let objects = objects(&drafts, true);
        let plan = import_of(&objects, &self::objects(&target, true)).plan();
        let rows = plan.outcomes(|_| Some(Identifier::Integer(1)));
        let sorted = rows.is_sorted_by_key(|row| match row.status {
            ImportStatus::Success => 0,
            ImportStatus::Failed => 1,
            ImportStatus::Skipped => 2,
        });
        prop_assert!(sorted);
        let failed: Vec<_> = rows.iter().filter(|row| row.status == ImportStatus::Failed).collect();
        match plan.verdict {
            Verdict::WouldSucceed => prop_assert!(failed.is_empty() && rows.iter().all(|r| r.imported.is_some())),
            Verdict::WouldFail { at, .. } => {
                prop_assert_eq!(failed.len(), 1);
                prop_assert_eq!(&rows[at], failed[0]);
                prop_assert!(failed[0].failure_message.is_some());
            }
            _ => prop_assert!(rows.is_empty()),
        }
    }

    #[test]
    fn an_unused_environment_makes_no_difference(drafts in drafts()) {
        let objects = objects(&drafts, true);
        let import = import_of(&objects, &[]);
        prop_assert!(matches!(import.inventory.environment(ENVIRONMENT), crate::import_plan::Presence::Present(_)));
        let global = objects.iter().all(|o| entries(std::slice::from_ref(o))[0].location == Location::Global);
        if global {
            let without = import_of(&objects, &[]).with(|o| {
                o.environment = GivenEnvironment::None;
                o.source_environment = GivenEnvironment::None;
            });
            prop_assert_eq!(import.plan(), without.plan());
        }
    }
}
