//! A desk's session: a device is let in by the PIN, and shows a cookie from then on.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path as UrlPath, State};
use axum::http::header::{ACCEPT, COOKIE, HeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::address::Reader;
use rollcall_shared::cookie;
use rollcall_shared::form::message_page;
use rollcall_shared::intake::Refused;
use rollcall_shared::language::Language;
use rollcall_shared::problem::{Problem, ProblemCode};
use serde::Deserialize;

use super::super::found::not_retired;
use super::pages::Filled;
use crate::clock::now_ms;
use crate::db::desks::OpenDesk;
use crate::db::workshops::WorkshopRow;
use crate::http::answer::{self, PageQuery};
use crate::venue::context::VenueContext;
use crate::venue::desks::Refused as NotLetIn;
use crate::workshops::venue_url::VenueBase;

/// The cookie of a desk's session.
const SESSION: &str = "rollcall-desk";
/// A desk that is forgotten ends by itself after a day.
const SESSION_SECONDS: u32 = 24 * 60 * 60;

/// What the PIN's form sends.
#[derive(Debug, Default, Deserialize)]
pub(in crate::venue::routes) struct Pin {
    #[serde(default)]
    pin: String,
    #[serde(default)]
    desk: String,
}

/// Shows the desk, or the page that asks for the PIN.
pub(in crate::venue::routes) async fn show(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    match venue.at_open_desk(&token, &headers) {
        Ok((row, desk)) => {
            let page = venue.desk_page(&row, &desk, language, Filled::default()).await;
            answer::page(StatusCode::OK, page)
        }
        Err(no_desk) => no_desk.page(&venue, language).await,
    }
}

/// Lets a device in by the PIN.
pub(in crate::venue::routes) async fn enter(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    asked: PageQuery,
    headers: HeaderMap,
    form: Result<Form<Pin>, FormRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let row = match venue.open_workshop(&token) {
        Ok(row) => row,
        Err(refused) => return gone(&refused, language),
    };
    let Pin { pin, desk } = form.map(|Form(form)| form).unwrap_or_default();
    match venue.desks.enter(&row.workshop.id, &pin, &desk, now_ms()).await {
        Ok(entered) => {
            venue.context.changes.moved();
            to_desk(&row, language, &entered.token, SESSION_SECONDS)
        }
        Err(NotLetIn::Wait(seconds)) if asks_for_json(&headers) => {
            answer::problem(&Problem::slow_down(seconds))
        }
        Err(refused) => venue.pin_page(&row, language, Some((refused, &desk))).await,
    }
}

/// Ends the session of a device whose helper goes home.
pub(in crate::venue::routes) async fn leave(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    asked: PageQuery,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let row = match venue.open_workshop(&token) {
        Ok(row) => row,
        Err(refused) => return gone(&refused, language),
    };
    if let Some(desk) = venue.desk(&row, &headers) {
        // Its session is out of memory at once; where the note fails, the cookie is gone all the same.
        let _ = venue.desks.end(&row.workshop.id, desk.id).await;
        venue.context.changes.moved();
    }
    to_desk(&row, language, "", 0)
}

/// Why a request is not a desk's.
pub(super) enum NoDesk {
    /// There is no desk at this address.
    Gone(Refused),
    /// The session has ended, or there was none.
    SignedOut(Arc<WorkshopRow>),
}

impl NoDesk {
    /// Returns what a program reads.
    pub(super) fn problem(&self) -> Problem {
        match self {
            Self::Gone(refused) => refused.problem(),
            Self::SignedOut(_) => Problem::new(ProblemCode::Unauthorized),
        }
    }

    /// Shows it to a person.
    pub(super) async fn page(&self, venue: &VenueContext, language: Language) -> Response {
        match self {
            Self::Gone(refused) => gone(refused, language),
            Self::SignedOut(row) => venue.pin_page(row, language, None).await,
        }
    }
}

impl VenueContext {
    /// Finds the desk that asks for a page, where its workshop has not been ended.
    pub(super) fn at_open_desk(
        &self,
        token: &str,
        headers: &HeaderMap,
    ) -> Result<(Arc<WorkshopRow>, OpenDesk), NoDesk> {
        self.open_workshop(token).map_err(NoDesk::Gone)?;
        self.at_desk(token, headers)
    }

    /// Finds the desk that sends something: row 1 of the procedure. Whether its workshop has been ended is
    /// asked once it is known what was sent.
    pub(super) fn at_desk(
        &self,
        token: &str,
        headers: &HeaderMap,
    ) -> Result<(Arc<WorkshopRow>, OpenDesk), NoDesk> {
        let row = self.under(token).map_err(NoDesk::Gone)?;
        match self.desk(&row, headers) {
            Some(desk) => Ok((row, desk)),
            None => Err(NoDesk::SignedOut(row)),
        }
    }

    /// Finds the workshop under a token, where it has not been ended.
    fn open_workshop(&self, token: &str) -> Result<Arc<WorkshopRow>, Refused> {
        let row = self.under(token)?;
        not_retired(&row)?;
        Ok(row)
    }

    /// Returns the desk whose session a request has.
    fn desk(&self, row: &WorkshopRow, headers: &HeaderMap) -> Option<OpenDesk> {
        self.desks.by_token(&row.workshop.id, session(headers)?, now_ms())
    }
}

/// Tells whether a program asks: a browser that sends a form names HTML.
fn asks_for_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    Reader::of("/", accept.unwrap_or_default()) == Reader::Program
}

fn gone(refused: &Refused, language: Language) -> Response {
    let problem = refused.problem();
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::NOT_FOUND);
    answer::page(status, message_page(refused.message(), language))
}

fn session(headers: &HeaderMap) -> Option<&str> {
    let mut cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.find_map(|header| cookie::find(header, SESSION))
}

/// Leads to the desk's page with a session. Its cookie is not for scripts, not for other sites, and for this
/// workshop's addresses alone. It is not `Secure`: there is no HTTPS at a venue.
fn to_desk(row: &WorkshopRow, language: Language, token: &str, seconds: u32) -> Response {
    let base = VenueBase::of(row);
    let mut response = answer::see_other(&format!("{base}/desk?lang={}", language.tag()));
    let cookie = format!("{SESSION}={token}; Path={base}; Max-Age={seconds}; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_among_the_headers() {
        let check = |cookies: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
            }
            assert_eq!(session(&headers), expected, "{cookies:?}");
        };
        check(&[], None);
        check(&["a=b; rollcall-desk=abc; c=d"], Some("abc"));
        check(&["a=b", "rollcall-desk=abc"], Some("abc"));
        check(&["rollcall-desk2=abc"], None);
    }
}
