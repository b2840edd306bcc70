//! `/{token}/desk`: a helper's device is let in by the PIN and signs up person after person; with script on one page, without it
//! page by page. And `/{token}/v1/entries`: the code on a phone that has no network.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FormRejection};
use axum::extract::{Form, Path as UrlPath, Query, State};
use axum::http::header::{COOKIE, HeaderValue, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_shared::form::{
    Assets, DeskView, EntryTrouble, Message, PinTrouble, PinView, TakenView, desk_page, message_page,
    pin_page, taken_page,
};
use rollcall_shared::language::Language;
use rollcall_shared::problem::{FieldError, Problem, ProblemCode};
use rollcall_shared::receipt::{Accepted, verify};
use rollcall_shared::signup::SignupForm;
use serde::Deserialize;

use super::page::see_other;
use super::signup::{unread, unreadable};
use super::{Nowhere, is_taken_now};
use crate::clock::now_ms;
use crate::db::desks::{self, OpenDesk};
use crate::db::receipts_out;
use crate::db::workshops::WorkshopRow;
use crate::folder::unsealer::Unsealer;
use crate::http::answer::{self, Asked, RETRY_AFTER_SECONDS, has_media_type};
use crate::random::random_16;
use crate::venue::context::VenueContext;
use crate::venue::desks::{NAME_CHARS, Refused};
use crate::venue::entry::{self, EntryError};

/// The cookie of a desk's session.
const SESSION: &str = "rollcall-desk";
/// A desk that is forgotten ends by itself after a day.
const SESSION_SECONDS: u32 = 24 * 60 * 60;
/// Built from `edge/web/desk.ts` and `desk.css` by `cargo xtask web`.
const ASSETS: Assets =
    Assets { script: include_str!("built/desk.js"), style: include_str!("built/desk.css") };

/// What the PIN's form sends.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Pin {
    #[serde(default)]
    pin: String,
    #[serde(default)]
    desk: String,
}

/// An entry code, from a form or from the script.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    entry: String,
}

/// What a desk's page shows beside the empty form.
#[derive(Default)]
struct Back<'a> {
    seed: Option<String>,
    values: SignupForm,
    errors: &'a [FieldError],
    entry: Option<EntryTrouble>,
    unavailable: bool,
}

/// The desk, or the page that asks for the PIN.
pub(super) async fn show(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let row = match venue.workshop(&token) {
        Ok(row) => row,
        Err(nowhere) => return nowhere_page(&nowhere, language),
    };
    match venue.desk(&row, &headers) {
        Some(desk) => venue.desk_page(StatusCode::OK, &row, &desk, language, Back::default()).await,
        None => venue.pin_page(&row, language, None, "").await,
    }
}

/// The PIN.
pub(super) async fn enter(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    form: Result<Form<Pin>, FormRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let row = match venue.workshop(&token) {
        Ok(row) => row,
        Err(nowhere) => return nowhere_page(&nowhere, language),
    };
    let Pin { pin, desk } = form.map(|Form(form)| form).unwrap_or_default();
    match venue.desks.enter(&row.workshop.id, &pin, &desk, now_ms()).await {
        Ok(entered) => {
            venue.context.changes.moved();
            let mut response = see_other(&format!("/{}/desk?lang={}", row.venue_token, language.tag()));
            set_session(&mut response, &row, &entered.token, SESSION_SECONDS);
            response
        }
        Err(refused) => venue.pin_page(&row, language, Some(refused), &desk).await,
    }
}

/// The desk's helper goes home.
pub(super) async fn leave(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let row = match venue.workshop(&token) {
        Ok(row) => row,
        Err(nowhere) => return nowhere_page(&nowhere, language),
    };
    if let Some(desk) = venue.desk(&row, &headers) {
        // Its session is out of memory at once; where the note fails, the cookie is gone all the same.
        let _ = venue.desks.end(&row.workshop.id, Some(desk.id)).await;
        venue.context.changes.moved();
    }
    let mut response = see_other(&format!("/{}/desk?lang={}", row.venue_token, language.tag()));
    set_session(&mut response, &row, "", 0);
    response
}

/// A filled-in form, without script.
pub(super) async fn submit(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (row, desk) = match venue.at_desk(&token, &headers) {
        Ok(found) => found,
        Err(closed) => return closed.page(&venue, language).await,
    };
    let malformed = |status| answer::page(status, message_page(Message::Malformed, language));
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return malformed(rejection.status()),
    };
    let Ok((values, seed)) = SignupForm::from_urlencoded(&body) else {
        return malformed(StatusCode::BAD_REQUEST);
    };
    let signup = match values.parse_seeded(&seed, &row.workshop) {
        Ok(signup) => signup,
        Err(errors) => {
            // A seed that is none is replaced, or the form could never be sent.
            let seed = Some(seed).filter(|_| errors.iter().all(|error| error.field != "seed"));
            let back = Back { seed, values, errors: &errors, ..Back::default() };
            return venue.desk_page(StatusCode::UNPROCESSABLE_ENTITY, &row, &desk, language, back).await;
        }
    };
    if !is_taken_now(&row, &signup) {
        return answer::page(StatusCode::GONE, message_page(Message::Closed, language));
    }
    match venue.keep(&row, signup, None, body, Some(desk.id.clone())).await {
        Ok(accepted) => taken(&row, &accepted, language),
        Err(_) => {
            let back = Back { seed: Some(seed), values, unavailable: true, ..Back::default() };
            let mut response =
                venue.desk_page(StatusCode::SERVICE_UNAVAILABLE, &row, &desk, language, back).await;
            response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS.into());
            response
        }
    }
}

/// An entry code from a hand-held scanner, without script.
pub(super) async fn submit_entry(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    form: Result<Form<Entry>, FormRejection>,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (row, desk) = match venue.at_desk(&token, &headers) {
        Ok(found) => found,
        Err(closed) => return closed.page(&venue, language).await,
    };
    let Entry { entry } = form.map(|Form(form)| form).unwrap_or_default();
    match venue.take_entry(&row, &desk, &entry).await {
        Ok(accepted) => taken(&row, &accepted, language),
        Err(error) => {
            let (status, trouble) = match error {
                EntryError::Code(EntryTrouble::Closed) => (StatusCode::GONE, EntryTrouble::Closed),
                EntryError::Code(trouble) => (StatusCode::UNPROCESSABLE_ENTITY, trouble),
                EntryError::Unwritable(_) => (StatusCode::SERVICE_UNAVAILABLE, EntryTrouble::Unavailable),
            };
            let back = Back { entry: Some(trouble), ..Back::default() };
            venue.desk_page(status, &row, &desk, language, back).await
        }
    }
}

/// The receipt on a page of its own, without script.
pub(super) async fn receipt(
    State(venue): State<Arc<VenueContext>>,
    UrlPath((token, receipt)): UrlPath<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = asked.or_preferred(&headers);
    let (row, desk) = match venue.at_desk(&token, &headers) {
        Ok(found) => found,
        Err(closed) => return closed.page(&venue, language).await,
    };
    let missing = || answer::page(StatusCode::NOT_FOUND, message_page(Message::NotFound, language));
    let Ok(id) = verify(&receipt, &venue.context.keys.receipt_key(), &row.workshop.id) else {
        return missing();
    };
    let (readers, workshop) = (Arc::clone(&venue.context.readers), row.workshop.id.clone());
    let read = move || readers.read(|conn| receipts_out::get(conn, &workshop, id));
    let Ok(Ok(Some(found))) = tokio::task::spawn_blocking(read).await else { return missing() };
    let view = TakenView {
        workshop: &row.workshop,
        language,
        base: &base(&row),
        desk: &desk.name,
        id,
        state: found.state,
        assets: ASSETS,
    };
    answer::page(StatusCode::OK, taken_page(&view))
}

/// `POST /{token}/v1/desk/signups`: a sign-up as the desk's script sends it.
pub(super) async fn signup_json(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let taken = async {
        let (row, desk) = venue.at_desk(&token, &headers).map_err(|closed| closed.problem())?;
        let body = json_body(&headers, body).map_err(|problem| *problem)?;
        let form = SignupForm::from_json(&body).map_err(|e| unreadable(&e))?;
        venue.find(&token, &form.invite_code).map_err(|nowhere| nowhere.problem())?;
        let signup = form.parse(&row.workshop).map_err(Problem::invalid)?;
        if !is_taken_now(&row, &signup) {
            return Err(Problem::new(ProblemCode::Closed));
        }
        let kept = venue.keep(&row, signup, None, body, Some(desk.id)).await;
        kept.map_err(|_| Problem::unavailable(RETRY_AFTER_SECONDS))
    };
    answered(taken.await)
}

/// `POST /{token}/v1/entries`: an entry code, `{"entry": "…"}`.
pub(super) async fn entry_json(
    State(venue): State<Arc<VenueContext>>,
    UrlPath(token): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let taken = async {
        let (row, desk) = venue.at_desk(&token, &headers).map_err(|closed| closed.problem())?;
        let body = json_body(&headers, body).map_err(|problem| *problem)?;
        let Entry { entry } =
            serde_json::from_slice(&body).map_err(|_| Problem::new(ProblemCode::Malformed))?;
        venue.take_entry(&row, &desk, &entry).await.map_err(|error| match error {
            EntryError::Code(EntryTrouble::Closed) => Problem::new(ProblemCode::Closed),
            EntryError::Code(trouble) => Problem::invalid(vec![FieldError::new("entry", trouble.code())]),
            EntryError::Unwritable(_) => Problem::unavailable(RETRY_AFTER_SECONDS),
        })
    };
    answered(taken.await)
}

/// Why a request is not a desk's.
enum NoDesk {
    Nowhere(Nowhere),
    /// The session has ended, or there was none.
    SignedOut(Arc<WorkshopRow>),
}

impl NoDesk {
    fn problem(&self) -> Problem {
        match self {
            Self::Nowhere(nowhere) => nowhere.problem(),
            Self::SignedOut(_) => Problem::new(ProblemCode::Unauthorized),
        }
    }

    async fn page(&self, venue: &VenueContext, language: Language) -> Response {
        match self {
            Self::Nowhere(nowhere) => nowhere_page(nowhere, language),
            Self::SignedOut(row) => venue.pin_page(row, language, None, "").await,
        }
    }
}

impl VenueContext {
    /// The workshop under a token, where it has not been ended.
    fn workshop(&self, token: &str) -> Result<Arc<WorkshopRow>, Nowhere> {
        let row = self.context.roster.by_venue_token(token).ok_or(Nowhere::Token)?;
        if row.retired_at.is_some() { Err(Nowhere::Retired) } else { Ok(row) }
    }

    /// Whose session a request has.
    fn desk(&self, row: &WorkshopRow, headers: &HeaderMap) -> Option<OpenDesk> {
        self.desks.by_token(&row.workshop.id, session(headers)?, now_ms())
    }

    fn at_desk(&self, token: &str, headers: &HeaderMap) -> Result<(Arc<WorkshopRow>, OpenDesk), NoDesk> {
        let row = self.workshop(token).map_err(NoDesk::Nowhere)?;
        match self.desk(&row, headers) {
            Some(desk) => Ok((row, desk)),
            None => Err(NoDesk::SignedOut(row)),
        }
    }

    async fn take_entry(
        &self,
        row: &WorkshopRow,
        desk: &OpenDesk,
        text: &str,
    ) -> Result<Accepted, EntryError> {
        let unsealer = Unsealer::new(
            row.workshop.id.clone(),
            Arc::clone(&self.context.keys),
            Arc::clone(&self.context.quarantine),
        );
        let taken = entry::take(row, text, Some(desk.id.clone()), &unsealer, &self.context.writer).await?;
        let key = self.context.keys.receipt_key();
        Ok(Accepted::issue(&key, &base(row), &row.workshop.id, taken.id, taken.state))
    }

    async fn pin_page(
        &self,
        row: &WorkshopRow,
        language: Language,
        refused: Option<Refused>,
        name: &str,
    ) -> Response {
        let (readers, workshop) = (Arc::clone(&self.context.readers), row.workshop.id.clone());
        let count = move || readers.read(|conn| desks::count(conn, &workshop));
        let count = tokio::task::spawn_blocking(count).await.ok().and_then(Result::ok).unwrap_or_default();
        let usual = match language {
            Language::Zh => format!("签到台 {}", count + 1),
            Language::En => format!("Desk {}", count + 1),
        };
        let (status, trouble) = match refused {
            None => (StatusCode::OK, None),
            Some(Refused::Wrong) => (StatusCode::FORBIDDEN, Some(PinTrouble::Wrong)),
            Some(Refused::Wait(seconds)) => (StatusCode::TOO_MANY_REQUESTS, Some(PinTrouble::Wait(seconds))),
            Some(Refused::Shut) => (StatusCode::FORBIDDEN, Some(PinTrouble::Shut)),
            Some(Refused::Name) => (StatusCode::UNPROCESSABLE_ENTITY, Some(PinTrouble::Name)),
            Some(Refused::Unwritable) => (StatusCode::SERVICE_UNAVAILABLE, Some(PinTrouble::Unavailable)),
        };
        let view = PinView {
            workshop: &row.workshop,
            language,
            base: &base(row),
            name: if refused.is_some() { name } else { &usual },
            name_chars: NAME_CHARS,
            trouble,
        };
        let mut response = answer::page(status, pin_page(&view));
        if let Some(PinTrouble::Wait(seconds)) = trouble {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }

    async fn desk_page(
        &self,
        status: StatusCode,
        row: &WorkshopRow,
        desk: &OpenDesk,
        language: Language,
        back: Back<'_>,
    ) -> Response {
        let (readers, workshop, id) =
            (Arc::clone(&self.context.readers), row.workshop.id.clone(), desk.id.clone());
        let count = move || readers.read(|conn| desks::taken(conn, &workshop, Some(&id)));
        let taken = tokio::task::spawn_blocking(count).await.ok().and_then(Result::ok).unwrap_or_default();
        let Back { seed, values, errors, entry, unavailable } = back;
        let view = DeskView {
            workshop: &row.workshop,
            language,
            base: &base(row),
            desk: &desk.name,
            taken,
            seed: &seed.unwrap_or_else(|| hex::encode(random_16())),
            values: &values,
            errors,
            entry,
            unavailable,
            assets: ASSETS,
        };
        answer::page(status, desk_page(&view))
    }
}

fn json_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Box<Problem>> {
    if !has_media_type(headers, "application/json") {
        return Err(Box::new(Problem::new(ProblemCode::MediaType)));
    }
    body.map_err(|e| Box::new(unread(&e)))
}

fn answered(taken: Result<Accepted, Problem>) -> Response {
    match taken {
        Ok(accepted) => answer::json(StatusCode::CREATED, &accepted),
        Err(refusal) => answer::problem(&refusal),
    }
}

/// On to the receipt; its address names nobody, and going back does not send the form again.
fn taken(row: &WorkshopRow, accepted: &Accepted, language: Language) -> Response {
    let receipt = accepted.receipt.url.rsplit('/').next().unwrap_or_default();
    see_other(&format!("{}/desk/r/{receipt}?lang={}", base(row), language.tag()))
}

fn nowhere_page(nowhere: &Nowhere, language: Language) -> Response {
    let (status, message) = match nowhere {
        Nowhere::Retired => (StatusCode::GONE, Message::Closed),
        Nowhere::Token | Nowhere::Code => (StatusCode::NOT_FOUND, Message::NotFound),
    };
    answer::page(status, message_page(message, language))
}

fn base(row: &WorkshopRow) -> String {
    format!("/{}", row.venue_token)
}

fn session(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|all| all.split(';')).find_map(|one| one.trim().strip_prefix(SESSION)?.strip_prefix('='))
}

/// Not for scripts, not for other sites, and for this workshop's addresses alone. Not `Secure`: there is no HTTPS at a venue.
fn set_session(response: &mut Response, row: &WorkshopRow, token: &str, seconds: u32) {
    let cookie =
        format!("{SESSION}={token}; Path=/{}; Max-Age={seconds}; HttpOnly; SameSite=Strict", row.venue_token);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_among_cookies() {
        let check = |cookies: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(COOKIE, HeaderValue::from_str(cookie).unwrap());
            }
            assert_eq!(session(&headers), expected, "{cookies:?}");
        };
        check(&[], None);
        check(&["rollcall-desk=abc"], Some("abc"));
        check(&["a=b; rollcall-desk=abc; c=d"], Some("abc"));
        check(&["a=b", "rollcall-desk=abc"], Some("abc"));
        check(&["rollcall-desk2=abc"], None);
        check(&["xrollcall-desk=abc"], None);
    }
}
