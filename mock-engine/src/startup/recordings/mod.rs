//! The commands about recordings.

mod args;

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(super) use self::args::{CheckArgs, RecordArgs, ReplayArgs};
use self::args::{Format, MockArgs};
use super::config::{read_schemas, read_users};
use super::ready::{Listening, Ready};
use super::{MockEngine, StartError};
use crate::engine::Settings;
use crate::http::Service;
use crate::http::limits::Limits;
use crate::recording::{
    Check, Checked, Recorder, Recording, RecordingWriter, Replayer, Trust, Upstream, rebuild,
};
use crate::server::{self, Answers, Bind, Protocol, Server};

type Failure = Box<dyn Error + Send + Sync>;

/// A port that records or replays.
pub(super) struct Port {
    name: &'static str,
    address: SocketAddr,
    stop: CancellationToken,
    connections: TaskTracker,
    /// Exchanges that are being written.
    writing: TaskTracker,
    drain: Duration,
}

impl Port {
    fn open(name: &'static str, service: impl Answers, port: u16) -> Result<Self, Failure> {
        let limits = Limits::default();
        // Without users there is no protection beyond this machine.
        let listeners = server::open(&[Bind::Localhost], port).map_err(StartError::from)?;
        let address = listeners.first().ok_or(StartError::NoAddress)?.local_addr()?;
        let port = Self {
            name,
            address,
            stop: CancellationToken::new(),
            connections: TaskTracker::new(),
            writing: TaskTracker::new(),
            drain: limits.drain,
        };
        let server = Server {
            service,
            protocol: Protocol::Http,
            limits,
            stop: port.stop.clone(),
            connections: port.connections.clone(),
        };
        tokio::spawn(server.run(listeners));
        Ok(port)
    }

    /// Starts to record.
    pub(super) async fn record(args: RecordArgs) -> Result<Self, Failure> {
        let upstream = Upstream::new(&args.to, &Trust::from(args.trust))?;
        let writer = RecordingWriter::create(&args.out, &upstream.url(), args.keep_secrets)?;
        let recorder = Recorder::new(upstream, writer, args.keep_secrets);
        let writing = recorder.writing.clone();
        let port = Self::open("record", recorder, args.port)?;
        Ok(Self { writing, ..port })
    }

    /// Starts to replay.
    pub(super) async fn replay(args: ReplayArgs) -> Result<Self, Failure> {
        let made = tokio::task::spawn_blocking(move || {
            let recording = Recording::read(&args.dir)?;
            warn_if_cut_off(&recording);
            let mock = mock(&recording, &args.mock)?;
            Ok::<_, Failure>(Replayer::new(recording, mock))
        });
        Self::open("replay", made.await??, args.port)
    }

    /// Where it listens.
    pub(super) fn ready(&self) -> Ready {
        let here = Listening {
            name: self.name.to_owned(),
            url: format!("http://{}", self.address),
            port: self.address.port(),
        };
        Ready::new(vec![here], None)
    }

    /// Stops accepting connections, waits for running requests and then for their recording.
    pub(super) async fn shutdown(self) {
        self.stop.cancel();
        let done = async {
            self.connections.wait().await;
            self.writing.close();
            self.writing.wait().await;
        };
        if tokio::time::timeout(self.drain, done).await.is_err() {
            tracing::warn!("stopped with requests under way");
        }
    }
}

/// Compares a recording with a mock or a running engine; returns the report and the exit code.
pub(super) fn check(args: CheckArgs) -> Result<(String, ExitCode), Failure> {
    let recording = Recording::read(&args.dir)?;
    warn_if_cut_off(&recording);
    let user = match &args.user_file {
        Some(path) => read_users(path)?.into_iter().next(),
        None => None,
    };
    let trust = Trust::from(args.trust);
    let checked = match &args.against {
        Some(url) => Checked::Engine(Upstream::new(url, &trust)?),
        None => Checked::Mock(mock(&recording, &args.mock)?),
    };
    let check = Check {
        checked,
        user: user.map(|user| (user.name.clone(), user.password().to_owned())),
        ignored: args.ignore,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(check.run(&recording))?;
    runtime.shutdown_background();
    let text = match args.format {
        Format::Text => report.text(),
        Format::Json => report.json(),
    };
    Ok((text, ExitCode::from(report.code())))
}

/// A mock with the state that a recording shows.
fn mock(recording: &Recording, args: &MockArgs) -> Result<Service, Failure> {
    let rebuilt = rebuild(recording);
    let schema = read_schemas(&args.schema)?;
    let settings = match args.profile {
        Some(profile) => Settings::default().profiled(profile),
        None => Settings::default(),
    };
    let mut settings = settings.with(|settings| {
        settings.empty = true;
        settings.load = rebuilt.load;
        settings.schema = schema;
        settings.recorded = Some(Arc::new(rebuilt.content));
    });
    settings.version = rebuilt.version.unwrap_or(settings.version);
    settings.name = rebuilt.name.unwrap_or(settings.name);
    let mut builder = MockEngine::builder().settings(settings);
    if let Some(Ok(status)) = rebuilt.created_status.map(StatusCode::from_u16) {
        builder = builder.created_status(status);
    }
    Ok(builder.without_port()?.service())
}

fn warn_if_cut_off(recording: &Recording) {
    if recording.is_cut_off {
        tracing::warn!("the last line of the recording has no end; it is skipped");
    }
}
