//! `exportdoc encrypt` and `exportdoc decrypt`: the same objects, with and without a passphrase.

use exportdoc::internal::reuse;

use crate::cli::args::passphrase::{Asking, from_file_or_terminal};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::output::{InPlaceArgs, Output, Over};
use crate::cli::io::sealing::{KeyArgs, SourceArgs, encryption, say, say_what_engines_do, say_written};

/// Encrypt a document's objects with a passphrase
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The cipher is triple DES in CBC mode with a key derived as PKCS#12 does it, because that is what engines name. It is \
there for compatibility: it does not protect against alteration, and the signature only tells an alteration to those \
who know the key's fingerprint. To keep a document from strangers, encrypt the file with a present-day tool instead. \
What the metadata lists (types, names, hashes) stays readable. No engine is known to open documents encrypted by this \
toolkit.

Examples:
  exportdoc encrypt export.json --passphrase-file phrase.txt -o encrypted.json
  exportdoc encrypt export.json --key key.pem --in-place")]
pub(crate) struct EncryptArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    output: InPlaceArgs,
}

/// Decrypt a document that this toolkit encrypted
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Documents that an engine encrypted can't be opened: how engines do it isn't public. \
Triple DES, the cipher, is there for compatibility: it does not protect against alteration.

Examples:
  exportdoc decrypt encrypted.json --passphrase-file phrase.txt -o export.json
  exportdoc decrypt encrypted.json -o - | exportdoc inspect -")]
pub(crate) struct DecryptArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    output: InPlaceArgs,
}

impl EncryptArgs {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        run(&self.source, &self.key, &self.output, true)
    }
}

impl DecryptArgs {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        run(&self.source, &self.key, &self.output, false)
    }
}

fn run(source: &SourceArgs, key: &KeyArgs, output: &InPlaceArgs, encrypt: bool) -> Result<Exit, CliError> {
    let output = output.check(&source.file)?;
    output.spares(source.passphrase_file.as_deref())?;
    let sealer = key.load(&[&output])?;
    let file = source.passphrase_file.as_deref();
    let source = source.load()?;
    match (encrypt, &source.passphrase) {
        (true, Some(_)) => {
            let help = "decrypt it first to change the passphrase";
            return Err(CliError::usage("the document is encrypted already", help));
        }
        (false, None) => {
            return Err(CliError::usage(
                "the document isn't encrypted",
                "there is nothing to do",
            ));
        }
        _ => {}
    }
    let requested = source.requested(&reuse::roots(&source.report))?;
    let mut draft = source.draft(&source.contents.objects, requested);
    if encrypt {
        draft.encryption = Some(encryption(from_file_or_terminal(file, Asking::Twice)?)?);
    }
    let made = output.stage(|writer| source.seal(writer, draft, &sealer.key))?;
    sealer.keep()?;
    made.put()?;
    if let (
        true,
        Output::File {
            path,
            over: Over::BackedUp,
            ..
        },
    ) = (encrypt, &output)
    {
        say(&format!(
            "note: the backup of {} is still in clear",
            path.display()
        ));
    }
    say_written(&output, source.contents.objects.len(), &sealer);
    say_what_engines_do();
    Ok(Exit::Good)
}
