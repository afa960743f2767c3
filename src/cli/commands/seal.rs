//! `exportdoc seal`: rebuilds a document from its objects and signs it.

use clap::ArgGroup;
use exportdoc::internal::reuse;

use crate::cli::args::key::KeyArgs;
use crate::cli::args::output::InPlaceArgs;
use crate::cli::args::source::SourceArgs;
use crate::cli::error::CliError;
use crate::cli::exit::{self, Exit};
use crate::cli::io::notes::say_what_engines_do;

/// Seal a document again: recompute object count, metadata and hashes, and sign it with your key
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("signing_key").required(true).args(["key", "new_key"]))]
#[command(after_help = exit::help("seal", "\
The document gets a new export id and declares the toolkit's signing rule for the key's size. Anyone who knows your key's \
fingerprint can check that the document comes from you (verify-signature --trusted-key). Engines may refuse it.", "\
Examples:
  exportdoc seal export.json --new-key key.pem -o sealed.json
  exportdoc seal export.json --key key.pem --in-place"))]
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
        output.spares(self.source.passphrase.passphrase_file.as_deref())?;
        let sealer = self.key.load(&[&output])?;
        let source = self.source.load()?;
        let mut draft = source.draft(&source.contents.objects, &reuse::roots(&source.report))?;
        draft.encryption = source.same_encryption()?;
        source.write_sealed(&output, draft, &sealer)?;
        say_what_engines_do();
        Ok(Exit::Good)
    }
}
