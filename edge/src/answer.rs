//! Answers: what goes back, with the headers that every one of them carries.

use rollcall_shared::form::Page;
use rollcall_shared::problem::{self, Problem, ProblemCode};
use serde::Serialize;
use worker::{Error, Response, ResponseBody, Result, console_error};

/// Seconds after which a phone tries again when something behind the worker failed.
const RETRY_AFTER_S: u32 = 2;
/// For answers that are no page: nothing may be loaded from them, and nobody frames them.
const NO_CONTENT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Why a request gets no ordinary answer.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The request is refused, and the answer says why. Boxed: it is much larger than what a route usually returns.
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

/// What a route comes to.
pub(crate) type Answer = std::result::Result<Response, Refusal>;

impl Refusal {
    /// The problem to show. A failure is logged here, once, and shown as *try again*.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => *problem,
            Self::Failure(error) => {
                console_error!("request failed, answered 503: {error}");
                Problem::unavailable(RETRY_AFTER_S)
            }
        }
    }
}

/// JSON with a status.
pub(crate) fn json(status: u16, value: &impl Serialize) -> Answer {
    Ok(Response::builder().with_status(status).from_json(value)?)
}

/// A page with its own content security policy.
pub(crate) fn page(status: u16, page: Page) -> Answer {
    let response =
        Response::builder().with_status(status).with_header("content-security-policy", &page.csp)?;
    Ok(response.with_header("content-type", "text/html; charset=utf-8")?.fixed(page.html.into_bytes()))
}

/// *See other*: where to look after a form was posted.
pub(crate) fn see_other(location: &str) -> Answer {
    Ok(Response::builder().with_status(303).with_header("location", location)?.empty())
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

/// Headers for every answer. Receipts' addresses are secrets, hence no referrer; nothing is stored on the way.
pub(crate) fn secured(response: Response) -> Result<Response> {
    let headers = response.headers();
    headers.set("x-content-type-options", "nosniff")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("x-frame-options", "DENY")?;
    headers.set("strict-transport-security", "max-age=31536000")?;
    for (name, value) in [("cache-control", "no-store"), ("content-security-policy", NO_CONTENT_POLICY)] {
        if !headers.has(name)? {
            headers.set(name, value)?;
        }
    }
    Ok(response)
}

/// The answer to HEAD: that to GET without its body.
pub(crate) fn without_body(response: Response) -> Response {
    let (builder, _) = response.into_parts();
    builder.body(ResponseBody::Empty)
}
