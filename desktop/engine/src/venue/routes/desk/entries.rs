//! The code on a phone that has no network, as a desk scans it: by its script, or by a hand-held scanner into
//! the plain form.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rollcall_shared::intake::{Refused, entry_text};
use rollcall_shared::media_type::MediaType;
use rollcall_shared::receipt::Accepted;

use super::super::signup::answered;
use super::pages::to_receipt;
use crate::db::desks::OpenDesk;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, PageQuery};
use crate::http::body;
use crate::message::Origin;
use crate::venue::context::VenueContext;
use crate::venue::entry::{self, StoredEntry};
use crate::workshops::venue_url::VenueBase;

/// Takes `{"entry": "…"}`.
pub(in crate::venue::routes) async fn json(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match venue.at_desk(&token, &headers) {
        Ok((row, desk)) => {
            answered(&headers, take(&venue, &row, &desk, MediaType::Json, &headers, body).await)
        }
        Err(no_desk) => answer::problem(&no_desk.problem()),
    }
}

/// Takes the plain form.
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
    match take(&venue, &row, &desk, MediaType::Form, &headers, body).await {
        Ok(issued) => to_receipt(&row, issued.receipt.token(), language),
        Err(refused) => venue.refusal_page(&row, &desk, language, &refused).await,
    }
}

async fn take(
    venue: &VenueContext,
    row: &WorkshopRow,
    desk: &OpenDesk,
    media_type: MediaType,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Accepted, Refused> {
    let text = entry_text(media_type, &body::signup(headers, media_type, body)?)?;
    let taken = entry::take(&venue.context, row, &text, Origin::Desk(desk.id.clone())).await?;
    Ok(issued(venue, row, &taken))
}

/// Issues the receipt of what a code has become.
pub(super) fn issued(venue: &VenueContext, row: &WorkshopRow, taken: &StoredEntry) -> Accepted {
    let key = venue.context.keys.receipt_key();
    Accepted::issue(&key, VenueBase::of(row).as_str(), &row.workshop.id, taken.id, taken.state)
}
