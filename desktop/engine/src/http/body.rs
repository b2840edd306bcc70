//! The body of a sign-up, read whole and within its bounds.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use rollcall_shared::media_type::MediaType;
use rollcall_shared::signup::FormError;

/// Returns the body of a request that must be of a media type. The router bounds its size.
///
/// # Errors
/// [`FormError`]: of another type, too large, or the phone went away.
pub(crate) fn signup(
    headers: &HeaderMap,
    media_type: MediaType,
    body: Result<Bytes, BytesRejection>,
) -> Result<Bytes, FormError> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.is_named_by(given) {
        return Err(FormError::MediaType(media_type));
    }
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => FormError::TooLarge,
        _ => FormError::BrokenOff,
    })
}
