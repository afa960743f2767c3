//! `exportdoc decrypt`: decrypts a document's objects.

use exportdoc::internal::reuse;

use crate::cli::args::key::KeyArgs;
use crate::cli::args::output::InPlaceArgs;
use crate::cli::args::source::SourceArgs;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::notes::say_what_engines_do;

/// Decrypt a document that this toolkit encrypted
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("decrypt", "\
Documents that an engine encrypted can't be opened: the engines' method isn't public. Triple DES, the cipher, is for \
compatibility only: it doesn't detect changes.", "\
Examples:
  exportdoc decrypt encrypted.json --passphrase-file phrase.txt -o export.json
  exportdoc decrypt encrypted.json -o - | exportdoc inspect -"))]
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
        if source.passphrase.is_none() {
            return Err(user_error("the document isn't encrypted").hinted("there is nothing to do"));
        }
        let draft = source.draft(&source.contents.objects, &reuse::roots(&source.report))?;
        source.write_sealed(&output, draft, &sealer)?;
        say_what_engines_do();
        Ok(Exit::Good)
    }
}
