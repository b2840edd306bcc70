//! Addresses that nobody wrote on the screen: as people type them, as chats cut them, as a reload of a form's
//! answer asks for them. They lead to what was meant, or to a page that says what to do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, HeaderValue, LOCATION};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rollcall_shared::address::{Reader, is_text, tidied};
use rollcall_shared::intake::Refused;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::problem::{Problem, ProblemCode};

use super::found::lost_visit;
use crate::http::answer::{self, PageQuery};
use crate::venue::context::VenueContext;
use crate::workshops::venue_url::VenueBase;

/// Leads whoever came to an untidy address to the one that was meant. `None` where it is one of ours, or
/// nothing that could be read.
pub(super) fn put_right(request: &Request) -> Option<Response> {
    let path = request.uri().path();
    if !is_text(path) {
        return Some(nothing(request, ProblemCode::NotFound));
    }
    // What a form sends goes along.
    let status = if is_read(request) { StatusCode::FOUND } else { StatusCode::PERMANENT_REDIRECT };
    tidied(path).map(|path| lead(request, &path, status))
}

/// Answers at an address where there is nothing.
pub(super) async fn nowhere(State(venue): State<Arc<VenueContext>>, request: Request) -> Response {
    meant(&venue, &request).unwrap_or_else(|| nothing(&request, ProblemCode::NotFound))
}

/// Answers at an address that is there for something else, as a form's own is for who reloads its answer.
pub(super) async fn another_method(State(venue): State<Arc<VenueContext>>, request: Request) -> Response {
    meant(&venue, &request).unwrap_or_else(|| nothing(&request, ProblemCode::MethodNotAllowed))
}

/// Leads to what is meant by a part of an address, or by that of a form.
fn meant(venue: &VenueContext, request: &Request) -> Option<Response> {
    if !is_read(request) {
        return None;
    }
    let parts: Vec<&str> = request.uri().path().trim_start_matches('/').split('/').collect();
    let (token, rest) = parts.split_first()?;
    let row = venue.under(token).ok()?;
    let base = VenueBase::of(&row);
    let path = match rest {
        [] | ["j"] => format!("{base}/j/{}", row.workshop.invite_code),
        [code] => format!("{base}/j/{}", InviteCode::parse(code).ok()?),
        ["desk", "signup" | "entry" | "leave"] => format!("{base}/desk"),
        ["r", workshop, receipt, "cancel"] => format!("{base}/r/{workshop}/{receipt}"),
        _ => return None,
    };
    Some(lead(request, &path, StatusCode::FOUND))
}

fn nothing(request: &Request, code: ProblemCode) -> Response {
    match reader(request) {
        Reader::Program => answer::problem(&Problem::new(code)),
        Reader::Person => {
            let language = PageQuery::of(request.uri().query()).or_preferred(request.headers());
            let mut page = Refused::not_found().page(lost_visit(language));
            page.status = code.status();
            answer::page_answer(page)
        }
    }
}

fn reader(request: &Request) -> Reader {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    Reader::of(request.uri().path(), accept.unwrap_or_default())
}

fn is_read(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn lead(request: &Request, path: &str, status: StatusCode) -> Response {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = status.into_response();
    if let Ok(address) = HeaderValue::from_str(&format!("{path}{query}")) {
        response.headers_mut().insert(LOCATION, address);
    }
    response
}
