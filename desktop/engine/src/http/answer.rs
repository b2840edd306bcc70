//! Answers: pages with their policy, problems with their type, and the headers that every one of them
//! carries.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{
    ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION,
    RETRY_AFTER, SET_COOKIE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_shared::address::parameter;
use rollcall_shared::cookie;
use rollcall_shared::form::Page;
use rollcall_shared::headers::{ALWAYS, UNLESS_SET};
use rollcall_shared::intake::PageAnswer;
use rollcall_shared::language::Language;
use rollcall_shared::media_type::{self, MediaType};
use rollcall_shared::problem::{self, Problem, RETRY_AFTER_SECONDS};
use serde::Serialize;

use crate::clock::now_ms;

/// Answers with a problem as RFC 9457 writes it.
pub(crate) fn problem(problem: &Problem) -> Response {
    let mut response = (status(problem.status), problem.to_json()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    try_again_after(&mut response, problem.retry_after);
    response
}

/// Answers with a page.
pub(crate) fn page(status: StatusCode, page: Page) -> Response {
    let Page { html, csp } = page;
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type::HTML));
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        headers.insert(CONTENT_SECURITY_POLICY, csp);
    }
    response
}

/// Answers with a page that knows its own status.
pub(crate) fn page_answer(answer: PageAnswer) -> Response {
    let PageAnswer { status: code, retry_after, etag, page: shown } = answer;
    let mut response = page(status(code), shown);
    if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
        response.headers_mut().insert(ETAG, etag);
    }
    try_again_after(&mut response, retry_after);
    response
}

/// Answers with JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => json_bytes(status, body),
        Err(_) => problem(&Problem::unavailable(RETRY_AFTER_SECONDS)),
    }
}

/// Answers with JSON that is written already.
pub(crate) fn json_bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MediaType::Json.as_str()));
    response
}

/// Leads a browser that sent a form to the page that it shall show; the form is not kept for *Back*. Another
/// cookie may stand in place of this one: what counts is that one changes.
pub(crate) fn see_other(url: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(url) = HeaderValue::from_str(url) {
        headers.insert(LOCATION, url);
    }
    if let Ok(cookie) = HeaderValue::from_str(&cookie::forgets_the_form(now_ms())) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}

/// Says when trying again helps, in seconds, where it does.
pub(crate) fn try_again_after(response: &mut Response, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
}

/// Sets the headers that every answer carries, at the edge as here.
pub(crate) async fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in UNLESS_SET {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// `?lang=en&replaces=…`.
#[derive(Debug, Default)]
pub(crate) struct PageQuery {
    lang: Option<String>,
    /// The token of the receipt whose sign-up is corrected.
    pub(crate) replaces: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query()))
    }
}

impl PageQuery {
    /// Reads what follows the question mark.
    pub(crate) fn of(query: Option<&str>) -> Self {
        let asked = |name| parameter(query.unwrap_or_default(), name);
        Self { lang: asked("lang"), replaces: asked("replaces") }
    }

    /// Returns the language that the address asks for, else the one that the phone prefers.
    pub(crate) fn or_preferred(&self, headers: &HeaderMap) -> Language {
        let asked = self.lang.as_deref().and_then(Language::from_tag);
        asked.unwrap_or_else(|| {
            let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            Language::from_accept_language(header.unwrap_or_default())
        })
    }
}
