//! `/{token}/j/{code}`: the form, which works without script. And the page by which a phone checks its way
//! here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::intake::{Landing, Refused, Submission};
use rollcall_shared::language::Language;
use rollcall_shared::media_type::MediaType;

use super::found::{leads_to_path, lost_visit, visit};
use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, PageQuery};
use crate::http::body;
use crate::message::Origin;
use crate::venue::context::VenueContext;
use crate::workshops::venue_url::VenueBase;

/// Shows the form, or that there is none now.
pub(super) async fn show(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let found = venue.under(&token).and_then(|row| leads_to_path(&row, &code).map(|()| row));
    answer::page_answer(match found {
        Ok(row) => {
            let (workshop, key) = (&row.workshop, venue.context.keys.receipt_key());
            let landing = Landing::of(workshop, now_ms());
            landing.page(workshop, asked.replaces.as_deref(), &key, visit(&VenueBase::of(&row), language))
        }
        Err(refused) => refused.page(lost_visit(language)),
    })
}

/// Takes a filled-in form.
pub(super) async fn submit(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
    asked: PageQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let row = match venue.under(&token) {
        Ok(row) => row,
        // Nothing that was typed is lost, wherever it was sent.
        Err(refused) => {
            let submission = body::signup(&headers, MediaType::Form, body).ok();
            let submission = submission.and_then(|body| Submission::form(&body).ok());
            let refused =
                submission.iter().fold(refused, |refused, submission| submission.given_back(refused));
            return answer::page_answer(refused.page(lost_visit(language)));
        }
    };
    match take(&venue, &row, &code, &headers, body, language).await {
        Ok(response) => response,
        Err(refused) => answer::page_answer(refused.page(visit(&VenueBase::of(&row), language))),
    }
}

async fn take(
    venue: &VenueContext,
    row: &WorkshopRow,
    code: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    language: Language,
) -> Result<Response, Refused> {
    let body = body::signup(headers, MediaType::Form, body)?;
    let submission = Submission::form(&body)?;
    leads_to_path(row, code).map_err(|refused| submission.given_back(refused))?;
    let key = venue.context.keys.receipt_key();
    let accepted = submission.check(&row.workshop, &key, now_ms())?.waived();
    let issued = venue.issue(row, accepted, Origin::Venue, body).await?;
    Ok(answer::see_other(&issued.receipt.page(language)))
}

/// Answers the check from a phone: who reads it has got through.
pub(super) async fn check(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let (status, message) = match venue.under(&token) {
        Ok(_) => (StatusCode::OK, Message::Reached),
        Err(_) => (StatusCode::NOT_FOUND, Message::NotFound),
    };
    answer::page(status, message_page(message, asked.or_preferred(&headers)))
}
