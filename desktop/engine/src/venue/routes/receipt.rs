//! `/{token}/r/…` and `/{token}/v1/receipts/…`: what became of a sign-up, for the holder of its address.

use std::sync::Arc;

use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::form::{Message, ReceiptView, message_page, receipt_page};
use rollcall_shared::problem::{Problem, ProblemCode, RETRY_AFTER_SECONDS};
use rollcall_shared::receipt::{self, Receipt};
use rollcall_shared::signup_id::SignupId;

use crate::db::receipts_out;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, PageQuery};
use crate::venue::context::VenueContext;
use crate::workshops::venue_url::VenueBase;

/// The venue's token, the workshop, the receipt's token.
pub(super) type Address = UrlPath<(String, String, String)>;

/// Shows it as JSON.
pub(super) async fn json(State(venue): State<Arc<VenueContext>>, UrlPath(address): Address) -> Response {
    match venue.receipt(&address).await {
        Ok((_, receipt)) => answer::json(StatusCode::OK, &receipt),
        Err(Missing::Unknown) => answer::problem(&Problem::new(ProblemCode::NotFound)),
        Err(Missing::Unreadable) => answer::problem(&Problem::unavailable(RETRY_AFTER_SECONDS)),
    }
}

/// Shows it as a page.
pub(super) async fn page(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(address): Address,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    match venue.receipt(&address).await {
        Ok((row, Receipt { id, state, see_desk })) => {
            let base = VenueBase::of(&row);
            let view = ReceiptView {
                workshop: Some(&row.workshop),
                language,
                base: base.as_str(),
                address: &format!("{}/{}", address.1, address.2),
                id,
                state,
                see_desk,
                // Here a cancellation is answered once it is committed.
                cancelling: false,
            };
            answer::page(StatusCode::OK, receipt_page(&view))
        }
        Err(Missing::Unknown) => {
            answer::page(StatusCode::NOT_FOUND, message_page(Message::NotFound, language))
        }
        Err(Missing::Unreadable) => {
            answer::page(StatusCode::SERVICE_UNAVAILABLE, message_page(Message::Unavailable, language))
        }
    }
}

enum Missing {
    Unknown,
    Unreadable,
}

impl VenueContext {
    /// Finds whose receipt an address is, if it was issued here.
    pub(super) fn issued(
        &self,
        (token, workshop, receipt): &(String, String, String),
    ) -> Option<(Arc<WorkshopRow>, SignupId)> {
        let (workshop, id) = receipt::issued(workshop, receipt, &self.context.keys.receipt_key())?;
        let row = self.context.roster.by_venue_token(token).filter(|row| row.workshop.id == workshop)?;
        Some((row, id))
    }

    async fn receipt(
        &self,
        address: &(String, String, String),
    ) -> Result<(Arc<WorkshopRow>, Receipt), Missing> {
        let (row, id) = self.issued(address).ok_or(Missing::Unknown)?;
        let workshop = row.workshop.id.clone();
        let found = self.context.read(move |conn| receipts_out::get(conn, &workshop, id)).await;
        // Issued here means committed here: one without a row was erased.
        let receipt = found.map_err(|_| Missing::Unreadable)?.ok_or(Missing::Unknown)?;
        Ok((row, receipt))
    }
}
