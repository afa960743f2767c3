//! Targets that say the same of every object and of every environment: what one open question leaves open.

use super::support::*;
use crate::identifier::Identifier;
use crate::import_plan::{
    GivenEnvironment, Identity, ImportOptions, Lookup, Presence, Purpose, TargetEnvironment, TargetInventory,
    TargetObject, TargetRevision,
};
use crate::object::ObjectKey;

/// Says the same of every object, and of every environment.
struct Saying {
    objects: Presence<TargetObject>,
    environments: Presence<TargetEnvironment>,
}

impl TargetInventory for Saying {
    fn find(&self, _: &Lookup<'_>) -> Presence<TargetObject> {
        self.objects.clone()
    }

    fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
        self.environments.clone()
    }
}

fn needs<T>(what: &str) -> Presence<T> {
    Presence::Unknown {
        needs: what.to_owned(),
    }
}

/// A job that the target has, in some revision.
fn there(revision: TargetRevision) -> Presence<TargetObject> {
    Presence::Present(TargetObject {
        type_name: "MASKING_JOB".to_owned(),
        id: Identifier::Integer(9),
        name: Some("Mask it".to_owned()),
        revision,
        dependencies: None,
    })
}

#[test]
fn object_in_an_uncertain_environment_is_unknown() {
    let target = Saying {
        objects: Presence::Absent,
        environments: needs("environments"),
    };
    let made = import(&[&connector(3, "Demo", "s1"), &job(4, "Mask it", &[], "s1")]);
    let steps = &told(&made.plan_against(&target))[..2];
    assert_eq!(
        steps,
        [
            "DATABASE_CONNECTOR Demo: unknown: needs environments",
            "MASKING_JOB Mask it: unknown: needs environments"
        ]
    );
}

/// Takes every type.
struct TakingAll;

impl TargetInventory for TakingAll {
    fn find(&self, _: &Lookup<'_>) -> Presence<TargetObject> {
        Presence::Absent
    }

    fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
        Presence::Absent
    }

    fn takes_type(&self, _: &str) -> Presence<()> {
        Presence::Present(())
    }
}

#[test]
fn how_a_target_identifies_a_new_type_is_unknown() {
    let key = ObjectKey::new(31, Identifier::Integer(1));
    let odd = build(key, &[], "s1", ("PluginData", vec![1]));
    assert_eq!(
        told(&import(&[&odd]).plan_against(&TakingAll))[0],
        "TYPE_31 1: unknown: needs how engines identify objects of type TYPE_31"
    );
}

/// With force it is made, left alone or overwritten, so its name can't end an import; what its environment is for can.
#[test]
fn forced_uncertain_job_needs_the_purpose_only() {
    let target = Saying {
        objects: needs("names"),
        environments: Presence::Present(TargetEnvironment { purpose: None }),
    };
    let job = import(&[&job(4, "Mask it", &[], "s1")]);
    assert_eq!(
        told(&job.plan_against(&target)),
        [
            "MASKING_JOB Mask it: unknown: needs names",
            "unknown: needs names"
        ]
    );
    let forced = told(
        &job.with(|options| options.force_overwrite = true)
            .plan_against(&target),
    );
    let purpose = "needs the purpose of environment 1 on the target, MASK or TOKENIZE";
    assert_eq!(
        forced,
        [
            format!("MASKING_JOB Mask it: unknown: {purpose}"),
            format!("unknown: {purpose}")
        ]
    );
}

/// What is there in the very state of the document is left alone, and no rule forbids that.
#[test]
fn rule_against_writing_spares_possibly_unchanged_objects() {
    let target = |revision| Saying {
        objects: there(revision),
        environments: Presence::Present(TargetEnvironment {
            purpose: Some(Purpose::Tokenize),
        }),
    };
    let job = job(4, "Mask it", &[], "s1");
    let step = |revision| told(&import(&[&job]).force().plan_against(&target(revision))).swap_remove(0);
    let same = TargetRevision::Pair(job.revision().pair.clone());
    assert_eq!(step(same), "MASKING_JOB Mask it: unchanged 9");
    let unclear = step(TargetRevision::Unknown);
    assert!(
        unclear.starts_with("MASKING_JOB Mask it: unknown: needs"),
        "{unclear}"
    );
    let hash = step(TargetRevision::Hash("another".to_owned()));
    assert!(hash.starts_with("MASKING_JOB Mask it: blocked: "), "{hash}");
}

#[test]
fn overwriting_a_job_in_an_unknown_environment_is_unknown() {
    let target = Saying {
        objects: there(TargetRevision::Hash("another".to_owned())),
        environments: needs("environments"),
    };
    let job = import(&[&job(4, "Mask it", &[], "s1")]);
    let step = |import: &Import| told(&import.plan_against(&target)).swap_remove(0);
    assert_eq!(step(&job), "MASKING_JOB Mask it: conflict 9");
    assert_eq!(
        step(&job.force()),
        "MASKING_JOB Mask it: unknown: needs environments"
    );
}

#[test]
fn unknown_environment_makes_the_verdict_unknown() {
    let unclear = |change: fn(&mut ImportOptions)| {
        let source = source(9, "Prod", "s1");
        let import = import(&[&source, &job(4, "OTF", &[&source], "s1")]).with(change);
        told(&import.plan()).pop().unwrap()
    };
    let target = unclear(|options| options.environment = GivenEnvironment::Unclear);
    assert!(
        target.starts_with("unknown: needs the target's environments"),
        "{target}"
    );
    let source = unclear(|options| options.source_environment = GivenEnvironment::Unclear);
    assert!(
        source.starts_with("unknown: needs the target's environments"),
        "{source}"
    );
}

/// One certain failure decides it, but a request that is refused for its environment doesn't get that far.
#[test]
fn failing_import_may_be_refused_first() {
    let (here, theirs) = (lookup("Names", "s1"), lookup("Names", "s2"));
    let sooner = |objects: &[&Object], change: fn(&mut ImportOptions)| {
        let plan = import(objects).onto(vec![global(&theirs)]).with(change).plan();
        assert_eq!(told(&plan).pop().unwrap(), "would fail at 0 with 409");
        plan.may_fail_sooner()
    };
    let (connector, source) = (connector(3, "Demo", "s1"), source(9, "Prod", "s1"));
    assert!(!sooner(&[&here, &connector, &source], |_| ()));
    assert!(sooner(&[&here, &connector], |options| {
        options.environment = GivenEnvironment::Unclear;
    }));
    assert!(sooner(&[&here, &source], |options| {
        options.source_environment = GivenEnvironment::Unclear;
    }));
    // No object lives in an environment, so none is looked up.
    assert!(!sooner(&[&here], |options| {
        options.environment = GivenEnvironment::Unclear;
    }));
}

#[test]
fn failing_import_may_fail_sooner_at_an_earlier_step() {
    /// A target without objects, apart from one name that is unknown.
    struct AllButOne;
    impl TargetInventory for AllButOne {
        fn find(&self, lookup: &Lookup<'_>) -> Presence<TargetObject> {
            match lookup.identity {
                Identity::Name("Open") => needs("a look"),
                _ => Presence::Absent,
            }
        }
        fn environment(&self, _: i64) -> Presence<TargetEnvironment> {
            Presence::Absent
        }
    }
    let (open, gone) = (reference(&lookup("Open", "s1")), reference(&lookup("Gone", "s1")));
    let sooner = |objects: &[&Object]| {
        let plan = import(objects).plan_against(&AllButOne);
        (told(&plan).pop().unwrap(), plan.may_fail_sooner())
    };
    assert_eq!(
        sooner(&[&open, &gone]),
        ("would fail at 1 with 404".to_owned(), true)
    );
    assert_eq!(
        sooner(&[&gone, &open]),
        ("would fail at 0 with 404".to_owned(), false)
    );
    assert_eq!(sooner(&[&open]), ("unknown: needs a look".to_owned(), false));
}
