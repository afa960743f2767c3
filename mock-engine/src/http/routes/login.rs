//! Login, logout and the endpoints without a token.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::engine::clock::api_date;
use crate::engine::{EngineError, Row};
use crate::http::answer::{ApiError, empty, json_answer};
use crate::http::body::LoginBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::{named, object, some_text};
use crate::http::target::Target;
use crate::http::{App, auth};

pub(super) fn open(created: StatusCode) -> Routes {
    let login = json!({
        "type": "object",
        "required": ["username", "password"],
        "properties": { "username": some_text(), "password": some_text() },
    });
    let bearer = |path| {
        let login = Endpoint::post(
            bearer_login,
            "Logs in with the bearer token in the Authorization header",
        );
        let login = login.answers(created, named("Token")).refuses(&[401]);
        Routes::new().at(path, [login])
    };
    Routes::new()
        .at(
            "/login",
            [Endpoint::post(
                self::login,
                "Logs in; the token goes into the Authorization header of other calls",
            )
            .takes(login)
            .answers(created, named("Token"))
            .refuses(&[401])],
        )
        .merge(bearer("/sso-login"))
        .merge(bearer("/oauth2-login"))
        .at(
            "/system-information",
            [
                Endpoint::get(system_information, "Says what engine this is")
                    .answers(StatusCode::OK, object()),
            ],
        )
}

pub(super) fn closed() -> Routes {
    let logout = Endpoint::put(logout, "Forgets the token").done(StatusCode::NO_CONTENT);
    Routes::new().at("/logout", [logout])
}

async fn login(Target(app): Target, LoginBody(body): LoginBody) -> Result<Response, ApiError> {
    let member = |name| {
        text(&body, name).ok_or(EngineError::MissingField {
            what: "login",
            field: name,
        })
    };
    let (user, password) = (member("username")?.to_owned(), member("password")?.to_owned());
    // The first login of a user changes the state.
    let token = app.blocking(move |engine| engine.login(&user, &password)).await?;
    Ok(token_answer(&app, &token))
}

fn text<'a>(body: &'a Row, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

async fn bearer_login(Target(app): Target, headers: HeaderMap) -> Result<Response, ApiError> {
    let bearer = auth::token(&headers)
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    Ok(token_answer(&app, &app.engine.single_sign_on(bearer.trim())?))
}

fn token_answer(app: &App, token: &str) -> Response {
    let mut response = json_answer(app.http.created_status, &json!({ "Authorization": token }));
    if let Ok(user) = app.engine.tokens.check(token, app.engine.clock.now_ms()) {
        response.extensions_mut().insert(auth::Caller(user));
    }
    response
}

async fn logout(Target(app): Target, headers: HeaderMap) -> Response {
    if let Some(token) = auth::token(&headers) {
        app.engine.tokens.logout(token);
    }
    empty(StatusCode::NO_CONTENT)
}

async fn system_information(Target(app): Target) -> Response {
    let version = &app.engine.settings.version;
    let answer = json!({
        "version": version,
        "build": format!("mock-engine {}", env!("CARGO_PKG_VERSION")),
        "latestGlobalKeyResetTime": api_date(0),
        "patentNumbers": [],
    });
    json_answer(StatusCode::OK, &answer)
}
