//! Sends a recording's requests again and compares the answers.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use exportdoc::{Document, Passphrase};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderName, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use serde_json::{Value, json};

use super::compare::{Comparison, Difference, Kind, is_under_way};
use super::correlate::{Correlation, resource};
use super::exchange::{Body as Recorded, Exchange};
use super::hide::sealing;
use super::message::{FormPart, write_form};
use super::report::{CheckReport, Differing, LeftOut};
use super::{LARGEST_BODY, Recording, Upstream};
use crate::http::host_guard::Peer;
use crate::http::redact::REDACTED;
use crate::http::{Service, canonical};

/// Stands for a passphrase that the recording doesn't have.
const PASSPHRASE: &str = "passphrase of the check";
/// Stands for a token that the engine refused.
const BAD_TOKEN: &str = "no-such-token";
/// How long a check waits for the end of a task, and how often it asks.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
/// Headers that a check sends as they were.
const SENT: &[&str] = &["accept", "content-type"];

/// What is compared with a recording.
#[derive(Debug)]
pub(crate) enum Checked {
    /// A mock in this process.
    Mock(Service),
    /// A running engine.
    Engine(Upstream),
}

/// How to check.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) checked: Checked,
    /// Name and password for logins.
    pub(crate) user: Option<(String, String)>,
    /// Members whose values don't count.
    pub(crate) ignored: Vec<String>,
}

/// An answer of today.
struct Present {
    status: StatusCode,
    kind: String,
    body: Bytes,
}

impl Check {
    /// Sends all requests in their order.
    pub(crate) async fn run(
        &self,
        recording: &Recording,
    ) -> Result<CheckReport, Box<dyn std::error::Error + Send + Sync>> {
        let mut report = CheckReport {
            schema_version: 1,
            exchanges: recording.len(),
            ..CheckReport::default()
        };
        let (mut ids, mut token) = (Correlation::default(), None);
        let mut made = HashSet::new();
        for exchange in &recording.exchanges {
            let (method, path) = (exchange.method.clone(), exchange.path.clone());
            if let Some(reason) = obstacle(exchange) {
                report.left_out.push(LeftOut {
                    exchange: exchange.id,
                    method,
                    path,
                    reason: reason.to_owned(),
                });
                continue;
            }
            if token.is_none() && has_header(exchange, AUTHORIZATION.as_str()) {
                token = self.login().await?;
            }
            made.extend(made_user(exchange));
            let request = self.request(exchange, &ids, token.as_deref(), &made)?;
            let mut present = self.send(request.clone()).await?;
            // The recorded client waited for the end, too.
            let until = Instant::now() + PATIENCE;
            while waits(exchange, &present) && Instant::now() < until {
                tokio::time::sleep(PAUSE).await;
                present = self.send(request.clone()).await?;
            }
            if is_login(exchange)
                && let Some(fresh) = token_in(&present.body)
            {
                token = Some(fresh);
            }
            let differences = self.compare(exchange, &present, &mut ids);
            if differences.is_empty() {
                report.same += 1;
                continue;
            }
            report.differing.push(Differing {
                exchange: exchange.id,
                method,
                path,
                differences,
            });
        }
        Ok(report)
    }

    async fn login(&self) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
        let (name, password) = match &self.user {
            Some((name, password)) => (name.as_str(), password.as_str()),
            None => ("check", REDACTED),
        };
        let body = json!({ "username": name, "password": password });
        let request = Request::post("/masking/api/login").header(CONTENT_TYPE, "application/json");
        let answer = self.send(request.body(Bytes::from(body.to_string()))?).await?;
        Ok(token_in(&answer.body))
    }

    fn request(
        &self,
        exchange: &Exchange,
        ids: &Correlation,
        token: Option<&str>,
        made: &HashSet<String>,
    ) -> Result<Request<Bytes>, http::Error> {
        let target = ids.target(&exchange.path);
        let encrypts = has_header(exchange, "passphrase");
        let (own_kind, mut body) = match &exchange.body.parts {
            Some(_) => form(&exchange.body, encrypts),
            None => (None, bytes_of(&exchange.body, encrypts).unwrap_or_default()),
        };
        if let Ok(mut value) = serde_json::from_slice::<Value>(&body)
            && !exchange.body.document
        {
            if is_login(exchange)
                && let Some((name, password)) = &self.user
            {
                // Users that the recorded client made have the password that this check gave them.
                if value["username"].as_str().is_none_or(|name| !made.contains(name)) {
                    value["username"] = name.as_str().into();
                    value["password"] = password.as_str().into();
                    body = value.to_string().into();
                }
            } else if ids.body(&target, &mut value) {
                body = value.to_string().into();
            }
        }
        let mut request = Request::builder()
            .method(exchange.method.as_str())
            .uri(target)
            .body(body)?;
        let headers = request.headers_mut();
        for (name, value) in &exchange.headers {
            let name = name.to_ascii_lowercase();
            let value = match name.as_str() {
                "authorization" if exchange.answer.status == 401 => BAD_TOKEN,
                "authorization" => token.unwrap_or(BAD_TOKEN),
                "passphrase" if value == REDACTED => PASSPHRASE,
                "passphrase" => value,
                "content-type" if own_kind.is_some() => continue,
                name if SENT.contains(&name) => value,
                _ => continue,
            };
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        if let Some(Ok(kind)) = own_kind.map(|kind| HeaderValue::from_str(&kind)) {
            headers.insert(CONTENT_TYPE, kind);
        }
        Ok(request)
    }

    async fn send(
        &self,
        request: Request<Bytes>,
    ) -> Result<Present, Box<dyn std::error::Error + Send + Sync>> {
        let (head, body) = match &self.checked {
            Checked::Mock(service) => {
                let mut request = request.map(Body::from);
                let local = std::net::Ipv4Addr::LOCALHOST.into();
                request.extensions_mut().insert(Peer(local));
                let localhost = HeaderValue::from_static("localhost");
                request.headers_mut().insert(HOST, localhost);
                service.answer(request).await.into_parts()
            }
            Checked::Engine(upstream) => {
                let response = upstream.send(request.map(Full::new)).await?;
                response.map(Body::new).into_parts()
            }
        };
        let body = Limited::new(body, LARGEST_BODY).collect().await?.to_bytes();
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        Ok(Present {
            status: head.status,
            kind: kind.unwrap_or_default().to_owned(),
            body,
        })
    }

    fn compare(&self, exchange: &Exchange, present: &Present, ids: &mut Correlation) -> Vec<Difference> {
        let answer = &exchange.answer;
        let path = exchange.target().0;
        let found = resource(path);
        let spec = found.as_ref().map(|(spec, _)| *spec);
        let creates = exchange.method == "POST" && found.as_ref().is_some_and(|(_, rest)| rest.is_empty());
        let mut comparison = Comparison::new(&self.ignored, spec, creates);
        if answer.status != present.status.as_u16() {
            let (recorded, status) = (answer.status.to_string(), present.status.as_u16().to_string());
            comparison.add(Kind::Status, "status", Some(recorded), Some(status));
        }
        let recorded = answer.headers.iter();
        let mut recorded = recorded.filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some((_, kind)) = recorded.next() {
            let (recorded, present) = (media_type(kind), media_type(&present.kind));
            if recorded != present {
                comparison.add(Kind::ContentType, "content-type", Some(recorded), Some(present));
            }
        }
        // What isn't in the recording can't be compared.
        let Some(recorded) = answer.body.bytes() else {
            return comparison.finish();
        };
        let outline = answer
            .body
            .outline
            .as_ref()
            .map(|outline| outline.get().as_bytes());
        match (value(outline.unwrap_or(&recorded)), value(&present.body)) {
            (Some(mut recorded), Some(mut present)) => {
                if exchange.method != "GET" && exchange.succeeded() {
                    ids.learn(&recorded, &present, spec.filter(|_| creates));
                }
                ids.body(path, &mut recorded);
                if answer.body.redacted && outline.is_none() {
                    // The redacted copy has its own list.
                    for document in [&mut recorded, &mut present] {
                        if let Some(metadata) = document.get_mut("exportResponseMetadata") {
                            metadata["requestedObjectList"].take();
                        }
                    }
                }
                comparison.values("$", "", &recorded, &present);
            }
            (None, None) if recorded.is_empty() == present.body.is_empty() => {}
            (recorded, present) => {
                let what =
                    |value: Option<Value>| Some(if value.is_some() { "JSON" } else { "no JSON" }.to_owned());
                comparison.add(Kind::Type, "$", what(recorded), what(present));
            }
        }
        comparison.finish()
    }
}

/// Whether a recorded task had ended that is still under way here.
fn waits(exchange: &Exchange, present: &Present) -> bool {
    let recorded = exchange.answer.body.bytes();
    let had_ended = recorded
        .and_then(|bytes| value(&bytes))
        .is_some_and(|value| !is_under_way(&value));
    exchange.method == "GET" && had_ended && value(&present.body).is_some_and(|value| is_under_way(&value))
}

/// Why an exchange can't be sent again.
fn obstacle(exchange: &Exchange) -> Option<&str> {
    if canonical(exchange.target().0).starts_with("/__admin") {
        return Some("a call of a mock's own");
    }
    if is_login(exchange) && exchange.answer.status == 401 {
        return Some("a refused login, whose password isn't in the recording");
    }
    let parts = exchange.body.parts.iter().flatten();
    let mut bodies = parts.map(|part| &part.body).chain([&exchange.body]);
    if !exchange.succeeded() && has_header(exchange, "passphrase") && bodies.any(|body| body.redacted) {
        return Some("a refused import, whose passphrase isn't in the recording");
    }
    // The content of uploads makes no difference to the answer.
    match &exchange.body.parts {
        Some(_) => None,
        None => exchange.body.left_out.as_deref(),
    }
}

/// The name of a user whom a request makes.
fn made_user(exchange: &Exchange) -> Option<String> {
    let makes = exchange.method == "POST" && canonical(exchange.target().0) == "/masking/api/users";
    let body = makes.then(|| exchange.body.bytes()).flatten()?;
    Some(value(&body)?.get("userName")?.as_str()?.to_owned())
}

fn is_login(exchange: &Exchange) -> bool {
    exchange.method == "POST" && canonical(exchange.target().0) == "/masking/api/login"
}

fn has_header(exchange: &Exchange, wanted: &str) -> bool {
    let mut names = exchange.headers.keys();
    names.any(|name| name.eq_ignore_ascii_case(wanted))
}

fn token_in(answer: &[u8]) -> Option<String> {
    Some(value(answer)?.get("Authorization")?.as_str()?.to_owned())
}

fn value(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

fn media_type(kind: &str) -> String {
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// The bytes of a body. A redacted document is in clear, so it is encrypted again if the request has a passphrase.
fn bytes_of(body: &Recorded, encrypts: bool) -> Option<Bytes> {
    let bytes = body.bytes()?;
    if !(encrypts && body.redacted) {
        return Some(bytes);
    }
    let encrypted = Passphrase::new(PASSPHRASE).ok().and_then(|passphrase| {
        let document = Document::read(bytes.clone()).ok()?;
        document.encrypt(passphrase, &sealing().ok()?).ok()
    });
    Some(encrypted.map_or(bytes, |document| document.to_bytes().into()))
}

/// The form of a recorded body, with stand-ins for what was left out.
fn form(body: &Recorded, encrypts: bool) -> (Option<String>, Bytes) {
    let parts = body.parts.iter().flatten().map(|part| FormPart {
        name: part.name.clone(),
        file_name: part.file_name.clone(),
        content_type: part.content_type.clone(),
        bytes: bytes_of(&part.body, encrypts).unwrap_or_else(|| Bytes::from_static(b"stand-in\n")),
    });
    let (kind, bytes) = write_form(&parts.collect::<Vec<_>>());
    (Some(kind), bytes)
}
