//! Sign-ups at a desk: as its script sends them, and as the plain form does; and their receipts.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::form::{Message, message_page};
use rollcall_shared::intake::{Refused, Submission};
use rollcall_shared::media_type::MediaType;
use rollcall_shared::receipt::{Accepted, verify};

use super::super::found::not_retired;
use super::super::signup::answered;
use super::pages::{receipt_page, to_receipt};
use crate::clock::now_ms;
use crate::db::desks::OpenDesk;
use crate::db::receipts_out;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, PageQuery};
use crate::http::body;
use crate::message::Origin;
use crate::venue::context::VenueContext;

/// Takes a sign-up as the desk's script sends it.
pub(in crate::venue::routes) async fn json(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match venue.at_desk(&token, &headers) {
        Ok((row, desk)) => {
            answered(&headers, venue.take_json(&row, &headers, body, Origin::Desk(desk.id)).await)
        }
        Err(no_desk) => answer::problem(&no_desk.problem()),
    }
}

/// Takes a filled-in form, without script.
pub(in crate::venue::routes) async fn form(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    asked: PageQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (row, desk) = match venue.at_desk(&token, &headers) {
        Ok(found) => found,
        Err(no_desk) => return no_desk.page(&venue, language).await,
    };
    match take(&venue, &row, &desk, &headers, body).await {
        Ok(issued) => to_receipt(&row, issued.receipt.token(), language),
        Err(refused) => venue.refusal_page(&row, &desk, language, &refused).await,
    }
}

async fn take(
    venue: &VenueContext,
    row: &WorkshopRow,
    desk: &OpenDesk,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Accepted, Refused> {
    let body = body::signup(headers, MediaType::Form, body)?;
    let submission = Submission::form(&body)?;
    not_retired(row).map_err(|refused| submission.given_back(refused))?;
    let key = venue.context.keys.receipt_key();
    let accepted = submission.check(&row.workshop, &key, now_ms())?.waived();
    venue.issue(row, accepted, Origin::Desk(desk.id.clone()), body).await
}

/// Shows a receipt on a page of its own, without script.
pub(in crate::venue::routes) async fn receipt(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, receipt)): UrlPath<(String, String)>,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (row, desk) = match venue.at_open_desk(&token, &headers) {
        Ok(found) => found,
        Err(no_desk) => return no_desk.page(&venue, language).await,
    };
    let missing = || answer::page(StatusCode::NOT_FOUND, message_page(Message::NotFound, language));
    let workshop = row.workshop.id.clone();
    let Ok(id) = verify(&receipt, &venue.context.keys.receipt_key(), &workshop) else { return missing() };
    let found = venue.context.read(move |conn| receipts_out::get(conn, &workshop, id)).await;
    let Ok(Some(found)) = found else { return missing() };
    answer::page(StatusCode::OK, receipt_page(&row, &desk, language, id, found.state))
}
