//! `POST /{token}/v1/signups`, and what it shares with the form: a sign-up is answered after its COMMIT.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::envelope::SealedSignup;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::receipt::Accepted;
use rollcall_shared::retry::Failure;
use rollcall_shared::signup::{FormError, Signup, SignupForm};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Intake;

use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{RETRY_AFTER_SECONDS, has_media_type, json, problem};
use crate::message::{Content, Message, Path};
use crate::venue::context::VenueContext;

/// Takes a sign-up as JSON.
pub(super) async fn submit(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match venue.take_json(&token, &headers, body).await {
        Ok(accepted) => json(StatusCode::CREATED, &accepted),
        Err(refusal) => problem(&refusal),
    }
}

/// A workshop's public facts.
pub(super) async fn workshop(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, code)): UrlPath<(String, String)>,
) -> Response {
    match venue.find(&token, &code) {
        Ok(row) => json(StatusCode::OK, &row.workshop),
        Err(nowhere) => problem(&nowhere.problem()),
    }
}

impl VenueContext {
    async fn take_json(
        &self,
        token: &str,
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Result<Accepted, Problem> {
        if self.context.roster.by_venue_token(token).is_none() {
            return Err(Problem::new(ProblemCode::NotFound));
        }
        if !has_media_type(headers, "application/json") {
            return Err(Problem::new(ProblemCode::MediaType));
        }
        let body = body.map_err(|e| unread(&e))?;
        let form = SignupForm::from_json(&body).map_err(|e| unreadable(&e))?;
        let row = match self.find(token, &form.invite_code) {
            Ok(row) => row,
            Err(nowhere) => return Err(nowhere.problem()),
        };
        let signup = form.parse(&row.workshop).map_err(Problem::invalid)?;
        let replaces = form
            .replaces(&self.context.keys.receipt_key(), &row.workshop.id)
            .map_err(|error| Problem::invalid(vec![error]))?;
        if !is_taken_now(&row, &signup) {
            return Err(Problem::new(ProblemCode::Closed));
        }
        self.keep(&row, signup, replaces, body, None)
            .await
            .map_err(|_| Problem::unavailable(RETRY_AFTER_SECONDS))
    }

    /// Stores a sign-up, in another one's place where it corrects that one; returns after its COMMIT. `device` is the desk
    /// that took it, where one did.
    pub(super) async fn keep(
        &self,
        row: &WorkshopRow,
        signup: Signup,
        replaces: Option<SignupId>,
        body: Bytes,
        device: Option<String>,
    ) -> Result<Accepted, Failure> {
        let (workshop, id) = (row.workshop.id.clone(), signup.id);
        let sealed = SealedSignup {
            workshop: workshop.clone(),
            signup,
            replaces,
            received_at: now_ms(),
            notice_version: row.workshop.notice.version,
        };
        let message = Message {
            workshop,
            path: if device.is_some() { Path::Desk } else { Path::Venue },
            device,
            content: Content::Signup(Box::new(sealed)),
            bytes: body.into(),
            delivered_alone: false,
        };
        let written = self.context.writer.admit_now(message).await?;
        let base = format!("/{}", row.venue_token);
        Ok(Accepted::issue(&self.context.keys.receipt_key(), &base, &row.workshop.id, id, written.state))
    }
}

/// Whether the workshop takes it now; a late one within the grace is flagged by the writer.
pub(crate) fn is_taken_now(row: &WorkshopRow, signup: &Signup) -> bool {
    matches!(row.workshop.intake(now_ms(), signup.filled_at), Intake::Open | Intake::Late)
}

/// A body that could not be read whole: too large, or the phone went away.
pub(super) fn unread(rejection: &BytesRejection) -> Problem {
    let is_too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
    Problem::new(if is_too_large { ProblemCode::TooLarge } else { ProblemCode::Malformed })
}

/// A body that is no form.
pub(super) fn unreadable(error: &FormError) -> Problem {
    match error {
        FormError::TooLarge => Problem::new(ProblemCode::TooLarge),
        FormError::Json { .. } | FormError::Encoding => {
            Problem::new(ProblemCode::Malformed).with_detail(error.to_string())
        }
    }
}
