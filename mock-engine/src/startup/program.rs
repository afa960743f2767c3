//! The program: options in, engines up, signals down.

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use super::cli::Cli;
use super::engines::Engines;
use super::log::{self, Log};
use super::signals::Signals;

/// How long a failing process waits for the reader of its last words.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long a process that ends in order waits at most for the rest of its log.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Runs the engines that the command line describes until a signal ends the process.
pub fn main() -> ExitCode {
    let mut cli = Cli::parse();
    if let Some(command) = cli.command.take() {
        return match command.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error.as_ref()),
        };
    }
    let log = match Log::start(cli.log_file.as_deref(), cli.log_format, cli.log_level) {
        Ok(log) => log,
        Err(error) => return fail(&error),
    };
    // Every connection is a file descriptor, and the usual soft limit is below the default of `--max-connections`.
    // Without the raise, the accept loop waits for descriptors.
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);
    match run(cli, &log) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log.flush(LAST_WORDS);
            fail(error.as_ref())
        }
    }
}

fn fail(error: &dyn Error) -> ExitCode {
    let text = format!("mock-engine: {error}\n");
    log::write_aside(io::stderr(), text, "the error", LAST_WORDS);
    ExitCode::FAILURE
}

fn run(cli: Cli, log: &Log) -> Result<(), Box<dyn Error>> {
    let config = cli.into_config()?;
    let drain = config.limits.drain;
    let workers = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Signals have a runtime of their own, so busy engines do not delay them.
    let signals = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = signals.block_on(async {
        let mut signals = Signals::listen()?;
        // Loading documents takes a while, and signals count from now on.
        let starting = workers.spawn(Engines::start(config));
        let engines = tokio::select! {
            engines = starting => engines??,
            signal = signals.next() => {
                tracing::info!(%signal, "stopped before the engines were up");
                log.flush(LAST_WORDS);
                return Ok(());
            }
        };
        log::write_aside(
            io::stdout(),
            engines.announcement(),
            "the URLs to standard output",
            Duration::ZERO,
        );
        let signal = signals.next().await;
        let began = Instant::now();
        tracing::info!(%signal, "stopping; a second signal stops at once");
        tokio::select! {
            () = engines.shutdown() => {
                let left = drain.saturating_sub(began.elapsed());
                log.flush(left.clamp(LAST_WORDS, LAST_LINES));
                Ok(())
            }
            _ = signals.next() => Err("stopped with requests under way".into()),
        }
    });
    // Dropping the runtime would wait for work on blocking threads.
    workers.shutdown_background();
    result
}
