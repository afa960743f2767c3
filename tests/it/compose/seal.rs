//! `seal`, `keygen`, `encrypt` and `decrypt`.

use std::fs;

use crate::support::command::{
    PASSPHRASE, assert_sound, bytes, fail, listing, read, read_with, run, succeed,
};
use crate::support::made;
use crate::support::testdata;
use tempfile::tempdir;

#[test]
fn a_new_key_of_each_size_seals_under_its_rule() {
    for (bits, rule) in [
        ("512", "records-v1"),
        ("1024", "records-v1"),
        ("2048", "records-v2"),
    ] {
        let directory = tempdir().unwrap();
        let source = testdata("generated/engine-like.json");
        let arguments = [
            "seal",
            source.to_str().unwrap(),
            "--new-key",
            "key.pem",
            "--dsa-bits",
            bits,
            "-o",
            "out.json",
        ];
        let said = succeed(directory.path(), &arguments);
        assert!(said.contains("undetermined") && said.contains(rule), "{said}");
        let (report, contents) = read(&directory.path().join("out.json"));
        assert_sound(&report);
        assert_eq!(report.header.unwrap().rule.as_deref(), Some(rule));
        assert_eq!(bytes(&contents.objects), bytes(&read(&source).1.objects));
        // the key that was kept is the one that sealed
        let again = ["seal", "out.json", "--key", "key.pem", "-o", "again.json"];
        succeed(directory.path(), &again);
        let (second, _) = read(&directory.path().join("again.json"));
        assert_eq!(
            second.signature.key.unwrap().fingerprint,
            report.signature.key.unwrap().fingerprint
        );
    }
}

#[test]
fn metadata_and_requested_list_are_recomputed() {
    let directory = tempdir().unwrap();
    let source = made("tampered/metadata-list-extra-row.json");
    let arguments = [
        "seal",
        source.to_str().unwrap(),
        "--new-key",
        "k",
        "-o",
        "out.json",
    ];
    assert!(fail(directory.path(), 1, &arguments).contains("not sound: metadata-"));
    assert!(listing(directory.path()).is_empty(), "not even the key");
    succeed(directory.path(), &[&arguments[..], &["--allow-invalid"]].concat());
    assert_sound(&read(&directory.path().join("out.json")).0);
}

#[test]
fn keys_are_private_and_never_overwritten() {
    let directory = tempdir().unwrap();
    let arguments = ["keygen", "-o", "key.pem", "--public-out", "key.pub"];
    let output = run(directory.path(), &arguments);
    assert!(output.status.success());
    let fingerprint = String::from_utf8(output.stdout).unwrap();
    assert!(fingerprint.starts_with("sha256:"), "{fingerprint}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name| {
            fs::metadata(directory.path().join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode("key.pem"), 0o600);
        assert_eq!(mode("key.pub") & 0o600, 0o600);
    }
    let before = fs::read(directory.path().join("key.pem")).unwrap();
    assert!(before.starts_with(b"-----BEGIN PRIVATE KEY-----\n"));
    let said = fail(directory.path(), 2, &arguments);
    assert!(
        said.contains("key.pem exists") && !said.contains("--force"),
        "{said}"
    );
    let public_only = ["keygen", "-o", "other.pem", "--public-out", "key.pub"];
    let said = fail(directory.path(), 2, &public_only);
    assert!(
        said.contains("key.pub exists") && !said.contains("--force"),
        "{said}"
    );
    let source = testdata("generated/masking-job.json");
    let source = source.to_str().unwrap();
    fail(
        directory.path(),
        2,
        &["seal", source, "--new-key", "key.pem", "-o", "out.json"],
    );
    let clash = [
        "seal",
        source,
        "--new-key",
        "new.pem",
        "-o",
        "./new.pem",
        "--force",
    ];
    fail(directory.path(), 2, &clash);
    assert_eq!(fs::read(directory.path().join("key.pem")).unwrap(), before);
    succeed(
        directory.path(),
        &["seal", source, "--key", "key.pem", "-o", "out.json"],
    );
    let trusted = ["verify-signature", "--trusted-key", "key.pub", "out.json"];
    succeed(directory.path(), &trusted);
    succeed(
        directory.path(),
        &[
            "verify-signature",
            "--trusted-key",
            fingerprint.trim(),
            "out.json",
        ],
    );
    assert_eq!(listing(directory.path()), ["key.pem", "key.pub", "out.json"]);
}

#[test]
fn openssl_reads_a_key_of_every_size() {
    let directory = tempdir().unwrap();
    for bits in ["512", "1024", "2048"] {
        let name = format!("{bits}.pem");
        succeed(directory.path(), &["keygen", "--dsa-bits", bits, "-o", &name]);
        let openssl = std::process::Command::new("openssl")
            .args(["pkey", "-noout", "-text", "-in", &name])
            .current_dir(directory.path())
            .output();
        if let Ok(output) = openssl {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(text.contains(&format!("({bits} bit")), "{text}");
        }
    }
    fail(directory.path(), 2, &["keygen", "--dsa-bits", "768", "-o", "k"]);
}

#[test]
fn encrypting_and_decrypting_gives_the_content_back() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("phrase"), "a passphrase\n").unwrap();
    let source = testdata("generated/future.json");
    let source = source.to_str().unwrap();
    let encrypt = |out: &str| {
        succeed(
            directory.path(),
            &["encrypt", source, "--passphrase-file", "phrase", "-o", out],
        )
    };
    encrypt("a.json");
    encrypt("b.json");
    let whole = read(&testdata("generated/future.json")).1;
    for name in ["a.json", "b.json"] {
        let path = directory.path().join(name);
        assert!(read(&path).1.objects.is_empty());
        let (report, contents) = read_with(&path, Some("a passphrase"));
        assert_sound(&report);
        assert_eq!(bytes(&contents.objects), bytes(&whole.objects));
        assert_eq!(contents.record_fields, whole.record_fields);
    }
    let blob = |name: &str| fs::read(directory.path().join(name)).unwrap();
    assert_ne!(
        blob("a.json"),
        blob("b.json"),
        "salt and export id are new each time"
    );
    let decrypt = [
        "decrypt",
        "a.json",
        "--passphrase-file",
        "phrase",
        "-o",
        "clear.json",
    ];
    succeed(directory.path(), &decrypt);
    let (report, contents) = read(&directory.path().join("clear.json"));
    assert_sound(&report);
    assert_eq!(bytes(&contents.objects), bytes(&whole.objects));
    assert_eq!(contents.header_fields, whole.header_fields);
}

#[test]
fn a_wrong_passphrase_and_needless_commands_are_refused() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("wrong"), "wrong").unwrap();
    fs::write(directory.path().join("right"), PASSPHRASE).unwrap();
    let encrypted = testdata("generated/encrypted.json");
    let encrypted = encrypted.to_str().unwrap();
    let clear = testdata("generated/masking-job.json");
    let clear = clear.to_str().unwrap();
    for (code, command, document, phrase) in [
        (1, "decrypt", encrypted, "wrong"),
        (2, "decrypt", clear, "right"),
        (2, "encrypt", encrypted, "right"),
        (2, "decrypt", encrypted, "missing"),
    ] {
        fail(
            directory.path(),
            code,
            &[command, document, "--passphrase-file", phrase, "-o", "x.json"],
        );
    }
    let unknown = made("encrypted-unknown.json");
    let said = fail(
        directory.path(),
        1,
        &[
            "seal",
            unknown.to_str().unwrap(),
            "--new-key",
            "k",
            "-o",
            "x.json",
        ],
    );
    assert!(said.contains("isn't recognised"), "{said}");
    assert_eq!(listing(directory.path()), ["right", "wrong"]);
}

#[test]
fn help_warns_that_triple_des_is_malleable() {
    for command in ["encrypt", "decrypt"] {
        let output = run(tempdir().unwrap().path(), &[command, "--help"]);
        let help = String::from_utf8(output.stdout).unwrap();
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("doesn't detect changes"), "{help}");
    }
}

#[test]
fn sealing_keeps_the_mark_of_a_redacted_copy() {
    let directory = tempdir().unwrap();
    let source = testdata("generated/masking-job.json");
    succeed(
        directory.path(),
        &["redact", source.to_str().unwrap(), "-o", "r.json"],
    );
    succeed(
        directory.path(),
        &["seal", "r.json", "--new-key", "k", "-o", "s.json"],
    );
    let (report, _) = read(&directory.path().join("s.json"));
    assert!(report.findings.iter().any(|finding| finding.id() == "redacted"));
}
