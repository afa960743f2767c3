//! What all commands that make a document of another share: reading it, the key, sealing, and what is said of it.
//!
//! Clock and chance come in here and nowhere below.

use std::io::Write;
use std::path::{Path, PathBuf};

use exportdoc::internal::build::{BuildError, ExportFacts, Extras, seal_to, unsigned_to};
use exportdoc::internal::escape;
use exportdoc::internal::object::{ObjectKey, SyncObject};
use exportdoc::internal::passphrase::{DEFAULT_ITERATIONS, EncryptionParams, Passphrase, SALT_BYTES};
use exportdoc::internal::reuse::{self, Stamp};
use exportdoc::internal::signature::{KeySize, SigningKey};
use serde_json::value::RawValue;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch;
use crate::cli::io::input::{Input, parse_size};
use crate::cli::io::output::{self, Output};
use crate::cli::io::source::{Reading, Source};

/// Private keys are far smaller.
const KEY_BYTES: u64 = 64 * 1024;

/// The document to work on.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// The export document; '-' is standard input
    #[arg(value_name = "DOC")]
    pub(crate) file: PathBuf,
    /// Take a document whose signature is invalid or that has findings which are errors
    #[arg(long)]
    allow_invalid: bool,
    /// The passphrase stands in the first line of this file; asked for on the terminal without
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = parse_size)]
    max_size: u64,
}

impl SourceArgs {
    /// Reads the document, says what is doubtful about it, and refuses what can't be worked on.
    pub(crate) fn load(&self) -> Result<Source, CliError> {
        let reading = Reading {
            allow_invalid: self.allow_invalid,
            max_size: self.max_size,
            passphrase_files: self.passphrase_file.as_slice(),
        };
        reading.load(&self.file, None).inspect(Source::say_doubts)
    }
}

impl Source {
    fn say_doubts(&self) {
        for doubt in reuse::doubts(&self.report) {
            say(&format!("note: {}: {doubt}", self.label));
        }
    }

    /// How the next document is encrypted: as this one was, with a salt of its own.
    pub(crate) fn same_encryption(&self) -> Result<Option<(Passphrase, EncryptionParams)>, CliError> {
        self.passphrase.clone().map(encryption).transpose()
    }

    /// The requested list for the objects that the next document is made for.
    pub(crate) fn requested(&self, roots: &[ObjectKey]) -> Result<Vec<Box<RawValue>>, CliError> {
        let names = reuse::type_names(&self.report);
        let rows = roots.iter().map(|root| reuse::requested_row(root, &names));
        rows.collect::<Result<_, _>>().map_err(|error| refused(&error))
    }

    /// A document with these objects and everything else as in this one.
    pub(crate) fn draft<'a>(
        &self,
        objects: &'a [SyncObject<'static>],
        requested: Vec<Box<RawValue>>,
    ) -> Draft<'a> {
        Draft {
            objects,
            requested,
            extras: reuse::extras(&self.report, &self.contents),
            host: self.report.envelope.host.clone(),
            encryption: None,
        }
    }

    /// Seals a draft, writing it as it is made.
    pub(crate) fn seal(
        &self,
        writer: &mut dyn Write,
        draft: Draft<'_>,
        key: &SigningKey,
    ) -> Result<(), CliError> {
        let stamp = Stamp {
            export_id: new_uuid()?,
            started: self.started,
            finished: batch::now(),
        };
        let mut facts = reuse::facts(&self.report, stamp, draft.requested);
        facts.host = draft.host.unwrap_or_default();
        facts.encryption = draft.encryption;
        write(writer, &facts, &draft.extras, draft.objects, Some(key))
    }
}

/// Writes a document while it is made: sealed under the rule for the key's size, or unsigned without a key.
pub(crate) fn write(
    writer: &mut dyn Write,
    facts: &ExportFacts,
    extras: &Extras,
    objects: &[SyncObject<'_>],
    key: Option<&SigningKey>,
) -> Result<(), CliError> {
    let written = match key {
        Some(key) => {
            // A key that passes the gate may still have a size for which no rule is meant.
            let size = KeySize::from_bits(key.public_key().facts().bits);
            let rule = size.map(KeySize::default_rule).ok_or_else(|| {
                CliError::usage(
                    "no signing rule is meant for a key of this size",
                    "use a key of 512, 1024 or 2048 bits; 'exportdoc keygen' makes one",
                )
            })?;
            seal_to(writer, facts, extras, objects, key, rule)
        }
        None => unsigned_to(writer, facts, extras, objects),
    };
    written.map_err(|error| match error {
        // The output's fault.
        BuildError::Write(error) => CliError::Output(error),
        other => refused(&other),
    })
}

/// What a command changes in a document before it is sealed.
pub(crate) struct Draft<'a> {
    pub(crate) objects: &'a [SyncObject<'static>],
    pub(crate) requested: Vec<Box<RawValue>>,
    pub(crate) extras: Extras,
    pub(crate) host: Option<String>,
    pub(crate) encryption: Option<(Passphrase, EncryptionParams)>,
}

/// Encryption with a fresh salt.
pub(crate) fn encryption(passphrase: Passphrase) -> Result<(Passphrase, EncryptionParams), CliError> {
    let params = EncryptionParams::new(random::<SALT_BYTES>()?, DEFAULT_ITERATIONS)
        .map_err(|error| refused(&error))?;
    Ok((passphrase, params))
}

/// The key to seal with.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Seal with this private key (PKCS#8, unencrypted)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["new_key", "dsa_bits"])]
    key: Option<PathBuf>,
    /// Make a key, keep it in this new file and seal with it
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
    /// Size of the key that is made
    #[arg(long, value_name = "BITS", default_value = "2048", value_parser = parse_bits)]
    dsa_bits: KeySize,
}

impl KeyArgs {
    /// The key; without any option one that is made for this document and then forgotten.
    pub(crate) fn load(&self, outputs: &[&Output]) -> Result<Sealer, CliError> {
        if let Some(path) = &self.key {
            for output in outputs {
                output.spares([path.as_path()])?;
            }
            return Ok(Sealer {
                key: read_key(path)?,
                keep_in: None,
            });
        }
        if let Some(path) = &self.new_key {
            output::check_new(path)?;
            if outputs.iter().any(|output| output.is_same_place(path)) {
                let message = format!("{} is the output as well as the key", path.display());
                return Err(CliError::usage(message, "give them two names"));
            }
        }
        Ok(Sealer {
            key: SigningKey::generate(self.dsa_bits).map_err(|error| refused(&error))?,
            keep_in: self.new_key.clone(),
        })
    }
}

/// A key, and where it is to be kept.
pub(crate) struct Sealer {
    pub(crate) key: SigningKey,
    keep_in: Option<PathBuf>,
}

impl Sealer {
    /// Keeps a new key. Before the document is written: without it nobody could seal like that again.
    pub(crate) fn keep(&self) -> Result<(), CliError> {
        match &self.keep_in {
            Some(path) => output::write_secret(path, self.key.to_pkcs8_pem().as_bytes()),
            None => Ok(()),
        }
    }

    /// `sealed under records-v2 with the key sha256:…`
    pub(crate) fn describe(&self) -> String {
        let facts = self.key.public_key().facts();
        let rule = KeySize::from_bits(facts.bits).map_or("", |size| size.default_rule().name);
        format!("sealed under {rule} with the key {}", facts.fingerprint_text())
    }
}

fn read_key(path: &Path) -> Result<SigningKey, CliError> {
    let fail = |error: &dyn std::fmt::Display, help: Option<String>| CliError::Refused {
        message: format!("{}: {error}", path.display()),
        help,
        exit: Exit::Usage,
    };
    let bytes = Input::File(path.to_owned())
        .read(KEY_BYTES)
        .map_err(|error| fail(&error, error.help()))?;
    let bytes = zeroize::Zeroizing::new(bytes);
    SigningKey::from_pkcs8(&bytes).map_err(|error| fail(&error, Some(error.help().to_owned())))
}

/// Reads `--dsa-bits`.
pub(crate) fn parse_bits(text: &str) -> Result<KeySize, String> {
    let size = text.parse().ok().and_then(KeySize::from_bits);
    size.ok_or_else(|| "expected 512, 1024 or 2048".to_owned())
}

/// A note for people, beside whatever goes to standard output.
pub(crate) fn say(text: &str) {
    anstream::eprintln!("{}", escape::terminal(text));
}

/// What a command won't do, said by the library.
pub(crate) fn refused(error: &dyn std::fmt::Display) -> CliError {
    CliError::Refused {
        message: error.to_string(),
        help: None,
        exit: Exit::Bad,
    }
}

/// `OUT: 21 objects, sealed under …`
pub(crate) fn say_written(output: &Output, objects: usize, sealer: &Sealer) {
    say_made(output, objects, &sealer.describe());
}

/// `OUT: 21 objects, …`
pub(crate) fn say_made(output: &Output, objects: usize, how: &str) {
    let what = match output {
        Output::Stdout => "standard output".to_owned(),
        Output::File { path, .. } => path.display().to_string(),
    };
    let plural = if objects == 1 { "" } else { "s" };
    say(&format!("{what}: {objects} object{plural}, {how}"));
}

/// Says how an engine will probably treat the written document.
pub(crate) fn say_what_engines_do() {
    say(&format!("note: {}", reuse::ENGINES_REFUSE));
}

pub(crate) fn new_uuid() -> Result<String, CliError> {
    Ok(uuid::Builder::from_random_bytes(random()?)
        .into_uuid()
        .to_string())
}

fn random<const N: usize>() -> Result<[u8; N], CliError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| refused(&format_args!("the system's random generator failed: {error}")))?;
    Ok(bytes)
}
