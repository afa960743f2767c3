//! The result of a merge for every kind of difference.

use crate::support::changes::compare;
use crate::support::report;
use crate::support::things::{
    ALGORITHM_REFERENCE, CONNECTOR, DOMAIN, JOB, LOOKUP, RULESET, Thing, algorithm, document, global_key,
    global_object, keys, numbered, objects, options, seal_outcome, sealed, three_way, try_merge, union,
};
use exportdoc::internal::diff::{DiffOptions, MatchBy};
use exportdoc::internal::merge::{
    ConflictKind, MergeError, MergeOptions, MergeOutcome, Note, Origin, Prefer, Renumber, Resolutions, Take,
};
use exportdoc::internal::report::Verdict;

fn assert_same(one: &[u8], other: &[u8]) {
    let diff = compare(one, other, &DiffOptions::default());
    assert!(diff.is_same(), "{:?}", diff.objects);
}

/// All of a document's objects are in a merged one as they were, some of them under other numbers.
fn assert_brings(merged: &[u8], source: &[u8], objects: u64, renumbered: usize) {
    for match_by in [MatchBy::Identifier, MatchBy::Name] {
        let by = DiffOptions::default().match_by(match_by);
        let diff = compare(source, merged, &by);
        assert_eq!(
            (diff.unchanged, diff.renumbered.len()),
            (objects, renumbered),
            "{:?}",
            diff.objects
        );
        assert!(diff.findings.is_empty(), "{:?}", diff.findings);
    }
}

fn kinds(outcome: &MergeOutcome) -> Vec<(String, ConflictKind)> {
    let conflicts = outcome.conflicts.iter();
    conflicts.map(|c| (c.label(), c.kind)).collect()
}

/// The conflicts of a merge, which has no document then.
fn conflicts(base: Option<&[u8]>, sides: &[&[u8]]) -> Vec<(String, ConflictKind)> {
    let outcome = try_merge(base, sides, &options()).unwrap();
    assert!(outcome.document.is_none());
    kinds(&outcome)
}

fn job() -> Thing {
    numbered(JOB, 4, "Mask patients").says("nightly")
}

/// The content of the one job of a document.
fn description(file: &[u8]) -> String {
    let object = objects(file)
        .into_iter()
        .find(|object| object.key() == &job().key);
    let object = object.unwrap();
    let data = exportdoc::internal::wire::Message::parse(object.data_bytes()).unwrap();
    data.text(9).unwrap_or_default().into_owned()
}

fn preferring(prefer: Prefer) -> MergeOptions {
    MergeOptions {
        prefer: Some(prefer),
        ..options()
    }
}

#[test]
fn a_union_has_what_any_document_has_and_verifies() {
    let ruleset = numbered(RULESET, 1, "Patients");
    let first = document(&[&job().needs(&[&ruleset]), &ruleset], 1);
    let other = numbered(JOB, 5, "Mask orders").needs(&[&ruleset]);
    let second = document(&[&other, &ruleset], 1);
    let merged = union(&[&first, &second]);
    assert_eq!(
        keys(&merged),
        ["MASKING_JOB 4", "MASKING_JOB 5", "DATABASE_RULESET 1"]
    );
    let report = report(&merged);
    assert_eq!(report.signature.verdict, Verdict::Valid);
    assert!(report.is_clean(), "{:?}", report.findings);
    assert_eq!(report.envelope.requested.len(), 2);
}

#[test]
fn different_content_is_a_conflict_without_a_base() {
    let first = document(&[&job()], 1);
    let second = document(&[&job().saved(2).says("weekly")], 1);
    let outcome = try_merge(None, &[&first, &second], &options()).unwrap();
    assert_eq!(
        kinds(&outcome),
        [("MASKING_JOB:4".to_owned(), ConflictKind::Different)]
    );
    let conflict = &outcome.conflicts[0];
    assert_eq!(conflict.name.as_deref(), Some("Mask patients"));
    assert_eq!(conflict.candidates.len(), 2);
    assert_eq!(conflict.changes[0].path.to_string(), "description");
    assert!(outcome.document.is_none());
}

#[test]
fn a_preference_settles_a_conflict() {
    let first = document(&[&job()], 1);
    let second = document(&[&job().saved(3).says("weekly")], 1);
    let third = document(&[&job().saved(2).says("never")], 1);
    let sides: [&[u8]; 3] = [&first, &second, &third];
    let taken = |prefer| {
        let outcome = try_merge(None, &sides, &preferring(prefer)).unwrap();
        assert_eq!(outcome.objects[0].origin, Origin::Preferred);
        description(&seal_outcome(outcome))
    };
    assert_eq!(taken(Prefer::Ours), "nightly");
    assert_eq!(taken(Prefer::Theirs), "never");
    assert_eq!(taken(Prefer::Newest), "weekly");
}

#[test]
fn the_newest_of_two_saves_at_one_time_is_none() {
    let first = document(&[&job()], 1);
    let second = document(&[&job().uuid("other").says("weekly")], 1);
    let outcome = try_merge(None, &[&first, &second], &preferring(Prefer::Newest)).unwrap();
    assert_eq!(outcome.conflicts.len(), 1);
}

#[test]
fn a_resolution_settles_one_conflict_and_no_other() {
    let other = numbered(JOB, 5, "Mask orders");
    let first = document(&[&job(), &other], 2);
    let second = document(
        &[&job().saved(2).says("weekly"), &other.clone().saved(2).says("x")],
        2,
    );
    let mut options = options();
    options
        .resolutions
        .insert("MASKING_JOB:4".to_owned(), Take::Side(1));
    options.resolutions.insert("DOMAIN:NONE".to_owned(), Take::Ours);
    let outcome = try_merge(None, &[&first, &second], &options).unwrap();
    assert_eq!(
        kinds(&outcome),
        [("MASKING_JOB:5".to_owned(), ConflictKind::Different)]
    );
    assert!(
        outcome
            .notes
            .contains(&Note::UnusedResolution("DOMAIN:NONE".to_owned()))
    );
    options.resolutions.insert("MASKING_JOB:5".to_owned(), Take::Ours);
    let merged = seal_outcome(try_merge(None, &[&first, &second], &options).unwrap());
    assert_eq!(description(&merged), "weekly");
}

#[test]
fn a_resolution_that_takes_what_is_not_there_is_refused() {
    let first = document(&[&job()], 1);
    let second = document(&[&job().saved(2).says("weekly")], 1);
    for take in [Take::Side(2), Take::Base, Take::Remove] {
        let mut options = options();
        options.resolutions.insert("MASKING_JOB:4".to_owned(), take);
        let error = try_merge(None, &[&first, &second], &options).unwrap_err();
        assert!(matches!(error, MergeError::Resolution { .. }), "{error}");
    }
}

#[test]
fn a_list_of_resolutions_reads_back_and_mistakes_are_named() {
    let read = |text: &str| Resolutions::parse(text.as_bytes());
    let list = read(
        r#"{"schema_version":1,"conflicts":[{"object":"DOMAIN:A","take":"theirs","kind":"different"},
            {"object":"DOMAIN:B","take":2},{"object":"DOMAIN:C","take":null}]}"#,
    )
    .unwrap();
    assert_eq!(list.get("DOMAIN:A"), Some(Take::Theirs));
    assert_eq!(list.get("DOMAIN:B"), Some(Take::Side(1)));
    assert_eq!(list.get("DOMAIN:C"), None);
    for (text, said) in [
        (
            r#"{"conflicts":[{"object":"A","take":"mine"}]}"#,
            "$.conflicts[0].take",
        ),
        (
            r#"{"conflicts":[{"object":"A","take":0}]}"#,
            "$.conflicts[0].take",
        ),
        (
            r#"{"conflicts":[{"object":"A","take":1},{"object":"A","take":1}]}"#,
            "a second answer for A",
        ),
        ("[]", "expected an object with a list of conflicts"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn unchanged_save_is_no_conflict() {
    let first = document(&[&job().saved(2)], 1);
    let second = document(&[&job()], 1);
    for sides in [[&first, &second], [&second, &first]] {
        let outcome = try_merge(None, &sides.map(Vec::as_slice), &options()).unwrap();
        assert_eq!(outcome.objects[0].origin, Origin::LastSave);
        assert_same(&seal_outcome(outcome), &first);
    }
}

#[test]
fn edit_under_one_revision_is_a_conflict() {
    let first = document(&[&job()], 1);
    let second = document(&[&job().says("weekly")], 1);
    let same = [("MASKING_JOB:4".to_owned(), ConflictKind::SameRevision)];
    assert_eq!(conflicts(None, &[&first, &second]), same);
}

#[test]
fn with_a_base_each_side_brings_its_changes() {
    let (a, b) = (numbered(JOB, 1, "A"), numbered(JOB, 2, "B"));
    let (c, d) = (numbered(JOB, 3, "C"), numbered(JOB, 5, "D"));
    let base = document(&[&a, &b, &c], 3);
    let ours = document(&[&a.clone().saved(2).says("ours"), &b, &c, &d], 4);
    let theirs = document(&[&a, &b.clone().saved(2).says("theirs")], 2);
    let outcome = try_merge(Some(&base), &[&ours, &theirs], &options()).unwrap();
    let gone: Vec<String> = outcome.removed.iter().map(ToString::to_string).collect();
    assert_eq!(gone, ["MASKING_JOB 3 (C)"]);
    let wanted = document(&[&a.saved(2).says("ours"), &b.saved(2).says("theirs"), &d], 3);
    assert_same(&seal_outcome(outcome), &wanted);
}

#[test]
fn both_sides_changing_or_adding_differently_is_a_conflict() {
    let base = document(&[&job()], 1);
    let new = numbered(DOMAIN, 9, "New");
    let ours = document(&[&job().saved(2).says("a"), &new.clone().says("a")], 2);
    let theirs = document(&[&job().saved(3).says("b"), &new.saved(2).says("b")], 2);
    assert_eq!(
        conflicts(Some(&base), &[&ours, &theirs]),
        [
            ("MASKING_JOB:4".to_owned(), ConflictKind::BothChanged),
            ("DOMAIN:9".to_owned(), ConflictKind::BothAdded),
        ]
    );
}

#[test]
fn changing_what_the_other_side_removed_is_a_conflict() {
    let keep = numbered(JOB, 1, "Keep");
    let base = document(&[&keep, &job()], 2);
    let changed = document(&[&keep, &job().saved(2).says("weekly")], 2);
    let removed = document(&[&keep], 1);
    assert_eq!(
        conflicts(Some(&base), &[&changed, &removed]),
        [("MASKING_JOB:4".to_owned(), ConflictKind::ChangedAndRemoved)]
    );
    let with = |options: &MergeOptions| {
        seal_outcome(try_merge(Some(&base), &[&changed, &removed], options).unwrap())
    };
    assert_same(&with(&preferring(Prefer::Ours)), &changed);
    assert_same(&with(&preferring(Prefer::Theirs)), &removed);
    let mut options = options();
    options
        .resolutions
        .insert("MASKING_JOB:4".to_owned(), Take::Remove);
    assert_same(&with(&options), &removed);
}

#[test]
fn removal_keeps_objects_that_others_need() {
    let (old, new) = (numbered(RULESET, 1, "Old"), numbered(RULESET, 2, "New"));
    let other = numbered(JOB, 5, "Other");
    let base = document(&[&job().needs(&[&old]), &old], 1);
    let moved = document(&[&job().saved(2).needs(&[&new]), &new], 1);
    // The other side changed the ruleset that isn't needed any more.
    let changed = document(&[&job().needs(&[&old]), &old.clone().saved(2).says("changed")], 1);
    let merged = three_way(&base, &moved, &changed);
    assert_same(&merged, &moved);
    // The other side has a new job that needs it.
    let used = document(&[&job().needs(&[&old]), &other.needs(&[&old]), &old], 2);
    let outcome = try_merge(Some(&base), &[&moved, &used], &options()).unwrap();
    assert!(matches!(&outcome.notes[..], [Note::Kept(named)] if named.name.as_deref() == Some("Old")));
    let merged = seal_outcome(outcome);
    assert_eq!(
        keys(&merged),
        [
            "MASKING_JOB 4",
            "MASKING_JOB 5",
            "DATABASE_RULESET 2",
            "DATABASE_RULESET 1"
        ]
    );
}

#[test]
fn number_of_two_objects_is_split_with_references() {
    let (c1, r1) = (numbered(CONNECTOR, 1, "Clinic"), numbered(RULESET, 1, "Patients"));
    let (c2, r2) = (numbered(CONNECTOR, 1, "Shop"), numbered(RULESET, 1, "Orders"));
    let first = document(&[&job().needs(&[&r1]), &r1.clone().needs(&[&c1]), &c1], 1);
    let orders = numbered(JOB, 4, "Mask orders").needs(&[&r2]);
    let second = document(&[&orders, &r2.clone().needs(&[&c2]), &c2], 1);
    let outcome = try_merge(None, &[&first, &second], &options()).unwrap();
    let renumbered: Vec<String> = outcome
        .renumbered
        .iter()
        .map(|r| format!("{} {} was {}", r.source, r.object, r.old))
        .collect();
    assert_eq!(
        renumbered,
        [
            "1 MASKING_JOB 5 (Mask orders) was 4",
            "1 DATABASE_RULESET 2 (Orders) was 1",
            "1 DATABASE_CONNECTOR 2 (Shop) was 1",
        ]
    );
    let merged = seal_outcome(outcome);
    let objects = objects(&merged);
    let orders_now = objects
        .iter()
        .find(|object| object.name().as_deref() == Some("Mask orders"));
    let orders_now = orders_now.unwrap();
    assert_eq!(orders_now.revision().pair, orders.pair());
    assert!(orders_now.revision().json.contains("\"id\": 5"));
    assert_eq!(orders_now.dependencies()[0].to_string(), "DATABASE_RULESET 2");
    assert_brings(&merged, &first, 3, 0);
    assert_brings(&merged, &second, 3, 3);
    assert!(report(&merged).is_clean());
}

#[test]
fn references_in_data_follow_a_new_number() {
    let first = document(&[&numbered(CONNECTOR, 1, "Clinic")], 1);
    let shop = numbered(CONNECTOR, 1, "Shop");
    let mut orders = numbered(RULESET, 7, "Orders").mentions(&shop);
    let second = document(&[&orders, &shop], 2);
    let merged = seal_outcome(try_merge(None, &[&first, &second], &options()).unwrap());
    assert_brings(&merged, &second, 2, 1);
    let objects = objects(&merged);
    let named = |name: &str| {
        objects
            .iter()
            .find(|object| object.name().as_deref() == Some(name))
    };
    let shop_now = numbered(CONNECTOR, 2, "Shop");
    assert_eq!(named("Shop").unwrap().key(), &shop_now.key);
    orders = orders.mentions(&shop_now);
    assert_eq!(named("Orders").unwrap().data_bytes(), orders.build().data_bytes());
}

#[test]
fn what_a_side_removed_drives_nothing_from_its_number() {
    let (c1, r1) = (numbered(CONNECTOR, 1, "Clinic"), numbered(RULESET, 1, "Patients"));
    let (c2, r2) = (numbered(CONNECTOR, 1, "Shop"), numbered(RULESET, 1, "Orders"));
    let base = document(&[&job().needs(&[&r1]), &r1.clone().needs(&[&c1]), &c1], 1);
    let orders = numbered(JOB, 4, "Mask orders").needs(&[&r2]);
    let other = document(&[&orders, &r2.clone().needs(&[&c2]), &c2], 1);
    assert_same(&three_way(&base, &base, &other), &other);
    assert_same(&three_way(&base, &other, &base), &other);
}

#[test]
fn one_number_is_one_object_when_renumbering_is_off() {
    let first = document(&[&job()], 1);
    let second = document(&[&numbered(JOB, 4, "Mask orders")], 1);
    let mut options = options();
    options.renumber = Renumber::Never;
    let outcome = try_merge(None, &[&first, &second], &options).unwrap();
    assert_eq!(
        kinds(&outcome),
        [("MASKING_JOB:4".to_owned(), ConflictKind::Different)]
    );
}

#[test]
fn an_object_that_was_renamed_is_still_itself() {
    let base = document(&[&job()], 1);
    let renamed = numbered(JOB, 4, "Mask all patients")
        .uuid("MASKING_JOB 4 Mask patients")
        .saved(2);
    let renamed = document(&[&renamed], 1);
    assert_same(&three_way(&base, &base, &renamed), &renamed);
    assert_same(&three_way(&base, &renamed, &base), &renamed);
}

#[test]
fn synced_object_matches_under_another_number() {
    let first = document(&[&job()], 1);
    let there = numbered(JOB, 17, "Mask patients")
        .says("nightly")
        .uuid("MASKING_JOB 4 Mask patients");
    let second = document(&[&there], 1);
    let outcome = try_merge(None, &[&first, &second], &options()).unwrap();
    assert_eq!(outcome.renumbered.len(), 1);
    assert_same(&seal_outcome(outcome), &first);
}

#[test]
fn matching_by_name_settles_equal_names() {
    let first = document(&[&job()], 1);
    let second = document(&[&numbered(JOB, 17, "Mask patients").says("nightly").saved(2)], 1);
    let same_name = [("MASKING_JOB:17".to_owned(), ConflictKind::SameName)];
    assert_eq!(conflicts(None, &[&first, &second]), same_name);
    let mut options = options();
    options.match_by = MatchBy::Name;
    let outcome = try_merge(None, &[&first, &second], &options).unwrap();
    let merged = seal_outcome(outcome);
    assert_eq!(keys(&merged), ["MASKING_JOB 4"]);
}

#[test]
fn identifiers_in_the_data_of_unknown_types_follow() {
    // Data of an unknown type that holds its ruleset's identifier in the form that dependencies have.
    let (r1, r2) = (numbered(RULESET, 1, "Patients"), numbered(RULESET, 1, "Orders"));
    let mut inner = exportdoc::internal::wire::Writer::new();
    inner.message(3, |w| {
        w.message(1, |w| r2.key.write(w));
    });
    let odd = numbered(777, 1, "odd");
    let revision = odd.build().revision().clone();
    let needs = [r2.key.clone()];
    let odd = exportdoc::internal::object::SyncObject::build(
        &odd.key,
        &needs,
        &revision,
        "OddData",
        &inner.finish(),
    );
    let odd = odd.unwrap();
    let key = odd.key().clone();
    let second = sealed(
        &crate::support::facts(&[key]),
        &Default::default(),
        &[odd, r2.build()],
    );
    let first = document(&[&r1], 1);
    let merged = union(&[&first, &second]);
    assert_brings(&merged, &first, 1, 0);
    assert_brings(&merged, &second, 2, 1);
    let objects = objects(&merged);
    let odd = objects
        .iter()
        .find(|object| object.key().type_number == 777)
        .unwrap();
    let data = exportdoc::internal::wire::Message::parse(odd.data_bytes()).unwrap();
    let inside = data.message(3).unwrap().bytes(1).unwrap().to_vec();
    let inside = exportdoc::internal::object::ObjectKey::parse(&inside).unwrap();
    assert_eq!([inside], odd.dependencies());
    assert_eq!(odd.dependencies()[0].to_string(), "DATABASE_RULESET 2");
}

#[test]
fn equal_references_merge_beside_the_full_object() {
    let lookup = algorithm(LOOKUP, "Names").says("rows").uuid("names");
    let reference = algorithm(ALGORITHM_REFERENCE, "Names").uuid("names");
    let ruleset = numbered(RULESET, 1, "Patients").needs(&[&reference]);
    let first = document(&[&ruleset, &reference], 1);
    let domain = numbered(DOMAIN, 1, "NAMES").needs(&[&lookup]);
    let second = document(&[&domain, &lookup], 1);
    let merged = union(&[&first, &second, &first]);
    assert_eq!(
        keys(&merged),
        [
            "DATABASE_RULESET 1",
            "DOMAIN 1",
            "ALGORITHM_REFERENCE Names",
            "LOOKUP Names"
        ]
    );
}

#[test]
fn reference_to_the_present_state_wins() {
    let reference = |save| algorithm(ALGORITHM_REFERENCE, "Names").uuid("names").saved(save);
    let of = |id, name, save| {
        let reference = reference(save);
        document(
            &[&numbered(RULESET, id, name).needs(&[&reference]), &reference],
            1,
        )
    };
    let (first, second) = (of(1, "A", 1), of(2, "B", 2));
    let state = |file: &[u8]| {
        let objects = objects(file);
        let reference = objects
            .iter()
            .find(|o| o.key().type_number == ALGORITHM_REFERENCE);
        reference.unwrap().revision().pair.clone()
    };
    assert_eq!(state(&union(&[&second, &first])), reference(2).pair());
    for save in [1, 2, 3] {
        let lookup = algorithm(LOOKUP, "Names").uuid("names").saved(save).says("rows");
        let third = document(&[&lookup], 1);
        let outcome = try_merge(None, &[&first, &second, &third], &options()).unwrap();
        let stale = outcome
            .notes
            .iter()
            .any(|note| matches!(note, Note::StaleReference(_)));
        assert_eq!(stale, save == 3, "{:?}", outcome.notes);
        assert_eq!(state(&seal_outcome(outcome)), reference(save.min(2)).pair());
    }
}

#[test]
fn merged_global_object_has_all_members() {
    let (a, b) = (algorithm(LOOKUP, "A"), algorithm(LOOKUP, "B"));
    let first = document(&[&global_object(&[&a]), &a], 1);
    let second = document(&[&global_object(&[&b]).saved(2), &b], 1);
    let outcome = try_merge(None, &[&first, &second], &options()).unwrap();
    assert_eq!(outcome.objects[0].origin, Origin::Derived);
    let merged = seal_outcome(outcome);
    assert_eq!(keys(&merged), ["GLOBAL_OBJECT global", "LOOKUP A", "LOOKUP B"]);
    let pair = objects(&merged)[0].revision().pair.clone();
    assert_eq!(pair.object, global_object(&[]).pair().object);
    assert_eq!(pair.save, options().derived.save);
    // One that has all the members already is taken as it is.
    let both = document(&[&global_object(&[&b, &a]).saved(3), &b, &a], 1);
    assert_same(&union(&[&first, &both]), &both);
}

#[test]
fn two_global_keys_need_a_resolution() {
    let (mine, yours) = (
        global_key("global").says("k1"),
        global_key("other").says("k2").saved(2),
    );
    let first = document(&[&global_object(&[&mine]), &mine], 1);
    let second = document(&[&global_object(&[&yours]).saved(2), &yours], 1);
    let global_key = ("KEY:global".to_owned(), ConflictKind::GlobalKey);
    assert_eq!(
        conflicts(None, &[&first, &second]),
        std::slice::from_ref(&global_key)
    );
    for prefer in [Prefer::Ours, Prefer::Theirs, Prefer::Newest] {
        let outcome = try_merge(None, &[&first, &second], &preferring(prefer)).unwrap();
        assert_eq!(kinds(&outcome), std::slice::from_ref(&global_key));
    }
    let mut options = options();
    options.resolutions.insert("KEY:global".to_owned(), Take::Theirs);
    let merged = seal_outcome(try_merge(None, &[&first, &second], &options).unwrap());
    assert_eq!(keys(&merged), ["GLOBAL_OBJECT global", "KEY other"]);
    assert!(report(&merged).is_clean());
}

#[test]
fn a_global_key_that_one_side_rotated_is_taken_and_said() {
    let key = global_key("global");
    let base = document(&[&key.clone().says("k1")], 1);
    let rotated = document(&[&key.saved(2).says("k2")], 1);
    let outcome = try_merge(Some(&base), &[&base, &rotated], &options()).unwrap();
    assert!(matches!(&outcome.notes[..], [Note::GlobalKeyChanged(_)]));
    assert_same(&seal_outcome(outcome), &rotated);
}

#[test]
fn global_key_is_matched_by_identifier_alone() {
    let [mine, yours] = ["global", "other"].map(|id| global_key(id).uuid("key").says("k"));
    let (first, second) = (document(&[&mine], 1), document(&[&yours], 1));
    let conflict = ("KEY:global".to_owned(), ConflictKind::GlobalKey);
    assert_eq!(conflicts(None, &[&first, &second]), [conflict]);
    let outcome = try_merge(Some(&first), &[&first, &second], &options()).unwrap();
    assert!(matches!(&outcome.notes[..], [Note::GlobalKeyChanged(_)]));
    assert_same(&seal_outcome(outcome), &second);
}

#[test]
fn global_keys_dependencies_follow_a_new_number() {
    let key = global_key("global");
    let (old, new) = (numbered(CONNECTOR, 4, "old"), numbered(CONNECTOR, 4, "new"));
    let base = document(&[&key], 1);
    let ours = document(&[&key, &old], 2);
    let theirs = document(&[&key.clone().needs(&[&new]), &new], 1);
    let merged = three_way(&base, &ours, &theirs);
    assert_eq!(
        keys(&merged),
        ["KEY global", "DATABASE_CONNECTOR 4", "DATABASE_CONNECTOR 5"]
    );
    assert_eq!(objects(&merged)[2].name().as_deref(), Some("new"));
}

#[test]
fn objects_without_a_name_are_no_namesakes() {
    let document = |id| document(&[&numbered(CONNECTOR, id, "")], 1);
    let merged = union(&[&document(1), &document(2)]);
    assert_eq!(keys(&merged), ["DATABASE_CONNECTOR 1", "DATABASE_CONNECTOR 2"]);
}

#[test]
fn a_circle_across_documents_is_refused() {
    let (a, b) = (numbered(DOMAIN, 1, "A"), numbered(DOMAIN, 2, "B"));
    let first = document(&[&a.clone().saved(2).needs(&[&b]), &b], 1);
    let second = document(&[&b.clone().saved(2).needs(&[&a]), &a], 1);
    let mut options = options();
    options.resolutions.insert("DOMAIN:1".to_owned(), Take::Ours);
    options.resolutions.insert("DOMAIN:2".to_owned(), Take::Theirs);
    let error = try_merge(None, &[&first, &second], &options).unwrap_err();
    assert!(
        matches!(&error, MergeError::Cycle(keys) if keys.len() == 2),
        "{error}"
    );
}

#[test]
fn what_nobody_has_is_named() {
    let gone = numbered(RULESET, 1, "Gone");
    let broken = job().needs(&[&gone]).build();
    let first = sealed(
        &crate::support::facts(&[job().key]),
        &Default::default(),
        &[broken],
    );
    let second = document(&[&numbered(JOB, 5, "Mask orders")], 1);
    let error = try_merge(None, &[&first, &second], &options()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "MASKING_JOB 4 depends on DATABASE_RULESET 1, which no document has"
    );
    let mut options = options();
    options.allow_invalid = true;
    let outcome = try_merge(None, &[&first, &second], &options).unwrap();
    assert!(matches!(
        &outcome.notes[..],
        [Note::DoubtfulSource { .. }, Note::Gap { .. }]
    ));
    assert_eq!(keys(&seal_outcome(outcome)), ["MASKING_JOB 4", "MASKING_JOB 5"]);
    // A document that has it closes the gap.
    let third = document(&[&gone], 1);
    assert_eq!(
        keys(&union(&[&first, &third])),
        ["MASKING_JOB 4", "DATABASE_RULESET 1"]
    );
}

#[test]
fn the_last_number_there_is_can_not_be_followed_by_another() {
    let first = document(&[&numbered(JOB, i64::MAX, "A")], 1);
    let second = document(&[&numbered(JOB, i64::MAX, "B")], 1);
    let error = try_merge(None, &[&first, &second], &options()).unwrap_err();
    assert!(matches!(error, MergeError::NumbersSpent(JOB)), "{error}");
}

#[test]
fn merge_needs_two_sides_with_a_base() {
    let one = document(&[&job()], 1);
    assert!(matches!(
        try_merge(None, &[&one], &options()),
        Err(MergeError::TooFew)
    ));
    let error = try_merge(Some(&one), &[&one, &one, &one], &options()).unwrap_err();
    assert!(matches!(error, MergeError::SidesWithBase(3)));
}

/// Either of two keys in one document could match the other document's key, and both would get one name.
#[test]
fn two_global_keys_in_one_document_are_refused() {
    let (mine, yours) = (global_key("a").says("k1"), global_key("b").says("k2").saved(2));
    let first = document(&[&mine], 1);
    let second = document(&[&yours, &mine.clone().saved(3)], 2);
    let mut options = options();
    options.resolutions.insert("KEY:a".to_owned(), Take::Ours);
    let error = try_merge(None, &[&first, &second], &options).unwrap_err();
    assert!(
        matches!(&error, MergeError::NotSingle { first, second, .. } if first != second),
        "{error}"
    );
}
