//! A sign-up is cancelled by the holder of its receipt: answered after COMMIT, like everything here.

use std::sync::Arc;

use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::envelope::SealedCancellation;
use rollcall_shared::form::{Message as PageMessage, message_page};
use rollcall_shared::problem::{Problem, ProblemCode, RETRY_AFTER_SECONDS};
use rollcall_shared::receipt::Receipt;
use rollcall_shared::retry::Failure;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use super::receipt::Address;
use crate::clock::now_ms;
use crate::http::answer::{self, PageQuery};
use crate::message::{CANCEL, Content, Message, Origin};
use crate::venue::context::VenueContext;

/// Answers `DELETE /{token}/v1/receipts/…`, from the page's script.
pub(super) async fn json(State(venue): State<Arc<VenueContext>>, UrlPath(address): Address) -> Response {
    let Some((row, id)) = venue.issued(&address) else {
        return answer::problem(&Problem::new(ProblemCode::NotFound));
    };
    match venue.cancel(&row.workshop.id, id).await {
        Ok(receipt) => answer::json(StatusCode::OK, &receipt),
        Err(_) => answer::problem(&Problem::unavailable(RETRY_AFTER_SECONDS)),
    }
}

/// Answers `POST /{token}/r/…/cancel`, the form on the receipt.
pub(super) async fn form(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(address): Address,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let Some((row, id)) = venue.issued(&address) else {
        return answer::page(StatusCode::NOT_FOUND, message_page(PageMessage::NotFound, language));
    };
    match venue.cancel(&row.workshop.id, id).await {
        Ok(_) => {
            let (token, workshop, receipt) = address;
            answer::see_other(&format!("/{token}/r/{workshop}/{receipt}?lang={}", language.tag()))
        }
        Err(_) => {
            answer::page(StatusCode::SERVICE_UNAVAILABLE, message_page(PageMessage::Unavailable, language))
        }
    }
}

impl VenueContext {
    /// Takes a sign-up off the list; returns after its COMMIT.
    async fn cancel(&self, workshop: &WorkshopId, id: SignupId) -> Result<Receipt, Failure> {
        let sealed = SealedCancellation { workshop: workshop.clone(), id, received_at: now_ms() };
        let message = Message {
            workshop: workshop.clone(),
            origin: Origin::Venue,
            content: Content::Cancellation(sealed),
            bytes: format!("{CANCEL}{id}").into_bytes(),
            delivered_alone: false,
        };
        let written = self.context.writer.admit_now(message).await;
        let written = written.inspect_err(|failure| self.context.metrics.retried(*failure))?;
        Ok(Receipt { id, state: written.state, see_desk: false })
    }
}
