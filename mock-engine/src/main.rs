//! `mock-engine`: options in, engines up, signals down. Everything else is in the library.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use mock_engine::cli::{Cli, LogFormat};
use mock_engine::fleet::Fleet;
use mock_engine::signals::Signals;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(&cli);
    // A connection is a descriptor, and the usual soft limit is lower than the usual number of connections. Where it
    // can't be raised, the accept loop lives with what there is.
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if standard error is gone too.
            let _ = writeln!(io::stderr(), "mock-engine: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    let config = cli.into_config()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let fleet = Fleet::start(config).await?;
        fleet.announce(io::stdout().lock())?;
        signals.next().await;
        tracing::info!("stopping; a second signal stops at once");
        tokio::select! {
            () = fleet.shutdown() => Ok(()),
            () = signals.next() => Err("stopped with requests under way".into()),
        }
    });
    // Dropping the runtime would wait for work on blocking threads, which "at once" must not.
    runtime.shutdown_background();
    result
}

fn log_to_stderr(cli: &Cli) {
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(cli.log_level)
        .with_target(false);
    match cli.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
