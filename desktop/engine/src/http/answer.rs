//! Answers: pages with their policy, problems with their type, nothing kept by anybody on the way.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_shared::form::Page;
use rollcall_shared::language::Language;
use rollcall_shared::problem::{self, Problem};
use serde::{Deserialize, Serialize};

/// Seconds after which a phone may try again where the database could not be written.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 2;

/// A problem as it stands in RFC 9457.
pub(crate) fn problem(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, problem.to_json()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    keep_nowhere(headers);
    response
}

/// A rendered page.
pub(crate) fn page(status: StatusCode, page: Page) -> Response {
    let Page { html, csp } = page;
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        headers.insert(CONTENT_SECURITY_POLICY, csp);
    }
    // A receipt's address is a secret of its holder.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    keep_nowhere(headers);
    response
}

/// JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => json_bytes(status, body),
        Err(_) => problem(&Problem::unavailable(RETRY_AFTER_SECONDS)),
    }
}

/// JSON that is written already.
pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    keep_nowhere(response.headers_mut());
    response
}

fn keep_nowhere(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// `?lang=en&replaces=…`
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    lang: Option<String>,
    /// The token of the receipt whose sign-up is corrected.
    #[serde(default)]
    pub(crate) replaces: Option<String>,
}

impl Asked {
    /// What the address asks for, else what the phone prefers.
    pub(crate) fn or_preferred(&self, headers: &HeaderMap) -> Language {
        let asked = self.lang.as_deref().and_then(Language::from_tag);
        asked.unwrap_or_else(|| {
            let header =
                headers.get(axum::http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            Language::from_accept_language(header.unwrap_or_default())
        })
    }
}

/// Whether the body is of that media type, whatever its parameters.
pub(crate) fn has_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(wanted))
}
