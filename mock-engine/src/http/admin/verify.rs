//! Verification over the admin API.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::typed;
use crate::http::answer::{ApiError, json_answer};
use crate::http::body::ObjectBody;
use crate::http::describe::{Endpoint, Routes};
use crate::http::schemas::named;
use crate::http::target::Target;
use crate::http::verify::Expectation;

pub(super) fn routes() -> Routes {
    Routes::new().at(
        "/verify",
        [Endpoint::post(verify, "Says whether the wanted requests came")
            .takes(named("Expectation"))
            .answers(StatusCode::OK, named("Verified"))
            .answers(StatusCode::UNPROCESSABLE_ENTITY, named("Unverified"))],
    )
}

async fn verify(Target(app): Target, ObjectBody(body): ObjectBody) -> Result<Response, ApiError> {
    let expectation: Expectation = typed(body)?;
    let shared = Arc::clone(&app);
    let verified = app
        .blocking(move |_| Ok::<_, ApiError>(expectation.verify(&shared.journal)))
        .await?;
    Ok(match verified {
        Ok(verified) => {
            let requests = verified.requests;
            json_answer(
                StatusCode::OK,
                &json!({ "count": requests.len(), "requests": requests }),
            )
        }
        Err(unverified) => json_answer(StatusCode::UNPROCESSABLE_ENTITY, &unverified.to_json()),
    })
}
