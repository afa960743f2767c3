//! `exportdoc keygen`: makes a key to seal documents with.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::args::key::KeySizeArg;
use crate::cli::error::{CliError, user_error};
use crate::cli::exit::{self, Exit};
use crate::cli::io::notes::say;
use crate::cli::io::output::{self, Output};

/// Make a private key to seal documents with, and print its fingerprint
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("keygen", "\
The key comes from the operating system's random generator. Only you can read its file; an existing file is never \
overwritten. Keys of 512 and 1024 bits are for compatibility: they can be broken.", "\
Examples:
  exportdoc keygen -o key.pem --public-out key.pub
  exportdoc verify-signature --trusted-key key.pub sealed.json"))]
pub(crate) struct Args {
    /// Where to write the private key (PKCS#8 PEM); '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Also write the public key (PEM) to this file
    #[arg(long, value_name = "FILE")]
    public_out: Option<PathBuf>,
    #[command(flatten)]
    size: KeySizeArg,
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
            return Err(
                user_error("--output and --public-out name the same file").hinted("give them two names")
            );
        }
        let key = self.size.generate()?;
        let pem = key.to_pkcs8_pem();
        match &private {
            Output::Stdout => private.write(pem.as_bytes())?,
            Output::File { path, .. } => output::write_secret(path, pem.as_bytes())?,
        }
        if let Some(public) = &public {
            public.write(key.public_key().to_pem().as_bytes())?;
        }
        let fingerprint = key.fingerprint().to_string();
        // A key on standard output stands alone there.
        if private == Output::Stdout || public == Some(Output::Stdout) {
            say(&fingerprint);
        } else {
            writeln!(anstream::stdout(), "{fingerprint}")?;
        }
        Ok(Exit::Good)
    }
}
