//! Plans the import of a document into an engine that is known from any saved files.
//!
//! An input has one of two forms. As in [`super::document::several`]: the document to import, then two that the engine
//! exported. Or: `s`, an option byte, and two files that describe the engine.

use std::collections::HashSet;
use std::sync::LazyLock;

use exportdoc::internal::graph::Graph;
use exportdoc::internal::import_plan::{
    Action, EngineVersion, ImportDocument, ImportOptions, ImportPlan, Verdict, import_plan,
};
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::report::{ExamineOptions, Examiner};
use exportdoc::internal::reuse::{extras, readable, roots, usable};
use exportdoc::internal::target_state::{StateError, TargetState, TargetStateBuilder};

use super::document::{Document, passphrase, several, split};
use super::report::check_escapes;

const FORCE: u8 = 1;
const ENVIRONMENT: u8 = 2;
const SOURCE_ENVIRONMENT: u8 = 4;
const STRICT: u8 = 8;
const VERSION: u8 = 16;
const AS_THEY_ARE: u8 = 32;
/// Bits that select one of [`DOCUMENTS`].
const WHICH: u8 = 192;

/// The name of every source, so that errors are equal in any order of sources.
const LABEL: &str = "source.json";

/// What is planned from files that tell of the engine.
static DOCUMENTS: LazyLock<[ImportDocument; 4]> = LazyLock::new(|| {
    [
        &include_bytes!("../../testdata/generated/masking-job.json")[..],
        include_bytes!("../../testdata/generated/on-the-fly-job.json"),
        include_bytes!("../../testdata/generated/merge/ours.json"),
        include_bytes!("../../testdata/generated/merge/bundle.json"),
    ]
    .map(|file| {
        let (report, contents) = Examiner::new(&ExamineOptions::default())
            .keep_contents()
            .read_bytes(file)
            .expect("it is checked in")
            .into_parts();
        ImportDocument::new(&report, contents.objects)
    })
});

/// A document and what is known of a target.
pub fn plan(data: &[u8]) {
    if let [b's', bits, rest @ ..] = data {
        let [one, other] = split::<2>(rest);
        let document = &DOCUMENTS[usize::from((bits & WHICH) >> 6)];
        planned(document, [one, other], *bits);
        return;
    }
    let Some(([document, one, other], bits)) = several::<3>(data) else {
        return;
    };
    if readable(&document.report).is_err() {
        return;
    }
    let unmistakable = document.is_sound() && told_apart(&document.contents.objects);
    let own = exported(&document);
    let mut document = ImportDocument::new(&document.report, document.contents.objects);
    // Unsigned documents are refused early.
    document.intact = bits & AS_THEY_ARE == 0;
    let [one, other] = [one, other].map(|document| match bits & AS_THEY_ARE {
        0 => exported(&document),
        _ => document.bytes,
    });
    planned(&document, [&one, &other], bits);
    if unmistakable {
        onto_itself(&document, &own, bits);
    }
}

/// As an engine exports it. What has an invalid signature tells nothing of an engine, and none of these has a valid one.
fn exported(document: &Document) -> Vec<u8> {
    if usable(&document.report, true).is_err() {
        return document.bytes.clone();
    }
    let extras = extras(&document.report, &document.contents);
    let requested = roots(&document.report);
    document
        .unsealed(&document.contents.objects, &requested, &extras)
        .write_as_exported()
}

fn target(sources: &[&[u8]], bits: u8) -> Result<TargetState, StateError> {
    let mut builder = TargetStateBuilder::new();
    for bytes in sources {
        builder.add(LABEL, bytes, &[passphrase()])?;
    }
    let mut target = builder.finish()?;
    if bits & VERSION != 0 {
        target.version = Some(EngineVersion::CHECKS_NAMES);
    }
    Ok(target)
}

fn options(target: &TargetState, bits: u8) -> ImportOptions {
    let named = |bit: u8, nth: usize| match bits & bit {
        0 => None,
        _ => Some(target.environments().nth(nth).map_or(1, |known| known.id)),
    };
    ImportOptions {
        force_overwrite: bits & FORCE != 0,
        environment: named(ENVIRONMENT, 0).into(),
        source_environment: named(SOURCE_ENVIRONMENT, 1).into(),
        max_format: target.max_format(),
        names: EngineVersion::CHECKS_NAMES.name_check(bits & VERSION != 0),
        strict_references: bits & STRICT != 0,
    }
}

/// Plans with what two sources tell, in both orders.
fn planned(document: &ImportDocument, [one, other]: [&[u8]; 2], bits: u8) {
    let (target, turned) = match (target(&[one, other], bits), target(&[other, one], bits)) {
        (Ok(target), Ok(turned)) => (target, turned),
        (Err(error), Err(_)) => {
            check_escapes(&error.to_string());
            assert!(!error.to_string().is_empty());
            return;
        }
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => panic!("only in one order: {error}"),
    };
    for note in &target.notes {
        check_escapes(&note.to_string());
    }
    for name in target
        .environments()
        .filter_map(|known| known.name.as_deref())
        .chain([""])
    {
        assert_eq!(target.environment_named(name), turned.environment_named(name));
    }
    assert!(target.environments().eq(turned.environments()));
    let options = options(&target, bits);
    let plan = import_plan(document, &target, &options);
    check_plan(document, &plan);
    let again = import_plan(document, &turned, &options);
    assert_eq!(plan, again, "the order of the sources shows");
    let otherwise = ImportOptions {
        force_overwrite: !options.force_overwrite,
        ..options
    };
    let otherwise = import_plan(document, &target, &otherwise);
    check_plan(document, &otherwise);
    let (free, forced) = match options.force_overwrite {
        true => (&otherwise, &plan),
        false => (&plan, &otherwise),
    };
    assert!(
        free.verdict != Verdict::WouldSucceed || forced.verdict == Verdict::WouldSucceed,
        "force alone makes it fail: {:?}",
        forced.verdict
    );
    assert!(!forced.steps.iter().any(|step| conflicts(&step.action)));
}

fn conflicts(action: &Action) -> bool {
    matches!(action, Action::Conflict { .. } | Action::KeyConflict { .. })
}

/// Every object is a step after those it needs, and references between steps lead to existing steps.
fn check_plan(document: &ImportDocument, plan: &ImportPlan) {
    let mut indices: Vec<usize> = plan.steps.iter().map(|step| step.index).collect();
    if Graph::of(&document.objects).import_order().is_ok() && keys_differ(&document.objects) {
        let mut before = HashSet::new();
        for step in &plan.steps {
            let object = &document.objects[step.index];
            let needed = object.dependencies().iter();
            let mut there = needed.filter(|key| document.objects.iter().any(|object| object.key() == *key));
            assert!(
                there.all(|key| before.contains(key)),
                "{} comes too soon",
                step.key
            );
            before.insert(object.key());
        }
    }
    indices.sort_unstable();
    assert!(indices.into_iter().eq(0..document.objects.len()));
    for step in &plan.steps {
        assert_eq!(&step.key, document.objects[step.index].key());
        check_escapes(&step.type_name);
        if let Action::Unknown { needs, .. } = &step.action {
            assert!(!needs.is_empty());
            check_escapes(needs);
        }
    }
    assert!(plan.checklist.iter().all(|item| item.step < plan.steps.len()));
    match &plan.verdict {
        Verdict::WouldFail { at, status } => {
            assert!(matches!(status, 404 | 409));
            let ends = &plan.steps[*at].action;
            assert!(
                conflicts(ends) || matches!(ends, Action::MissingReference | Action::BlockedByRule(_)),
                "{ends:?} ends it"
            );
        }
        Verdict::Unknown { needs } => assert!(!needs.is_empty()),
        Verdict::WouldSucceed => assert!(!plan.may_fail_sooner()),
        Verdict::Refused(refusal) => check_escapes(&refusal.to_string()),
    }
}

fn keys_differ(objects: &[SyncObject<'_>]) -> bool {
    let mut keys = HashSet::new();
    objects.iter().all(|object| keys.insert(object.key()))
}

/// No two of them could be taken for one another on an engine.
fn told_apart(objects: &[SyncObject<'_>]) -> bool {
    let (mut names, mut saves) = (HashSet::new(), HashSet::new());
    objects.iter().all(|object| {
        names.insert(
            object
                .name()
                .map_or_else(|| object.key().to_string(), |name| name.to_string()),
        ) && saves.insert(object.revision().pair.clone())
    })
}

/// Where the engine has exported this very document, nothing is in another state. That something isn't there is never said:
/// a document doesn't show everything.
fn onto_itself(document: &ImportDocument, own: &[u8], bits: u8) {
    let target = target(&[own], bits).expect("it was read before");
    let plan = import_plan(document, &target, &options(&target, bits));
    for step in &plan.steps {
        assert!(
            !matches!(
                step.action,
                Action::Create | Action::Extend { .. } | Action::Overwrite { .. } | Action::MissingReference
            ) && !conflicts(&step.action),
            "{}: {:?}",
            step.key,
            step.action
        );
    }
}
