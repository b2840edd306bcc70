//! `POST /{token}/v1/signups`: a sign-up from the page's script. `GET /{token}/v1/workshops/{code}`: what
//! scripts may know.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::intake::{AcceptedSignup, Refused, Submission};
use rollcall_shared::media_type::MediaType;
use rollcall_shared::problem::IDEMPOTENCY_KEY;
use rollcall_shared::receipt::Accepted;
use rollcall_shared::retry::Failure;

use super::found::{leads_to, leads_to_path};
use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::http::{answer, body};
use crate::message::Origin;
use crate::venue::context::VenueContext;
use crate::venue::store::store;
use crate::workshops::venue_url::VenueBase;

/// Longest time that a sign-up waits for its COMMIT: shorter than the server's own for an answer.
const STORED: Duration = Duration::from_secs(10);

/// Takes a sign-up as JSON.
pub(super) async fn json(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let taken = async {
        let row = venue.under(&token)?;
        venue.take_json(&row, &headers, body, Origin::Venue).await
    };
    answered(&headers, taken.await)
}

/// Shows a workshop's public record.
pub(super) async fn workshop(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
) -> Response {
    match venue.under(&token).and_then(|row| leads_to_path(&row, &code).map(|()| row)) {
        Ok(row) => answer::json(StatusCode::OK, &row.workshop),
        Err(refused) => answer::problem(&refused.problem()),
    }
}

/// Answers a script: with the receipt of what is stored, or with the problem, which names the sign-up that
/// the request names.
pub(super) fn answered(asked: &HeaderMap, taken: Result<Accepted, Refused>) -> Response {
    let signup = asked.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()).unwrap_or_default();
    match taken {
        Ok(accepted) => answer::json(StatusCode::CREATED, &accepted),
        Err(refused) => answer::problem(&refused.problem().about(signup)),
    }
}

impl VenueContext {
    /// Takes a sign-up as JSON, which has to name the code of the workshop that it came to.
    pub(super) async fn take_json(
        &self,
        row: &WorkshopRow,
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
        origin: Origin,
    ) -> Result<Accepted, Refused> {
        let body = body::signup(headers, MediaType::Json, body)?;
        let submission = Submission::json(&body)?;
        leads_to(row, &submission.invite_code()?)?;
        let key = self.context.keys.receipt_key();
        let accepted = submission.check(&row.workshop, &key, now_ms())?.waived();
        self.issue(row, accepted, origin, body).await
    }

    /// Stores a sign-up and issues its receipt; returns after its COMMIT.
    pub(super) async fn issue(
        &self,
        row: &WorkshopRow,
        accepted: AcceptedSignup<'_>,
        origin: Origin,
        body: Bytes,
    ) -> Result<Accepted, Refused> {
        let id = accepted.signup().id;
        let stored = store(&self.context, &accepted, origin, body.into());
        // Answered in time with the form: it may be committed all the same, and the same id, sent again, is
        // told what it has.
        match tokio::time::timeout(STORED, stored).await {
            Ok(Ok(written)) => {
                let key = self.context.keys.receipt_key();
                let base = VenueBase::of(row);
                Ok(Accepted::issue(&key, base.as_str(), &row.workshop.id, id, written.state))
            }
            Ok(Err(_)) => Err(accepted.unavailable()),
            Err(_) => {
                self.context.metrics.retried(Failure::Timeout);
                Err(accepted.unavailable())
            }
        }
    }
}
