//! Documents inside archives and other containers.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::tempdir;
use zip::ZipWriter;
use zip::unstable::write::FileOptionsExt as _;
use zip::write::SimpleFileOptions;

use super::{marked, run, utf_16};
use crate::support::{file, masking_job, oracle_text};

fn document() -> String {
    String::from_utf8(masking_job().seal()).unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer
        .add_directory("backup", SimpleFileOptions::default())
        .unwrap();
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Writes files by programs in Python, which have the document as `d` and the file as `out`.
fn python(at: &Path, document: &str, files: &[(&str, &str)]) {
    let files: Vec<_> = files
        .iter()
        .map(|(name, program)| (at.join(name), program))
        .collect();
    let whole = "import json, pickle, re, sys\nd = json.load(sys.stdin)\n\
         def snake(v):\n    if isinstance(v, dict):\n        return {re.sub('([A-Z])', lambda m: '_' + m[1].lower(), k): snake(i) for k, i in v.items()}\n    \
         return [snake(i) for i in v] if isinstance(v, list) else v\n\
         for path, program in json.loads(sys.argv[1]):\n    with open(path, 'wb') as out: exec(program, {**globals(), 'out': out})\n";
    let files = serde_json::to_string(&files).unwrap();
    oracle_text("python3", &["-c", whole, &files], document.as_bytes());
}

/// Every command reads the file as the document, and the reports name the container.
fn is_opened(at: &Path, name: &str, container: &str) {
    are_opened(at, &[name.to_owned()], container);
}

/// Like `is_opened`, for several files in the same container: each command reads all of them in one process.
fn are_opened(at: &Path, names: &[String], container: &str) {
    let files: Vec<&str> = names.iter().map(String::as_str).collect();
    for command in ["inspect", "audit", "verify-signature"] {
        for format in ["text", "json"] {
            let answer = run(at, &[&[command, "--format", format][..], &files].concat());
            let all = format!("{command} {names:?}: {}{}", answer.out, answer.err);
            if command == "verify-signature" {
                assert_eq!(answer.code, 0, "{all}");
            }
            // The text of an audit lists infos once for all documents.
            let times = if (command, format) == ("audit", "text") {
                1
            } else {
                names.len()
            };
            for words in ["read-indirectly", &format!("read out of {container}")] {
                assert!(answer.out.matches(words).count() >= times, "{words}: {all}");
            }
        }
    }
    for name in files {
        let same = run(at, &["diff", "plain.json", name]);
        assert_eq!(same.code, 0, "{name}: {}{}", same.out, same.err);
        let piped = std::fs::read(at.join(name)).unwrap();
        let output = crate::support::exportdoc()
            .args(["verify-signature", "-"])
            .write_stdin(piped)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{name}: {errors}");
    }
}

/// Nothing is claimed about the document: the file can't be read, and the next step is named.
fn is_named(at: &Path, name: &str, words: &[&str]) {
    for command in ["inspect", "audit", "verify-signature"] {
        let answer = run(at, &[command, name]);
        let all = answer.out + &answer.err;
        assert_eq!(answer.code, 2, "{command} {name}: {all}");
        for word in words {
            assert!(
                all.contains(word),
                "{command} {name} says nothing of {word:?}: {all}"
            );
        }
        assert!(all.contains("help: "), "{command} {name}: {all}");
        assert!(!all.contains("invalid"), "{command} {name}: {all}");
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn compressed_documents_are_opened_whatever_they_are_called() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    file(at, "plain.json", &document);
    file(at, "job.json.gz", gzip(document.as_bytes()));
    let (half, rest) = document.as_bytes().split_at(document.len() / 2);
    file(at, "two-members", [gzip(half), gzip(rest)].concat());
    let names = ["job.json.gz", "two-members"].map(str::to_owned);
    are_opened(at, &names, "a gzip file");
    let entry = &[("export.json", document.as_bytes())];
    file(at, "job.zip", zip(entry, zip::CompressionMethod::Stored));
    file(at, "small.zip", zip(entry, zip::CompressionMethod::Deflated));
    let names = ["job.zip", "small.zip"].map(str::to_owned);
    are_opened(at, &names, "export.json in a ZIP archive");
    let wide = utf_16(&document, true);
    file(at, "wide.json.gz", gzip(&wide));
    is_opened(at, "wide.json.gz", "UTF-16 text");
}

#[test]
#[ignore = "ci/long runs it"]
fn documents_in_utf_16_are_opened_in_both_byte_orders() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    file(at, "plain.json", &document);
    for little_endian in [true, false] {
        file(at, "wide.json", utf_16(&document, little_endian));
        is_opened(at, "wide.json", "UTF-16 text");
    }
    file(at, "odd.json", [&utf_16(&document, true)[..], b"x"].concat());
    is_named(at, "odd.json", &["damaged UTF-16 text"]);
    file(at, "marked.json", marked(&document));
    assert_eq!(run(at, &["verify-signature", "marked.json"]).code, 0);
}

#[test]
#[ignore = "ci/long runs it"]
fn pickles_of_every_protocol_are_opened() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    file(at, "plain.json", &document);
    let (mut program, mut names) = (String::new(), Vec::new());
    for protocol in 2..=5 {
        for (form, (name, value)) in [
            ("camel", "d"),
            ("snake", "snake(d)"),
            ("text", "json.dumps(d)"),
            ("bytes", "json.dumps(d).encode()"),
            ("list", "[d]"),
        ]
        .into_iter()
        .enumerate()
        {
            // By default, each protocol and each form at least once.
            let chosen = (form + protocol) % 3 == 0 || testkit::exhaustive();
            // Protocol 2 has no bytes.
            if chosen && (name, protocol) != ("bytes", 2) {
                let name = format!("{name}-{protocol}.bin");
                let path = at.join(&name);
                writeln!(program, "pickle.dump({value}, open({path:?}, 'wb'), {protocol})").unwrap();
                names.push(name);
            }
        }
    }
    let two = "pickle.dump(d, out, 4); pickle.dump(snake(d), out, 2)";
    python(at, &document, &[("others", &program), ("two.bin", two)]);
    are_opened(at, &names, "a Python pickle");
    let answer = run(at, &["verify-signature", "two.bin"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("two.bin[1]: valid"), "{}", answer.out);
}

#[test]
fn nothing_in_a_pickle_is_run() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    let trap = at.join("ran");
    let program = format!(
        "class Trap:\n    def __reduce__(self): return (open, ({:?}, 'w'))\npickle.dump({{'blob': Trap()}}, out, 4)",
        trap.to_str().unwrap()
    );
    let ordered = "import collections\npickle.dump(collections.OrderedDict(d), out, 2)";
    python(
        at,
        &document,
        &[
            ("trap.bin", &program),
            ("ordered.bin", ordered),
            ("whole.bin", "pickle.dump(d, out, 4)"),
        ],
    );
    is_named(
        at,
        "trap.bin",
        &[
            "a Python pickle",
            "STACK_GLOBAL",
            "code in it is never run",
            "json.dump",
        ],
    );
    assert!(!trap.exists());
    is_named(at, "ordered.bin", &["GLOBAL at byte"]);
    let whole = std::fs::read(at.join("whole.bin")).unwrap();
    file(at, "cut.bin", &whole[..whole.len() - 10]);
    is_named(at, "cut.bin", &["a Python pickle: damaged"]);
}

#[test]
fn damaged_container_is_named_in_the_error() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    let content = document.as_bytes();
    let whole = gzip(content);
    file(at, "cut.gz", &whole[..whole.len() - 4]);
    is_named(at, "cut.gz", &["a damaged gzip file"]);
    let mut flipped = whole.clone();
    let end = flipped.len();
    flipped[end - 6] ^= 1;
    file(at, "flipped.gz", flipped);
    is_named(at, "flipped.gz", &["a damaged gzip file"]);

    let mut stored = zip(&[("export.json", content)], zip::CompressionMethod::Stored);
    file(at, "cut.zip", &stored[..stored.len() - 4]);
    is_named(at, "cut.zip", &["a damaged ZIP archive"]);
    stored[200] ^= 1;
    file(at, "flipped.zip", stored);
    is_named(at, "flipped.zip", &["a damaged ZIP archive"]);
    let two: &[(&str, &[u8])] = &[("a.json", content), ("b.json", content)];
    file(at, "two.zip", zip(two, zip::CompressionMethod::Deflated));
    is_named(at, "two.zip", &["a ZIP archive with 2 files", "unpack it"]);
    file(at, "none.zip", zip(&[], zip::CompressionMethod::Stored));
    is_named(at, "none.zip", &["a ZIP archive with 0 files"]);
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().with_deprecated_encryption(b"password");
    writer.start_file("export.json", options.unwrap()).unwrap();
    writer.write_all(content).unwrap();
    file(at, "locked.zip", writer.finish().unwrap().into_inner());
    is_named(at, "locked.zip", &["a ZIP archive with a password"]);
    let mut nested = content.to_vec();
    for _ in 0..6 {
        nested = gzip(&nested);
    }
    file(at, "nested.gz", nested);
    is_named(
        at,
        "nested.gz",
        &["containers nested more than", "unpack it first"],
    );
}

#[test]
#[ignore = "ci/long runs it"]
fn zip_archive_with_other_entries_is_refused() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    let begin = "import io, zipfile, warnings\nwarnings.simplefilter('ignore')\nc = json.dumps(d)\nb = io.BytesIO()\n\
                 z = zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED)\n";
    let end = "\nz.close()\nb = b.getvalue()\n";
    let hidden = "z.writestr('a.json', c)\nz.writestr('b.json', c)\nz.filelist.pop(0)";
    let cases = [
        (
            "behind.zip",
            "z.writestr('a.json', c)",
            "b += c.encode()",
            "data behind its end",
        ),
        ("before.zip", hidden, "", "data before its first file"),
        (
            "hidden.zip",
            "z.writestr('a.json', c)\nz.writestr('b.json', c)\nz.filelist.pop()",
            "",
            "data that it doesn't list",
        ),
        (
            "directory.zip",
            "z.writestr('a.json', c)\nz.writestr('d/', c)",
            "",
            "a directory that has content",
        ),
        (
            "link.zip",
            "z.writestr('a.json', c)\ni = zipfile.ZipInfo('l')\ni.create_system = 3\n\
             i.external_attr = 0o120777 << 16\nz.writestr(i, 'a.json')",
            "",
            "a link",
        ),
        (
            "twice.zip",
            "z.writestr('a.json', c)\nz.writestr('a.json', c)",
            "",
            "a name that is used twice",
        ),
    ];
    let programs =
        cases.map(|(name, files, change, _)| (name, format!("{begin}{files}{end}{change}\nout.write(b)")));
    let programs = programs
        .each_ref()
        .map(|(name, program)| (*name, program.as_str()));
    python(at, &document, &programs);
    for (name, _, _, told) in cases {
        is_named(at, name, &[told, "check its other content"]);
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn streamed_zip_archives_are_opened() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    let whole = "import io, zipfile\nb = io.BytesIO()\nz = zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED)\n\
                 z.writestr('d/', '')\nz.writestr('export.json', json.dumps(d))\nz.comment = b'a backup'\nz.close()\n\
                 out.write(b.getvalue())";
    file(at, "plain.json", &document);
    // Output that cannot seek gets data descriptors.
    let streamed = "import zipfile\nclass W:\n    def write(self, b): return out.write(b)\n    def flush(self): pass\n\
                    z = zipfile.ZipFile(W(), 'w', zipfile.ZIP_DEFLATED)\nWIDE\nf.write(json.dumps(d).encode())\n\
                    f.close()\nz.close()";
    let narrow = streamed.replace("WIDE", "f = z.open('export.json', 'w')");
    let wide = streamed.replace("WIDE", "f = z.open('export.json', 'w', force_zip64=True)");
    let files = [("whole.zip", whole), ("narrow.zip", &narrow), ("wide.zip", &wide)];
    python(at, &document, &files);
    let names = ["whole.zip", "narrow.zip", "wide.zip"].map(str::to_owned);
    are_opened(at, &names, "export.json in a ZIP archive");
}

#[test]
fn unpacking_ends_at_the_size_limit() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let zeros = vec![b' '; 20 << 20];
    file(at, "bomb.gz", gzip(&zeros));
    file(
        at,
        "bomb.zip",
        zip(&[("a.json", &zeros)], zip::CompressionMethod::Deflated),
    );
    for name in ["bomb.gz", "bomb.zip"] {
        let answer = run(at, &["inspect", "--max-size", "1M", name]);
        assert_eq!(answer.code, 5, "{}", answer.out);
        assert!((answer.out + &answer.err).contains("larger than the limit"));
    }
}

#[test]
#[ignore = "ci/long runs it"]
fn other_kinds_of_file_are_named() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document = document();
    let pretty: serde_json::Value = serde_json::from_str(&document).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    let (before, after) = pretty.split_once("\n  \"signature\"").unwrap();
    let python_dict = {
        python(at, &document, &[("dict.txt", "out.write(str(d).encode())")]);
        std::fs::read_to_string(at.join("dict.txt")).unwrap()
    };
    let mut sops: serde_json::Value = serde_json::from_str(&document).unwrap();
    sops["blob"] = "ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str]".into();
    sops["sops"] = serde_json::json!({"mac": "ENC[x]", "version": "3.9.0"});
    for (content, words) in [
        (
            format!("<<<<<<< HEAD\n{document}\n=======\n{document}\n>>>>>>> theirs\n"),
            &["an unresolved git conflict", "merge the documents"][..],
        ),
        (
            format!(
                "{before}\n<<<<<<< HEAD\n  \"signature\"{after}\n=======\n  \"signature\"{after}\n>>>>>>> x\n"
            ),
            &["an unresolved git conflict"],
        ),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5347\n".to_owned(),
            &["a Git LFS pointer", "git lfs pull"],
        ),
        (sops.to_string(), &["encrypted with sops", "sops --decrypt"]),
        (
            "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n".to_owned(),
            &["encrypted with age", "age --decrypt"],
        ),
        (
            "age-encryption.org/v1\n-> X25519 abc\n".to_owned(),
            &["encrypted with age"],
        ),
        (
            "$ANSIBLE_VAULT;1.1;AES256\n6162\n".to_owned(),
            &["ansible-vault view"],
        ),
        (
            "-----BEGIN PGP MESSAGE-----\n\nhQ\n".to_owned(),
            &["encrypted with PGP"],
        ),
        (
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{document}"),
            &["an HTTP answer with its head", "curl -o"],
        ),
        (
            format!("HTTP/2 200 \ncontent-length: 1\n\n{document}"),
            &["an HTTP answer with its head"],
        ),
        (python_dict, &["a printed Python object", "json.dump"]),
        (
            "-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----\n".to_owned(),
            &["PEM"],
        ),
    ] {
        file(at, "file.json", content);
        is_named(at, "file.json", words);
    }
}

#[test]
fn wrongly_encoded_member_is_named_not_invalid() {
    use base64::Engine as _;
    let directory = tempdir().unwrap();
    let at = directory.path();
    let document: serde_json::Value = serde_json::from_str(&document()).unwrap();
    for member in ["blob", "signature", "publicKey"] {
        let text = document[member].as_str().unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
        for (other, what) in [
            (hex::encode(&bytes), "hexadecimal text"),
            (hex::encode_upper(&bytes), "hexadecimal text"),
            (
                format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"),
                "PEM",
            ),
        ] {
            let mut changed = document.clone();
            changed[member] = other.into();
            file(at, "file.json", changed.to_string());
            is_named(
                at,
                "file.json",
                &[&format!("$.{member} is {what} where base64 is expected")],
            );
        }
    }
}
