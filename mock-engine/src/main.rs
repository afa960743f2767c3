//! `mock-engine`: options in, engines up, signals down. Everything else is in the library.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use mock_engine::internal::cli::Cli;
use mock_engine::internal::engines::Engines;
use mock_engine::internal::log::{self, Log};
use mock_engine::internal::signals::Signals;

/// How long the end of the process waits for a reader of what is said last, where no other time is set.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long it waits at most for the rest of the log after an orderly end.
const LAST_LINES: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = match Log::start(cli.log_file.as_deref(), cli.log_format, cli.log_level) {
        Ok(log) => log,
        Err(error) => return fail(&error),
    };
    // A connection is a descriptor, and the usual soft limit is lower than the usual number of connections. Where it
    // can't be raised, the accept loop lives with what there is.
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
    let engines = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // A runtime of their own, so that signals count however busy the engines are.
    let signals = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = signals.block_on(async {
        let mut signals = Signals::listen()?;
        // To load documents takes a while, in which signals count already.
        let starting = engines.spawn(Engines::start(config));
        let fleet = tokio::select! {
            fleet = starting => fleet??,
            signal = signals.next() => {
                tracing::info!(%signal, "stopped before the engines were up");
                log.flush(LAST_WORDS);
                return Ok(());
            }
        };
        log::write_aside(
            io::stdout(),
            fleet.announcement(),
            "the URLs to standard output",
            Duration::ZERO,
        );
        let signal = signals.next().await;
        let began = Instant::now();
        tracing::info!(%signal, "stopping; a second signal stops at once");
        tokio::select! {
            () = fleet.shutdown() => {
                let left = drain.saturating_sub(began.elapsed());
                log.flush(left.clamp(LAST_WORDS, LAST_LINES));
                Ok(())
            }
            _ = signals.next() => Err("stopped with requests under way".into()),
        }
    });
    // Dropping the runtime would wait for work on blocking threads, which "at once" must not.
    engines.shutdown_background();
    result
}
