//! `exportdoc textconv`: a document as text for tools that compare lines, git above all.

use std::io::Write;
use std::path::{Path, PathBuf};

use exportdoc::internal::diff::outline;
use exportdoc::internal::finding::TRAILING_DATA;
use exportdoc::internal::report::{ExamineOptions, Examined, Examiner};

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::batch::Unreadable;
use crate::cli::io::input::{Input, ReadError, parse_size};
use crate::cli::io::stdout::Output;
use crate::render::text::textconv as outline;

/// Print a document as stable text, for 'git diff' and other tools that compare lines
///
/// Content that is the same gives lines that are the same: no ages, no colours, no paths, objects in order of type and identifier. What belongs to one export only (host, date, id, signature) stands at the top.
/// Secrets are told as counts and digests, unless --show-secrets asks for more. A file that isn't an export document is passed through as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 printed, whatever the document is like, since git stops at anything else; 2 the file
can't be read, 5 it is too large.

'exportdoc git-setup' tells git about it.")]
pub(crate) struct Args {
    /// The document; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print keys, lookup rows and segment mappings, too, up to 10,000 lines of each
    #[arg(long)]
    show_secrets: bool,
    /// Refuse inputs larger than this many bytes (K, M and G are understood)
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = parse_size)]
    max_size: u64,
}

impl Args {
    pub(crate) fn run(self) -> Result<Exit, CliError> {
        let input = Input::at(&self.file);
        let unreadable = |error: ReadError| CliError::unreadable(&input.label(), &Unreadable::from(error));
        // Not through anything that looks for colours: what is passed through stays as it is.
        let mut out = Output::new(std::io::stdout().lock());
        let read = match input.read(self.max_size) {
            Ok(bytes) => Some(bytes),
            // What can't be taken out of its container is passed through; so are several documents in one file.
            Err(ReadError::Container(_)) if input.path().is_some_and(Path::is_file) => None,
            Err(error) => return Err(unreadable(error)),
        };
        let outlined = read.as_ref().and_then(|bytes| {
            let (report, objects) = Examiner::new(&ExamineOptions::default())
                .keep_contents()
                .read_bytes(bytes)
                .map(Examined::into_objects)
                .ok()?;
            // An outline would not show what stands behind the document.
            let has_more = report.findings.iter().any(|found| found.rule == &TRAILING_DATA);
            (!has_more).then_some((report, objects))
        });
        match (outlined, read) {
            (Some((report, objects)), _) => {
                outline::print(&mut out, &outline(&report, &objects, self.show_secrets))?;
            }
            (None, Some(bytes)) => out.write_all(&bytes)?,
            (None, None) => {
                let bytes = input.read_as_it_stands(self.max_size).map_err(unreadable)?;
                out.write_all(&bytes)?;
            }
        }
        out.flush()?;
        Ok(Exit::Good)
    }
}
