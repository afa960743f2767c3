//! `exportdoc seal`: recomputes what a document says of itself, and signs it.

use clap::ArgGroup;
use exportdoc::internal::reuse;

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::output::InPlaceArgs;
use crate::cli::io::sealing::{KeyArgs, SourceArgs, say_what_engines_do, say_written};

/// Seal a document anew: object count, metadata and hashes recomputed, signed with a key of yours
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("signing_key").required(true).args(["key", "new_key"]))]
#[command(after_help = "\
The document gets a new export id and declares the toolkit's signing rule for the key's size. Whoever knows your key's \
fingerprint can check that it came from you (verify-signature --trusted-key); an engine need not accept it.

Exit codes: 0 written, 1 the document is invalid, 2 usage, unreadable, or no place to write to, 70 the \
disk is full or fails.

Examples:
  exportdoc seal export.json --new-key key.pem -o sealed.json
  exportdoc seal export.json --key key.pem --in-place")]
pub(crate) struct Args {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    output: InPlaceArgs,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let output = self.output.check(&self.source.file)?;
        output.spares(self.source.passphrase_file.as_deref())?;
        let sealer = self.key.load(&[&output])?;
        let source = self.source.load()?;
        let requested = source.requested(&reuse::roots(&source.report))?;
        let mut draft = source.draft(&source.contents.objects, requested);
        draft.encryption = source.same_encryption()?;
        let made = output.stage(|writer| source.seal(writer, draft, &sealer.key))?;
        sealer.keep()?;
        made.put()?;
        say_written(&output, source.contents.objects.len(), &sealer);
        say_what_engines_do();
        Ok(Exit::Good)
    }
}
