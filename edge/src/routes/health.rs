//! `GET /healthz`: whether the worker runs.

use worker::Response;

use crate::answer::Answer;

/// Answers that it runs. Nothing behind the worker is checked.
pub(crate) fn alive() -> Answer {
    Ok(Response::ok("ok")?)
}
