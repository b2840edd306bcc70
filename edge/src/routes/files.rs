//! `/j/-/{file}`: the scripts that pages fetch when they need them.

use rollcall_shared::form::{SERVICE_WORKER, WORKER};
use rollcall_shared::problem::{Problem, ProblemCode};
use worker::Response;

use crate::answer::Answer;

/// What the scripts themselves may do: send requests to their own server.
const POLICY: &str = "default-src 'none'; connect-src 'self'";

/// Answers with one.
pub(crate) fn show(name: &str) -> Answer {
    let (source, cache) = match name {
        // Browsers revalidate it at every visit, so that a deployment is everywhere soon.
        "sw.js" => (SERVICE_WORKER, "no-cache"),
        // Its address contains its version.
        "worker.js" => (WORKER, "public, max-age=31536000, immutable"),
        _ => return Err(Problem::new(ProblemCode::NotFound).into()),
    };
    let response = Response::builder()
        .with_header("content-type", "text/javascript; charset=utf-8")?
        .with_header("content-security-policy", POLICY)?
        .with_header("cache-control", cache)?
        // Its address is below those of the pages that it serves; receipts have others.
        .with_header("service-worker-allowed", "/")?;
    Ok(response.fixed(source.as_bytes().to_vec()))
}
