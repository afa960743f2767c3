//! Options, files of users and entries of engines.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::Duration;

use mock_engine::internal::config::{
    ConfigError, EngineEntry, UserFileError, configuration, engines, parse_duration, parse_pace, parse_user,
    parse_version, password, read_users,
};
use mock_engine::{Bind, Credential, Limits, Pace, Settings};

#[test]
fn parses_durations_and_paces() {
    assert_eq!(parse_duration("0").unwrap(), Duration::ZERO);
    assert_eq!(parse_duration("500ms").unwrap(), Duration::from_millis(500));
    assert_eq!(parse_duration("2h").unwrap(), Duration::from_hours(2));
    for bad in [
        "",
        "5",
        "s",
        "-1s",
        "1.5s",
        "99999999999999999999s",
        "18446744073709551615h",
    ] {
        assert!(parse_duration(bad).is_err(), "{bad}");
    }
    assert_eq!(parse_pace("per-poll").unwrap(), Pace::PerPoll);
}

#[test]
fn versions_have_four_numbers_and_users_a_password() {
    assert!(parse_version("6.0.1.0").is_ok());
    assert!(parse_version("6.0.1").is_err() && parse_version("6.0.x.0").is_err());
    assert!(parse_user("a:b:c").is_ok());
    let error = parse_user("s3cret").unwrap_err().to_string();
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn each_engine_gets_its_own_state_directory() {
    let mut base = Settings::default();
    base.state_dir = Some("dir".into());
    let entries = ["a:1", "../B:2"].map(|text| text.parse().unwrap()).to_vec();
    let engines = engines(entries, &base, None, &[]).unwrap();
    assert_eq!(engines[0].settings.state_dir, Some("dir/a".into()));
    assert_eq!(engines[1].settings.state_dir, Some("dir/%2e.%2f%42".into()));
    assert_eq!(engines[1].port, 2);
}

#[test]
fn path_with_an_engine_name_is_loaded_by_that_engine_only() {
    let mut base = Settings::default();
    base.load = ["a=x.json", "all", "b=y=z.json", "c=other.json"]
        .map(PathBuf::from)
        .to_vec();
    let entries = ["a:1", "b:2"].map(|text| text.parse().unwrap()).to_vec();
    let engines = engines(entries, &base, None, &[]).unwrap();
    let load = |at: usize| engines[at].settings.load.clone();
    assert_eq!(load(0), ["x.json", "all", "c=other.json"].map(PathBuf::from));
    assert_eq!(load(1), ["all", "y=z.json", "c=other.json"].map(PathBuf::from));
}

#[test]
fn names_must_differ_and_entries_parse() {
    let twice = ["a:1", "a:2"].map(|text| text.parse().unwrap()).to_vec();
    assert!(matches!(
        engines(twice, &Settings::default(), None, &[]),
        Err(ConfigError::SameName(_))
    ));
    for bad in ["", "a", ":1", "a:", "a:70000"] {
        assert!(bad.parse::<EngineEntry>().is_err(), "{bad}");
    }
}

fn read(text: &[u8]) -> Result<Vec<Credential>, UserFileError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    read_users(file.path())
}

#[test]
fn lines_are_users_or_comments() {
    let users = read("\u{feff}# who\r\na:b:c\r\n\r\n  \r\nä: ö \n".as_bytes()).unwrap();
    let shown: Vec<_> = users
        .iter()
        .map(|user| (user.name.as_str(), password(user)))
        .collect();
    assert_eq!(shown, [("a", "b:c"), ("ä", " ö ")]);
}

#[test]
fn file_without_users_is_refused_and_never_quoted() {
    let error = read(b"a:b\ns3cret\n").unwrap_err();
    assert!(matches!(error, UserFileError::Line { line: 2, .. }), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    for empty in [&b""[..], b"# a:b\n", b"\n\n"] {
        assert!(matches!(read(empty), Err(UserFileError::Empty(_))));
    }
    assert!(matches!(read(b"a:\xff"), Err(UserFileError::Read { .. })));
    let large = "a:b\n".repeat(300_000);
    assert!(matches!(read(large.as_bytes()), Err(UserFileError::TooLarge(_))));
}

#[test]
fn flags_override_the_profile_in_both_directions() {
    let syncs = |options: &[&str]| {
        let config = configuration(options);
        config.unwrap().engines[0].settings.concurrent_sync
    };
    assert!(syncs(&["--profile", "2025"]));
    assert!(!syncs(&["--profile", "2025", "--concurrent-sync=false"]));
    assert!(!syncs(&["--profile", "6.0"]));
    assert!(syncs(&["--profile", "6.0", "--concurrent-sync"]));
}

#[test]
fn defaults_make_one_engine() {
    let config = configuration(&[]).unwrap();
    assert_eq!(config.engines.len(), 1);
    assert_eq!(config.engines[0].port, 8080);
    assert_eq!(config.bind, [Bind::Localhost]);
    assert_eq!(config.limits, Limits::default());
}

#[test]
fn bind_is_localhost_or_an_address_without_a_port() {
    for (text, bind) in [
        ("localhost", Bind::Localhost),
        ("LocalHost", Bind::Localhost),
        ("0.0.0.0", Bind::Address(Ipv4Addr::UNSPECIFIED.into())),
        ("::1", Bind::Address(Ipv6Addr::LOCALHOST.into())),
        ("[::1]", Bind::Address(Ipv6Addr::LOCALHOST.into())),
    ] {
        assert_eq!(text.parse::<Bind>().unwrap(), bind);
    }
    for bad in ["", "localhost:8080", "127.0.0.1:8080", "[::1", "a.example.com"] {
        assert!(bad.parse::<Bind>().is_err(), "{bad}");
    }
}
