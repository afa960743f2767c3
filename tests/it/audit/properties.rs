//! Properties of audits of any document under any policy.
//!
//! A document's *score* at a level is the number of its findings of at least that level, ignored ones included. Lower is
//! better.

use crate::support::property;
use crate::support::{Parts, Plan, exportdoc, framed, inventory, key, numbered};
use exportdoc::Fingerprint;
use exportdoc::internal::audit::{AuditOptions, AuditReport, Level, Policy, audit_bytes};
use exportdoc::internal::blob::{Trailer, frame};
use exportdoc::internal::diff::Side;
use exportdoc::internal::finding::{self, REGISTRY};
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::draft::{ConnectorSpec, connector};
use exportdoc::internal::object::{ObjectKey, RevisionPair, SyncObject, known_by_number};
use exportdoc::internal::report::{ExamineOptions, Examiner, Verdict};
use exportdoc::internal::sample::SampleSize;
use exportdoc::internal::signature::{HashAlgorithm, KeySize};
use proptest::prelude::*;
use serde_json::Value;

const LEVELS: [Level; 4] = [Level::Off, Level::Info, Level::Warning, Level::Error];

fn audit(document: &[u8], policy: &Policy) -> AuditReport {
    let options = AuditOptions {
        policy,
        now: "2020-04-01T00:00:00Z".parse().unwrap(),
        baseline: None,
    };
    audit_bytes(document, &ExamineOptions::default(), &options)
        .unwrap()
        .0
}

/// The same document as an engine signs it: no rule declared, a 512-bit key, and other bytes signed than any rule that
/// is known.
fn as_an_engine_signs_it(plan: &Plan) -> Vec<u8> {
    let mut engine = Plan {
        facts: plan.facts.clone(),
        objects: plan.objects.clone(),
        key: key(KeySize::Dsa512, "engine"),
        rule: KeySize::Dsa512.default_rule(),
    };
    engine.facts.declare_rule = false;
    let mut parts = Parts::of(&engine.seal());
    let mut records = parts.records();
    records.pop();
    let hash = HashAlgorithm::Sha1.digest(&records.concat());
    parts.signature = engine
        .key
        .sign_prehash_with(&hash, HashAlgorithm::Sha1)
        .unwrap()
        .to_der();
    let trailer = frame(&Trailer::encode(&engine.facts.export_id, &parts.signature)).unwrap();
    parts.blob = [framed(&records), trailer].concat();
    parts.document()
}

/// Just these objects, whether they depend on others or not.
fn plan_of(objects: Vec<SyncObject<'static>>, roots: &[ObjectKey]) -> Plan {
    Plan {
        facts: crate::support::facts(roots),
        objects,
        key: key(KeySize::Dsa512, "tests"),
        rule: KeySize::Dsa512.default_rule(),
    }
}

fn content() -> impl Strategy<Value = Vec<SyncObject<'static>>> {
    // Engines know none of the numbers that this project made up.
    let objects: Vec<_> = inventory(SampleSize::SMALL)
        .into_iter()
        .filter(|object| known_by_number(object.key().type_number).is_some())
        .collect();
    let count = objects.len();
    let some = prop::collection::btree_set(0..count, 1..6)
        .prop_map(move |picked| picked.iter().map(|at| objects[*at].clone()).collect::<Vec<_>>());
    let made = prop::collection::vec(
        ("[a-z(*: ]{1,8}", prop::option::of("[a-z.]{1,12}"), any::<bool>()),
        0..4,
    );
    (some, made).prop_map(|(mut objects, made)| {
        for (at, (name, host, password)) in (500..).zip(made) {
            let spec = ConnectorSpec {
                database_type: "oracle",
                name: &name,
                database: None,
                schema: None,
                jdbc_url: password.then_some("jdbc:oracle:thin:hr/tiger@db:1521/x"),
                host: host.as_deref(),
                port: None,
                user: host.as_deref(),
            };
            let pair = RevisionPair {
                object: format!("00000000-0000-4000-8000-000000000{at}"),
                save: format!("00000000-0000-4000-8000-000000001{at}"),
            };
            objects.push(connector(at, &spec).finish(pair, 0, 0).unwrap());
        }
        objects
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let ids: Vec<&'static str> = REGISTRY.iter().map(|rule| rule.id).collect();
    let seal: Vec<&'static str> = [
        &finding::SEALED_BY_TOOLKIT,
        &finding::ENGINE_SIGNATURE_MISSING,
        &finding::SIGNATURE_UNDETERMINED,
        &finding::KEY_WEAK,
        &finding::KEY_NOT_TRUSTED,
        &finding::HASH_ALGORITHM_WEAK,
    ]
    .map(|rule| rule.id)
    .to_vec();
    let level = || prop::sample::select(LEVELS.to_vec());
    let any_levels = prop::collection::btree_map(prop::sample::select(ids), level(), 0..20);
    let seal_levels = prop::collection::btree_map(prop::sample::select(seal.clone()), level(), 0..6);
    let mut ignored = seal;
    ignored.extend(["*", "seal*", "*-weak", "signature-*", "not-encrypted"]);
    let ignore = (
        prop::sample::select(ignored),
        prop::sample::select(vec![
            "",
            "object = \"*:*\"\n",
            "until = 2020-03-31\n",
            "until = 2020-04-01\n",
        ]),
    );
    let ignores = prop::collection::vec(ignore, 0..5).prop_map(|ignores| {
        let text = |(rule, more)| format!("[[ignore]]\nrule = \"{rule}\"\nreason = \"so\"\n{more}");
        ignores.into_iter().map(text).collect::<String>()
    });
    (any_levels, seal_levels, ignores, any::<bool>()).prop_map(|(any_levels, seal_levels, ignores, keys)| {
        let mut policy = Policy::parse(&ignores).unwrap();
        policy.levels = any_levels;
        policy.levels.extend(seal_levels);
        policy.keys = keys.then(|| vec![Fingerprint::new([7; 32])]);
        policy
    })
}

/// The weightiest level that counts in a document, what doesn't fit the list of keys left out.
fn worst_but_for_trust(report: &AuditReport) -> Level {
    let counting = report
        .findings
        .iter()
        .filter(|found| found.rule != &finding::KEY_NOT_TRUSTED);
    counting.map(|found| found.level).max().unwrap_or(Level::Off)
}

proptest! {
    #![proptest_config(property(6))]

    #[test]
    fn sealing_again_never_improves_the_audit(
        objects in content(),
        size in prop::sample::select(vec![KeySize::Dsa512, KeySize::Dsa1024, KeySize::Dsa2048]),
        declared in any::<bool>(),
        listed in any::<bool>(),
        mut policy in policy(),
    ) {
        let roots: Vec<ObjectKey> = objects.iter().map(|object| object.key().clone()).collect();
        let mut plan = plan_of(objects, &roots).sized(size);
        plan.facts.declare_rule = declared;
        if listed {
            policy.keys.get_or_insert_default().push(plan.key.public_key().facts().fingerprint);
        }
        let genuine = audit(&as_an_engine_signs_it(&plan), &policy);
        let sealed = audit(&plan.seal(), &policy);
        prop_assert_eq!(genuine.verdict, Verdict::Undetermined);
        prop_assert_eq!(sealed.verdict, Verdict::Valid);
        // A list of keys asks for what no engine can give. A listed key wins that finding and nothing else.
        let untrusted = |level| u64::from(listed && policy.level(&finding::KEY_NOT_TRUSTED) >= level);
        for level in Level::REPORTED {
            prop_assert!(
                sealed.score(level) + untrusted(level) >= genuine.score(level),
                "{}: sealed {} {:?}, genuine {} {:?}",
                level, sealed.score(level), sealed.findings, genuine.score(level), genuine.findings
            );
        }
        // A gate that fails the genuine document fails the sealed one, too, at any level.
        prop_assert!(worst_but_for_trust(&sealed) >= worst_but_for_trust(&genuine), "{:?}", policy);
        if !listed {
            prop_assert!(sealed.worst() >= genuine.worst(), "{:?}", policy);
        }
    }

    #[test]
    fn every_finding_counts_or_is_ignored_unless_it_is_off(objects in content(), policy in policy()) {
        let requested = ObjectKey::new(19, Identifier::Text("EMAIL".to_owned()));
        let document = plan_of(objects, &[requested]).seal();
        let report = audit(&document, &policy);
        let mut plain = Policy::default();
        plain.keys.clone_from(&policy.keys);
        let everything = audit(&document, &plain);
        let off = everything.findings.iter().filter(|found| policy.level(found.rule) == Level::Off).count();
        prop_assert_eq!(report.findings.len() + report.suppressed.len() + off, everything.findings.len());
        for found in report.findings.iter().chain(report.suppressed.iter().map(|s| &s.finding)) {
            // The keys of these documents are of the engines' own kind.
            let expected = match found.rule == &finding::KEY_WEAK && !policy.levels.contains_key("key-weak") {
                true => Level::Info,
                false => policy.level(found.rule),
            };
            prop_assert_eq!(found.level, expected);
        }
        prop_assert!(report.findings.is_sorted_by(|a, b| a.level >= b.level));
    }

    #[test]
    fn no_text_breaks_the_reading_of_a_policy(text in "\\PC{0,200}", toml in "(\\[|\\]|=|\"|[a-z]|-|\\.|\n|[0-9]){0,120}") {
        for text in [text, toml] {
            if let Err(error) = Policy::parse(&text) {
                prop_assert!(error.at.line >= 1 && error.at.offset <= text.len());
            }
        }
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn a_long_name_cannot_be_told_ten_thousand_times() {
    // The longest name that a finding quotes.
    let name = "long ".repeat(13_000);
    let needs: Vec<ObjectKey> = (1..=9_000).map(|id| numbered(10, id)).collect();
    let place = (&needs[0], "Clinic");
    let ruleset = exportdoc::internal::object::draft::ruleset(1, &name, place, &[], &needs[1..]);
    let pair = RevisionPair {
        object: "00000000-0000-4000-8000-000000000001".to_owned(),
        save: "00000000-0000-4000-8000-000000000002".to_owned(),
    };
    let document =
        crate::support::document_of_messages(&[ruleset.finish(pair, 0, 0).unwrap().as_bytes().to_vec()]);
    let report = audit(&document, &Policy::default());
    let missing = report
        .findings
        .iter()
        .filter(|found| found.rule == &finding::MISSING_DEPENDENCY);
    let (listed, counted) = missing.fold((0, 0), |(listed, counted), found| {
        (listed + 1, counted + found.count)
    });
    assert_eq!(counted, 9_000, "what isn't listed is counted");
    assert!((51..1_000).contains(&listed), "{listed} are listed");
    let bytes: usize = report.findings.iter().map(|found| found.message.len()).sum();
    assert!(bytes < 80 << 20, "{bytes}");
}

/// The command itself: what `exportdoc seal` makes of an engine's document is no better than the document.
#[test]
fn the_seal_command_cannot_wash_an_engines_document() {
    let directory = tempfile::tempdir().unwrap();
    let (new_key, sealed) = (
        directory.path().join("key.pem"),
        directory.path().join("sealed.json"),
    );
    let genuine = crate::support::testdata("generated/engine-like.json");
    exportdoc()
        .arg("seal")
        .arg(&genuine)
        .args([
            "--new-key".as_ref(),
            new_key.as_os_str(),
            "-o".as_ref(),
            sealed.as_os_str(),
        ])
        .assert()
        .success();
    let scores = |path: &std::path::Path| {
        let output = exportdoc()
            .args(["audit", "--format", "json"])
            .arg(path)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        ["errors", "warnings", "infos"].map(|level| report["summary"][level].as_u64().unwrap())
    };
    let (genuine, sealed) = (scores(&genuine), scores(&sealed));
    let at_least = |counts: [u64; 3]| [counts[0], counts[0] + counts[1], counts.iter().sum::<u64>()];
    for (sealed, genuine) in at_least(sealed).iter().zip(at_least(genuine)) {
        assert!(*sealed >= genuine, "sealed {sealed:?}, genuine {genuine:?}");
    }
}

/// The gate itself: under one policy, a sealed copy ends the command as the engine's own document does.
#[test]
#[ignore = "ci/long runs it"]
fn ignores_never_favour_a_seal_over_an_engine() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let roots = [numbered(10, 1)];
    let plan = plan_of(inventory(SampleSize::SMALL), &roots).sized(KeySize::Dsa2048);
    crate::support::file(at, "sealed.json", plan.seal());
    crate::support::file(at, "genuine.json", as_an_engine_signs_it(&plan));
    let run = |policy: &str, document: &str| {
        crate::support::file(at, "policy.toml", policy);
        let mut command = exportdoc();
        command.current_dir(at).args([
            "audit",
            "--policy",
            "policy.toml",
            "--fail-on",
            "warning",
            document,
        ]);
        let output = command.output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let content = [
        "key-present",
        "secrets-in-clear",
        "orphan-object",
        "ignore-unused",
        "requested-not-exported",
    ];
    let off = |more: &[&str]| {
        let rules = content
            .iter()
            .chain(more)
            .map(|rule| format!("{rule} = \"off\"\n"));
        format!("[levels]\n{}", rules.collect::<String>())
    };
    let ignore = |rule: &str| format!("[[ignore]]\nrule = \"{rule}\"\nreason = \"ours\"\n");
    let seal = ignore("sealed-by-toolkit");
    let undetermined = ignore("signature-undetermined");
    for (policy, code) in [
        (off(&[]), 1),
        (off(&[]) + &seal, 1),
        // No more than information, as what every genuine document has.
        (off(&["sealed-by-toolkit"]), 0),
        (off(&[]) + &seal + &ignore("key-weak"), 1),
        (off(&[]) + &seal + &ignore("key-weak") + &undetermined, 0),
        (off(&["key-weak"]) + &seal + &undetermined, 0),
        (off(&["key-weak", "signature-undetermined"]) + &seal, 0),
    ] {
        let (sealed, out) = run(&policy, "sealed.json");
        assert_eq!(sealed, code, "{policy}{out}");
        let (genuine, out) = run(&policy, "genuine.json");
        assert!(sealed >= genuine, "{policy}{out}");
    }
    // Other ignores that are needed count as used; unused ones are reported.
    let all =
        "[levels]\nignore-unused = \"error\"\n".to_owned() + &seal + &ignore("key-weak") + &undetermined;
    assert!(!run(&all, "sealed.json").1.contains("ignore-unused"));
    let (_, lacking) = run(&seal, "sealed.json");
    assert!(
        lacking.contains(
            "sealed-by-toolkit, which counts unless signature-undetermined and key-weak are ignored"
        ),
        "{lacking}"
    );
}

#[test]
fn algorithm_of_another_type_has_changed() {
    let algorithm = |type_number, data_type| {
        let key = ObjectKey::new(type_number, Identifier::Algorithm("Names".to_owned()));
        let object = SyncObject::build(&key, &[], &Default::default(), data_type, &[]).unwrap();
        plan_of(vec![object], &[key]).seal()
    };
    let (lookup, segment) = (algorithm(2, "SecureLookupData"), algorithm(6, "SegmentData"));
    let (report, objects) = Examiner::new(&ExamineOptions::default())
        .keep_contents()
        .read_bytes(&lookup)
        .unwrap()
        .into_objects();
    let baseline = Side {
        bytes: Some(&lookup),
        report: &report,
        objects: &objects,
    };
    let changed = |document: &[u8]| {
        let options = AuditOptions {
            policy: &Policy::default(),
            now: "2020-04-01T00:00:00Z".parse().unwrap(),
            baseline: Some(&baseline),
        };
        let report = audit_bytes(document, &ExamineOptions::default(), &options)
            .unwrap()
            .0;
        let found = report.findings.into_iter();
        let changed = found.filter(|found| found.rule == &finding::ALGORITHM_CHANGED);
        changed.map(|found| found.message).collect::<Vec<_>>()
    };
    assert_eq!(changed(&segment), ["SEGMENT Names: was of type LOOKUP"]);
    assert!(changed(&lookup).is_empty());
    // An algorithm of only one document has not changed: it masked nothing before, or nothing after.
    let other = ObjectKey::new(2, Identifier::Algorithm("Cities".to_owned()));
    let object = SyncObject::build(&other, &[], &Default::default(), "SecureLookupData", &[]).unwrap();
    assert!(changed(&plan_of(vec![object], &[other]).seal()).is_empty());
}
