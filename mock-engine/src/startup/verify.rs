//! `mock-engine verify`: asks a running engine whether the wanted requests came.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Args;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::config::parse_duration;
use crate::recording::{Trust, Upstream, UpstreamError};

const EXAMPLES: &str = "\
Examples:
  mock-engine verify '{\"match\": {\"method\": \"POST\", \"path\": \"/import\"}, \"exactly\": 1}'
      one import came to the engine on port 8080
  mock-engine verify expected.json --no-unmatched --url http://127.0.0.1:40713
      everything in the file holds, and no request had a path or method without an endpoint
  mock-engine verify expected.json --wait 30s
      the same, once the client in the background has sent its requests
";

/// The time between two questions with --wait.
const PAUSE: Duration = Duration::from_millis(100);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ask a running engine whether the wanted requests came, and show those that came near
///
/// Exit code 0: everything holds; 1: something doesn't; 2: no answer to the question.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::startup) struct VerifyArgs {
    /// An expectation in JSON as POST /__admin/verify takes it, or a list of them: as text that begins with { or [, as a
    /// file, or - for standard input
    #[arg(value_name = "EXPECTATION", required_unless_present = "no_unmatched")]
    expectations: Vec<String>,
    /// Also want that every request had the path and method of an endpoint
    #[arg(long)]
    no_unmatched: bool,
    /// URL of the engine
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The requests of this session instead
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// How long the requests may take to come
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "0")]
    wait: Duration,
    /// Accept only certificates of the authorities in this file (PEM); without it, every certificate
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Why there is no answer to the question.
#[derive(Debug, thiserror::Error)]
pub(super) enum VerifyError {
    #[error("{0}: {1}")]
    File(String, io::Error),
    #[error("{0}: it is not JSON: {1}")]
    Json(String, serde_json::Error),
    #[error("{0}: it is an empty list")]
    Empty(String),
    #[error(transparent)]
    Unreachable(#[from] UpstreamError),
    #[error("no answer from {0} within {PATIENCE:?}")]
    TooSlow(String),
    #[error("the answer of {0} broke off: {1}")]
    BrokeOff(String, hyper::Error),
    #[error("{place}: the engine answers {status}: {text}")]
    Refused {
        place: String,
        status: StatusCode,
        text: String,
    },
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Request(#[from] http::Error),
}

/// An expectation with the place where it was written.
#[derive(Debug)]
struct Written {
    place: String,
    json: Value,
}

/// What came of an expectation.
enum Outcome {
    Holds,
    /// It doesn't, for these reasons.
    Fails(String),
}

/// Asks the engine; returns the report and the exit code.
pub(super) fn verify(args: VerifyArgs) -> Result<(String, ExitCode), VerifyError> {
    let mut wanted = Vec::new();
    for argument in &args.expectations {
        wanted.extend(read(argument)?);
    }
    if args.no_unmatched {
        wanted.push(Written {
            place: "--no-unmatched".to_owned(),
            json: json!({ "match": { "unmatched": true }, "never": true }),
        });
    }
    let trust = args.ca.map_or(Trust::Everything, Trust::Authorities);
    let engine = Upstream::new(args.url.trim_end_matches('/'), &trust)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let session = args.session.as_deref();
    runtime.block_on(async {
        let until = Instant::now() + args.wait;
        loop {
            let failures = ask_all(&engine, session, &wanted).await?;
            if failures.is_empty() || Instant::now() >= until {
                return Ok(conclude(wanted.len(), &failures));
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// Reads the expectations of an argument.
fn read(argument: &str) -> Result<Vec<Written>, VerifyError> {
    let is_text = argument.trim_start().starts_with(['{', '[']);
    let (name, text) = match argument {
        text if is_text => ("the expectation", text.to_owned()),
        "-" => {
            let mut text = String::new();
            let read = io::stdin().read_to_string(&mut text);
            read.map_err(|error| VerifyError::File("standard input".to_owned(), error))?;
            ("standard input", text)
        }
        file => {
            let text = std::fs::read_to_string(file);
            (
                file,
                text.map_err(|error| VerifyError::File(file.to_owned(), error))?,
            )
        }
    };
    let json = serde_json::from_str(&text).map_err(|error| VerifyError::Json(name.to_owned(), error))?;
    match json {
        Value::Array(list) if list.is_empty() => Err(VerifyError::Empty(name.to_owned())),
        Value::Array(list) => {
            let numbered = list.into_iter().enumerate();
            let written = numbered.map(|(number, json)| Written {
                place: format!("{name}, number {}", number + 1),
                json,
            });
            Ok(written.collect())
        }
        json => Ok(vec![Written {
            place: name.to_owned(),
            json,
        }]),
    }
}

/// The expectations that don't hold, with the reasons.
async fn ask_all(
    engine: &Upstream,
    session: Option<&str>,
    wanted: &[Written],
) -> Result<Vec<(String, String)>, VerifyError> {
    let mut failures = Vec::new();
    for written in wanted {
        if let Outcome::Fails(message) = ask(engine, session, written).await? {
            failures.push((written.place.clone(), message));
        }
    }
    Ok(failures)
}

async fn ask(engine: &Upstream, session: Option<&str>, written: &Written) -> Result<Outcome, VerifyError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(Uri::from_static("/__admin/verify"))
        .header("content-type", "application/json");
    if let Some(session) = session {
        request = request.header("x-mock-session", session);
    }
    let request = request.body(Full::new(Bytes::from(written.json.to_string())))?;
    let answer = tokio::time::timeout(PATIENCE, async {
        let (head, body) = engine.send(request).await?.into_parts();
        let body = body.collect().await;
        let body = body.map_err(|error| VerifyError::BrokeOff(engine.url(), error))?;
        Ok::<_, VerifyError>((head.status, body.to_bytes()))
    });
    let too_slow = |_| VerifyError::TooSlow(engine.url());
    let (status, body) = answer.await.map_err(too_slow)??;
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    match (status, json["message"].as_str(), json["errorMessage"].as_str()) {
        (StatusCode::OK, ..) if json["count"].is_u64() => Ok(Outcome::Holds),
        (StatusCode::UNPROCESSABLE_ENTITY, Some(message), _) => Ok(Outcome::Fails(message.to_owned())),
        (_, _, error) => Err(VerifyError::Refused {
            place: written.place.clone(),
            status,
            text: error.unwrap_or("it is no mock-engine").to_owned(),
        }),
    }
}

fn conclude(wanted: usize, failures: &[(String, String)]) -> (String, ExitCode) {
    let mut report = String::new();
    for (place, message) in failures {
        let _ = writeln!(report, "{place}:\n{}\n", message.trim_end());
    }
    let _ = writeln!(report, "expectations: {wanted}; not met: {}", failures.len());
    let code = if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    (report, code)
}
