//! Properties of merges of documents that show parts of small engines in several states.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::changes::compare;
use crate::support::property;
use crate::support::things::{
    ALGORITHM_REFERENCE, CONNECTOR, DOMAIN, JOB, LOOKUP, Object, RULESET, Thing, algorithm, document,
    global_object, numbered, objects, options, seal_outcome, sealed, three_way, try_merge, union,
};
use exportdoc::internal::build::Extras;
use exportdoc::internal::diff::{DiffOptions, DocumentDiff, MatchBy, Status};
use exportdoc::internal::extract::{Dependencies, extract};
use exportdoc::internal::object::ObjectKey;
use exportdoc::internal::report::{Contents, DocumentReport, ExamineOptions, Examiner};
use exportdoc::internal::wire::{Message, Writer};
use proptest::prelude::*;

/// Objects of the engine; what each needs is fixed, and comes later in the list.
const NEEDS: [&[usize]; 10] = [&[3, 7], &[3], &[4], &[5, 8], &[5], &[], &[9], &[], &[], &[]];

/// Which objects a document is made for, and in which state each object is.
#[derive(Debug, Clone)]
struct View {
    roots: Vec<usize>,
    states: [u32; NEEDS.len()],
}

/// One object in a state. State 0 is the first save; others say something else, or the same in another save.
fn thing(n: usize, state: u32, shift: i64) -> Thing {
    let id = i64::try_from(n).unwrap() + shift;
    let thing = match n {
        0..=2 => numbered(JOB, id, &format!("job {n} {shift}")),
        3 | 4 => numbered(RULESET, id, &format!("ruleset {n} {shift}")),
        5 => numbered(CONNECTOR, id, &format!("connector {n} {shift}")),
        6 => numbered(DOMAIN, id, &format!("domain {n} {shift}")),
        7 | 8 => algorithm(ALGORITHM_REFERENCE, &format!("algorithm {n}")),
        _ => algorithm(LOOKUP, &format!("algorithm {n}")),
    };
    let needs: Vec<Thing> = NEEDS[n].iter().map(|n| thing_key(*n, shift)).collect();
    let thing = thing
        .needs(&needs.iter().collect::<Vec<_>>())
        .unknown(format!("unknown {n}").as_bytes());
    match state {
        0 => thing,
        _ if n == 7 || n == 8 => thing.saved(state),
        _ => thing.saved(state).says(&format!("state {}", state / 2)),
    }
}

/// The same object without what it needs: enough to be needed.
fn thing_key(n: usize, shift: i64) -> Thing {
    let id = i64::try_from(n).unwrap() + shift;
    match n {
        0..=2 => numbered(JOB, id, ""),
        3 | 4 => numbered(RULESET, id, ""),
        5 => numbered(CONNECTOR, id, ""),
        6 => numbered(DOMAIN, id, ""),
        7 | 8 => algorithm(ALGORITHM_REFERENCE, &format!("algorithm {n}")),
        _ => algorithm(LOOKUP, &format!("algorithm {n}")),
    }
}

impl View {
    /// The closure of the roots.
    fn members(&self) -> Vec<usize> {
        let mut members = Vec::new();
        let mut pending: Vec<usize> = self.roots.iter().rev().copied().collect();
        while let Some(n) = pending.pop() {
            if !members.contains(&n) {
                members.push(n);
                pending.extend(NEEDS[n]);
            }
        }
        // The roots stay in front, as `document` wants them.
        members.sort_by_key(|n| self.roots.iter().position(|root| root == n).unwrap_or(usize::MAX));
        members
    }

    fn document(&self) -> Vec<u8> {
        self.shifted(0)
    }

    /// The document of another engine, which has other objects, numbered from elsewhere.
    fn shifted(&self, shift: i64) -> Vec<u8> {
        let things: Vec<Thing> = self
            .members()
            .into_iter()
            .map(|n| thing(n, self.states[n], shift))
            .collect();
        document(&things.iter().collect::<Vec<_>>(), self.roots.len())
    }

    fn with(&self, states: [u32; NEEDS.len()]) -> Self {
        Self {
            states,
            ..self.clone()
        }
    }
}

fn roots() -> impl Strategy<Value = Vec<usize>> {
    prop::sample::subsequence((0..NEEDS.len()).collect::<Vec<_>>(), 1..5).prop_shuffle()
}

fn states() -> impl Strategy<Value = [u32; NEEDS.len()]> {
    prop::array::uniform10(0_u32..6)
}

fn view() -> impl Strategy<Value = View> {
    (roots(), states()).prop_map(|(roots, states)| View { roots, states })
}

/// Documents that show one engine at one time.
fn snapshots(count: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    (prop::collection::vec(roots(), count), states()).prop_map(|(views, states)| {
        views
            .into_iter()
            .map(|roots| View { roots, states }.document())
            .collect()
    })
}

fn diff(one: &[u8], other: &[u8]) -> DocumentDiff {
    compare(one, other, &DiffOptions::default())
}

fn assert_same(one: &[u8], other: &[u8]) -> Result<(), TestCaseError> {
    let diff = diff(one, other);
    prop_assert!(diff.is_same(), "{:?}", diff.objects);
    // Byte for byte, so that nothing that the comparison doesn't look at gets lost.
    let bytes = |file| -> BTreeMap<ObjectKey, Vec<u8>> {
        let objects = objects(file).into_iter();
        objects
            .map(|object| (object.key().clone(), object.as_bytes().to_vec()))
            .collect()
    };
    prop_assert_eq!(bytes(one), bytes(other));
    Ok(())
}

fn assert_same_by_name(one: &[u8], other: &[u8]) -> Result<(), TestCaseError> {
    let by_name = DiffOptions::default().match_by(MatchBy::Name);
    let diff = compare(one, other, &by_name);
    prop_assert!(diff.is_same(), "{:?}", diff.objects);
    Ok(())
}

/// A document with unknown fields in its header and its object records.
fn with_extras(view: &View, header: &[u32], record: &[u32]) -> Vec<u8> {
    let encoded = |numbers: &[u32]| {
        let mut writer = Writer::new();
        for number in numbers {
            writer.bytes(*number, format!("field {number}").as_bytes());
        }
        writer.finish()
    };
    let plain = view.document();
    let (report, contents) = contents(&plain);
    let extras = Extras {
        header_fields: encoded(header),
        record_fields: contents
            .objects
            .iter()
            .map(|object| (object.key().clone(), encoded(record)))
            .collect(),
        ..Extras::default()
    };
    let keys: Vec<ObjectKey> = contents.objects[..view.roots.len()]
        .iter()
        .map(|object| object.key().clone())
        .collect();
    assert_eq!(report.envelope.requested.len(), keys.len());
    sealed(&crate::support::facts(&keys), &extras, &contents.objects)
}

fn contents(file: &[u8]) -> (DocumentReport, Contents) {
    Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(file)
        .unwrap()
        .into_parts()
}

/// The numbers of the unknown fields in the header and in each object record.
fn extras(file: &[u8]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let (_, contents) = contents(file);
    let numbers = |bytes: &[u8]| -> Vec<u32> {
        let message = Message::parse(bytes).unwrap();
        message.fields().map(|field| field.number).collect()
    };
    let records = contents.objects.iter().map(|object| {
        let fields = contents.record_fields.get(object.key());
        fields.map(|fields| numbers(fields)).unwrap_or_default()
    });
    (numbers(&contents.header_fields), records.collect())
}

fn field_numbers() -> impl Strategy<Value = Vec<u32>> {
    prop::sample::subsequence(vec![70_u32, 71, 72, 73], 0..4)
}

/// The old document's objects after what the comparison says happened; what is new comes from the new document.
fn applied(old: &[u8], new: &[u8]) -> Vec<Object> {
    let diff = diff(old, new);
    let new_objects = objects(new);
    let mut result: BTreeMap<ObjectKey, Object> = objects(old)
        .into_iter()
        .map(|object| (object.key().clone(), object))
        .collect();
    for object in &diff.objects {
        let key = |name: &exportdoc::internal::diff::ObjectRef| {
            ObjectKey::new(name.type_number, name.identifier.clone())
        };
        match object.status {
            Status::Removed => {
                result.remove(&key(object.old.as_ref().unwrap()));
            }
            Status::DependencyChanged => {}
            _ => {
                let key = key(object.new.as_ref().unwrap());
                let object = new_objects.iter().find(|object| object.key() == &key).unwrap();
                result.insert(key, object.clone());
            }
        }
    }
    result.into_values().collect()
}

proptest! {
    #![proptest_config(property(6))]

    #[test]
    fn a_side_that_changed_nothing_leaves_the_other_as_it_is(base in view(), other in view()) {
        let (base, other) = (base.document(), other.document());
        assert_same(&three_way(&base, &base, &other), &other)?;
        assert_same(&three_way(&base, &other, &base), &other)?;
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn a_document_merged_with_itself_is_itself(view in view(), base in view()) {
        let (document, base) = (view.document(), base.document());
        assert_same(&union(&[&document, &document]), &document)?;
        assert_same(&union(&[&document, &document, &document]), &document)?;
        assert_same(&three_way(&base, &document, &document), &document)?;
    }

    #[test]
    fn the_order_of_documents_does_not_matter(documents in snapshots(2)) {
        let [a, b] = [&documents[0], &documents[1]];
        assert_same(&union(&[a, b]), &union(&[b, a]))?;
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn three_documents_merge_in_any_grouping(documents in snapshots(3)) {
        let [a, b, c] = [&documents[0], &documents[1], &documents[2]];
        let at_once = union(&[a, b, c]);
        assert_same(&union(&[&union(&[a, b]), c]), &at_once)?;
        assert_same(&union(&[a, &union(&[b, c])]), &at_once)?;
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn last_unchanged_save_wins_in_any_order(
        views in prop::collection::vec((roots(), prop::array::uniform10(2_u32..4)), 3)
    ) {
        let documents: Vec<Vec<u8>> = views
            .into_iter()
            .map(|(roots, states)| View { roots, states }.document())
            .collect();
        let [a, b, c] = [&documents[0], &documents[1], &documents[2]];
        let at_once = union(&[a, b, c]);
        assert_same(&union(&[c, a, b]), &at_once)?;
        assert_same(&union(&[&union(&[b, a]), c]), &at_once)?;
        assert_same(&union(&[a, &union(&[c, b])]), &at_once)?;
    }

    #[test]
    fn extracting_all_that_was_asked_for_is_the_whole(view in view()) {
        let document = view.document();
        let whole = objects(&document);
        let roots: Vec<ObjectKey> = whole[..view.roots.len()].iter().map(|object| object.key().clone()).collect();
        let taken = extract(whole.clone(), &roots, Dependencies::Closure).unwrap();
        let bytes = |objects: &[Object]| objects.iter().map(|object| object.as_bytes().to_vec()).collect::<Vec<_>>();
        prop_assert_eq!(bytes(&taken), bytes(&whole));
    }

    #[test]
    fn unknown_header_and_record_fields_survive(
        view in view(), headers in prop::array::uniform3(field_numbers()), records in prop::array::uniform3(field_numbers())
    ) {
        let [base, a, b] = [0, 1, 2].map(|n| with_extras(&view, &headers[n], &records[n]));
        let count = objects(&base).len();
        let all_of = |lists: [&Vec<u32>; 2]| -> BTreeSet<u32> { lists.into_iter().flatten().copied().collect() };
        let sorted = |merged: &[u8]| {
            let (header, records) = extras(merged);
            let set = |numbers: Vec<u32>| numbers.into_iter().collect::<BTreeSet<_>>();
            (set(header), records.into_iter().map(set).collect::<Vec<_>>())
        };
        prop_assert_eq!(
            sorted(&union(&[&a, &b])),
            (all_of([&headers[1], &headers[2]]), vec![all_of([&records[1], &records[2]]); count])
        );
        prop_assert_eq!(extras(&three_way(&base, &base, &a)), (headers[1].clone(), vec![records[1].clone(); count]));
        prop_assert_eq!(extras(&three_way(&base, &a, &base)), (headers[1].clone(), vec![records[1].clone(); count]));
    }

    #[test]
    #[ignore = "ci/long runs it"]
    fn three_documents_merge_in_any_grouping_by_name(views in prop::array::uniform3(view()), shifts in prop::array::uniform2(1_i64..4)) {
        let a = views[0].document();
        let [b, c] = [views[1].shifted(shifts[0]), views[2].shifted(shifts[0] + shifts[1])];
        // References and algorithms have the same name everywhere; only their states could be in the way.
        let states = views[0].states;
        let (b, c) = match NEEDS.len() {
            _ if views[1].states[7..] == states[7..] && views[2].states[7..] == states[7..] => (b, c),
            _ => (views[1].with(states).shifted(shifts[0]), views[2].with(states).shifted(shifts[0] + shifts[1])),
        };
        let at_once = union(&[&a, &b, &c]);
        assert_same_by_name(&union(&[&union(&[&a, &b]), &c]), &at_once)?;
        assert_same_by_name(&union(&[&c, &union(&[&b, &a])]), &at_once)?;
        // Each object is unchanged, apart from its numbers.
        for document in [&a, &b, &c] {
            let by_name = DiffOptions::default().match_by(MatchBy::Name);
            let diff = compare(document, &at_once, &by_name);
            prop_assert!(diff.objects.iter().all(|object| object.status == Status::Added), "{:?}", diff.objects);
        }
    }

    #[test]
    fn changes_to_different_objects_come_together(base in view(), ours in states(), theirs in states()) {
        // Each object is changed by one side at most.
        let pick = |mine: [u32; 10], side: usize| {
            let mut states = base.states;
            for n in (0..states.len()).filter(|n| n % 2 == side) {
                states[n] = mine[n];
            }
            states
        };
        let (ours, theirs) = (pick(ours, 0), pick(theirs, 1));
        let mut both = ours;
        for n in (1..both.len()).step_by(2) {
            both[n] = theirs[n];
        }
        let merged = three_way(&base.document(), &base.with(ours).document(), &base.with(theirs).document());
        assert_same(&merged, &base.with(both).document())?;
    }

    #[test]
    fn merge_of_sound_documents_never_fails(views in prop::array::uniform3(view())) {
        let [base, ours, theirs] = views.map(|view| view.document());
        for (base, sides) in [(None, [&ours, &theirs]), (Some(base.as_slice()), [&ours, &theirs])] {
            let outcome = try_merge(base, &sides.map(Vec::as_slice), &options()).unwrap();
            prop_assert_eq!(outcome.conflicts.is_empty(), outcome.document.is_some());
            for conflict in &outcome.conflicts {
                prop_assert!(conflict.candidates.len() >= 2);
            }
            if outcome.document.is_some() {
                let report = crate::support::report(&seal_outcome(outcome));
                prop_assert!(report.is_clean(), "{:?}", report.findings);
            }
        }
    }

    #[test]
    fn what_a_comparison_says_makes_the_one_side_the_other(a in view(), b in view()) {
        let (a, b) = (a.document(), b.document());
        let messages: Vec<Vec<u8>> = applied(&a, &b).iter().map(|object| object.as_bytes().to_vec()).collect();
        let result = crate::support::document_of_messages(&messages);
        let diff = diff(&result, &b);
        prop_assert!(diff.is_same(), "{:?}", diff.objects);
    }

    #[test]
    fn bundles_hold_what_any_bundle_holds(
        a in prop::sample::subsequence(vec![0, 1, 2, 3, 4], 1..5), b in prop::sample::subsequence(vec![0, 1, 2, 3, 4], 1..5)
    ) {
        let bundle = |members: &[usize], save| {
            let lookups: Vec<Thing> = members.iter().map(|n| algorithm(LOOKUP, &format!("L{n}"))).collect();
            let lookups: Vec<&Thing> = lookups.iter().collect();
            let global = global_object(&lookups).saved(save);
            document(&[&[&global], &lookups[..]].concat(), 1)
        };
        let merged = union(&[&bundle(&a, 1), &bundle(&b, 2)]);
        let mut all = [a, b].concat();
        all.sort_unstable();
        all.dedup();
        let global = &objects(&merged)[0];
        let mut members: Vec<String> = global.dependencies().iter().map(|key| key.identifier.to_string()).collect();
        members.sort();
        prop_assert_eq!(members, all.iter().map(|n| format!("L{n}")).collect::<Vec<_>>());
    }
}
