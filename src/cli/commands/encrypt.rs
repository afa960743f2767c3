//! `exportdoc encrypt`: encrypts a document's objects.

use exportdoc::internal::reuse;

use crate::cli::args::key::KeyArgs;
use crate::cli::args::output::InPlaceArgs;
use crate::cli::args::passphrase::{ask_twice, from_file};
use crate::cli::args::source::SourceArgs;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::notes::{say, say_what_engines_do};
use crate::cli::io::output::{Output, Over};
use crate::cli::io::sealing::encryption;

/// Encrypt a document's objects with a passphrase
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("encrypt", "\
The cipher is triple DES in CBC mode with a PKCS#12-derived key, the scheme that engines name. Use it for compatibility \
only: it doesn't detect changes, and the signature detects them only for readers who know the key's fingerprint. To keep \
a document secret, encrypt the file with a modern tool instead. The metadata (types, names, hashes) stays readable. No \
engine is known to open documents that this toolkit encrypts.", "\
Examples:
  exportdoc encrypt export.json --passphrase-file phrase.txt -o encrypted.json
  exportdoc encrypt export.json --key key.pem --in-place"))]
#[command(mut_arg("passphrase_file", |arg| arg.help(
    "Encrypt with the passphrase in the first line of this file; asked for on the terminal without it"
)))]
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
        let file = self.source.passphrase.passphrase_file.as_deref();
        output.spares(file)?;
        let sealer = self.key.load(&[&output])?;
        let source = self.source.load()?;
        if source.passphrase.is_some() {
            return Err(user_error("the document is already encrypted")
                .hinted("decrypt it first to change the passphrase"));
        }
        let mut draft = source.draft(&source.contents.objects, &reuse::roots(&source.report))?;
        let passphrase = file.map_or_else(ask_twice, from_file)?;
        draft.encryption = Some(encryption(passphrase)?);
        source.write_sealed(&output, draft, &sealer)?;
        if let Output::File {
            path,
            over: Over::BackedUp,
            ..
        } = &output
        {
            say(&format!(
                "note: the backup of {} is not encrypted",
                path.display()
            ));
        }
        say_what_engines_do();
        Ok(Exit::Good)
    }
}
