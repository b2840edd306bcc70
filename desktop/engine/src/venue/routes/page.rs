//! `/{token}/j/{code}`: the form, which works without script.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, Query, State};
use axum::http::header::{HeaderValue, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_shared::form::{JoinView, Message, join_page, lost_page, message_page, shut_page};
use rollcall_shared::language::Language;
use rollcall_shared::problem::FieldError;
use rollcall_shared::receipt::verify;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::workshop::Intake;

use super::{Nowhere, is_taken_now};
use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, Asked, RETRY_AFTER_SECONDS, has_media_type};
use crate::random::random_16;
use crate::venue::context::VenueContext;

/// How addresses begin where nothing is at one; all that counts of it is that this is not the edge.
const NOWHERE: &str = "/";

/// The empty form.
pub(super) async fn show(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    match venue.opened(&token, &code) {
        Ok(row) => {
            // The form of a correction, where the receipt is one; whatever else stands there makes a plain form.
            let key = venue.context.keys.receipt_key();
            let replaces = asked.replaces.filter(|token| verify(token, &key, &row.workshop.id).is_ok());
            let values = SignupForm { replaces, ..SignupForm::default() };
            form(StatusCode::OK, &row, language, &hex::encode(random_16()), &values, &[])
        }
        Err(shut) => shut.page(language),
    }
}

/// A filled-in form.
pub(super) async fn submit(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let say = |status, message| answer::page(status, message_page(message, language));
    let row = match venue.find(&token, &code) {
        Ok(row) => row,
        Err(nowhere) => return Shut::from(nowhere).page(language),
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
    let replaces = match values.replaces(&venue.context.keys.receipt_key(), &row.workshop.id) {
        Ok(replaces) => replaces,
        Err(error) => return again(&row, language, &seed, &values, &[error]),
    };
    if !is_taken_now(&row, &signup) {
        return Shut::Closed(row).page(language);
    }
    match venue.keep(&row, signup, replaces, body, None).await {
        Ok(accepted) => see_other(&format!("{}?lang={}", accepted.receipt.url, language.tag())),
        // The same seed: the next try has the same id.
        Err(_) => unavailable(&row, language, &seed, &values),
    }
}

/// The check from a phone: who reads it has got through.
pub(super) async fn check(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (status, message) = match venue.context.roster.by_venue_token(&token) {
        Some(_) => (StatusCode::OK, Message::Reached),
        None => (StatusCode::NOT_FOUND, Message::NotFound),
    };
    answer::page(status, message_page(message, language))
}

/// Why there is no form.
enum Shut {
    /// Nothing is at the address.
    Nowhere(StatusCode, Message),
    /// The workshop takes nothing now.
    Closed(Arc<WorkshopRow>),
}

impl VenueContext {
    /// The workshop at an address, where its form can be filled in now.
    fn opened(&self, token: &str, code: &str) -> Result<Arc<WorkshopRow>, Shut> {
        let row = self.find(token, code)?;
        if row.workshop.intake(now_ms(), None) == Intake::Open { Ok(row) } else { Err(Shut::Closed(row)) }
    }
}

impl From<Nowhere> for Shut {
    fn from(nowhere: Nowhere) -> Self {
        let (status, message) = match nowhere {
            Nowhere::Token => (StatusCode::NOT_FOUND, Message::NotFound),
            Nowhere::Code => (StatusCode::NOT_FOUND, Message::UnknownCode),
            Nowhere::Retired => (StatusCode::GONE, Message::Closed),
        };
        Self::Nowhere(status, message)
    }
}

impl Shut {
    fn page(&self, language: Language) -> Response {
        match self {
            Self::Nowhere(status, message) => answer::page(*status, lost_page(*message, NOWHERE, language)),
            Self::Closed(row) => {
                let message = match row.workshop.intake(now_ms(), None) {
                    Intake::NotYet => Message::NotYet,
                    Intake::Open | Intake::Late | Intake::Closed => Message::Closed,
                };
                let base = format!("/{}", row.venue_token);
                answer::page(StatusCode::GONE, shut_page(message, &row.workshop, &base, language))
            }
        }
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
    let fresh = errors.iter().any(|e| e.field == "seed").then(|| hex::encode(random_16()));
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

pub(super) fn see_other(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(url) = HeaderValue::from_str(url) {
        response.headers_mut().insert(LOCATION, url);
    }
    response
}
