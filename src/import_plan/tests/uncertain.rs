//! Targets that are known in part: nothing is guessed, and what is certain is still said.

use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{
    Location, Lookup, Presence, Purpose, TargetEnvironment, TargetInventory, TargetObject, TargetRevision,
    Todo, TypeSelector,
};
use crate::{graph::Graph, revision_hash};

/// Knows global objects as an engine lists them, by hash, and nothing of what lives in environments.
#[derive(Default)]
struct Listing {
    objects: Vec<TargetObject>,
}

impl Listing {
    fn with(mut self, object: &Object, type_name: &str, hash: &str) -> Self {
        self.objects.push(TargetObject {
            type_name: type_name.to_owned(),
            id: object.key().identifier.clone(),
            name: object.name(),
            revision: TargetRevision::Hash(hash.to_owned()),
            dependencies: None,
        });
        self
    }
}

impl TargetInventory for Listing {
    fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
        if lookup.location != Location::Global {
            return Presence::Unknown {
                needs: "names behind numeric ids".to_owned(),
            };
        }
        let found = self.objects.iter().find(|object| {
            let name = object.name.as_deref().unwrap_or_default();
            let algorithm = object.type_name != "DOMAIN" && object.type_name != "KEY";
            lookup.identity == crate::import_plan::Identity::Name(name)
                && match lookup.types {
                    TypeSelector::AnyAlgorithm => algorithm,
                    TypeSelector::Type(wanted) => wanted == object.type_name,
                }
        });
        found.cloned().map_or(Presence::Absent, Presence::Present)
    }

    fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
        Presence::Unknown {
            needs: "the target's environments".to_owned(),
        }
    }
}

fn hash(objects: &[&Object]) -> String {
    let objects: Vec<Object> = objects.iter().map(|o| (*o).clone()).collect();
    revision_hash::of_node(&Graph::of(&objects), 0)
}

#[test]
fn what_cannot_be_told_is_unknown_and_says_what_it_needs() {
    let import = import(&[&connector(3, "Demo", "s1")]);
    assert_eq!(
        told(&import.plan_against(&Listing::default())),
        [
            "DATABASE_CONNECTOR Demo: unknown: needs names behind numeric ids",
            "unknown: needs the target's environments and names behind numeric ids"
        ]
    );
}

/// The gate that denies overwriting lives on this.
#[test]
fn only_with_force_may_what_may_be_there_be_overwritten() {
    let written = import(&[&connector(3, "Demo", "s1")]);
    let overwrites = |import: &Import| {
        import.plan_against(&Listing::default()).steps[0]
            .action
            .overwrites()
    };
    assert_eq!(overwrites(&written), Some(false));
    assert_eq!(
        overwrites(&written.with(|options| options.force_overwrite = true)),
        None
    );
}

#[test]
fn one_certain_failure_outweighs_everything_unknown() {
    let import = import(&[&connector(3, "Demo", "s1"), &reference(&lookup("Gone", "s1"))]);
    assert_eq!(
        told(&import.plan_against(&Listing::default())).last().unwrap(),
        "would fail at 0 with 404"
    );
}

#[test]
fn hash_of_a_lone_object_shows_a_change() {
    let names = lookup("Names", "s1");
    let same = Listing::default().with(&names, "LOOKUP", &hash(&[&names]));
    let other = Listing::default().with(&names, "LOOKUP", "0123");
    let import = || import(&[&names]);
    assert_eq!(
        told(&import().plan_against(&same))[0],
        "LOOKUP Names: unchanged Names"
    );
    assert_eq!(
        told(&import().plan_against(&other))[0],
        "LOOKUP Names: conflict Names"
    );
    assert_eq!(
        told(&import().force().plan_against(&other))[0],
        "LOOKUP Names: overwrite Names"
    );
}

#[test]
fn another_hash_above_a_changed_dependency_can_mean_either() {
    let names = lookup("Names", "s2");
    let domain = domain("NAME", &[&names], "s1");
    let listing = Listing::default()
        .with(&names, "LOOKUP", "0123")
        .with(&domain, "DOMAIN", "4567");
    let forced = import(&[&domain, &names]).force();
    assert_eq!(
        told(&forced.plan_against(&listing)),
        [
            "LOOKUP Names: overwrite Names",
            "DOMAIN NAME: written or not: needs the revision of DOMAIN NAME on the target",
            "would succeed"
        ]
    );
    let unchanged = Listing::default()
        .with(&names, "LOOKUP", &hash(&[&names]))
        .with(&domain, "DOMAIN", "4567");
    assert_eq!(
        told(&import(&[&domain, &names]).plan_against(&unchanged))[1],
        "DOMAIN NAME: conflict NAME"
    );
}

#[test]
fn a_reference_cannot_be_called_stale_by_hash_alone() {
    let names = lookup("Names", "s1");
    let listing = Listing::default().with(&names, "LOOKUP", "0123");
    assert_eq!(
        told(&import(&[&reference(&names)]).plan_against(&listing)),
        [
            "ALGORITHM_REFERENCE Names: met by some revision of LOOKUP Names",
            "would succeed"
        ]
    );
    let strict = import(&[&reference(&names)]).with(|o| o.strict_references = true);
    assert_eq!(
        told(&strict.plan_against(&listing)).last().unwrap(),
        "unknown: needs the revision of algorithm Names on the target"
    );
}

#[test]
fn a_key_that_is_perhaps_replaced_counts_as_irreversible() {
    struct Somewhere;
    impl TargetInventory for Somewhere {
        fn find(&self, _: &Lookup<'_>) -> Presence<TargetObject> {
            Presence::Present(TargetObject {
                type_name: "KEY".to_owned(),
                id: key("x").key().identifier.clone(),
                name: None,
                revision: TargetRevision::Unknown,
                dependencies: None,
            })
        }
        fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
            Presence::Absent
        }
    }
    let plan = import(&[&key("s1")]).force().plan_against(&Somewhere);
    assert_eq!(told(&plan).last().unwrap(), "would succeed");
    assert_eq!(plan.irreversible().count(), 1);
    let careful = import(&[&key("s1")]).plan_against(&Somewhere);
    assert!(
        told(&careful)
            .last()
            .unwrap()
            .starts_with("unknown: needs the revision of KEY")
    );
}

#[test]
fn type_outside_the_table_is_unknown_by_default() {
    let odd = build(
        crate::object::ObjectKey::new(31, Identifier::Integer(1)),
        &[],
        "s1",
        ("X", vec![]),
    );
    assert_eq!(
        told(&import(&[&odd]).plan_against(&Listing::default()))[0],
        "TYPE_31 1: unknown: needs whether the target takes objects of type TYPE_31"
    );
}

#[test]
fn a_need_is_named_once_however_many_objects_have_it() {
    let import = import(&[&connector(3, "One", "s1"), &connector(4, "Two", "s1")]);
    assert_eq!(
        told(&import.plan_against(&Listing::default())).last().unwrap(),
        "unknown: needs the target's environments and names behind numeric ids"
    );
}

#[test]
fn a_hash_covers_dependencies_of_dependencies_too() {
    let names = |save| lookup("Names", save);
    let domain = domain("NAME", &[&names("s1")], "s1");
    let above = object(
        "REDACTION",
        Identifier::Algorithm("Above".into()),
        &[&domain],
        "s1",
        ("X", vec![]),
    );
    let mut listing = Listing::default()
        .with(&names("s1"), "LOOKUP", "0123")
        .with(&domain, "DOMAIN", "")
        .with(&above, "REDACTION", "4567");
    listing.objects[1].revision = TargetRevision::Pair(domain.revision().pair.clone());
    let forced = import(&[&above, &domain, &names("s2")]).force();
    assert_eq!(
        told(&forced.plan_against(&listing)),
        [
            "LOOKUP Names: overwrite Names",
            "DOMAIN NAME: unchanged NAME",
            "REDACTION Above: written or not: needs the revision of algorithm Above on the target",
            "would succeed"
        ]
    );
}

/// Sees environments and nothing in them.
struct Environments;
impl TargetInventory for Environments {
    fn find(&self, _: &Lookup<'_>) -> Presence<TargetObject> {
        Presence::Unknown {
            needs: "a look".to_owned(),
        }
    }
    fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
        Presence::Present(TargetEnvironment {
            purpose: Some(Purpose::Mask),
        })
    }
}

#[test]
fn uncertain_object_fails_only_without_force() {
    let rules = import(&[&ruleset(1, "Rules", &[], "s1")]);
    assert_eq!(
        told(&rules.plan_against(&Environments)),
        [
            "DATABASE_RULESET Rules: unknown: needs a look",
            "unknown: needs a look"
        ]
    );
    let forced = rules.force().plan_against(&Environments);
    assert_eq!(
        told(&forced),
        [
            "DATABASE_RULESET Rules: written or not: needs a look",
            "would succeed"
        ]
    );
    assert_eq!(forced.steps[0].action.overwrites(), None);
    // What may be missing, taken by another type or wrongly named can.
    for object in [
        reference(&lookup("Names", "s1")),
        lookup("Names", "s1"),
        ruleset(1, "a/b", &[], "s1"),
    ] {
        let plan = import(&[&object]).force().plan_against(&Environments);
        assert_eq!(told(&plan).last().unwrap(), "unknown: needs a look");
    }
    let plan = import(&[&lookup("Names", "s1")])
        .force()
        .plan_against(&Environments);
    assert_eq!(plan.irreversible().count(), 1, "an algorithm may be replaced");
}

#[test]
fn job_is_unknown_in_an_environment_of_unknown_purpose() {
    /// A target with the environment, of unknown purpose, and no objects.
    struct Purposeless;
    impl TargetInventory for Purposeless {
        fn find(&self, _: &Lookup<'_>) -> Presence<TargetObject> {
            Presence::Absent
        }
        fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
            Presence::Present(TargetEnvironment { purpose: None })
        }
    }
    let (rules, job) = (ruleset(2, "Rules", &[], "s1"), job(4, "Mask it", &[], "s1"));
    assert_eq!(
        told(&import(&[&rules, &job]).force().plan_against(&Purposeless)),
        [
            "DATABASE_RULESET Rules: create",
            "MASKING_JOB Mask it: unknown: needs the purpose of environment 1 on the target, MASK or TOKENIZE",
            "unknown: needs the purpose of environment 1 on the target, MASK or TOKENIZE"
        ]
    );
}

#[test]
fn what_may_be_missing_or_made_is_on_the_checklist() {
    let source = source(9, "Prod", "s1");
    let plan = import(&[&source, &job(4, "OTF", &[&source], "s1")]).plan_against(&Listing::default());
    let todo: Vec<_> = plan.checklist.iter().map(|item| (item.step, item.todo)).collect();
    assert_eq!(todo, [(0, Todo::SetConnectorPassword), (1, Todo::SetJobSource)]);
    let plan = import(&[&reference(&lookup("Names", "s1"))]).plan_against(&Environments);
    assert_eq!(plan.checklist[0].todo, Todo::SyncUnlessThere);
    assert!(plan.checklist[0].todo.is_before());
}

#[test]
fn rule_4_13_uncertain_format_makes_the_verdict_unknown() {
    struct OldFormat;
    impl TargetInventory for OldFormat {
        fn find(&self, _: &Lookup<'_>) -> Presence<TargetObject> {
            Presence::Absent
        }
        fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
            Presence::Absent
        }
        fn reads_format(&self, format: u64) -> Presence<()> {
            match format {
                1 => Presence::Present(()),
                _ => Presence::Unknown {
                    needs: "whether it reads that".to_owned(),
                },
            }
        }
    }
    let mut import = import(&[&lookup("Names", "s1")]);
    assert_eq!(
        told(&import.plan_against(&OldFormat)).last().unwrap(),
        "would succeed"
    );
    import.document.format = Some(2);
    assert_eq!(
        told(&import.plan_against(&OldFormat)),
        ["LOOKUP Names: create", "unknown: needs whether it reads that"]
    );
}
