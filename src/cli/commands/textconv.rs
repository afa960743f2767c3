//! `exportdoc textconv`: prints a document as text for git and other tools that compare lines.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use exportdoc::internal::diff::outline;
use exportdoc::internal::finding::TRAILING_DATA;
use exportdoc::internal::report::{ExamineOptions, Examined, Examiner};

use crate::cli::args::max_size::MaxSize;
use crate::cli::error::CliError;
use crate::cli::exit::{self, Exit};
use crate::cli::io::input::Input;
use crate::cli::io::reading::ReadError;
use crate::cli::io::stdout::Pipe;
use crate::render::text;

/// Print a document as stable text, for 'git diff' and other tools that compare lines
///
/// Equal content gives equal lines: no ages, no colours, no paths, objects sorted by type and identifier. The facts of one export (host, date, id, signature) come first.
/// Secrets appear as counts and digests, unless --show-secrets is given. A file that isn't an export document is printed unchanged.
#[derive(Debug, clap::Args)]
#[command(after_help = exit::help("textconv", "", "'exportdoc git-setup' configures git to use it."))]
pub(crate) struct Args {
    /// The document; '-' is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also print keys, lookup rows and segment mappings, up to 10,000 lines of each
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    max_size: MaxSize<1>,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let input = Input::at(&self.file);
        let max_size = self.max_size.bytes();
        let unreadable = |error: ReadError| CliError::unreadable(&input.label(), error.into());
        // Colour codes in an unchanged file must stay, so this isn't `stdout::open`.
        let mut out = Pipe::new(BufWriter::new(std::io::stdout().lock()));
        let bytes = match input.read(max_size) {
            Ok(bytes) => bytes,
            // A container that can't be opened and a file with several documents are printed unchanged.
            Err(ReadError::Container(_)) if input.path().is_some_and(Path::is_file) => {
                input.read_raw(max_size).map_err(unreadable)?
            }
            Err(error) => return Err(unreadable(error)),
        };
        let options = ExamineOptions::default();
        let examined = Examiner::new(&options).keep_contents().read_bytes(&bytes);
        match examined.map(Examined::into_objects) {
            // The text would hide content that follows the document.
            Ok((report, objects)) if report.findings.iter().all(|found| found.rule != &TRAILING_DATA) => {
                text::textconv::print(&mut out, &outline(&report, &objects, self.show_secrets))?;
            }
            _ => out.write_all(&bytes)?,
        }
        out.flush()?;
        Ok(Exit::Good)
    }
}
