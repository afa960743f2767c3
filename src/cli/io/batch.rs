//! Judges many documents in parallel and emits the results in order.
//!
//! Invariants: results come in the order of the inputs, each as early as possible. At most [`WINDOW`] documents are in
//! progress or wait. A document that can't be judged doesn't stop the others.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use exportdoc::internal::finding::Finding;
use exportdoc::internal::report::{DocumentReport, ExamineOptions, Examiner};

use crate::cli::error::CliError;
use crate::cli::io::input::Input;
use crate::cli::io::interrupt::Interrupt;
use crate::cli::io::progress::{self, Metered};
use crate::cli::io::reading::ReadError;
use crate::outcome::document::{Ended, Judged, Unreadable};

/// Documents in progress or waiting for earlier ones: bounds memory and keeps every core busy.
const WINDOW: usize = 64;

/// Judges every document and calls `emit` for each, in the order of the inputs.
///
/// # Errors
/// An output that fails.
pub(crate) fn judge(
    inputs: &[Input],
    max_size: u64,
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
    judge_with(inputs, max_size, examined, |_, judged| emit(judged))
}

/// Judges the one document of an input as a stream.
pub(crate) fn examine(
    input: &Input,
    max_size: u64,
    options: &ExamineOptions,
) -> Result<DocumentReport, Unreadable> {
    let (source, _) = input.open(max_size)?;
    Ok(Examiner::new(options).read(source)?.report)
}

/// Calls `work` for every document, with its input, its content and the findings about its containers; and `emit` with
/// each result and the position of its input, in the order of the inputs.
///
/// # Errors
/// An output that fails.
pub(crate) fn judge_with<T: Send>(
    inputs: &[Input],
    max_size: u64,
    work: impl Fn(&Input, &mut dyn Read, &[Finding]) -> Result<T, Unreadable> + Sync,
    mut emit: impl FnMut(usize, Judged<T>) -> io::Result<()>,
) -> Result<Ended, CliError> {
    let progress = progress::of_documents(inputs.len());
    // The bar of several documents counts them.
    let counts_bytes = inputs.len() == 1;
    // A single document has no partial results to print.
    let interrupt = if inputs.len() > 1 {
        Interrupt::watch(&progress)
    } else {
        Interrupt::never()
    };
    // The bar makes way for output on the same terminal.
    let shares_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
    let mut position = 0;
    let result = in_order(
        inputs,
        &interrupt,
        |input| {
            let judged = judge_all(input, max_size, counts_bytes, &work);
            progress.inc(1);
            judged
        },
        |judged| {
            let emit_all = || judged.into_iter().try_for_each(|one| emit(position, one));
            let emitted = if shares_terminal {
                progress.suspend(emit_all)
            } else {
                emit_all()
            };
            position += 1;
            emitted
        },
    );
    progress.finish_and_clear();
    Ok(result?)
}

/// Calls `work` for every document of one input.
fn judge_all<T>(
    input: &Input,
    max_size: u64,
    counts_bytes: bool,
    work: impl Fn(&Input, &mut dyn Read, &[Finding]) -> Result<T, Unreadable>,
) -> Vec<Judged<T>> {
    let (mut documents, notes) = match input.open_all(max_size) {
        Ok(opened) => opened,
        Err(error) => {
            return vec![Judged {
                path: input.label(),
                number: None,
                outcome: Err(error.into()),
            }];
        }
    };
    // A container's size says little about its content's.
    let total = input.size().filter(|_| notes.is_empty());
    let mut outcomes = Vec::new();
    loop {
        match documents.next_document() {
            Ok(None) => break,
            Ok(Some(document)) => outcomes.push(caught(|| {
                let mut document = if counts_bytes {
                    Metered::new(document, "reading", total)
                } else {
                    Metered::silent(document)
                };
                work(input, &mut document, &notes)
            })),
            Err(error) => {
                outcomes.push(Err(ReadError::from(error).into()));
                break;
            }
        }
    }
    let is_list = documents.is_list();
    let judged = outcomes.into_iter().enumerate().map(|(number, outcome)| Judged {
        path: if is_list {
            format!("{}[{number}]", input.label())
        } else {
            input.label()
        },
        number: is_list.then_some(number),
        outcome,
    });
    judged.collect()
}

/// Calls `work` for one input.
pub(crate) fn judge_one<T>(input: &Input, work: impl Fn(&Input) -> Result<T, Unreadable>) -> Judged<T> {
    Judged {
        path: input.label(),
        number: None,
        outcome: caught(|| work(input)),
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    // After a panic, nothing reads the state that `work` left behind.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Unreadable::defect()))
}

/// Works on items in parallel and emits the results in the order of the items. `work` must not panic: `emit` would wait
/// for its result.
fn in_order<I: Sync, R: Send>(
    items: &[I],
    interrupt: &Interrupt,
    work: impl Fn(&I) -> R + Sync,
    mut emit: impl FnMut(R) -> io::Result<()>,
) -> io::Result<Ended> {
    // Starting threads takes longer than judging a small document.
    if let [item] = items {
        emit(work(item))?;
        return Ok(Ended::Whole);
    }
    let abandoned = AtomicBool::new(false);
    let (work, abandoned) = (&work, &abandoned);
    // The scope waits for all spawned work.
    rayon::in_place_scope(|scope| {
        let (done, results) = mpsc::channel();
        let mut waiting = BTreeMap::new();
        let mut begun = 0;
        for next in 0..items.len() {
            while begun < items.len().min(next + WINDOW) {
                let (at, item, done) = (begun, &items[begun], done.clone());
                scope.spawn(move |_| {
                    let given_up = interrupt.is_asked() || abandoned.load(Ordering::Relaxed);
                    // The receiver is gone once the closure has returned.
                    let _ = done.send((at, (!given_up).then(|| work(item))));
                });
                begun += 1;
            }
            let result = loop {
                if let Some(result) = waiting.remove(&next) {
                    break result;
                }
                // The channel stays open: `done` is alive.
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;
    use crate::outcome::document::Cause;

    #[test]
    fn results_come_in_order_even_if_later_ones_finish_first() {
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
    fn window_bounds_the_waiting_results() {
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
    fn interrupt_keeps_the_first_results() {
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
    fn failing_output_ends_the_work() {
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
    fn panic_in_one_document_spares_the_others() {
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
                outcomes.push(judged.outcome.map_err(|error| error.cause));
                Ok(())
            },
        );
        assert_eq!(ended.unwrap(), Ended::Whole);
        assert_eq!(outcomes[0], Err(Cause::Defect));
        assert!(outcomes[1].is_ok_and(|bytes| bytes > 0));
        assert_eq!(outcomes[2], Err(Cause::Input));
    }
}
