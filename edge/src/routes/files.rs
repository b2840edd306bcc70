//! `/j/-/{file}`: the scripts that pages fetch when they need them.

use rollcall_shared::form::{SERVICE_WORKER, WORKER};
use rollcall_shared::problem::{Problem, ProblemCode};
use worker::Response;

use crate::answer::Answer;

/// What the scripts themselves may do: ask their own server.
const POLICY: &str = "default-src 'none'; connect-src 'self'";

/// Shows one.
pub(crate) fn show(name: &str) -> Answer {
    let (source, cache) = match name {
        // Looked for anew at every visit, so that a deployment is everywhere soon.
        "sw.js" => (SERVICE_WORKER, "no-cache"),
        // Its address has its version.
        "worker.js" => (WORKER, "public, max-age=31536000, immutable"),
        _ => return Err(Problem::new(ProblemCode::NotFound).into()),
    };
    let response = Response::builder()
        .with_header("content-type", "text/javascript; charset=utf-8")?
        .with_header("content-security-policy", POLICY)?
        .with_header("cache-control", cache)?
        // It lies below the pages that it serves; receipts lie elsewhere.
        .with_header("service-worker-allowed", "/")?;
    Ok(response.fixed(source.as_bytes().to_vec()))
}
