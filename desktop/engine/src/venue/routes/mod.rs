//! The venue page: the laptop takes sign-ups on the local network, over plain HTTP, with no internet at all.
//!
//! It answers *registered* after COMMIT, or 503 with the form, its values and its id; nothing in between.

mod address;
mod cancellation;
mod desk;
mod encoding;
mod found;
mod host_header;
mod page;
mod receipt;
mod signup;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use rollcall_shared::signup::MAX_BODY_BYTES;

use crate::venue::context::VenueContext;

/// Makes the public routes of the edge, under a workshop's own token, and those of the desk.
pub(crate) fn router(venue: Arc<VenueContext>) -> Router {
    let picture_form =
        post(desk::pictures::form).layer(DefaultBodyLimit::max(desk::pictures::MAX_FORM_BYTES));
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/{token}/j/{code}", get(page::show).post(page::submit))
        .route("/{token}/r/{workshop}/{receipt}", get(receipt::page))
        .route("/{token}/r/{workshop}/{receipt}/cancel", post(cancellation::form))
        .route("/{token}/desk", get(desk::session::show).post(desk::session::enter))
        .route("/{token}/desk/signup", post(desk::signups::form))
        .route("/{token}/desk/entry", post(desk::entries::form))
        .route("/{token}/desk/picture", picture_form)
        .route("/{token}/desk/leave", post(desk::session::leave))
        .route("/{token}/desk/r/{receipt}", get(desk::signups::receipt))
        .route("/{token}/v1/desk/signups", post(desk::signups::json))
        .route("/{token}/v1/desk/pictures", post(desk::pictures::bytes))
        .route("/{token}/v1/entries", post(desk::entries::json))
        .route("/{token}/check", get(page::check))
        .route("/{token}/v1/signups", post(signup::json))
        .route("/{token}/v1/workshops/{code}", get(signup::workshop))
        .route("/{token}/v1/receipts/{workshop}/{receipt}", get(receipt::json).delete(cancellation::json))
        .method_not_allowed_fallback(address::another_method)
        .fallback(address::nowhere)
        // The body is bounded while it is read; the rule's own limit answers with its own code.
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(encoding::encoded))
        .layer(middleware::from_fn_with_state(Arc::clone(&venue), host_header::by_own_address))
        .with_state(venue)
}
