//! The log of the process: lines on standard error or in a file.
//!
//! Invariant: no request and no signal waits for the log. Lines go into a queue with a limit in bytes; a line is
//! dropped and counted if the queue is full or writing fails. A thread writes the queue, survives every error, and
//! reports the number of dropped lines as soon as it can write again.
//!
//! The crate tracing-appender has such a queue, but does not count lines that fail to write, limits lines rather than
//! bytes, and prints to standard output when the process ends with a full queue.

mod writer;

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use tracing::level_filters::LevelFilter;

use self::writer::Writer;
use crate::http::{Escaped, LOG_LINES_DROPPED};

/// Limit on the queue, in bytes: enough for a reader that pauses, little beside an engine's state.
const QUEUE_BYTES: usize = 1 << 20;
/// Overhead of a line in the queue, in bytes.
const LINE_OVERHEAD: usize = 64;

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// Lines to read.
    Text,
    /// One JSON object per line.
    Json,
}

/// Why the log can't start.
#[derive(Debug, thiserror::Error)]
pub(super) enum LogError {
    /// The target could block, or holds no lines.
    #[error("--log-file {0} is a directory, a pipe or a socket, not a file")]
    NotAFile(PathBuf),
    /// The file can't be opened.
    #[error("--log-file {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The writing thread can't start.
    #[error("log: {0}")]
    Thread(io::Error),
}

/// The log of the process.
#[derive(Debug)]
pub(super) struct Log {
    queue: Queue,
}

impl Log {
    /// Sends everything that the process logs from now on, panics included, to the file or to standard error.
    pub(super) fn start(
        file: Option<&Path>,
        format: LogFormat,
        level: LevelFilter,
    ) -> Result<Self, LogError> {
        let queue = match file {
            Some(path) => Queue::to(open(path)?),
            None => Queue::to(io::stderr()),
        }?;
        let lines = queue.clone();
        let log = tracing_subscriber::fmt()
            .with_writer(move || lines.clone())
            .with_max_level(level)
            .with_target(false)
            .with_ansi(false)
            // Those would go to standard error, past the queue.
            .log_internal_errors(false);
        match format {
            LogFormat::Text => log.init(),
            LogFormat::Json => log.json().flatten_event(true).init(),
        }
        // The default hook writes to standard error too.
        panic::set_hook(Box::new(|panic| {
            tracing::error!("{}", Escaped(&panic.to_string()));
        }));
        Ok(Self { queue })
    }

    /// Waits until the lines so far are written, at most for `patience`.
    pub(super) fn flush(&self, patience: Duration) {
        let (done, written) = mpsc::channel();
        if self.queue.sender.send(Message::Flush(done)).is_ok() {
            let _ = written.recv_timeout(patience);
        }
    }
}

/// Writes a text to a reader who may be slow, waiting at most for `patience`; then a thread goes on. The log has the
/// error if writing fails.
pub(super) fn write_aside(
    mut out: impl Write + Send + 'static,
    text: String,
    what: &'static str,
    patience: Duration,
) {
    let (done, written) = mpsc::channel();
    let write = move || {
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            tracing::warn!(%error, "can't write {what}");
        }
        let _ = done.send(());
    };
    if thread::Builder::new()
        .name("aside".to_owned())
        .spawn(write)
        .is_ok()
    {
        let _ = written.recv_timeout(patience);
    }
}

fn open(path: &Path) -> Result<File, LogError> {
    // Opening a pipe would wait for its reader.
    if path
        .metadata()
        .is_ok_and(|known| !holds_lines(&known.file_type()))
    {
        return Err(LogError::NotAFile(path.to_owned()));
    }
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|source| LogError::Open {
        path: path.to_owned(),
        source,
    })
}

#[cfg(unix)]
fn holds_lines(kind: &std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_file() || kind.is_char_device()
}

#[cfg(not(unix))]
fn holds_lines(kind: &std::fs::FileType) -> bool {
    kind.is_file()
}

fn count_dropped_line() {
    LOG_LINES_DROPPED.fetch_add(1, Ordering::Relaxed);
}

enum Message {
    Line(Vec<u8>),
    /// Answered once all earlier lines are written.
    Flush(Sender<()>),
}

/// The entry of the queue; each `write` is one line.
#[derive(Debug, Clone)]
struct Queue {
    sender: Sender<Message>,
    /// Bytes of lines in the queue.
    waiting: Arc<AtomicUsize>,
}

impl Queue {
    fn to(target: impl Write + Send + 'static) -> Result<Self, LogError> {
        let (sender, lines) = mpsc::channel();
        let waiting = Arc::<AtomicUsize>::default();
        let writer = Writer::new(target, Arc::clone(&waiting));
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || writer.run(&lines))
            .map_err(LogError::Thread)?;
        Ok(Self { sender, waiting })
    }
}

impl Write for Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let bytes = line.len() + LINE_OVERHEAD;
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed);
        let has_room = waiting + bytes <= QUEUE_BYTES;
        if !(has_room && self.sender.send(Message::Line(line.to_vec())).is_ok()) {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            count_dropped_line();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
