//! Judges many documents in parallel and hands the results on in order.
//!
//! Invariants: results come in the order of the inputs, each as soon as those before it were handed on. However many
//! inputs there are, a bounded number is in work or waits. No input keeps the others from being judged.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use exportdoc::internal::envelope::EnvelopeError;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner, SourceError};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::io::input::{Input, InputArgs, ReadError};
use crate::cli::io::interrupt::Interrupt;
use exportdoc::internal::finding::Finding;

/// Documents in work or waiting for those before them: bounds memory, keeps every core busy.
const WINDOW: usize = 64;
/// Work that ends sooner shows no progress.
const QUIET_FOR: Duration = Duration::from_millis(700);

/// One input's outcome.
pub(crate) struct Judged<T = DocumentReport> {
    /// The path as given, and a number in brackets where the file holds several documents.
    pub(crate) path: String,
    /// The number, where the file holds several documents.
    pub(crate) number: Option<usize>,
    /// The report, or why there is none.
    pub(crate) outcome: Result<T, Unreadable>,
}

impl<T> Judged<T> {
    /// The path of the file, for programs that open it.
    pub(crate) fn file(&self) -> &str {
        let number = self.number.map(|number| format!("[{number}]"));
        number
            .and_then(|number| self.path.strip_suffix(&number))
            .unwrap_or(&self.path)
    }
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
    /// A defect of this program, which has told of it on standard error.
    #[error("judging it failed: this is a defect of exportdoc")]
    Defect,
}

impl From<SourceError> for Unreadable {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Read(error) => Self::Read(error.into()),
            SourceError::Envelope(error) => Self::Envelope(error),
        }
    }
}

impl Unreadable {
    /// What to do next.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Read(error) => error.help(),
            Self::Envelope(error) => error.help(),
            Self::Defect => Some("please report it with the message on standard error".to_owned()),
        }
    }

    /// The exit code it stands for.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Read(ReadError::TooLarge(_)) | Self::Envelope(EnvelopeError::TooLarge { .. }) => {
                Exit::Denied
            }
            Self::Read(_) | Self::Envelope(_) => Exit::Usage,
            Self::Defect => Exit::Internal,
        }
    }
}

/// How a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Every input was judged.
    Whole,
    /// Somebody interrupted it: the inputs handed on so far are the first ones.
    Interrupted,
}

impl Ended {
    /// The exit code it stands for.
    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Whole => Exit::Good,
            Self::Interrupted => Exit::Interrupted,
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
    mut emit: impl FnMut(Judged) -> io::Result<()>,
) -> Result<Ended, CliError> {
    let examined = |_: &Input, document: &mut dyn Read, notes: &[Finding]| {
        let options = ExamineOptions {
            notes: notes.to_vec(),
            ..options.clone()
        };
        Ok(Examiner::new(&options).read(document)?.report)
    };
    judge_with(&args.find()?, args.max_size, examined, |_, judged| emit(judged))
}

/// Judges the one document of an input while it is read.
pub(crate) fn examine(
    input: &Input,
    max_size: u64,
    options: &ExamineOptions,
) -> Result<DocumentReport, Unreadable> {
    let (source, _) = input.open(max_size)?;
    Ok(Examiner::new(options).read(source)?.report)
}

/// Does some `work` on every document and calls `emit` for each, with the position of its input, in the order given. The
/// work gets the input, the document and the findings about where it comes from.
///
/// # Errors
/// An output that fails.
pub(crate) fn judge_with<T: Send>(
    inputs: &[Input],
    max_size: u64,
    work: impl Fn(&Input, &mut dyn Read, &[Finding]) -> Result<T, Unreadable> + Sync,
    mut emit: impl FnMut(usize, Judged<T>) -> io::Result<()>,
) -> Result<Ended, CliError> {
    let progress = progress(inputs.len());
    // A single document has no summary that would be worth an answer: the system may end it.
    let interrupt = if inputs.len() > 1 {
        Interrupt::watch(&progress)
    } else {
        Interrupt::never()
    };
    // Where the output goes elsewhere, the bar need not make way for it.
    let shares_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    let mut position = 0;
    let result = in_order(
        inputs,
        &interrupt,
        |input| {
            let judged = judge_all(input, max_size, &work);
            progress.inc(1);
            judged
        },
        |judged| {
            let emit_all = || judged.into_iter().try_for_each(|one| emit(position, one));
            let emitted = match shares_terminal {
                true => progress.suspend(emit_all),
                false => emit_all(),
            };
            position += 1;
            emitted
        },
    );
    progress.finish_and_clear();
    Ok(result?)
}

/// Does some `work` on every document of one input.
fn judge_all<T>(
    input: &Input,
    max_size: u64,
    work: impl Fn(&Input, &mut dyn Read, &[Finding]) -> Result<T, Unreadable>,
) -> Vec<Judged<T>> {
    let (mut documents, notes) = match input.documents(max_size) {
        Ok(opened) => opened,
        Err(error) => {
            return vec![Judged {
                path: input.label(),
                number: None,
                outcome: Err(error.into()),
            }];
        }
    };
    let mut outcomes = Vec::new();
    loop {
        match documents.next_document() {
            Ok(None) => break,
            Ok(Some(mut document)) => outcomes.push(caught(|| work(input, &mut document, &notes))),
            Err(error) => {
                outcomes.push(Err(ReadError::from(error).into()));
                break;
            }
        }
    }
    let is_list = documents.is_list();
    let judged = outcomes.into_iter().enumerate().map(|(number, outcome)| Judged {
        path: match is_list {
            true => format!("{}[{number}]", input.label()),
            false => input.label(),
        },
        number: is_list.then_some(number),
        outcome,
    });
    judged.collect()
}

/// Does some `work` on one input.
pub(crate) fn judge_one<T>(input: &Input, work: impl Fn(&Input) -> Result<T, Unreadable>) -> Judged<T> {
    Judged {
        path: input.label(),
        number: None,
        outcome: caught(|| work(input)),
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    // After a panic no code reads what the work left half done.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Unreadable::Defect))
}

/// Works on items in parallel and hands the results on in the order of the items. `work` must not panic: its result would
/// be waited for.
fn in_order<I: Sync, R: Send>(
    items: &[I],
    interrupt: &Interrupt,
    work: impl Fn(&I) -> R + Sync,
    mut emit: impl FnMut(R) -> io::Result<()>,
) -> io::Result<Ended> {
    let abandoned = AtomicBool::new(false);
    let (work, abandoned) = (&work, &abandoned);
    // Whatever was begun when the closure returns is waited for.
    rayon::in_place_scope(|scope| {
        let (done, results) = mpsc::channel();
        let mut waiting = BTreeMap::new();
        let mut begun = 0;
        for next in 0..items.len() {
            while begun < items.len().min(next + WINDOW) {
                let (at, item, done) = (begun, &items[begun], done.clone());
                scope.spawn(move |_| {
                    let given_up = interrupt.is_asked() || abandoned.load(Ordering::Relaxed);
                    // Nobody listens any more once the closure returned.
                    let _ = done.send((at, (!given_up).then(|| work(item))));
                });
                begun += 1;
            }
            let result = loop {
                if let Some(result) = waiting.remove(&next) {
                    break result;
                }
                // The channel can't be closed: `done` is still there to clone.
                if let Ok((at, result)) = results.recv() {
                    waiting.insert(at, result);
                }
            };
            let Some(result) = result else {
                return Ok(Ended::Interrupted);
            };
            emit(result).inspect_err(|_| abandoned.store(true, Ordering::Relaxed))?;
        }
        Ok(Ended::Whole)
    })
}

/// A bar on standard error, drawn only on a terminal and only when the work takes long.
fn progress(inputs: usize) -> ProgressBar {
    if inputs < 2 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(inputs as u64), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} documents {wide_bar} {eta} left") {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn results_come_in_order_though_later_ones_are_done_earlier() {
        let items: Vec<u64> = (0..300).collect();
        let mut seen = Vec::new();
        let ended = in_order(
            &items,
            &Interrupt::never(),
            |item| {
                if item % 7 == 0 {
                    std::thread::sleep(Duration::from_millis(2));
                }
                *item
            },
            |item| {
                seen.push(item);
                Ok(())
            },
        );
        assert_eq!(ended.unwrap(), Ended::Whole);
        assert_eq!(seen, items);
    }

    #[test]
    fn no_more_results_wait_than_the_window_holds() {
        let items: Vec<usize> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let mut emitted = 0;
        let ended = in_order(
            &items,
            &Interrupt::never(),
            |_| begun.fetch_add(1, Ordering::SeqCst),
            |_| {
                std::thread::sleep(Duration::from_micros(200));
                assert!(begun.load(Ordering::SeqCst) <= emitted + WINDOW);
                emitted += 1;
                Ok(())
            },
        );
        assert_eq!(ended.unwrap(), Ended::Whole);
        assert_eq!(emitted, items.len());
    }

    #[test]
    fn an_interrupt_leaves_the_first_results_and_ends() {
        let items: Vec<usize> = (0..100_000).collect();
        let interrupt = Interrupt::never();
        let mut seen = Vec::new();
        let ended = in_order(
            &items,
            &interrupt,
            |item| *item,
            |item| {
                seen.push(item);
                if item == 100 {
                    interrupt.ask();
                }
                Ok(())
            },
        );
        assert_eq!(ended.unwrap(), Ended::Interrupted);
        assert!((101..=100 + WINDOW).contains(&seen.len()), "{}", seen.len());
        assert_eq!(seen, items[..seen.len()]);
    }

    #[test]
    fn an_output_that_fails_ends_the_work() {
        let items: Vec<usize> = (0..100_000).collect();
        let begun = AtomicUsize::new(0);
        let ended = in_order(
            &items,
            &Interrupt::never(),
            |_| begun.fetch_add(1, Ordering::SeqCst),
            |_| Err(io::ErrorKind::StorageFull.into()),
        );
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(begun.into_inner() <= WINDOW);
    }

    #[test]
    fn a_panic_while_judging_one_document_leaves_the_others() {
        let inputs = ["Cargo.toml", "README.md", "no-such-file"].map(|path| Input::File(path.into()));
        let mut outcomes = Vec::new();
        let ended = judge_with(
            &inputs,
            1 << 20,
            |input, document, _| {
                assert!(input.label() != "Cargo.toml", "a defect, for this test");
                let mut text = String::new();
                Ok(document.read_to_string(&mut text).map_err(ReadError::from)?)
            },
            |_, judged| {
                outcomes.push(judged.outcome.map_err(|error| error.exit()));
                Ok(())
            },
        );
        assert_eq!(ended.unwrap(), Ended::Whole);
        assert_eq!(outcomes[0], Err(Exit::Internal));
        assert!(outcomes[1].is_ok_and(|bytes| bytes > 0));
        assert_eq!(outcomes[2], Err(Exit::Usage));
    }
}
