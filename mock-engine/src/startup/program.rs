//! The program: options in, engines up, signals down.

use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tracing::level_filters::LevelFilter;

use super::cli::{Cli, Command};
use super::config::Config;
use super::engines::Engines;
use super::log::{self, Log};
use super::ready::{Ready, ReadyArgs};
use super::recordings::{Port, RecordArgs, ReplayArgs};
use super::signals::Signals;
use crate::http::limits::Limits;

/// How long a failing process waits for the reader of its last words.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long a process that ends in order waits at most for the rest of its log.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Runs the engines that the process's command line describes until a signal ends the process.
pub fn main() -> ExitCode {
    run_program(std::env::args_os())
}

/// As [`main`], for a command line of which the first word is the program's name.
pub fn run_program(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut cli = Cli::parse_from(words);
    // A check is for its report; the mock's line per request would hide it.
    let level = match cli.command {
        Some(Command::Check(_)) => cli.log_level.min(LevelFilter::WARN),
        _ => cli.log_level,
    };
    let log = match Log::start(cli.log_file.as_deref(), cli.log_format, level) {
        Ok(log) => log,
        Err(error) => return fail(&error),
    };
    // Every connection is a file descriptor, and the usual soft limit is below the default of `--max-connections`.
    // Without the raise, the accept loop waits for descriptors.
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);
    let task = match cli.command.take() {
        Some(Command::Record(args)) => Ok((args.ready.clone(), Task::Record(args))),
        Some(Command::Replay(args)) => Ok((args.ready.clone(), Task::Replay(args))),
        Some(command) => return answer(command, &log),
        None => {
            let ready = cli.ready.clone();
            cli.into_config().map(|config| (ready, Task::Engines(config)))
        }
    };
    let done = task
        .map_err(Failure::from)
        .and_then(|(ready, task)| run(task, &ready, &log));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log.flush(LAST_WORDS);
            fail(error.as_ref())
        }
    }
}

type Failure = Box<dyn Error + Send + Sync>;

fn fail(error: &dyn Error) -> ExitCode {
    let text = format!("mock-engine: {error}\n");
    log::write_aside(io::stderr(), text, "the error", LAST_WORDS);
    ExitCode::FAILURE
}

/// Runs a command that needs no signal to end.
fn answer(command: Command, log: &Log) -> ExitCode {
    let could_not = command.failure();
    match command.run() {
        Ok(code) => code,
        Err(error) => {
            log.flush(LAST_WORDS);
            fail(error.as_ref());
            could_not
        }
    }
}

/// What runs until a signal.
enum Task {
    Engines(Config),
    Record(RecordArgs),
    Replay(ReplayArgs),
}

/// What is running.
enum Running {
    Engines(Engines),
    Port(Port),
}

impl Task {
    /// How long requests under way may take in the end.
    fn drain(&self) -> Duration {
        match self {
            Self::Engines(config) => config.limits.drain,
            Self::Record(_) | Self::Replay(_) => Limits::default().drain,
        }
    }

    async fn start(self) -> Result<Running, Failure> {
        Ok(match self {
            Self::Engines(config) => Running::Engines(Engines::start(config).await?),
            Self::Record(args) => Running::Port(Port::record(args).await?),
            Self::Replay(args) => Running::Port(Port::replay(args).await?),
        })
    }
}

impl Running {
    fn ready(&self) -> Ready {
        match self {
            Self::Engines(engines) => engines.ready(),
            Self::Port(port) => port.ready(),
        }
    }

    async fn shutdown(self) {
        match self {
            Self::Engines(engines) => engines.shutdown().await,
            Self::Port(port) => port.shutdown().await,
        }
    }
}

fn run(task: Task, ready: &ReadyArgs, log: &Log) -> Result<(), Failure> {
    let drain = task.drain();
    let workers = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Signals have a runtime of their own, so busy engines do not delay them.
    let signals = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let result = signals.block_on(async {
        let mut signals = Signals::listen()?;
        #[cfg(unix)]
        if ready.exit_with_parent {
            signals.watch_parent();
        }
        ready.forget()?;
        // Loading documents takes a while, and signals count from now on.
        let starting = workers.spawn(task.start());
        let running = tokio::select! {
            running = starting => running??,
            signal = signals.next() => {
                tracing::info!(%signal, "stopped before the engines were up");
                log.flush(LAST_WORDS);
                return Ok(());
            }
        };
        log::write_aside(
            io::stdout(),
            ready.announce(&running.ready())?,
            "the URLs to standard output",
            Duration::ZERO,
        );
        let signal = signals.next().await;
        let began = Instant::now();
        tracing::info!(%signal, "stopping; a second signal stops at once");
        tokio::select! {
            () = running.shutdown() => {
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
