//! The venue page: the laptop takes sign-ups on the local network, over plain HTTP, with no internet at all.
//!
//! It answers *registered* after COMMIT, or 503 with the form, its values and its id; nothing in between.

mod cancellation;
mod desk;
mod host_header;
mod page;
mod receipt;
mod signup;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::signup::MAX_BODY_BYTES;

use crate::db::workshops::WorkshopRow;
use crate::http::answer::problem;
use crate::venue::context::VenueContext;

pub(crate) use signup::is_taken_now;

/// Why there is nothing at an address.
enum Nowhere {
    /// The token is no workshop's.
    Token,
    /// The code is not that workshop's.
    Code,
    /// Its intake was ended by hand.
    Retired,
}

/// The public routes of the edge, under a workshop's own token.
pub(crate) fn router(venue: Arc<VenueContext>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/{token}/j/{code}", get(page::show).post(page::submit))
        .route("/{token}/r/{workshop}/{receipt}", get(receipt::page))
        .route("/{token}/r/{workshop}/{receipt}/cancel", post(cancellation::form))
        .route("/{token}/desk", get(desk::show).post(desk::enter))
        .route("/{token}/desk/signup", post(desk::submit))
        .route("/{token}/desk/entry", post(desk::submit_entry))
        .route("/{token}/desk/leave", post(desk::leave))
        .route("/{token}/desk/r/{receipt}", get(desk::receipt))
        .route("/{token}/v1/desk/signups", post(desk::signup_json))
        .route("/{token}/v1/entries", post(desk::entry_json))
        .route("/{token}/check", get(page::check))
        .route("/{token}/v1/signups", post(signup::submit))
        .route("/{token}/v1/workshops/{code}", get(signup::workshop))
        .route("/{token}/v1/receipts/{workshop}/{receipt}", get(receipt::json).delete(cancellation::json))
        .method_not_allowed_fallback(|| async { problem(&Problem::new(ProblemCode::MethodNotAllowed)) })
        .fallback(|| async { problem(&Problem::new(ProblemCode::NotFound)) })
        // The body is bounded while it is read; the rule's own limit answers with its own code.
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&venue), host_header::by_own_address))
        .with_state(venue)
}

impl VenueContext {
    /// The workshop at `/{token}/…/{code}`.
    fn find(&self, token: &str, code: &str) -> Result<Arc<WorkshopRow>, Nowhere> {
        let row = self.context.roster.by_venue_token(token).ok_or(Nowhere::Token)?;
        let is_its_code = InviteCode::parse(code).is_ok_and(|code| code == row.workshop.invite_code);
        match row.retired_at {
            _ if !is_its_code => Err(Nowhere::Code),
            Some(_) => Err(Nowhere::Retired),
            None => Ok(row),
        }
    }
}

impl Nowhere {
    fn problem(&self) -> Problem {
        Problem::new(match self {
            Self::Token => ProblemCode::NotFound,
            Self::Code => ProblemCode::UnknownCode,
            Self::Retired => ProblemCode::Closed,
        })
    }
}
