//! Writes the seeds of the corpora: from the documents in `testdata`, and from documents built of the made-up
//! inventory, whole and in parts.
//!
//! ```sh
//! cargo run --example seeds -- work
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use exportdoc::internal::audit::DEFAULT_POLICY;
use exportdoc::internal::build::{ExportFacts, in_record_order, seal};
use exportdoc::internal::envelope::Envelope;
use exportdoc::internal::identifier::Identifier;
use exportdoc::internal::object::SyncObject;
use exportdoc::internal::passphrase::{EncryptionParams, Passphrase};
use exportdoc::internal::sample::{SampleSize, environments, global_objects, references_to, uuid};
use exportdoc::internal::signature::{KeySize, SigningKey};
use serde_json::value::RawValue;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let corpus = PathBuf::from(std::env::args().nth(1).ok_or("name the corpus directory")?);
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    for directory in ["documented", "handmade"] {
        for entry in fs::read_dir(testdata.join(directory))? {
            let path = entry?.path();
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .ok_or("a name")?
                .to_owned();
            if path.extension().is_some_and(|e| e == "json") && !name.ends_with(".expected") {
                document(&corpus, &format!("{directory}-{name}"), &fs::read(&path)?)?;
            }
        }
    }
    for (name, key, size, declared, encrypted) in [
        ("job-512", 4, KeySize::Dsa512, true, false),
        ("on-the-fly-1024", 5, KeySize::Dsa1024, true, false),
        ("orders-2048", 7, KeySize::Dsa2048, true, false),
        ("encrypted-1024", 7, KeySize::Dsa1024, true, true),
        ("undeclared-512", 7, KeySize::Dsa512, false, false),
    ] {
        let bytes = built(key, size, declared, encrypted)?;
        document(&corpus, &format!("built-{name}"), &bytes)?;
    }
    for (name, bytes) in testkit::documents() {
        let (directory, file) = name.rsplit_once('/').unwrap_or(("", &name));
        let odd = ["damaged", "tampered"].contains(&directory);
        let stem = file.trim_end_matches(".json");
        if odd || ["future", "engine-like", "unknown-rule"].contains(&stem) {
            document(&corpus, &format!("generated-{stem}"), &bytes)?;
        }
    }
    odd_shapes(&corpus, &fs::read(testdata.join("vectors/dsa512_sha1.json"))?)?;
    several(&corpus, &testdata)?;
    targets(&corpus, &testdata)?;
    settings(&corpus)?;
    programs(&corpus)
}

fn write(corpus: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<()> {
    let directory = corpus.join(target);
    fs::create_dir_all(&directory)?;
    Ok(fs::write(directory.join(name), bytes)?)
}

/// A document and its decoded members.
fn document(corpus: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    write(corpus, "envelope", name, bytes)?;
    let Ok(envelope) = Envelope::parse(bytes) else {
        return Ok(());
    };
    for (target, member) in [
        ("blob", envelope.blob()),
        ("spki", envelope.public_key()),
        ("signature_der", envelope.signature()),
    ] {
        if let Some(member) = member {
            write(corpus, target, name, &member.decode().0)?;
            if target != "blob" {
                write(corpus, target, &format!("{name}-base64"), member.text.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Everything that one of the inventory's jobs needs, sealed.
fn built(job: i64, size: KeySize, declared: bool, encrypted: bool) -> Result<Vec<u8>> {
    let mut objects: Vec<SyncObject<'static>> = global_objects(SampleSize::SMALL)?;
    for environment in environments()? {
        objects.extend(environment.objects);
    }
    objects.extend(references_to(&objects));
    let root = objects
        .iter()
        .find(|object| {
            object.key().identifier == Identifier::Integer(job) && object.data_type().ends_with("JobData")
        })
        .map(|object| object.key().clone())
        .ok_or("no such job")?;
    let objects = in_record_order(objects, &[root])?;
    let key = SigningKey::from_seed(size, b"fuzz")?;
    let facts = ExportFacts {
        host: "engine.example.com".into(),
        export_id: uuid("fuzz"),
        started: "2020-03-11T09:26:51.482Z".parse()?,
        finished: "2020-03-11T09:26:53Z".parse()?,
        format: 2,
        requested: vec![RawValue::from_string(format!(
            r#"{{"objectIdentifier":{{"id":{job}}},"objectType":"MASKING_JOB"}}"#
        ))?],
        type_names: Default::default(),
        encryption: encrypted.then_some((
            Passphrase::new("fuzz")?,
            EncryptionParams::new([1, 2, 3, 4, 5, 6, 7, 8], 2)?,
        )),
        declare_rule: declared,
    };
    Ok(seal(&facts, &objects, &key, size.default_rule())?)
}

/// Keys and signatures that OpenSSL and Java were asked about, one of each kind.
fn odd_shapes(corpus: &Path, vectors: &[u8]) -> Result<()> {
    use base64::Engine;
    let decode = |text: &str| base64::engine::general_purpose::STANDARD.decode(text);
    let vectors: Vec<serde_json::Value> = serde_json::from_slice(vectors)?;
    let mut seen = std::collections::BTreeSet::new();
    for vector in &vectors {
        let text = |name: &str| {
            vector
                .get(name)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
        };
        let case = text("case").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        if seen.insert(case.clone()) {
            write(corpus, "spki", &format!("vector-{case}"), &decode(text("key"))?)?;
            write(
                corpus,
                "signature_der",
                &format!("vector-{case}"),
                &decode(text("signature"))?,
            )?;
        }
    }
    Ok(())
}

/// Documents that belong together, as files and as blobs; see `targets/document.rs` for the form.
fn several(corpus: &Path, testdata: &Path) -> Result<()> {
    for names in [
        ["ours", "theirs", "base"],
        ["theirs-too", "theirs", "base"],
        ["base", "base", "base"],
        ["test-engine", "other-engine", "test-engine"],
        ["bundle", "other-bundle", "bundle"],
        ["lookup", "reference", "lookup"],
    ] {
        let read = |name| fs::read(testdata.join(format!("generated/merge/{name}.json")));
        let files = names.map(read).into_iter().collect::<std::io::Result<Vec<_>>>()?;
        let blobs = files
            .iter()
            .map(|file| {
                let envelope = Envelope::parse(file)?;
                Ok(envelope.blob().ok_or("a blob")?.decode().0)
            })
            .collect::<Result<Vec<_>>>()?;
        let files = files
            .iter()
            .map(|file| keyless(file))
            .collect::<Result<Vec<_>>>()?;
        for (kind, parts) in [(b'f', files), (b'b', blobs)] {
            for (target, count) in [("copies", 1), ("diff", 2), ("merge", 3), ("plan", 3)] {
                let name = format!("{}-{}", char::from(kind), names[..count].join("-"));
                write(corpus, target, &name, &joined(&[kind, 0], &parts[..count])?)?;
            }
        }
    }
    Ok(())
}

/// Parts behind each other, each but the last behind its length.
fn joined(start: &[u8], parts: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut bytes = start.to_vec();
    for (n, part) in parts.iter().enumerate() {
        if n + 1 < parts.len() {
            bytes.extend_from_slice(&u16::try_from(part.len())?.to_le_bytes());
        }
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

/// What can be saved of an engine, two files at a time.
fn targets(corpus: &Path, testdata: &Path) -> Result<()> {
    let directory = testdata.join("generated/targets");
    let mut paths = vec![directory.join("state.json")];
    for entry in fs::read_dir(directory.join("lists"))? {
        paths.push(entry?.path());
    }
    paths.sort();
    for (n, path) in paths.iter().enumerate() {
        let other = &paths[(n + 1) % paths.len()];
        let files = [fs::read(path)?, fs::read(other)?];
        for which in 0..4 {
            let start = [b's', which << 6 | 7];
            write(
                corpus,
                "plan",
                &format!("files-{n}-{which}"),
                &joined(&start, &files)?,
            )?;
        }
    }
    Ok(())
}

/// Policies, answers to conflicts, and words.
fn settings(corpus: &Path) -> Result<()> {
    let policy = DEFAULT_POLICY.replace("\n# ", "\n");
    let ignore =
        "[[ignore]]\nrule = \"key-*\"\nobject = \"MASKING_JOB:*\"\nreason = \"r\"\nuntil = 2027-01-31\n";
    let allow = "[levels]\nkey-weak = \"off\"\n[allow]\nhosts = [\"a*\"]\nkeys = []\nmax-age = \"30d\"\n";
    let types = "[types]\ndeny = [\"KEY\"]\nrequire = [\"DOMAIN\"]\n";
    for (name, text) in [
        ("default", DEFAULT_POLICY),
        ("all", &policy),
        ("ignore", ignore),
        ("allow", allow),
        ("types", types),
    ] {
        write(
            corpus,
            "settings",
            &format!("policy-{name}"),
            format!("p{text}").as_bytes(),
        )?;
    }
    let answers = r#"{"conflicts":[{"object":"A:1","take":"ours"},{"object":"A:2","take":2},{"object":"B:x","take":null},
        {"object":"C:1","take":"remove"},{"object":"D:1","take":"base"}]}"#;
    write(corpus, "settings", "answers", format!("r{answers}").as_bytes())?;
    let key = SigningKey::from_seed(KeySize::Dsa512, b"settings")?;
    let pem = key.to_pkcs8_pem();
    write(corpus, "settings", "key", &[b"k", pem.as_bytes()].concat())?;
    write(
        corpus,
        "settings",
        "key-der",
        &[b"k", &key.to_pkcs8_der()[..]].concat(),
    )?;
    for word in ["MASKING_JOB:4", "DOMAIN:SSN", "6.0.1.0", "sha256:00"] {
        let name = word.replace(':', "-");
        write(corpus, "settings", &name, word.as_bytes())?;
    }
    Ok(())
}

/// The document without its key: checking signatures is slow, and tells these targets nothing.
fn keyless(file: &[u8]) -> Result<Vec<u8>> {
    let envelope = Envelope::parse(file)?;
    let members = envelope.members.iter().filter(|member| member.key != "publicKey");
    let members: Vec<_> = members
        .map(|member| format!("{}:{}", member.raw_key, member.raw_value))
        .collect();
    Ok(format!("{{{}}}", members.join(",")).into_bytes())
}

/// Programs of made-up engines: any bytes are one.
fn programs(corpus: &Path) -> Result<()> {
    for n in 0..40 {
        let digits = (0..20)
            .map(|part| uuid(&format!("program {n} {part}")))
            .collect::<String>();
        let bytes: Vec<u8> = digits
            .replace('-', "")
            .as_bytes()
            .chunks(2)
            .map(|pair| {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
                digit(pair[0]) << 4 | digit(pair[1])
            })
            .collect();
        for target in ["copies", "diff", "merge", "plan"] {
            write(
                corpus,
                target,
                &format!("program-{n}"),
                &[b"m", &bytes[..]].concat(),
            )?;
        }
    }
    Ok(())
}
