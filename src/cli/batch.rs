//! Judges many documents in parallel and hands the results on in order.

use std::io;
use std::time::{Duration, SystemTime};

use exportdoc::envelope::EnvelopeError;
use exportdoc::report::{DocumentReport, ExamineOptions, examine};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use super::input::{Input, InputArgs, ReadError};
use super::{CliError, Exit};

/// Documents judged at once before their results are written: bounds memory, keeps every core busy.
const WINDOW: usize = 64;
/// Work that ends sooner shows no progress.
const QUIET_FOR: Duration = Duration::from_millis(700);

/// One input's outcome.
pub(crate) struct Judged<T = DocumentReport> {
    /// The path as given.
    pub(crate) path: String,
    /// The report, or why there is none.
    pub(crate) outcome: Result<T, Unreadable>,
}

/// Why an input has no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// It can't be read from the system.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It isn't an export document.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

impl Unreadable {
    /// What to do next.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.help(),
            Self::Envelope(error) => error.help(),
        }
    }

    /// The exit code it stands for.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Read(ReadError::TooLarge(_)) => Exit::Denied,
            Self::Read(_) | Self::Envelope(_) => Exit::Usage,
        }
    }
}

/// Judges every input and calls `emit` for each in the order given.
///
/// # Errors
/// Inputs that can't be found, or an output that fails.
pub(crate) fn judge(
    args: &InputArgs,
    options: &ExamineOptions,
    emit: impl FnMut(Judged) -> io::Result<()>,
) -> Result<(), CliError> {
    let examined = |_: &Input, bytes: &[u8]| examine(bytes, options);
    judge_with(&args.find()?, args.max_size, examined, emit)
}

/// Does some `work` on every input and calls `emit` for each in the order given.
///
/// # Errors
/// An output that fails.
pub(crate) fn judge_with<T: Send>(
    inputs: &[Input],
    max_size: u64,
    work: impl Fn(&Input, &[u8]) -> Result<T, EnvelopeError> + Sync,
    mut emit: impl FnMut(Judged<T>) -> io::Result<()>,
) -> Result<(), CliError> {
    let progress = progress(inputs.len());
    for window in inputs.chunks(WINDOW) {
        let judged: Vec<Judged<T>> = window
            .par_iter()
            .map(|input| {
                let bytes = input.read(max_size).map_err(Unreadable::from);
                let outcome = bytes.and_then(|bytes| work(input, &bytes).map_err(Unreadable::from));
                progress.inc(1);
                Judged {
                    path: input.label(),
                    outcome,
                }
            })
            .collect();
        for document in judged {
            progress.suspend(|| emit(document))?;
        }
    }
    progress.finish_and_clear();
    Ok(())
}

/// A bar on standard error, drawn only on a terminal and only when the work takes long.
fn progress(inputs: usize) -> ProgressBar {
    if inputs < 2 {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(inputs as u64), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} documents {wide_bar} {eta}") {
        bar.set_style(style);
    }
    let late = bar.clone();
    std::thread::spawn(move || {
        std::thread::sleep(QUIET_FOR);
        if !late.is_finished() {
            late.set_draw_target(ProgressDrawTarget::stderr());
        }
    });
    bar
}

/// The present, for ages. The library knows no clock.
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default()
}
