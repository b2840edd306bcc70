//! `GET /healthz`: whether the worker runs.

use worker::Response;

use crate::answer::Answer;

/// It does, if it can say so. Nothing behind it is asked.
pub(crate) fn alive() -> Answer {
    Ok(Response::ok("ok")?)
}
