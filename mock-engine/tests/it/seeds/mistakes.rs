//! Seed files with mistakes.

use mock_engine::{Content, ContentFormat, MockEngine, Profile};

#[tokio::test]
async fn mistakes_are_shown_with_line_and_path() {
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        (
            "a.toml",
            "applications = [\"HR\"]\n[[environments]]\nname = \"E\"\nconnectors = [\"C\"]\n[[environments.rulesets]]\n\
             name = \"R\"\n[[environments.rulesets.tables]]\nname = \"T\"\ncolums = [\"A\"]\nrows = \"many\"\n\
             [[environments.jobs]]\nid = 1\n",
            &[
                "a.toml:9: environments[0].rulesets[0].tables[0].colums: table has no such member; did you mean 'columns'?",
                "a.toml:10: environments[0].rulesets[0].tables[0].rows: it is a whole number",
                "a.toml:11: environments[0].jobs[0]: masking job needs 'name'",
            ][..],
        ),
        (
            "b.json",
            "{ \"domains\": [\n  { \"name\": \"D\", \"algorithm\": \"NoSuch\" },\n  { \"name\": \"E\",\n\
             \"algorithm\": \"FirstNameLookap\" }\n] }",
            &[
                "b.json:2: domains[0].algorithm: no algorithm is named 'NoSuch'",
                "b.json:4: domains[1].algorithm: no algorithm is named 'FirstNameLookap'; did you mean 'FirstNameLookup'?",
            ],
        ),
        (
            "c.yaml",
            "environments:\n- name: E\n  connectors: [A, B]\n  rulesets:\n  - name: R\n  jobs: [J]\n- purpose: MASK\n",
            &["c.yaml:7: environments[1]: environment needs 'name'"],
        ),
        (
            "d.yml",
            "environments:\n- name: E\n  connectors: [A, B, A]\n  rulesets:\n  - name: R\n  jobs: [J]\n",
            &[
                "d.yml:3: environments[0].connectors[2]: there is a database connector named 'A' already",
                "d.yml:5: environments[0].rulesets[0]: ruleset needs 'connector', because its environment has 2 of them",
            ],
        ),
        ("e.toml", "applications = [\n", &["e.toml:"]),
        (
            "f.json",
            "{\n\"applications\": [],\n\"applications\": []}",
            &["f.json:3: 'applications' comes twice"],
        ),
        ("g.json", "{\n  \"applications\": [ }", &["g.json:2: "]),
        ("h.yaml", "applications: [\n", &["h.yaml:"]),
        ("i.toml", "load = [\"none.json\"]\n", &["none.json"]),
    ];
    for (name, text, wanted) in cases {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let error = MockEngine::builder().seed_file(&path).start().await.unwrap_err();
        let error = error.to_string();
        for wanted in wanted {
            assert!(error.contains(wanted), "{wanted} in {error}");
        }
        let is_list = !["e.toml", "g.json", "h.yaml", "i.toml"].contains(&name);
        assert!(!is_list || error.lines().count() == wanted.len(), "{error}");
    }
}

#[tokio::test]
async fn alias_bombs_and_deep_nesting_are_refused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (above, name) in ('a'..'k').zip('b'..='k') {
        bomb.push_str(&format!(
            "{name}: &{name} [{}]\n",
            vec![format!("*{above}"); 10].join(", ")
        ));
    }
    Content::parse(&bomb, ContentFormat::Yaml).unwrap_err();
    for format in [ContentFormat::Toml, ContentFormat::Json, ContentFormat::Yaml] {
        let nested = format!("{}{}", "[".repeat(500), "]".repeat(500));
        let text = match format {
            ContentFormat::Toml => format!("load = {nested}"),
            ContentFormat::Json => format!("{{\"load\": {nested}}}"),
            _ => format!("load: {nested}"),
        };
        Content::parse(&text, format).unwrap_err();
    }
}

#[tokio::test]
async fn kinds_that_a_profile_lacks_are_mistakes() {
    let of_2025 = "profileExpressions[0]: profile 2025 has no profile expressions; it has classifiers";
    let expression = "profileExpressions = [{ name = \"X\", domain = \"SSN\", expression = \"x\" }]\n\
                      profileSets = [{ name = \"S\", expressions = [\"X\"] }]\n";
    let classifier = "classifiers = [{ name = \"X\", domain = \"SSN\" }]\n\
                      profileSets = [{ name = \"S\", classifiers = [\"X\"] }]\n";
    let mount = "mounts = [{ name = \"M\", host = \"h\", path = \"/\" }]\n";
    for (profile, text, wanted) in [
        (Profile::V2025, expression, Some(of_2025)),
        (Profile::V6_0, expression, None),
        (
            Profile::V6_0,
            classifier,
            Some("classifiers[0]: profile 6.0 has no classifiers; it has profile expressions"),
        ),
        (Profile::V2025, classifier, None),
        (Profile::V5_3, mount, Some("mounts[0]: profile 5.3 has no mounts")),
    ] {
        let content = Content::parse(text, ContentFormat::Toml).unwrap();
        let started = MockEngine::builder()
            .profile(profile)
            .content(content)
            .start()
            .await;
        match (wanted, started) {
            (Some(wanted), Err(error)) => {
                let error = error.to_string();
                assert!(error.ends_with(wanted), "{error}");
                // The set that lists it is no further mistake.
                assert_eq!(error.lines().count(), 1, "{error}");
            }
            (None, Ok(_)) => {}
            (_, started) => panic!("{profile}: {started:?}"),
        }
    }
}
