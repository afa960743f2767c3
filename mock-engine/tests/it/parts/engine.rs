//! Small parts of the engine: keys, pages, queries, ids, tokens, profiles, messages of errors.

use std::collections::HashSet;

use exportdoc::internal::import_plan::{EngineVersion, Presence};
use exportdoc::internal::object::{OBJECT_TYPES, type_by_name};
use exportdoc::internal::wire::Writer;
use mock_engine::internal::engine::{
    FIRST_NUMBER, Ids, Page, SyncGate, TYPES, Tokens, api_date, compact, set_field,
};
use mock_engine::internal::http::sentence;
use mock_engine::internal::profile::{lacks, takes_type, types, version};
use mock_engine::internal::{EngineError, Key, PageRequest, Query, SyncKind, error_message};
use mock_engine::{Profile, Settings};
use serde_json::value::RawValue;

#[test]
fn keys_sort_as_numbers_and_survive_text() {
    assert!(Key::parse("9") < Key::parse("10"));
    assert_eq!(Key::parse("007"), Key::Name("007".into()));
    assert_eq!(Key::from_json(&serde_json::json!(7.0)), Some(Key::Number(7)));
    assert_eq!(Key::from_json(&serde_json::json!(7.5)), None);
    assert_eq!(Key::from_json(&serde_json::json!(1e300)), None);
    for text in ["9", "007", "CREDIT CARD", "-1", "99999999999999999999"] {
        assert_eq!(Key::parse(text).to_string(), text);
    }
}

fn page(number: u64, size: u64) -> Result<String, EngineError> {
    Page::cut([1, 2, 3, 4, 5].into_iter(), PageRequest { number, size })
        .map(|page| serde_json::to_string(&page).unwrap())
}

#[test]
fn pages_are_cut_and_counted() {
    assert_eq!(
        page(1, 2).unwrap(),
        r#"{"_pageInfo":{"numberOnPage":2,"total":5},"responseList":[1,2]}"#
    );
    assert_eq!(
        page(3, 2).unwrap(),
        r#"{"_pageInfo":{"numberOnPage":1,"total":5},"responseList":[5]}"#
    );
    assert!(matches!(
        page(4, 2),
        Err(EngineError::PageOutOfRange { page: 4, last: 3 })
    ));
    assert!(page(1, u64::MAX).is_ok());
    assert!(matches!(
        page(u64::MAX, 1),
        Err(EngineError::PageOutOfRange { .. })
    ));
}

#[test]
fn empty_list_has_a_first_page() {
    assert!(Page::<u8>::cut([].into_iter(), PageRequest::default()).is_ok());
}

fn field(number: u32, text: &str) -> Vec<u8> {
    Writer::new().text(number, text).finish()
}

#[test]
fn set_field_replaces_inserts_or_removes() {
    let bytes = [field(1, "a"), field(3, "c"), field(9, "?")].concat();
    let set = |number, text: Option<&str>| {
        set_field(&bytes, number, text.map(|text| field(number, text)).as_deref())
    };
    assert_eq!(
        set(3, Some("x")),
        [field(1, "a"), field(3, "x"), field(9, "?")].concat()
    );
    assert_eq!(
        set(2, Some("b")),
        [field(1, "a"), field(2, "b"), field(3, "c"), field(9, "?")].concat()
    );
    assert_eq!(set(10, Some("z")), [bytes.clone(), field(10, "z")].concat());
    assert_eq!(set(1, None), [field(3, "c"), field(9, "?")].concat());
    assert_eq!(set(5, None), bytes);
}

#[test]
fn numbers_are_those_of_no_other_type() {
    assert!(
        OBJECT_TYPES
            .iter()
            .filter_map(|known| known.number())
            .all(|number| number < FIRST_NUMBER)
    );
    for name in TYPES {
        assert_eq!(
            type_by_name(name).and_then(|known| known.number()),
            None,
            "{name}"
        );
    }
}

#[test]
fn api_dates_have_the_engines_form() {
    assert_eq!(api_date(1_529_094_995_483), "2018-06-15T20:36:35.483+0000");
    assert_eq!(api_date(i64::MAX), "1970-01-01T00:00:00.000+0000");
}

fn tokens() -> (Tokens, Settings, Ids) {
    (Tokens::default(), Settings::default(), Ids::random().unwrap())
}

#[test]
fn only_the_whole_token_is_valid_and_none_is_kept() {
    let (tokens, settings, ids) = tokens();
    let token = tokens.begin(&settings, &ids, 0, "u");
    assert!(tokens.check(&token, 1).is_ok());
    for place in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[place] ^= 1;
        let other = String::from_utf8(other).unwrap();
        assert!(
            matches!(tokens.check(&other, 1), Err(EngineError::TokenUnknown)),
            "{other}"
        );
    }
    let kept = format!("{tokens:?}");
    assert!(!kept.contains(&token) && !kept.contains(&token[..8]), "{kept}");
}

#[test]
fn unseeded_tokens_never_repeat() {
    let (tokens, settings, _) = tokens();
    let mut tokens: Vec<String> = (0..100)
        .flat_map(|_| {
            // As after a restart of the engine.
            let ids = Ids::random().unwrap();
            [0, 1].map(|now_ms| tokens.begin(&settings, &ids, now_ms, "u"))
        })
        .collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 200);
}

#[test]
fn second_operation_is_refused_until_the_permit_drops() {
    let gate = SyncGate::new(false);
    let permit = gate.enter(SyncKind::Export, true).unwrap();
    assert!(matches!(
        gate.enter(SyncKind::Import, false),
        Err(EngineError::Busy(_))
    ));
    drop(permit);
    assert!(matches!(
        gate.enter(SyncKind::Import, true),
        Err(EngineError::Busy(_))
    ));
    let _permit = gate.enter(SyncKind::Import, false).unwrap();
}

#[test]
fn concurrent_gate_admits_two_operations() {
    let gate = SyncGate::new(true);
    let _one = gate.enter(SyncKind::Import, false).unwrap();
    let _two = gate.enter(SyncKind::Import, false).unwrap();
}

#[test]
fn request_is_echoed_verbatim_on_one_line() {
    let text = "{ \"b\" : 1.50,\n\"a\":\"x \\\" \\\\\" ,\"a\": [ ] }";
    let entry = RawValue::from_string(text.to_owned()).unwrap();
    assert_eq!(compact(&entry).get(), r#"{"b":1.50,"a":"x \" \\","a":[]}"#);
}

#[test]
fn queries_of_real_clients_are_understood() {
    let query = Query::parse("page_size=1000&&page_number=2&force_overwrite=True&x=a%20b+c&environment_id=");
    let page = query.page().unwrap();
    assert_eq!((page.number, page.size), (2, 1000));
    assert_eq!(query.boolean("force_overwrite").unwrap(), Some(true));
    assert_eq!(query.text("x"), Some("a b c"));
    assert_eq!(query.number("environment_id").unwrap(), None);
    assert!(Query::parse("").page().is_ok());
}

#[test]
fn invalid_values_are_refused() {
    let query = Query::parse("environment_id=None&page_number=0&force_overwrite=yes&n=99999999999999999999");
    assert!(query.number("environment_id").is_err());
    assert!(query.number("n").is_err());
    assert!(query.page().is_err());
    assert!(query.boolean("force_overwrite").is_err());
}

#[test]
fn any_text_parses() {
    for raw in ["&", "=", "=&=", "%", "%zz", "%ff=%", "a=b=c"] {
        let _ = Query::parse(raw);
    }
    assert_eq!(Query::parse("a=b=c").text("a"), Some("b=c"));
}

#[test]
fn ids_depend_on_seed_and_name() {
    let (a, again, b) = (Ids::seeded(1, "a"), Ids::seeded(1, "a"), Ids::seeded(1, "b"));
    let first = a.uuid();
    assert_eq!(first, again.uuid());
    assert_ne!(first, b.uuid());
    assert_ne!(first, a.uuid());
    a.rewind_if(true);
    assert_eq!(first, a.uuid());
}

#[test]
fn ids_are_the_hash_of_seed_and_counter() {
    // Computed with Python's hashlib.
    assert_eq!(Ids::seeded(1, "a").uuid(), "333001ee-3584-4b64-9d56-9058ff4628ca");
}

#[test]
fn ids_have_the_engines_forms() {
    let ids = Ids::random().unwrap();
    let uuid = ids.uuid();
    assert_eq!(uuid.len(), 36);
    assert_eq!(uuid.as_bytes()[14], b'4');
    let name = ids.alphanumeric(40);
    assert!(
        name.len() == 40 && name.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{name}"
    );
    assert_eq!(ids.hex32().len(), 32);
}

#[test]
fn fragments_become_sentences() {
    assert_eq!(
        error_message(&EngineError::not_found("application", 7)),
        "Application '7' does not exist."
    );
    assert_eq!(
        error_message(&EngineError::Duplicate {
            what: "user",
            name: "x".into()
        }),
        "User already exists: x."
    );
    assert!(
        error_message(&EngineError::PageOutOfRange { page: 3, last: 2 })
            .contains("is outside of the acceptable range. The last page is")
    );
    assert_eq!(sentence(""), ".");
}

#[test]
fn types_are_known_and_listed_once() {
    for profile in Profile::ALL {
        let types = types(profile);
        assert_eq!(types.iter().collect::<HashSet<_>>().len(), types.len());
        assert!(types.iter().all(|name| type_by_name(name).is_some()), "{profile}");
    }
    // Counted in the enumerations of API 5.1.1 and 5.1.42.
    assert_eq!(types(Profile::V6_0).len(), 32);
    assert_eq!(types(Profile::V2025).len(), 32 + 13 - 2);
}

#[test]
fn types_agree_with_the_documented_versions() {
    for profile in Profile::ALL {
        let version: EngineVersion = version(profile).parse().unwrap();
        for known in OBJECT_TYPES {
            let takes = takes_type(profile, known.name);
            match version.takes_type(known.name) {
                Presence::Present(()) => assert!(takes, "{profile} {}", known.name),
                Presence::Absent => assert!(!takes, "{profile} {}", known.name),
                Presence::Unknown { .. } => {}
            }
        }
    }
}

#[test]
fn endpoints_cover_a_path_and_those_below() {
    let lacks = |method, path| lacks(Profile::V6_0, method, path);
    assert!(lacks("get", "/monitor-task") && lacks("get", "/monitor-task/{id}"));
    assert!(lacks("get", "/file-uploads") && !lacks("post", "/file-uploads"));
    assert!(!lacks("get", "/syncable-objects"));
    assert!(!lacks("get", "/monitor-tasks"));
}
