//! `exportdoc verify-signature`: judges the signature of documents, or a detached one.

use std::fs;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use exportdoc::internal::finding;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Trust, Verdict};
use exportdoc::internal::signature::{
    DetachedError, HashAlgorithm, HashChoice, RULES, by_name, verify_detached,
};

use crate::cli::args::trusted_key;
use crate::cli::commands::inspect::Format;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch;
use crate::cli::io::batch::Judged;
use crate::cli::io::input::InputArgs;
use crate::cli::io::stdout;
use crate::cli::io::walking::Walk;
use crate::render::json;
use crate::render::text::detached;
use crate::render::text::inspect as text;

/// Judge the signature of export documents: intact or changed, and by which key
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A valid signature means: intact since it was signed with the key that the document itself carries. It says nothing \
about who made the document, unless the key is one you trust (--trusted-key).

Exit codes: 0 valid, 1 invalid, 2 unreadable, 3 undetermined, 4 valid but not by a trusted key, 5 weak or limit hit.

Examples:
  exportdoc verify-signature export.json
  exportdoc verify-signature --trusted-key sha256:4f6d… --deny-weak export.json
  exportdoc verify-signature -r --format ndjson exports/
  exportdoc verify-signature --public-key key.pem --signature sig.der --payload blob.bin")]
pub(crate) struct Args {
    #[command(flatten)]
    input: OptionalInput,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// A key to trust: a file (PEM, DER or base64) or 'sha256:' and its fingerprint (repeatable)
    #[arg(long, value_name = "FILE|sha256:HEX")]
    trusted_key: Vec<String>,
    /// Answer 5 for keys below 2048 bits and for SHA-1
    #[arg(long)]
    deny_weak: bool,
    /// Try this signing rule and no other
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Print nothing, only answer with the exit code
    #[arg(short, long)]
    quiet: bool,
    /// Detached: the public key (PEM, DER or base64)
    #[arg(long, value_name = "FILE", requires_all = ["signature", "payload"], conflicts_with_all = ["files", "rule"])]
    public_key: Option<PathBuf>,
    /// Detached: the signature (PEM, DER or base64)
    #[arg(long, value_name = "FILE", requires = "public_key")]
    signature: Option<PathBuf>,
    /// Detached: the signed bytes
    #[arg(long, value_name = "FILE", requires = "public_key")]
    payload: Option<PathBuf>,
}

/// As [`InputArgs`], but the detached form needs no document.
#[derive(Debug, clap::Args)]
struct OptionalInput {
    /// Export documents; '-' is standard input, directories need --recursive
    #[arg(value_name = "FILE", required_unless_present = "public_key")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    walk: Walk,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "16G", value_parser = crate::cli::io::input::parse_size)]
    max_size: u64,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let trusted_keys = trusted_key::fingerprints(&self.trusted_key)?;
        if let (Some(key), Some(signature), Some(payload)) =
            (&self.public_key, &self.signature, &self.payload)
        {
            return self.run_detached(key, signature, payload, &trusted_keys);
        }
        if let Some(name) = &self.rule
            && by_name(name).is_none()
        {
            let known: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
            let help = format!("known rules: {}", known.join(", "));
            return Err(CliError::usage(
                format!("no signing rule is called '{name}'"),
                help,
            ));
        }
        let options = ExamineOptions {
            rule: self.rule.clone(),
            trusted_keys,
            ..ExamineOptions::default()
        };
        let input = InputArgs {
            files: self.input.files.clone(),
            walk: self.input.walk.clone(),
            max_size: self.input.max_size,
        };
        let mut out = stdout::open();
        let mut exit = Exit::Good;
        let mut list = json::DocumentList::new(self.format == Format::Ndjson);
        let ended = batch::judge(&input, &options, |judged| {
            exit = exit.and(self.exit_of(&judged));
            match self.format {
                _ if self.quiet => Ok(()),
                Format::Text => text::verdict(&mut out, &judged),
                Format::Json | Format::Ndjson => list.push(&mut out, &json::document(&judged, None, None)),
            }
        })?;
        if self.format == Format::Json && !self.quiet {
            list.end(&mut out)?;
        }
        out.flush()?;
        Ok(exit.and(ended.exit()))
    }

    fn exit_of(&self, judged: &Judged) -> Exit {
        let report = match &judged.outcome {
            Err(unreadable) => return unreadable.exit(),
            Ok(report) => report,
        };
        let signature = &report.signature;
        let exit = match (signature.verdict, signature.trust) {
            (Verdict::Invalid, _) => Exit::Bad,
            (Verdict::Undetermined, _) => Exit::Undetermined,
            (Verdict::Valid, Trust::Untrusted) => Exit::Untrusted,
            (Verdict::Valid, Trust::NotAsked | Trust::Trusted) => Exit::Good,
        };
        // What stands behind the document was not judged.
        let has_more = report.findings.iter().any(|f| f.rule == &finding::TRAILING_DATA);
        let exit = if has_more { exit.and(Exit::Bad) } else { exit };
        if report.hit_limit() || (self.deny_weak && is_weak(report)) {
            exit.and(Exit::Denied)
        } else {
            exit
        }
    }

    fn run_detached(
        &self,
        key: &Path,
        signature: &Path,
        payload: &Path,
        trusted_keys: &[[u8; 32]],
    ) -> Result<Exit, CliError> {
        let open = |path: &Path| {
            fs::read(path).map_err(|error| {
                CliError::usage(
                    format!("{}: {error}", path.display()),
                    "check the path and its permissions",
                )
            })
        };
        let payload = fs::File::open(payload).map_err(|error| {
            CliError::usage(
                format!("{}: {error}", payload.display()),
                "check the path and its permissions",
            )
        })?;
        let payload = BufReader::with_capacity(1 << 16, payload);
        let report = verify_detached(&open(key)?, &open(signature)?, payload, HashChoice::Any);
        let report = match report {
            Ok(report) => report,
            // A key or signature that is refused is an answer about them, not about the call.
            Err(error @ (DetachedError::Key(_) | DetachedError::Signature(_))) => {
                let mut out = stdout::open();
                match self.format {
                    _ if self.quiet => {}
                    Format::Text => detached::refused_text(&mut out, &error)?,
                    Format::Json | Format::Ndjson => json::line(&mut out, &detached::refused_json(&error))?,
                }
                return Ok(Exit::Bad);
            }
            Err(error) => return Err(CliError::usage(error.to_string(), error.help())),
        };
        let trusted = (!trusted_keys.is_empty())
            .then(|| trusted_keys.contains(&report.key.fingerprint) && report.key.has_prime_parameters());
        if !self.quiet {
            let mut out = stdout::open();
            match self.format {
                Format::Text => detached::text(&mut out, &report, trusted)?,
                Format::Json | Format::Ndjson => json::line(&mut out, &detached::json(&report, trusted))?,
            }
        }
        let weak = report.key.is_weak() || report.verified() == Some(HashAlgorithm::Sha1);
        let exit = match (report.verified(), trusted) {
            (None, _) => Exit::Bad,
            (Some(_), Some(false)) => Exit::Untrusted,
            (Some(_), _) => Exit::Good,
        };
        Ok(if self.deny_weak && weak {
            exit.and(Exit::Denied)
        } else {
            exit
        })
    }
}

fn is_weak(report: &DocumentReport) -> bool {
    report
        .findings
        .iter()
        .any(|f| f.rule == &finding::KEY_WEAK || f.rule == &finding::HASH_ALGORITHM_WEAK)
}
