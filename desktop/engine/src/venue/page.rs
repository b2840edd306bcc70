//! `/{token}/j/{code}`: the form, which works without script.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_shared::form::{JoinView, Message, join_page, message_page};
use rollcall_shared::language::Language;
use rollcall_shared::problem::FieldError;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Intake;

use super::answer::{self, Lang, RETRY_AFTER_SECONDS, has_media_type};
use super::signup::is_taken_now;
use super::{Nowhere, Venue};
use crate::clock::{hex, now_ms, random_16};
use crate::db::workshops::WorkshopRow;

/// The empty form.
pub(super) async fn show(
    State(venue): State<Arc<Venue>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
    Query(lang): Query<Lang>,
    headers: HeaderMap,
) -> Response {
    let language = lang.or_preferred(&headers);
    match venue.open(&token, &code) {
        Ok(row) => form(StatusCode::OK, &row, language, &hex(&random_16()), &SignupForm::default(), &[]),
        Err((status, message)) => answer::page(status, message_page(message, language)),
    }
}

/// A filled-in form.
pub(super) async fn submit(
    State(venue): State<Arc<Venue>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
    Query(lang): Query<Lang>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let language = lang.or_preferred(&headers);
    let say = |status, message| answer::page(status, message_page(message, language));
    let row = match venue.find(&token, &code) {
        Ok(row) => row,
        Err(nowhere) => {
            let (status, message) = nowhere.message();
            return say(status, message);
        }
    };
    if !has_media_type(&headers, "application/x-www-form-urlencoded") {
        return say(StatusCode::UNSUPPORTED_MEDIA_TYPE, Message::Malformed);
    }
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return say(rejection.status(), Message::Malformed),
    };
    let Ok((values, seed)) = SignupForm::from_urlencoded(&body) else {
        return say(StatusCode::BAD_REQUEST, Message::Malformed);
    };
    let parsed = if values.id.is_empty() {
        values.parse_seeded(&seed, &row.workshop)
    } else {
        values.parse(&row.workshop)
    };
    let signup = match parsed {
        Ok(signup) => signup,
        Err(errors) => return again(&row, language, &seed, &values, &errors),
    };
    if !is_taken_now(&row, &signup) {
        let (status, message) = shut(&row);
        return say(status, message);
    }
    match venue.keep(&row, signup, body).await {
        Ok(accepted) => see_other(&format!("{}?lang={}", accepted.receipt.url, language.tag())),
        // The same seed: the next try has the same id.
        Err(_) => unavailable(&row, language, &seed, &values),
    }
}

impl Venue {
    /// The workshop at an address, where its form can be filled in now.
    fn open(&self, token: &str, code: &str) -> Result<Arc<WorkshopRow>, (StatusCode, Message)> {
        let row = self.find(token, code).map_err(|nowhere| nowhere.message())?;
        if row.workshop.intake(now_ms(), None) == Intake::Open { Ok(row) } else { Err(shut(&row)) }
    }
}

impl Nowhere {
    fn message(&self) -> (StatusCode, Message) {
        match self {
            Self::Token => (StatusCode::NOT_FOUND, Message::NotFound),
            Self::Code => (StatusCode::NOT_FOUND, Message::UnknownCode),
            Self::Retired => (StatusCode::GONE, Message::Closed),
        }
    }
}

fn shut(row: &WorkshopRow) -> (StatusCode, Message) {
    match row.workshop.intake(now_ms(), None) {
        Intake::NotYet => (StatusCode::GONE, Message::NotYet),
        Intake::Open | Intake::Late | Intake::Closed => (StatusCode::GONE, Message::Closed),
    }
}

fn again(
    row: &WorkshopRow,
    language: Language,
    seed: &str,
    values: &SignupForm,
    errors: &[FieldError],
) -> Response {
    // A seed that is none (a page from elsewhere) is replaced, or the form could never be sent.
    let fresh = errors.iter().any(|e| e.field == "seed").then(|| hex(&random_16()));
    let seed = fresh.as_deref().unwrap_or(seed);
    form(StatusCode::UNPROCESSABLE_ENTITY, row, language, seed, values, errors)
}

fn unavailable(row: &WorkshopRow, language: Language, seed: &str, values: &SignupForm) -> Response {
    let mut response = form(StatusCode::SERVICE_UNAVAILABLE, row, language, seed, values, &[]);
    response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    response
}

fn form(
    status: StatusCode,
    row: &WorkshopRow,
    language: Language,
    seed: &str,
    values: &SignupForm,
    errors: &[FieldError],
) -> Response {
    let base = format!("/{}", row.venue_token);
    let unavailable = status == StatusCode::SERVICE_UNAVAILABLE;
    let view = JoinView { workshop: &row.workshop, language, base: &base, seed, values, errors, unavailable };
    answer::page(status, join_page(&view))
}

fn see_other(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(url) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, url);
    }
    response
}
