//! Answers, with the headers that every one of them carries.

use rollcall_shared::Timestamp;
use rollcall_shared::cookie;
use rollcall_shared::field_error::FieldError;
use rollcall_shared::form::{Message, Page, message_page};
use rollcall_shared::headers;
use rollcall_shared::intake::{PageAnswer, Refused};
use rollcall_shared::language::Language;
use rollcall_shared::media_type;
use rollcall_shared::problem::{self, Problem, ProblemCode, RETRY_AFTER_SECONDS};
use rollcall_shared::signup::FormError;
use serde::Serialize;
use worker::{Error, Response, ResponseBody, Result, console_error};

/// Why a request gets no ordinary answer.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The request is refused, and the answer says why. Boxed: it is much larger than what a route usually
    /// returns.
    Problem(Box<Problem>),
    /// Something behind the worker failed: 503, to be tried again.
    Failure(Error),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failure(error)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        refused.problem().into()
    }
}

impl From<Stopped> for Refusal {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Refused(refused) => refused.into(),
            Stopped::Failure(error) => error.into(),
        }
    }
}

/// Why a sign-up, or a person who asks for a workshop's page, gets no ordinary answer: an answer for programs
/// and one for people can be made of it.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// It is refused.
    Refused(Refused),
    /// Something behind the worker failed: 503, to be tried again.
    Failure(Error),
}

impl Stopped {
    /// The refusal to show. A failure is logged here, once, and shown as *try again*.
    pub(crate) fn into_refused(self) -> Refused {
        match self {
            Self::Refused(refused) => refused,
            Self::Failure(error) => {
                log(&error);
                Refused::unavailable()
            }
        }
    }
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<FormError> for Stopped {
    fn from(error: FormError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failure(error)
    }
}

/// The result of a route.
pub(crate) type Answer = std::result::Result<Response, Refusal>;

impl Refusal {
    /// The problem to show. A failure is logged here, once, and shown as *try again*.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => *problem,
            Self::Failure(error) => {
                log(&error);
                Problem::unavailable(RETRY_AFTER_SECONDS)
            }
        }
    }
}

/// 401: no key, or a wrong one.
pub(crate) fn unauthorized() -> Problem {
    Problem::new(ProblemCode::Unauthorized)
}

/// 422 for one field.
pub(crate) fn invalid(field: &str, code: &'static str) -> Refusal {
    Problem::invalid(vec![FieldError::new(field, code)]).into()
}

/// Logs what failed behind the worker.
pub(crate) fn log(error: &Error) {
    console_error!("request failed, answered 503: {error}");
}

/// JSON with a status.
pub(crate) fn json(status: u16, value: &impl Serialize) -> Answer {
    Ok(Response::builder().with_status(status).from_json(value)?)
}

/// A page with its own content security policy.
pub(crate) fn page(status: u16, page: Page) -> Answer {
    let response =
        Response::builder().with_status(status).with_header("content-security-policy", &page.csp)?;
    Ok(response.with_header("content-type", media_type::HTML)?.fixed(page.html.into_bytes()))
}

/// A page as the procedure for sign-ups answers with it.
pub(crate) fn page_answer(answer: PageAnswer) -> Answer {
    let PageAnswer { status, retry_after, etag, page: shown } = answer;
    let response = page(status, shown)?;
    if let Some(etag) = etag {
        response.headers().set("etag", &etag)?;
    }
    if let Some(seconds) = retry_after {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    Ok(response)
}

/// *See other*: the page to show after a form was posted, which is not kept for *Back*. Another
/// cookie may stand in place of this one: what counts is that one changes.
pub(crate) fn see_other(location: &str, now: Timestamp) -> Result<Response> {
    let response = Response::builder().with_status(303).with_header("location", location)?;
    Ok(response.with_header("set-cookie", &cookie::forgets_the_form(now))?.empty())
}

/// *Found*: the address that was meant.
pub(crate) fn found(location: &str) -> Result<Response> {
    Ok(Response::builder().with_status(302).with_header("location", location)?.empty())
}

/// A refusal as a page, for a person who came to an address for programs, or to none.
pub(crate) fn refusal_page(problem: &Problem, language: Language) -> Result<Response> {
    let Page { html, csp } = message_page(Message::of(problem.code), language);
    let mut response = Response::builder()
        .with_status(problem.status)
        .with_header("content-security-policy", &csp)?
        .with_header("content-type", media_type::HTML)?;
    if let Some(seconds) = problem.retry_after {
        response = response.with_header("retry-after", &seconds.to_string())?;
    }
    Ok(response.fixed(html.into_bytes()))
}

/// A refusal as problem details.
pub(crate) fn refuse(problem: &Problem) -> Result<Response> {
    let mut response =
        Response::builder().with_status(problem.status).with_header("content-type", problem::MEDIA_TYPE)?;
    if let Some(seconds) = problem.retry_after {
        response = response.with_header("retry-after", &seconds.to_string())?;
    }
    if problem.code == ProblemCode::Unauthorized {
        response = response.with_header("www-authenticate", "Bearer")?;
    }
    Ok(response.fixed(problem.to_json().into_bytes()))
}

/// Sets the headers that every answer carries.
pub(crate) fn secured(response: Response) -> Result<Response> {
    let headers = response.headers();
    for (name, value) in headers::ALWAYS.into_iter().chain(headers::OVER_HTTPS) {
        headers.set(name, value)?;
    }
    for (name, value) in headers::UNLESS_SET {
        if !headers.has(name)? {
            headers.set(name, value)?;
        }
    }
    Ok(response)
}

/// Makes an answer whose tag the browser names one that says that it has it already.
pub(crate) fn unless_it_is_there(response: Response, if_none_match: &str) -> Result<Response> {
    let etag = response.headers().get("etag")?.filter(|_| response.status_code() == 200);
    if !etag.is_some_and(|etag| headers::names(if_none_match, &etag)) {
        return Ok(response);
    }
    let headers = response.headers().clone();
    Ok(Response::builder().with_status(304).with_headers(headers).empty())
}

/// Makes the answer to HEAD: the answer to GET without its body.
pub(crate) fn without_body(response: Response) -> Response {
    let (builder, _) = response.into_parts();
    builder.body(ResponseBody::Empty)
}
