//! `exportdoc verify-signature`: judges the signature of documents, or a detached one.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use exportdoc::Fingerprint;
use exportdoc::internal::finding;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Trust, Verdict};
use exportdoc::internal::signature::{
    DetachedError, HashAlgorithm, HashChoice, RULES, by_name, verify_detached,
};

use crate::cli::args::format::{Format, one_of};
use crate::cli::args::input::InputArgs;
use crate::cli::args::trusted_key::TrustedKeys;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::input::open_file;
use crate::cli::io::{batch, stdout};
use crate::outcome::document::Judged;
use crate::render::{json, text};

/// Judge the signature of export documents: intact or changed, and by which key
#[derive(Debug, clap::Args)]
#[command(mut_arg("files", |arg| arg.required(false).required_unless_present("public_key")))]
#[command(after_help = exit::help("verify-signature", "\
A valid signature means that the document is unchanged since it was signed with the key that it carries. It doesn't show \
who made the document, unless you trust the key (--trusted-key).", "\
Examples:
  exportdoc verify-signature export.json
  exportdoc verify-signature --trusted-key sha256:4f6d… --deny-weak export.json
  exportdoc verify-signature -r --format ndjson exports/
  exportdoc verify-signature --public-key key.pem --signature sig.der --payload blob.bin"))]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// How to print it
    #[arg(long, default_value = "text", value_parser = one_of([Format::Text, Format::Json, Format::Ndjson]))]
    format: Format,
    #[command(flatten)]
    trusted: TrustedKeys,
    /// Exit with 5 for keys below 2048 bits and for SHA-1
    #[arg(long)]
    deny_weak: bool,
    /// Try only this signing rule
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Print nothing; the exit code is the result
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

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let trusted_keys = self.trusted.fingerprints()?;
        if let (Some(key), Some(signature), Some(payload)) =
            (&self.public_key, &self.signature, &self.payload)
        {
            return self.verify_detached(key, signature, payload, &trusted_keys);
        }
        if let Some(name) = &self.rule
            && by_name(name).is_none()
        {
            let known: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
            return Err(user_error(format!("no signing rule is called '{name}'"))
                .hinted(format_args!("known rules: {}", known.join(", "))));
        }
        let options = ExamineOptions {
            rule: self.rule.clone(),
            trusted_keys,
            ..ExamineOptions::default()
        };
        let mut out = stdout::open();
        let mut exit = Exit::Good;
        let mut list = json::DocumentList::new(self.format == Format::Ndjson);
        let inputs = self.input.find()?;
        let ended = batch::judge(&inputs, self.input.max_size.bytes(), &options, |judged| {
            exit = exit.and(self.exit_of(&judged));
            match self.format {
                _ if self.quiet => Ok(()),
                Format::Json | Format::Ndjson => {
                    list.push(&mut out, &json::inspect::document(&judged, None, None))
                }
                _ => text::inspect::verdict(&mut out, &judged),
            }?;
            out.flush()
        })?;
        if self.format == Format::Json && !self.quiet {
            list.end(&mut out)?;
        }
        out.flush()?;
        Ok(exit.and(Exit::from(ended)))
    }

    fn exit_of(&self, judged: &Judged) -> Exit {
        let report = match &judged.outcome {
            Err(unreadable) => return unreadable.into(),
            Ok(report) => report,
        };
        let signature = &report.signature;
        let mut exit = match (signature.verdict, signature.trust) {
            (Verdict::Invalid, _) => Exit::Bad,
            (Verdict::Undetermined, _) => Exit::Undetermined,
            (Verdict::Valid, Trust::Untrusted) => Exit::Untrusted,
            (Verdict::Valid, Trust::NotAsked | Trust::Trusted) => Exit::Good,
        };
        // Content after the document wasn't judged.
        if report.findings.iter().any(|f| f.rule == &finding::TRAILING_DATA) {
            exit = exit.and(Exit::Bad);
        }
        if report.hit_limit() || (self.deny_weak && is_weak(report)) {
            exit = exit.and(Exit::Limit);
        }
        exit
    }

    fn verify_detached(
        &self,
        key: &Path,
        signature: &Path,
        payload: &Path,
        trusted_keys: &[Fingerprint],
    ) -> Result<Exit, CliError> {
        let payload = BufReader::with_capacity(1 << 16, open_file(payload)?);
        let report = verify_detached(&read(key)?, &read(signature)?, payload, HashChoice::Any);
        let mut out = stdout::open();
        let report = match report {
            Ok(report) => report,
            // A bad key or signature is a verdict, not wrong usage.
            Err(error @ (DetachedError::Key(_) | DetachedError::Signature(_))) => {
                match self.format {
                    _ if self.quiet => {}
                    Format::Json | Format::Ndjson => json::line(&mut out, &json::detached::refused(&error))?,
                    _ => text::detached::print_refused(&mut out, &error)?,
                }
                out.flush()?;
                return Ok(Exit::Bad);
            }
            Err(error) => return Err(user_error(&error).hinted(error.help())),
        };
        let trusted = (!trusted_keys.is_empty())
            .then(|| trusted_keys.contains(&report.key.fingerprint) && report.key.has_prime_parameters());
        match self.format {
            _ if self.quiet => {}
            Format::Json | Format::Ndjson => json::line(&mut out, &json::detached::report(&report, trusted))?,
            _ => text::detached::print(&mut out, &report, trusted)?,
        }
        out.flush()?;
        let weak = report.key.is_weak() || report.verified() == Some(HashAlgorithm::Sha1);
        let exit = match (report.verified(), trusted) {
            (None, _) => Exit::Bad,
            (Some(_), Some(false)) => Exit::Untrusted,
            (Some(_), _) => Exit::Good,
        };
        Ok(if self.deny_weak && weak {
            exit.and(Exit::Limit)
        } else {
            exit
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    open_file(path)?
        .read_to_end(&mut bytes)
        .map_err(|error| user_error(error).about(path.display()))?;
    Ok(bytes)
}

fn is_weak(report: &DocumentReport) -> bool {
    report
        .findings
        .iter()
        .any(|f| f.rule == &finding::KEY_WEAK || f.rule == &finding::HASH_ALGORITHM_WEAK)
}
