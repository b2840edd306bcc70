//! `/j/-/{file}`: the scripts that pages fetch when they need them.

use std::sync::OnceLock;

use rollcall_shared::form::{SERVICE_WORKER, WORKER};
use rollcall_shared::headers;
use rollcall_shared::problem::{Problem, ProblemCode};
use worker::Response;

use crate::answer::Answer;

/// What the scripts themselves may do: send requests to their own server.
const POLICY: &str = "default-src 'none'; connect-src 'self'";

/// Answers with one.
pub(crate) fn show(name: &str) -> Answer {
    /// Made once an isolate.
    static ETAGS: [OnceLock<String>; 2] = [const { OnceLock::new() }; 2];
    let (source, cache, etag) = match name {
        // Browsers revalidate it at every visit, so that a deployment is everywhere soon.
        "sw.js" => (SERVICE_WORKER, "no-cache", &ETAGS[0]),
        // Its address contains its version.
        "worker.js" => (WORKER, "public, max-age=31536000, immutable", &ETAGS[1]),
        _ => return Err(Problem::new(ProblemCode::NotFound).into()),
    };
    let response = Response::builder()
        .with_header("content-type", "text/javascript; charset=utf-8")?
        .with_header("content-security-policy", POLICY)?
        .with_header("cache-control", cache)?
        .with_header("etag", etag.get_or_init(|| headers::etag([source])))?
        // Its address is below those of the pages that it serves; receipts have others.
        .with_header("service-worker-allowed", "/")?;
    Ok(response.fixed(source.as_bytes().to_vec()))
}
