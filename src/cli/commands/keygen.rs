//! `exportdoc keygen`: makes a key to seal documents with.

use std::io::Write;
use std::path::{Path, PathBuf};

use exportdoc::internal::signature::{KeySize, SigningKey};

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::output::{self, Output};
use crate::cli::io::sealing::{parse_bits, refused};

/// Make a private key to seal documents with, and print its fingerprint
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The key comes from the operating system's random generator. Its file is readable by you alone; an existing file is \
never overwritten. Keys of 512 and 1024 bits are for compatibility: they can be broken.

Examples:
  exportdoc keygen -o key.pem --public-out key.pub
  exportdoc verify-signature --trusted-key key.pub sealed.json")]
pub(crate) struct Args {
    /// Where to write the private key (PKCS#8 PEM); '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Where to write the public key (PEM), too
    #[arg(long, value_name = "FILE")]
    public_out: Option<PathBuf>,
    /// Size of the key
    #[arg(long, value_name = "BITS", default_value = "2048", value_parser = parse_bits)]
    dsa_bits: KeySize,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let new = |path: &Path| {
            if path.as_os_str() != "-" {
                output::check_new(path)?;
            }
            Output::check(path, false, &[])
        };
        let private = new(&self.output)?;
        let public = self.public_out.as_deref().map(new).transpose()?;
        if let Some(path) = &self.public_out
            && private.is_same_place(path)
        {
            let message = "private and public key are to go to one file";
            return Err(CliError::usage(message, "give them two names"));
        }
        let key = SigningKey::generate(self.dsa_bits).map_err(|error| refused(&error))?;
        let pem = key.to_pkcs8_pem();
        match &private {
            Output::Stdout => private.write(pem.as_bytes())?,
            Output::File { path, .. } => output::write_secret(path, pem.as_bytes())?,
        }
        if let Some(public) = &public {
            public.write(key.public_key().to_pem().as_bytes())?;
        }
        let fingerprint = key.public_key().facts().fingerprint_text();
        // Where the key itself goes to standard output, nothing else may.
        if private == Output::Stdout || public == Some(Output::Stdout) {
            crate::cli::io::sealing::say(&fingerprint);
        } else {
            writeln!(anstream::stdout(), "{fingerprint}")?;
        }
        Ok(Exit::Good)
    }
}
