//! Progress on standard error, if that is a terminal, of work that takes longer than a moment.

use std::io::{self, IsTerminal, Read, Write};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter work shows no progress.
const QUIET_FOR: Duration = Duration::from_millis(700);
/// Between two drawings.
const REDRAWN: Duration = Duration::from_millis(100);

/// A progress bar for documents.
pub(crate) fn of_documents(inputs: usize) -> ProgressBar {
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

/// A reader or writer that shows how many bytes pass.
pub(crate) struct Metered<T> {
    inner: T,
    /// `None` without a terminal.
    meter: Option<Meter>,
}

impl<T> Metered<T> {
    /// `what` is done to the bytes, such as `reading`. `total` is the number of bytes to come, if it is known.
    pub(crate) fn new(inner: T, what: &'static str, total: Option<u64>) -> Self {
        let meter = io::stderr().is_terminal().then(|| Meter {
            what,
            total,
            bytes: 0,
            started: Instant::now(),
            drawn: None,
        });
        Self { inner, meter }
    }

    /// Passes bytes on without a sign.
    pub(crate) fn silent(inner: T) -> Self {
        Self { inner, meter: None }
    }

    fn count(&mut self, bytes: usize) {
        if let Some(meter) = &mut self.meter {
            meter.count(bytes);
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count(count);
        Ok(count)
    }
}

impl<W: Write> Write for Metered<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.count(count);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct Meter {
    what: &'static str,
    total: Option<u64>,
    bytes: u64,
    started: Instant,
    /// The line on the terminal, and when it was drawn.
    drawn: Option<(ProgressBar, Instant)>,
}

impl Meter {
    fn count(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        let is_due = match &self.drawn {
            None => self.started.elapsed() >= QUIET_FOR,
            Some((_, at)) => at.elapsed() >= REDRAWN,
        };
        if !is_due {
            return;
        }
        let line = line(self.what, self.bytes, self.total, self.started.elapsed());
        let bar = self.drawn.take().map_or_else(empty_line, |(bar, _)| bar);
        bar.set_message(line);
        self.drawn = Some((bar, Instant::now()));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some((bar, _)) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}

fn empty_line() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// `reading 1.50 GiB of 3.00 GiB, 256.00 MiB/s, 6 seconds left`; without a total only what is known.
fn line(what: &str, bytes: u64, total: Option<u64>, elapsed: Duration) -> String {
    let rate = u128::from(bytes) * 1000 / elapsed.as_millis().max(1);
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    let total = total.filter(|total| *total >= bytes && rate > 0);
    let of = total.map_or_else(String::new, |total| format!(" of {}", HumanBytes(total)));
    let left = total.map_or_else(String::new, |total| {
        let seconds = (total - bytes).div_ceil(rate);
        format!(", {} left", HumanDuration(Duration::from_secs(seconds)))
    });
    format!("{what} {}{of}, {}/s{left}", HumanBytes(bytes), HumanBytes(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn line_says_bytes_rate_and_time_left() {
        // 1.5 GiB in 6 s are 256 MiB/s, and the other half takes as long.
        assert_eq!(
            line("reading", 3 * GIB / 2, Some(3 * GIB), Duration::from_secs(6)),
            "reading 1.50 GiB of 3.00 GiB, 256.00 MiB/s, 6 seconds left"
        );
    }

    #[test]
    fn line_without_a_total_promises_no_time() {
        let unknown = "writing 1.00 GiB, 512.00 MiB/s";
        assert_eq!(line("writing", GIB, None, Duration::from_secs(2)), unknown);
        // A file that grew.
        assert_eq!(line("writing", GIB, Some(5), Duration::from_secs(2)), unknown);
    }

    #[test]
    fn line_without_any_byte_divides_by_nothing() {
        assert_eq!(
            line("reading", 0, Some(GIB), Duration::ZERO),
            "reading 0 B, 0 B/s"
        );
    }
}
