//! The thread that writes the log.
//!
//! Invariant: no error ends the thread. It completes a torn line before it writes the next one.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{LINE_OVERHEAD, Message, count_dropped_line};
use crate::http::LOG_LINES_DROPPED;

/// Pause between two reports of dropped lines.
const NOTICE_PAUSE: Duration = Duration::from_secs(1);
/// Pause before another attempt at a target that would block.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// Writes the lines of the queue.
pub(super) struct Writer<W> {
    target: W,
    /// Bytes of lines in the queue.
    waiting: Arc<AtomicUsize>,
    /// The last line broke off in the middle.
    torn: bool,
    /// The last line was written whole.
    works: bool,
    /// Dropped lines that were reported.
    told: u64,
    next_notice: Instant,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(target: W, waiting: Arc<AtomicUsize>) -> Self {
        Self {
            target,
            waiting,
            torn: false,
            works: false,
            told: 0,
            next_notice: Instant::now(),
        }
    }

    /// Writes until the queue closes.
    pub(super) fn run(mut self, lines: &Receiver<Message>) {
        loop {
            let next = if self.owes_notice() {
                lines.recv_timeout(self.next_notice.saturating_duration_since(Instant::now()))
            } else {
                lines.recv().map_err(RecvTimeoutError::from)
            };
            match next {
                Ok(Message::Line(line)) => {
                    let bytes = line.len() + LINE_OVERHEAD;
                    self.waiting.fetch_sub(bytes, Ordering::Relaxed);
                    self.write(line);
                }
                Ok(Message::Flush(done)) => {
                    let _ = done.send(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.owes_notice() && Instant::now() >= self.next_notice {
                self.notice();
            }
        }
    }

    /// Whether there are dropped lines to report and the target works.
    fn owes_notice(&self) -> bool {
        self.works && LOG_LINES_DROPPED.load(Ordering::Relaxed) > self.told
    }

    /// The report is a line like any other and may be dropped too, so it has the count since the start.
    fn notice(&mut self) {
        self.told = LOG_LINES_DROPPED.load(Ordering::Relaxed);
        self.next_notice = Instant::now() + NOTICE_PAUSE;
        tracing::warn!("{} lines of the log were dropped since the start", self.told);
    }

    fn write(&mut self, mut line: Vec<u8>) {
        if self.torn {
            line.insert(0, b'\n');
        }
        self.works = self.write_all(&line).is_ok();
        if !self.works {
            count_dropped_line();
        }
    }

    fn write_all(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.target.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = rest.get(written..).unwrap_or_default();
                    self.torn = !rest.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY_PAUSE),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
